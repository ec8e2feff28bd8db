#!/bin/sh
# pages.sh TOP FOLDER: write the pages of the field reference to a folder: one
# for each dataset of the source tree TOP, and one that leads to them.
set -e
top=$1
folder=$2
here=$top/filebeat/fields
LC_ALL=C
export LC_ALL

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
datasets=$(sed -n 's/^DATASET(.*, \(.*\))$/\1/p' \
    "$top/collector/dataset/dataset.def")
set --
for dataset in $datasets; do
	sh "$here/rows.sh" "$dataset" >"$rows"
	{
		awk -v dataset="$dataset" -f "$here/page.awk" \
		    "$here/$dataset.tsv" "$rows"
		awk -f "$here/json.awk" \
		    "$top/tests/conformance/$dataset/example.expected.ndjson"
		echo '```'
	} >"$folder/$dataset.md"
	set -- "$@" "$here/$dataset.tsv"
done
awk -f "$here/index.awk" "$here/types.tsv" "$@" >"$folder/README.md"
