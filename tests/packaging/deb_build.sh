# The Debian package as a thing of its own: lintian has nothing to say, debug
# symbols are beside it, and another build elsewhere gives the same bytes.
command -v lintian >/dev/null || {
	echo "lintian is not installed"
	exit 77
}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
packages=$top_builddir/packages
changes=$(ls "$packages"/s1spool_*.changes) || {
	echo "no package: make deb"
	exit 99
}

lintian --allow-root --fail-on error,warning "$changes" || failed=1

dpkg-deb -c "$packages"/s1spool-dbgsym_*.deb | grep -c '\.debug$' >/dev/null || {
	echo "no debug symbols"
	failed=1
}

# At another place and time of day, by somebody with other habits.
archive=$(ls "$top_builddir"/s1spool-*.tar.xz) || exit 99
(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 sh "$top_srcdir/packaging/deb.sh" \
    "$archive" "$tmp/again" >"$tmp/log" 2>&1) || {
	tail -n 20 "$tmp/log"
	exit 1
}
for file in "$tmp"/again/*.deb "$tmp"/again/*.dsc; do
	cmp "$file" "$packages/${file##*/}" || failed=1
done
exit "${failed:-0}"
