# docs/fields is what would be made now of the files that declare the fields.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

mkdir "$tmp/fields" || exit 99
sh "$top_srcdir/filebeat/fields/pages.sh" "$top_srcdir" "$tmp/fields" || exit 1
diff -r "$top_srcdir/docs/fields" "$tmp/fields" >"$tmp/diff" || {
	head -n 40 "$tmp/diff"
	echo "docs/fields is not up to date: make docs-fields"
	exit 1
}
