# The mock console's inventories, alerts and threats' events, its GraphQL, and
# what its books say about them.
. "$top_srcdir/tests/mock/lib.sh"

# Each application has its own computers; all of them are the inventory's.
test_inventory()
{
	inventory=/application-management/inventory
	walk "$inventory?skipCount=true&limit=7" '. | @json'
	is "inventory" "$(n_ids)" 40
	is "without vendor" "$(jq -c 'select(.applicationVendor == null) |
	    has("applicationVendor")' "$dir/ids" | sort | uniq -c |
	    tr -s ' ' | tr '\n' ' ')" " 3 false  3 true "
	jq -r '"applicationName=\(.applicationName | @uri)" +
	    if .applicationVendor then
		"&applicationVendor=\(.applicationVendor | @uri)"
	    else "" end, .endpointsCount' "$dir/ids" >"$dir/pairs"
	: >"$dir/all"
	while read -r pair && read -r count; do
		walk "$inventory/endpoints?limit=20&skipCount=true&$pair"
		is "$pair" "$(n_ids)" "$count"
		cat "$dir/ids" >>"$dir/all"
	done <"$dir/pairs"
	mock GET 'ledger?dataset=application' | jq -r .id | sort \
	    >"$dir/ledger"
	sort "$dir/all" | cmp - "$dir/ledger"
	is "installations" $? 0
	is "empty vendor" "$(ask "$inventory/endpoints?applicationName=Updater&applicationVendor=" \
	    '.data[0].applicationVendor')" null
	is "no such application" "$(ask "$inventory/endpoints?applicationName=x&applicationVendor=y" \
	    '.data | length')" 0
	is "no name" "$(code "$inventory/endpoints?limit=10")" 400
	is "no vendor" "$(ask "$inventory/endpoints?applicationName=C%2B%2B%20Runtime%20%28x64%29%20%2314" \
	    '.errors[0].detail')" \
	    "applicationVendor: Missing data for required field."
	site=$(ask '/agents?limit=1' '.data[0].siteId')
	is "site of rows" "$(ask "$inventory/endpoints?limit=1000&siteIds=$site&applicationName=Example%20Reader&applicationVendor=Example%20Software%20Ltd" \
	    '[.data[].siteName] | unique | length')" 1
	walk '/application-management/risks?skipCount=true&limit=99'
	is "risks" "$(n_ids)" 500
}

# What a document's id is made of.
test_identities()
{
	mock GET 'ledger?dataset=application_risk&period=20592' >"$dir/ledger"
	id=$(head -n 1 "$dir/ledger" | jq -r .id)
	is "identity" "$(head -n 1 "$dir/ledger" | jq -r .identity)" \
	    "$( (printf '\0' && mock GET "record?dataset=application_risk&id=$id" &&
	    printf '\0%s' 20592) | openssl sha1 -binary | openssl base64)"
	mock POST update '{"dataset":"application_risk","count":500}' \
	    >/dev/null
	mock GET 'ledger?dataset=application_risk&period=20592' |
	    sed 500q | cut -d, -f 1-3 >"$dir/again"
	cut -d, -f 1-3 "$dir/ledger" | cmp - "$dir/again"
	is "identities of old versions" $? 0
	is "identities of new ones" "$(mock GET \
	    'ledger?dataset=application_risk&period=20592' |
	    jq -r .identity | sort -u | wc -l)" 1000
}

test_alerts()
{
	list='/cloud-detection/alerts?sortBy=alertInfoCreatedAt&sortOrder=asc'
	walk "$list&limit=20&createdAt__gte=2020-01-01" .alertInfo.alertId
	is "alerts" "$(n_ids) $(wc -l <"$dir/ids")" "300 300"
	at=$(ask "$list&limit=1&skip=200" '.data[0].alertInfo.createdAt')
	is "ties" "$(ask "$list&createdAt__gte=$at&createdAt__lt=$at" \
	    '.data | length') $(ask "$list&limit=100&createdAt__gte=$at&createdAt__lte=$at" \
	    '.data | length')" "0 30"
	is "no filter by update" "$(code "$list&updatedAt__gte=$at")" 400
	is "no sort by update" "$(code \
	    '/cloud-detection/alerts?sortBy=updatedAt')" 400
	id=$(mock POST update '{"dataset":"alert"}' | jq -r '.data[0]')
	mock GET "record?dataset=alert&id=$id" >"$dir/record"
	is "change" "$(mock GET 'ledger?dataset=alert' | jq -r --arg id "$id" \
	    'select(.id == $id and .version == 1).updatedAt')" \
	    "$(jq -r .alertInfo.updatedAt "$dir/record")"
	id=$(mock POST produce '{"dataset":"alert","count":1}' |
	    jq -r '.data[0]')
	is "a new one" "$(ask \
	    "/cloud-detection/alerts?sortBy=alertInfoCreatedAt&sortOrder=desc&limit=1" \
	    '.data[0].alertInfo.alertId')" "$id"
}

test_threat_events()
{
	threat=$(mock GET 'ledger?dataset=threat_event' | jq -r .threatId |
	    sort | uniq -c | sort -n | awk 'END { print $2 }')
	events="/threats/$threat/explore/events?skipCount=true"
	walk "$events&limit=50"
	mock GET 'ledger?dataset=threat_event' | jq -r --arg id "$threat" \
	    'select(.threatId == $id).id' >"$dir/ledger"
	cmp "$dir/ids" "$dir/ledger"
	is "events as in the ledger" $? 0
	[ "$pages" -gt 3 ] || is "pages of events" "$pages" "more than 3"
	mock POST update '{"dataset":"threat","count":600}' >/dev/null
	walk "$events&limit=1000"
	is "events of a changed threat" "$(n_ids)" \
	    $(($(wc -l <"$dir/ledger") + 2))
	mock POST delete "{\"ids\":[\"$threat\"]}" >/dev/null
	is "events of a deleted threat" "$(code "$events")" 404
	is "deleted events" "$(mock GET 'ledger?dataset=threat_event' |
	    jq -r --arg id "$threat" 'select(.threatId == $id).deleted' |
	    sort -u)" true
}

# graphql VARIABLES [SELECTION]: what the console says.
graphql()
{
	jq -nc --argjson v "$1" --arg s "${2-id detectedAt updatedAt externalId}" '{
	    query: "query Q($after: String, $filters: [FilterInput!],
		$first: Int, $sort: SortInput) { alerts(after: $after,
		filters: $filters, first: $first, sort: $sort) {
		totalCount pageInfo { hasNextPage endCursor }
		edges { cursor node { \($s) } } } }", variables: $v}' |
	    curl -s -m 20 -H 'Authorization: Bearer mock-token' \
	    -H 'Content-Type: application/json' -d @- \
	    "$url/unifiedalerts/graphql"
}

# variables FIELD START END FIRST [AFTER]
variables()
{
	jq -nc --arg f "$1" --argjson s "$2" --argjson e "$3" --argjson n "$4" \
	    --arg a "$5" '{filters: [{fieldId: $f, dateTimeRange: {
		start: $s, startInclusive: false, end: $e}}], first: $n,
		sort: {by: $f, order: "ASC"}} +
		if $a == "" then {} else {after: $a} end'
}

# walk_unified FIELD START: the nodes of all pages, a line each, to $dir/ids.
walk_unified()
{
	after=
	pages=0
	: >"$dir/ids"
	while [ $((pages += 1)) -lt 50 ]; do
		graphql "$(variables "$1" "$2" 4000000000000 40 "$after")" \
		    >"$dir/body"
		jq -r '.data.alerts.edges[].node |
		    [.id, .detectedAt, .updatedAt, .externalId] | @json' \
		    "$dir/body" >>"$dir/ids"
		after=$(jq -r '.data.alerts.pageInfo |
		    select(.hasNextPage).endCursor' "$dir/body")
		[ -n "$after" ] || break
	done
}

test_unified()
{
	for field in detectedAt updatedAt; do
		walk_unified $field 0
		mock GET 'ledger?dataset=unified_alert' |
		    jq -r 'select(.goneAt == null) | [.id, .detectedAt,
		    .updatedAt, .externalId] | @json' | sort >"$dir/ledger"
		sort "$dir/ids" | cmp - "$dir/ledger"
		is "unified alerts by $field" $? 0
		mock POST update '{"dataset":"unified_alert","count":70}' \
		    >/dev/null
	done
	at=$(graphql "$(variables updatedAt 0 4000000000000 1000)" | jq -r '
	    [.data.alerts.edges[].node.updatedAt] |
	    if . == sort then .[150] else "unsorted" end')
	ms=$(date -u -d "$at" +%s%3N)
	is "start is not included" "$(graphql "$(variables updatedAt "$ms" \
	    4000000000000 1)" | jq --arg at "$at" \
	    '.data.alerts.edges[0].node.updatedAt > $at')" true
	is "end is" "$(graphql "$(variables updatedAt $((ms - 1)) "$ms" 1)" |
	    jq -r '.data.alerts.edges[0].node.updatedAt')" "$at"
	is "an unknown field finds nothing" "$(graphql "$(variables updatedAt \
	    0 4000000000000 10 | sed 's/"fieldId":"updatedAt"/"fieldId":"x"/')" |
	    jq -c '[.errors, (.data.alerts.edges | length)]')" '[null,0]'
}

# refused VARIABLES [SELECTION]: the message of a reply without data.
refused()
{
	graphql "$@" | jq -r 'select(.data == null).errors[0].message'
}

test_unified_refusals()
{
	good=$(variables updatedAt 0 4000000000000 10)
	is "unknown variable" "$(refused "$(echo "$good" |
	    jq -c '.more = 1')")" "Unknown variable"
	is "first" "$(refused "$(variables updatedAt 0 1 1001)")" \
	    "Variable 'first' must be from 1 to 1000"
	is "cursor" "$(refused "$(variables updatedAt 0 1 10 x)")" \
	    "Invalid cursor"
	is "time as text" "$(refused "$(variables updatedAt '"1"' 1 10)")" \
	    "Variable 'filters' has an invalid range"
	is "unknown node field" "$(refused "$good" 'id nonsense')" \
	    "Validation error (FieldUndefined) : 'nonsense' is undefined"
	is "no sub-selection" "$(refused "$good" 'id assignee')" \
	    "Validation error (SubselectionRequiredOrNotAllowed) : 'assignee'"
	is "sub-selection" "$(graphql "$good" 'id detectionTime { assets {
	    cloud { providerDetails { ... on DetectionGcp { zone } } } } }' |
	    jq .errors)" null
	is "syntax" "$(refused "$good" 'id {' | cut -d : -f 1)" \
	    "Validation error (SubselectionRequiredOrNotAllowed) "
	list=/unifiedalerts/graphql
	is "ApiToken" "$(get $list -d '{}' -o /dev/null \
	    -w '%{http_code}')" 401
	is "no JSON" "$(curl -s -H 'Authorization: Bearer mock-token' -d '{}' \
	    -o /dev/null -w '%{http_code}' "$url$list")" 415
	is "no query" "$(curl -s -H 'Authorization: Bearer mock-token' \
	    -H 'Content-Type: application/json' -d '{}' \
	    -o /dev/null -w '%{http_code}' "$url$list")" 400
	is "GET" "$(code $list)" 404
	is "requests" "$(mock GET requests | jq -r 'select(.variables.first ==
	    1001) | .method + " " + .uri')" "POST /web/api/v2.1$list"
}

test_unified_faults()
{
	one=$(variables updatedAt 0 4000000000000 10)
	fault '{"fault":"graphql-errors","dataset":"unified_alert"}'
	is "errors" "$(graphql "$one" | jq -c '[.data, (.errors | length)]')" \
	    '[null,1]'
	fault '{"fault":"graphql-partial"}'
	is "errors and data" "$(graphql "$one" |
	    jq -c '[(.data.alerts.edges | length), (.errors | length)]')" \
	    '[10,1]'
	fault '{"fault":"pagination-first"}'
	is "other order" "$(graphql "$one" | cut -c 1-50 |
	    grep -c '"totalCount":[0-9]*,"pageInfo"')" 1
	walk_unified detectedAt 0
	is "other order" "$(n_ids)" 300
	fault '{"fault":"empty-page","after":1,"count":2}'
	walk_unified detectedAt 0
	is "empty pages" "$pages $(n_ids)" "10 300"
	fault '{"fault":"empty-page","count":1}'
	walk_unified detectedAt 0
	is "empty first page" "$pages $(n_ids)" "9 300"
	fault '{"fault":"extra-empty-page"}'
	walk_unified detectedAt 0
	is "extra page" "$pages $(n_ids)" "9 300"
	fault '{"fault":"expired-cursor"}'
	is "first page" "$(graphql "$one" | jq .errors)" null
	is "expired cursor" "$(graphql "$(variables updatedAt 0 1 10 x)" |
	    jq '.errors[0].code')" 4000010
	mock DELETE fault >/dev/null
}

start --threats 600
test_inventory
test_identities
test_alerts
test_threat_events
test_unified
test_unified_refusals
test_unified_faults
stop
exit "$failed"
