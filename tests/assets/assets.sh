# Dashboards, searches, rules and transforms are sound, and of fields that
# there are: declared, of a type that fits, and with values in documents.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
check_assets=$top_builddir/tests/assets/check_assets
kibana=$top_srcdir/filebeat/kibana
elasticsearch=$top_srcdir/filebeat/elasticsearch
datasets=$(sed -n 's/^DATASET(.*, \(.*\))$/\1/p' \
    "$top_srcdir/collector/dataset/dataset.def")
failed=0
n=0
changed=
pipelines=

fail()
{
	echo "FAIL: $*"
	failed=1
}

# The fields of a dataset and documents: those that the conformance tests
# expect, and what becomes of the mock console's records.
gather()
{
	sh "$top_srcdir/filebeat/fields/rows.sh" "$1" >"$tmp/$1"
	cat "$top_srcdir/tests/conformance/$1"/*.expected.ndjson >"$tmp/$1.docs"
	[ "$1" != threat_event ] || return
	"$MOCK_CONSOLE" --dump "$1" 300 | "$S1SPOOL" map "$1" >>"$tmp/$1.docs"
}

# Those of the collector's own health: what the end-to-end tests see of it.
gather_health()
{
	fields=$top_srcdir/filebeat/fields
	awk -v dataset=health -f "$fields/rows.awk" "$fields/types.tsv" \
	    "$elasticsearch/own.tsv" "$elasticsearch/own_health.tsv" \
	    >"$tmp/s1spool.health"
	cp "$top_srcdir/tests/assets/health.ndjson" "$tmp/s1spool.health.docs"
}

# check KIND FILE...: with all that pipelines add known before.
check()
{
	# shellcheck disable=SC2086 # a list of names
	"$check_assets" "$tmp" $datasets -- $pipelines "$@" >"$tmp/out" 2>&1
}

sound()
{
	check "$@" || {
		cat "$tmp/out"
		fail "$*"
	}
}

# found TEXT KIND FILE FROM TO: in a copy of the file with the first of one
# text as another, that fault is to be found.
found()
{
	n=$((n + 1))
	FROM=$4 TO=$5 awk '
	(at = index($0, ENVIRON["FROM"])) && !done {
		$0 = substr($0, 1, at - 1) ENVIRON["TO"] \
		    substr($0, at + length(ENVIRON["FROM"]))
		done = 1
	}
	{ print }
	END { exit !done }' "$3" >"$tmp/changed.$n" || fail "not in $3: $4"
	changed="$changed $2 $tmp/changed.$n"
	echo "$tmp/changed.$n: $1" >>"$tmp/wanted"
}

# All copies at once: reading the documents is what takes time.
test_found()
{
	# shellcheck disable=SC2086 # a list of names
	check $changed && fail "nothing is found"
	while IFS=' ' read -r copy text; do
		grep "^$copy" "$tmp/out" >"$tmp/said"
		grep -qF -- "$text" "$tmp/said" || {
			head -n 5 "$tmp/said"
			fail "not found: $text"
		}
	done <"$tmp/wanted"
}

# lost TEXT FROM TO: the same in the saved objects.  Most of them is JSON in
# JSON: there a quotation mark has a backslash.
lost()
{
	found "$1" objects "$kibana/saved-objects.ndjson" "$2" "$3"
}

test_envelopes()
{
	lost 'line 1 is no object' '{' '['
	lost 'id: no string' '"id":' '"ID":'
	lost 'type that cannot be imported: map' '"type":"tag"' '"type":"map"'
	lost 'Version is not 8.8.0' 'Version":"8.8.0' 'Version":"10.0.0'
	lost 'typeMigrationVersion is not 8.0.0' 'typeMigrationVersion' 'x'
	lost 'typeMigrationVersion is not 8.9.0' '8.9.0' '10.1.0'
	lost 'the file does not have: tag' '"id":"sentinel-one-collector-tag"' \
	    '"id":"x"'
	lost 'the file does not have: dashboard' \
	    '"id":"sentinel-one-collector-agents"' '"id":"x"'
	lost 'twice: search' '-collector-alerts' '-collector-audit'
	lost 'id of Elastic' '"id":"sentinel-one-' '"id":"sentinel_one-'
	lost 'relies on Elastic' '"logs-sentinel_one.*"' '"logs-*"'
	lost 'managed' '"managed":false' '"managed":true'
}

test_dashboards()
{
	lost 'do not know: hits' '"version":1' '"hits":1'
	lost 'title that another' '] Overview"' '] Activity and audit"'
	lost 'optionsJSON: not JSON' '"optionsJSON":"{' '"optionsJSON":"{{'
	lost 'refreshInterval.value: no' ',"value":60000' ''
	lost 'timeFrom: no' '"timeFrom":"now-24h",' ''
	lost 'kibanaSavedObjectMeta has more' '"searchSourceJSON":' \
	    '"x":1,"searchSourceJSON":'
	lost 'too new: sections' '"version":1' '"sections":[],"version":1'
	lost 'too new: sectionId' '\"x\":0' '\"x\":0,\"sectionId\":1'
	lost 'is not gridData.i' '\"i\":\"ov-note' '\"i\":\"ov-x'
	lost 'outside of the grid' '\"x\":40' '\"x\":41'
	lost 'lies over ov-endpoints' '\"x\":8,' '\"x\":7,'
	lost 'no whole number' '\"w\":8' '\"w\":8.5'
	lost 'no type of panel: image' '\"type\":\"lens\",\"panel' \
	    '\"type\":\"image\",\"panel'
	lost 'a reference that nothing has' '"name":"ov-endpoints:' \
	    '"name":"ov-x:'
	lost 'no reference: ov-endpoints:' '"name":"ov-endpoints:' \
	    '"name":"ov-x:'
	lost 'no reference of layer layer_a' '-layer-layer_a\"' '-layer-x\"'
	lost 'two references of one name' 'controlGroup_ctl_1:' \
	    'controlGroup_ctl_0:'
	lost 'links: wrong order' '\"order\":1,\"destination' \
	    '\"order\":2,\"destination'
	lost 'links: link_lnk_agents' 'RefName\":\"link_lnk_agents' \
	    'RefName\":\"link_lnk_x'
	lost 'explicitInput.id is another' 'Input\":{\"id\":\"ctl_0' \
	    'Input\":{\"id\":\"ctl_1'
	lost 'orders of controls' '\"order\":3,\"width' '\"order\":4,\"width'
	lost 'ctl_3: message is of no use' 'fieldName\":\"host.name' \
	    'fieldName\":\"message'
	lost 'no Markdown' '\"type\":\"markdown' '\"type\":\"html'
}

test_charts()
{
	lost 'no such field: host.ids' 'sourceField\":\"host.id' \
	    'sourceField\":\"host.ids'
	lost 'no document has agent.id' \
	    'sourceField\":\"host.id' 'sourceField\":\"agent.id'
	lost 'of no use there: match_only_text' 'sourceField\":\"host.id' \
	    'sourceField\":\"message'
	lost 'use vulnerability.id' 'sourceField\":\"vulnerability.cve' \
	    'sourceField\":\"sentinel_one.application_risk.cve_id'
	lost 'columnOrder has 1 of 2' 'columnOrder\":[\"c_s0\",\"c_v0' \
	    'columnOrder\":[\"c_v0'
	lost 'a bucket behind values' \
	    'columnOrder\":[\"c_s0\",\"c_v0\",\"c_v1\",\"c_v2' \
	    'columnOrder\":[\"c_v0\",\"c_s0\",\"c_v1\",\"c_v2'
	lost 'no operation: sum' '\"unique_count\"' '\"sum\"'
	lost 'dataType is "number", not "string"' \
	    'dataType\":\"string' 'dataType\":\"number'
	lost 'scale is "ratio", not "ordinal"' 'scale\":\"ordinal' \
	    'scale\":\"ratio'
	lost 'isBucketed is wrong' 'isBucketed\":true' 'isBucketed\":false'
	lost 'params.emptyAsNull is missing' 'emptyAsNull' 'empty'
	lost 'c_s1: c_s0 is a bucket' \
	    'orderBy\":{\"type\":\"column\",\"columnId\":\"c_v0' \
	    'orderBy\":{\"type\":\"column\",\"columnId\":\"c_s0'
	lost 'no column: c_v9' 'metricAccessor\":\"c_v0' \
	    'metricAccessor\":\"c_v9'
	lost 'no layer: layer_b' 'layerId\":\"layer_a' 'layerId\":\"layer_b'
	lost 'some bars are' 'seriesType\":\"bar_stacked' \
	    'seriesType\":\"bar_horizontal\"},{\"seriesType\":\"bar'
	lost 'legend: no object' '\"legend\":{\"isV' '\"legends\":{\"isV'
	lost 'without a fixed interval' 'interval\":\"1w' 'interval\":\"auto'
	lost 'moves the time filter' 'ignoreTimeRange' 'ignore'
	lost 'c_v1 is shown 0 times' '{\"columnId\":\"c_v1' \
	    '{\"columnId\":\"c_v0'
	lost 'params.formula is' ' - unique_count(' ' + unique_count('
	lost 'references are not what' '\"args\":[\"c_v0X0' \
	    '\"args\":[\"c_v0X1'
	lost 'a formula of other parts' 'references\":[\"c_v0X2' \
	    'references\":[\"c_v0X1'
	lost 'counts documents' \
	    '\"operationType\":\"unique_count\",\"scale\":\"ratio\",\"sourceField\":\"host.id\"' \
	    '\"operationType\":\"count\",\"scale\":\"ratio\",\"sourceField\":\"___records___\"'
	lost 'label: empty' 'label\":\"Infected endpoints' 'label\":\"'
	lost 'no visualization: lnsX' 'lnsXY' 'lnsX'
}

test_queries()
{
	lost 'no dataset: sentinel_one.agents' \
	    'dataset : \\\"sentinel_one.agent\\\"' \
	    'dataset : \\\"sentinel_one.agents\\\"'
	lost 'without brackets' '(event.severity >= 73)' \
	    'event.severity >= 73 or host.id : * and host.name : *'
	lost 'a bracket does not end' '(event.severity >= 73)' \
	    '(event.severity >= 73'
	lost 'behind its end' '(event.severity >= 73)' 'host.id : *)'
	lost 'no field with an operator' '(event.severity >= 73)' 'malware'
	lost 'keyword' 'event.severity >= 73' 'event.kind >= 73'
	lost 'no document has the event.outcome "Failure"' \
	    'event.outcome : \\\"failure' 'event.outcome : \\\"Failure'
	lost 'no document has the sentinel_one.agent.infected "yes"' \
	    'sentinel_one.agent.infected : true' \
	    'sentinel_one.agent.infected : yes'
	lost 'no such field: rule.nam' '\"rule.name\"' '\"rule.nam\"'
	lost 'sort: no array' '\"sort\":[[' '\"sorts\":[['
}

test_bodies()
{
	rule=$kibana/rules/alert.json
	found 'not JSON' rule "$rule" '{' '{{'
	found 'no data stream: logs-*' rule "$rule" 'logs-sentinel_one.alert-*' \
	    'logs-*'
	found 'other data streams' rule "$rule" 'logs-sentinel_one.alert-*' \
	    'logs-sentinel_one.threat-*'
	found 'no such field: sentinel_one.alert.id' rule "$rule" \
	    'sentinel_one.alert.agent.id' 'sentinel_one.alert.id'
	found 'no severity: severe' rule "$rule" '"medium"' '"severe"'
	found 'no document has the event.severity "50"' rule "$rule" '"47"' \
	    '"50"'
	found 'of no use there: keyword' rule "$rule" 'event.ingested' \
	    'event.kind'
	found 'no tag s1spool' rule "$rule" ', "s1spool"' ''
	found 'rule_id: no string' rule "$rule" rule_id id
	rule=$kibana/rules/silent.json
	found 'no such field: s1spool.health.consol' rule "$rule" \
	    's1spool.health.console' 's1spool.health.consol'
	found 'no data stream: logs-s1spool.healthy-*' rule "$rule" \
	    logs-s1spool.health-* logs-s1spool.healthy-*
	found 'no FROM' rule "$rule" 'FROM logs' 'ROW logs'
	found 'not to be switched on' rule "$rule" '"enabled": false' \
	    '"enabled": true'
	transform=$elasticsearch/transform/s1spool-latest.application.json
	found 'of no use there: keyword' transform "$transform" \
	    '"sort": "@timestamp"' '"sort": "event.id"'
	found 'of no use there: match_only_text' transform "$transform" \
	    '"package.name"' '"message"'
	found 'no such field: package.nam' transform "$transform" \
	    '"package.name"' '"package.nam"'
	found 'no data stream: logs-*' transform "$transform" \
	    logs-sentinel_one.application-* logs-*
	found 'not JSON' json "$transform" '"dest":' '"dest"'
	found 'no YAML' yaml "$top_srcdir/filebeat/shipper/filebeat.yml" \
	    'type: filestream' 'type: [filestream'
	found 'another type' connector "$kibana/connector.json" .sentinelone \
	    .sentinel
	found 'a member that Kibana refuses' connector \
	    "$kibana/connector.json" '"token"' '"x": "", "token"'
}

for dataset in $datasets; do
	gather "$dataset"
done
gather_health
datasets="$datasets s1spool.health"
for pipeline in "$elasticsearch"/ingest_pipeline/*.json; do
	pipelines="$pipelines pipeline $pipeline"
done
# Parts are put together first.
find "$top_srcdir/filebeat" -name '*.json' >"$tmp/json"
find "$top_srcdir/filebeat/shipper" -name '*.yml' ! -path '*/parts/*' \
    >"$tmp/yaml"
for kind in json yaml; do
	[ -s "$tmp/$kind" ] || fail "no files: $kind"
	# shellcheck disable=SC2046 # a list of names
	sound $(sed "s/^/$kind /" "$tmp/$kind")
done
sound objects "$kibana/saved-objects.ndjson"
for rule in "$kibana"/rules/*.json; do
	sound rule "$rule"
done
for transform in "$elasticsearch"/transform/*.json; do
	sound transform "$transform"
done
sound connector "$kibana/connector.json"
test_envelopes
test_dashboards
test_charts
test_queries
test_bodies
test_found
exit $failed
