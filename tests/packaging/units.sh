# The units that are installed are right by systemd itself, and as closed as they
# are meant to be.
command -v systemd-analyze >/dev/null || {
	echo "systemd-analyze is not installed"
	exit 77
}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# With the program that was built, for it has to be there.
for unit in s1spool.service s1spool-prune.service; do
	sed "s,@bindir@,$top_builddir,; s,@sysconfdir@,/etc," \
	    "$top_srcdir/packaging/systemd/$unit.in" >"$tmp/$unit"
done
cp "$top_srcdir/packaging/systemd/s1spool-prune.timer" "$tmp"

# Whatever it says is a fault, but for pages that are not installed yet.
systemd-analyze verify "$tmp"/s1spool*.service "$tmp"/s1spool*.timer \
    >"$tmp/verify" 2>&1
grep -vE "Command 'man .*' failed" "$tmp/verify" && failed=1

# exposure UNIT LIMIT: in tenths, as --threshold takes it
exposure()
{
	systemd-analyze --offline=true --threshold="$2" security \
	    --no-pager "$tmp/$1" >"$tmp/security" || {
		echo "$1 is more exposed than $2 tenths:"
		cat "$tmp/security"
		failed=1
	}
}
exposure s1spool.service 12
exposure s1spool-prune.service 8
exit "${failed:-0}"
