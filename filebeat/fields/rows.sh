#!/bin/sh
# rows.sh DATASET: all fields of its documents, as rows.awk describes.
cd "$(dirname "$0")" || exit
LC_ALL=C exec awk -v dataset="$1" -f rows.awk types.tsv shared.tsv common.tsv \
    added.tsv "$1.tsv"
