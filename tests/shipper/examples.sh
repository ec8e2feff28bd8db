# The examples in filebeat/shipper are what setup makes now of the sample
# configuration, all of them and no others.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

sh "$top_srcdir/filebeat/shipper/examples.sh" "$S1SPOOL" "$top_srcdir" \
    "$tmp/now" || exit 1
mkdir "$tmp/there" || exit 99
cp "$top_srcdir"/filebeat/shipper/*.yml "$tmp/there" || exit 99
cp -r "$top_srcdir/filebeat/shipper/fleet" "$tmp/there" || exit 99
diff -r "$tmp/there" "$tmp/now" >"$tmp/diff" || {
	head -n 40 "$tmp/diff"
	echo "filebeat/shipper is not up to date: make assets"
	exit 1
}
