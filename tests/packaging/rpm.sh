# The rpm in a tree with a shell and users of its own: installed, verified,
# upgraded with an edited configuration, erased.  Without a systemd there.
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/packaging/host.sh"
command -v rpm >/dev/null || cannot "rpm is not installed"

root=$dir/root
new=$(find "$top_builddir/packages" -name 's1spool-[0-9]*.rpm' \
    -not -name '*.src.rpm')
[ -n "$new" ] || {
	echo "no package: make rpm"
	exit 99
}

# In the tree, with its shell and programs; its libraries are not rpm's.
in_tree()
{
	rpm --root "$root" --dbpath /var/lib/rpm "$@" >"$dir/rpm" 2>&1 || {
		fail "rpm $*"
		cat "$dir/rpm"
	}
}

has()
{
	is "$1" "$(chroot "$root" stat -c '%a %U:%G' "$1")" "$2"
}

host_make
in_tree --initdb
in_tree -Uvh --nodeps "$new"
grep -q 'waits for a token' "$dir/rpm" || fail "no word of what is next"
has /etc/s1spool "750 root:s1spool"
has /etc/s1spool/tokens "750 root:s1spool"
has /etc/s1spool/s1spool.yml "640 root:s1spool"
has /var/spool/s1spool "750 s1spool:s1spool"
chroot "$root" getent group s1spool-respond >/dev/null ||
    fail "no group s1spool-respond"
in_tree -V --nodeps s1spool
chroot "$root" s1spool --version >"$dir/version" || fail "it does not run"
# On other distributions libcurl has no such version.
! rpm -qp --requires "$new" 2>/dev/null | grep CURL_OPENSSL ||
    fail "it asks for the libcurl of Debian"

echo '# edited' >>"$root/etc/s1spool/s1spool.yml"
mkdir -p "$root/var/spool/s1spool/acme/threat" "$root/var/lib/s1spool"
echo '{}' >"$root/var/spool/s1spool/acme/threat/threat-1.ndjson"
echo token >"$root/etc/s1spool/tokens/acme"
in_tree -Uvh --nodeps --replacepkgs --force "$new"
grep -q '^# edited' "$root/etc/s1spool/s1spool.yml" ||
    fail "the configuration was written over"

in_tree -e s1spool
test -e "$root/etc/s1spool/s1spool.yml.rpmsave" || fail "no .rpmsave"
for kept in etc/s1spool/tokens/acme var/lib/s1spool \
    var/spool/s1spool/acme/threat/threat-1.ndjson; do
	test -e "$root/$kept" || fail "/$kept is gone"
done
test ! -e "$root/usr/bin/s1spool" || fail "/usr/bin/s1spool is there"
chroot "$root" getent passwd s1spool >/dev/null || fail "the user is gone"
finish
