# What the fields are declared to be is what documents have: all that the
# conformance tests expect, and what becomes of the mock console's records and
# of random ones.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
check_fields=$top_builddir/tests/fields/check_fields
random_records=$top_builddir/tests/fields/random_records
fields=$top_srcdir/filebeat/fields
datasets=$(sed -n 's/^DATASET(.*, \(.*\))$/\1/p' \
    "$top_srcdir/collector/dataset/dataset.def")
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

# map DATASET OPTION...: records on standard input become $tmp/mapped.
map()
{
	d=$1
	shift
	"$S1SPOOL" map --tag=forwarded "$@" "$d" >"$tmp/mapped" ||
	    fail "$d: not mapped"
	[ -s "$tmp/mapped" ] || fail "$d: nothing mapped"
}

# The mock console makes records as consoles send them.  Those of threats'
# events it does not print; the end-to-end tests look at them.
test_mock()
{
	[ "$1" != threat_event ] || return
	"$MOCK_CONSOLE" --dump "$1" 300 >"$tmp/records"
	map "$1" --preserve-original-event --preserve-duplicate-custom-fields \
	    <"$tmp/records"
	"$check_fields" -r "$tmp/$1" "$1" "$tmp/mapped" ||
	    fail "$1: documents of the mock console's records"
}

test_random()
{
	"$random_records" "$1" 300 >"$tmp/records"
	for option in --preserve-original-event \
	    --preserve-duplicate-custom-fields; do
		map "$1" $option <"$tmp/records"
		"$check_fields" "$tmp/$1" "$1" "$tmp/mapped" ||
		    fail "$1: documents of random records, $option"
	done
}

test_documents()
{
	sh "$fields/rows.sh" "$1" >"$tmp/$1" || fail "$1: the declarations"
	"$check_fields" -a "$tmp/$1" "$1" \
	    "$top_srcdir/tests/conformance/$1"/*.expected.ndjson ||
	    fail "$1: the expected documents"
	"$check_fields" -r "$tmp/$1" "$1" \
	    "$top_srcdir/tests/conformance/$1/example.expected.ndjson" ||
	    fail "$1: the example"
}

# One data view may show all datasets: a field is of one type in all of them,
# and nothing is below a field that is no object.
test_together()
{
	for d in $datasets; do
		cat "$tmp/$d"
	done | awk -F '\t' '
	{
		sub(/value=[^ ]*/, "", $3)
		is = $2 " " $3
		if ($1 in type && type[$1] != is) {
			print $1 ": " type[$1] ", and " is
			bad = 1
		}
		type[$1] = is
	}
	END {
		for (field in type) {
			above = field
			while (sub(/\.[^.]*$/, "", above))
				if (above in type && type[above] !~ /^object /) {
					print field " is below " above ", " \
					    type[above]
					bad = 1
				}
		}
		exit bad
	}' || fail "datasets that do not go together"
}

# A field that ECS has is declared with ECS's type; where that is a keyword, a
# constant will do.  Others have names that are clear of ECS.
test_ecs()
{
	cat "$fields/shared.tsv" "$fields/common.tsv" "$fields/added.tsv" |
	    awk -F '\t' '
	FNR == NR {
		type[$1] = $2
		next
	}
	/^#/ || $1 ~ /^(sentinel_one|resource|elastic_agent|input)\./ ||
	$1 ~ /^log\.(offset|file\.[a-z_]*)$/ && !($1 in type) ||
	$1 ~ /^vulnerability\.(cve|package\.published_date)$/ {
		next
	}
	{
		is = $2
		sub(/^constant_/, "", is)
		if (match($3, /fields\.[a-z]*\.type=[a-z_]*/))
			is = is " " substr($3, RSTART, RLENGTH)
		want = type[$1]
		sub(/^constant_/, "", want)
		if (is != want) {
			print $1 ": " is ", in ECS " want
			bad = 1
		}
	}
	END { exit bad }' "$top_srcdir/tests/fields/ecs.tsv" - ||
	    fail "types of ECS"
}

# found TEXT ROW DOCUMENT: declared so, the document has that fault.
found()
{
	{
		grep -v "^$(echo "$2" | cut -f 1)	" "$tmp/group"
		echo "$2"
	} | LC_ALL=C sort >"$tmp/rows"
	echo "$3" >"$tmp/doc"
	"$check_fields" -r "$tmp/rows" group "$tmp/doc" >"$tmp/out" &&
	    fail "not found: $1"
	grep -qF "$1" "$tmp/out" || fail "not said: $1: $(cat "$tmp/out")"
}

# What the test above is there to find, it finds.
test_faults()
{
	rank=$(printf 'sentinel_one.group.rank\tlong\t\tline\t')
	for value in '"x"' 1e30 9223372036854775808 true '{"a":1}'; do
		found 'rank: no value of type long' "$rank" \
		    '{"sentinel_one":{"group":{"rank":'"$value"'}}}'
	done
	found 'rank: no value of type ip' \
	    "$(printf 'sentinel_one.group.rank\tip\t\tline\t')" \
	    '{"sentinel_one":{"group":{"rank":"10.0.0.256"}}}'
	found 'rank: no value of type float' \
	    "$(printf 'sentinel_one.group.rank\tfloat\t\tline\t')" \
	    '{"sentinel_one":{"group":{"rank":[1,4e38]}}}'
	found 'rank: no value of type flattened' \
	    "$(printf 'sentinel_one.group.rank\tflattened\tdepth_limit=1\tline\t')" \
	    '{"sentinel_one":{"group":{"rank":[{"a":1},{"a":[{}]}]}}}'
	found '@timestamp: no value of type date' "$rank" \
	    '{"@timestamp":"2025-02-29T00:00:00.000Z"}'
	found 'event.module: no value of type constant_keyword' "$rank" \
	    '{"event":{"module":"sentinel"}}'
	found 'is_default: no value of type boolean' "$rank" \
	    '{"sentinel_one":{"group":{"is_default":"no"}}}'
	found 'group.extra: not declared' "$rank" \
	    '{"sentinel_one":{"group":{"extra":[[0]]}}}'
	found 'event.ingested: declared as not in lines' "$rank" \
	    '{"event":{"ingested":"2025-02-28T00:00:00.000Z"}}'
	found 'group.id: an id, and of type long' \
	    "$(printf 'group.id\tlong\t\tline\t')" '{}'
	found 'a target, and not declared' \
	    "$(printf 'sentinel_one.group.rank\tlong\t\tadded\t')" '{}'
	# shellcheck disable=SC2016 # marks of Markdown
	copied=$(printf 'sentinel_one.group.rank\tlong\t\tline\t%s' \
	    '; copied to `event.sequence`')
	found 'rank: copied, and there all the same' "$copied" \
	    '{"tags":["forwarded"],"sentinel_one":{"group":{"rank":1}}}'
	found 'copied to what is not declared: event.sequence' "$copied" '{}'
	"$check_fields" -a "$tmp/group" group "$tmp/doc" |
	    grep -q 'group.name: in no document' || fail "not found: dead ones"
}

[ -n "$datasets" ] || fail "no datasets"
for dataset in $datasets; do
	test_documents "$dataset"
	test_mock "$dataset"
	test_random "$dataset"
done
test_together
test_ecs
test_faults
exit $failed
