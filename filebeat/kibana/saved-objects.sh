#!/bin/sh
# saved-objects.sh TOP PROGRAM FILE: have the program write the saved objects
# to a file, of the tables and field declarations of the source tree TOP.
set -e
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
sh "$1/filebeat/kibana/fields.sh" "$1" >"$tmp/fields"
"$2" "$1/filebeat/kibana" "$tmp/fields" >"$tmp/objects"
cp "$tmp/objects" "$3"
