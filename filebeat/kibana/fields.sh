#!/bin/sh
# fields.sh TOP: the fields of all datasets of the source tree TOP and their
# types, one a line.
set -e
LC_ALL=C
export LC_ALL
sed -n 's/^DATASET(.*, \(.*\))$/\1/p' "$1/collector/dataset/dataset.def" |
    while read -r dataset; do
	sh "$1/filebeat/fields/rows.sh" "$dataset"
done | cut -f 1,2 | sort -u
