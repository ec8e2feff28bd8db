# What Elasticsearch is told is what would be made now of the declared fields;
# and, looked at without the program that makes it, each field of each dataset
# is in the mapping with its type and parameters, and nothing else is.
command -v jq >/dev/null || { echo "jq is not installed"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
assets=$top_srcdir/filebeat/elasticsearch
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

test_fresh()
{
	for d in component_template index_template transform; do
		mkdir -p "$tmp/made/$d"
	done
	sh "$assets/templates.sh" "$top_srcdir" "$tmp/made" ||
	    fail "templates.sh"
	(cd "$tmp/made" && find . -type f) | while read -r f; do
		cmp "$assets/$f" "$tmp/made/$f" || echo "$f"
	done >"$tmp/stale" 2>&1
	[ ! -s "$tmp/stale" ] ||
	    fail "not up to date, run make assets: $(cat "$tmp/stale")"
}

# mapped DATASET: its fields as rows.sh has them: name, type, parameters.
mapped()
{
	jq -r '
	def parameters:
		del(.type, .properties) | to_entries | map(
		    if .key == "fields"
		    then .value | to_entries[] |
			"fields.\(.key).type=\(.value.type)"
		    else "\(.key)=\(.value)" end) | sort | join(" ");
	def fields($path):
		.properties // {} | to_entries[] |
		($path + [.key]) as $p | .value |
		(select(.type) | [($p | join(".")), .type, parameters]),
		fields($p);
	def open_ones:
		.dynamic_templates // [] | map(.[]) | group_by(.path_match)[] |
		select(map(.match_mapping_type) | sort ==
		    ["boolean", "double", "long", "string"]) |
		map([.path_match, .mapping.type, (.mapping | parameters)]) |
		unique[];
	.template.mappings | fields([]), open_ones | @tsv' \
	    "$assets/component_template/s1spool-sentinel_one.$1.json"
}

declared()
{
	sh "$top_srcdir/filebeat/fields/rows.sh" "$1" | cut -f 1-3 |
	    awk -F '\t' -v OFS='\t' '{
		n = split($3, p, " ")
		if (n == 2 && p[1] > p[2])
			$3 = p[2] " " p[1]
		print
	    }'
	# What tells the documents of a transform from what it reads.
	! grep -q "^$1	" "$assets/latest.tsv" ||
	    printf 'labels.is_transform_source\tconstant_keyword\tvalue=true\n'
}

test_fields()
{
	mapped "$1" | sort >"$tmp/mapped"
	declared "$1" | sort >"$tmp/declared"
	diff "$tmp/declared" "$tmp/mapped" >"$tmp/diff" ||
	    fail "$1: fields: $(cat "$tmp/diff")"
	[ -s "$tmp/mapped" ] || fail "$1: no fields"
}

# Each object says whose it is, and what it refers to is there.
test_references()
{
	for f in "$assets"/*/*.json; do
		jq -e '._meta.owner == "s1spool"' "$f" >/dev/null ||
		    fail "$f: not ours"
	done
	for f in "$assets"/index_template/*.json; do
		jq -r '.composed_of - .ignore_missing_component_templates |
		    .[]' "$f" | while read -r name; do
			[ -f "$assets/component_template/$name.json" ] ||
			    echo "$f: $name"
		done
		jq -e '.priority == 190' "$f" >/dev/null || echo "$f: priority"
	done >"$tmp/missing"
	[ ! -s "$tmp/missing" ] || fail "$(cat "$tmp/missing")"
}

# A transform's fields are in the mapping of what it reads.
test_transforms()
{
	for f in "$assets"/transform/*.json; do
		dataset=$(basename "$f" .json)
		mapped "${dataset#s1spool-latest.}" | cut -f 1 |
		    sort >"$tmp/mapped"
		jq -r '.latest.unique_key[], .latest.sort, .sync.time.field,
		    .retention_policy.time.field' "$f" | sort -u |
		    comm -23 - "$tmp/mapped" >"$tmp/missing"
		[ ! -s "$tmp/missing" ] ||
		    fail "$dataset: no such fields: $(cat "$tmp/missing")"
	done
}

test_fresh
datasets=$(sed -n 's/^DATASET(.*, \(.*\))$/\1/p' \
    "$top_srcdir/collector/dataset/dataset.def")
for dataset in $datasets; do
	test_fields "$dataset"
done
test_references
test_transforms
exit $failed
