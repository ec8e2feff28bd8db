# The rpm and its source package as things of their own: rpmlint has nothing to
# say, and another build gives the same bytes.
command -v rpmlint >/dev/null || {
	echo "rpmlint is not installed"
	exit 77
}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
packages=$top_builddir/packages
ls "$packages"/s1spool-*.src.rpm || {
	echo "no package: make rpm"
	exit 99
}

rpmlint -c "$top_srcdir/packaging/rpm/rpmlint.toml" \
    "$packages"/s1spool-*.rpm >"$tmp/rpmlint" 2>&1
grep -E ': [EW]: ' "$tmp/rpmlint" && failed=1
grep -qE ' 0 errors, 0 warnings' "$tmp/rpmlint" || {
	cat "$tmp/rpmlint"
	failed=1
}

archive=$(ls "$top_builddir"/s1spool-*.tar.xz) || exit 99
(umask 077 && TZ=Asia/Tokyo "$top_srcdir/packaging/rpm/build.sh" rpm \
    "$archive" "$tmp/again" >"$tmp/log" 2>&1) || {
	tail -n 20 "$tmp/log"
	exit 1
}
for file in "$tmp"/again/*.rpm; do
	cmp "$file" "$packages/${file##*/}" || failed=1
done
exit "${failed:-0}"
