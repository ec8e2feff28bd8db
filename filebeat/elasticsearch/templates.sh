#!/bin/sh
# templates.sh TOP FOLDER: write what Elasticsearch is told of fields and data
# streams of the source tree TOP: component templates, index templates and
# transforms, one file for each, named as the object.
set -e
top=$1
folder=$2
here=$top/filebeat/elasticsearch
fields=$top/filebeat/fields
LC_ALL=C
export LC_ALL

tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

# Columns of a table, without its comments.
table()
{
	grep -v '^#' "$here/$1"
}

# json_list WORD...
json_list()
{
	printf '"%s"' "$1"
	shift
	[ $# = 0 ] || printf ', "%s"' "$@"
}

meta()
{
	printf '  "_meta": { "owner": "s1spool", "managed_by": "s1spool", '
	printf '"description": "%s" }\n' "$1"
}

# stream NAME: its templates; its rows are in $tmp.
stream()
{
	flag=
	table latest.tsv | grep -q "^${1#sentinel_one.}	" && flag=true
	awk -v name="$1" -v flag="$flag" -f "$here/template.awk" "$tmp" \
	    >"$folder/component_template/s1spool-$1.json"
	life=s1spool-lifecycle
	table brief.tsv | grep -qx "$1" && life=s1spool-lifecycle-30d
	{
		echo '{'
		echo "  \"index_patterns\": [\"logs-$1-*\"],"
		echo '  "priority": 190,'
		echo '  "data_stream": {},'
		echo '  "allow_auto_create": true,'
		# Ours over Elastic's; the administrator's over both.
		echo "  \"composed_of\": [$(json_list logs@mappings \
		    logs@settings s1spool-settings $life "s1spool-$1" \
		    logs@custom s1spool@custom "logs-$1@custom" \
		    ecs@mappings)],"
		echo "  \"ignore_missing_component_templates\": [$(json_list \
		    logs@mappings logs@settings logs@custom s1spool@custom \
		    "logs-$1@custom" ecs@mappings)],"
		meta "Data streams of $1 that s1spool fills"
		echo '}'
	} >"$folder/index_template/s1spool-$1.json"
}

# The index that a transform writes is no data stream.
latest_template()
{
	{
		echo '{'
		echo "  \"index_patterns\": [\"logs-sentinel_one_latest.dest_$1-*\"],"
		echo '  "priority": 190,'
		echo "  \"composed_of\": [$(json_list "s1spool-sentinel_one.$1" \
		    s1spool-latest s1spool@custom ecs@mappings)],"
		echo "  \"ignore_missing_component_templates\": [$(json_list \
		    s1spool@custom ecs@mappings)],"
		meta "Latest documents of sentinel_one.$1"
		echo '}'
	} >"$folder/index_template/s1spool-latest.$1.json"
}

# latest DATASET KEYS AGE WITHOUT
latest()
{
	query='{ "match_all": {} }'
	[ -z "$4" ] || query="{ \"bool\": { \"must_not\": [{ \"exists\": { \"field\": \"$4\" } }] } }"
	# shellcheck disable=SC2086 # a list of fields
	cat >"$folder/transform/s1spool-latest.$1.json" <<END
{
  "description": "Latest documents of sentinel_one.$1",
  "source": {
    "index": ["logs-sentinel_one.$1-*"],
    "query": $query
  },
  "dest": {
    "index": "logs-sentinel_one_latest.dest_$1-1",
    "aliases": [
      { "alias": "logs-sentinel_one_latest.$1", "move_on_creation": true }
    ]
  },
  "frequency": "30s",
  "sync": { "time": { "field": "event.ingested", "delay": "120s" } },
  "latest": {
    "unique_key": [$(json_list $2)],
    "sort": "@timestamp"
  },
  "retention_policy": {
    "time": { "field": "event.ingested", "max_age": "$3" }
  },
  "settings": { "deduce_mappings": false, "unattended": true },
  "_meta": { "owner": "s1spool", "managed_by": "s1spool" }
}
END
}

sed -n 's/^DATASET(.*, \(.*\))$/\1/p' \
    "$top/collector/dataset/dataset.def" | while read -r dataset; do
	sh "$fields/rows.sh" "$dataset" >"$tmp"
	stream "sentinel_one.$dataset"
done
for dataset in audit dead_letter health; do
	set -- "$here/own.tsv"
	[ ! -e "$here/own_$dataset.tsv" ] || set -- "$@" "$here/own_$dataset.tsv"
	awk -v dataset=$dataset -f "$fields/rows.awk" "$fields/types.tsv" \
	    "$@" >"$tmp"
	stream "s1spool.$dataset"
done
table latest.tsv | while IFS='	' read -r dataset keys age without; do
	latest_template "$dataset"
	latest "$dataset" "$keys" "$age" "$without"
done
