# The saved objects are what would be made now of the tables.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
make_objects=$top_builddir/filebeat/kibana/saved_objects
kibana=$top_srcdir/filebeat/kibana
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

test_fresh()
{
	sh "$kibana/saved-objects.sh" "$top_srcdir" "$make_objects" \
	    "$tmp/made" || fail "not made"
	cmp "$kibana/saved-objects.ndjson" "$tmp/made" ||
	    fail "saved-objects.ndjson is not up to date: make assets"
}

# refused TEXT SED: a table so changed is refused with that text.
refused()
{
	rm -rf "$tmp/tables"
	mkdir "$tmp/tables" "$tmp/tables/panels" || exit 99
	cp "$kibana"/*.tsv "$tmp/tables/"
	cp "$kibana"/panels/*.tsv "$tmp/tables/panels/"
	sed "$2" "$kibana/panels/overview.tsv" >"$tmp/tables/panels/overview.tsv"
	"$make_objects" "$tmp/tables" "$tmp/fields" >"$tmp/out" 2>&1 &&
	    fail "taken: $2"
	grep -qF "$1" "$tmp/out" || fail "not said: $1"
}

test_refused()
{
	sh "$kibana/fields.sh" "$top_srcdir" >"$tmp/fields"
	refused 'no kind of panel: pie' '4s/metric/pie/'
	refused 'overview.tsv:4: no size' '4s/8x6/8/'
	refused 'wider than what is left' '4s/8x6/42x6/'
	refused 'not full' 's/48x16/47x16/'
	refused 'no value' '4s/distinct host.id/count host.id/'
	refused 'no value' '4s/distinct host.id/many host.id/'
	refused 'no value' '4s/	distinct host.id//'
	refused 'of no use in charts: host.ids' '4s/host.id/host.ids/'
	refused 'of no use in charts: message' '4s/host.id/message/'
	refused 'does not split' 's/event.dataset 5/event.dataset many/'
	refused 'of no use in charts: event.dataset' \
	    's/@timestamp; event.dataset 5/event.dataset every 1d/'
	refused 'more than 8 columns' '4s/$/	x/'
}

test_fresh
test_refused
exit $failed
