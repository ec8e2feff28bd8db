# The mock console against what the API's description says, with curl and jq.
. "$top_srcdir/tests/mock/lib.sh"

test_records()
{
	for d in activity agent alert application application_risk group \
	    inventory threat threat_event unified_alert; do
		"$MOCK_CONSOLE" --dump $d 400 >"$dir/$d"
		is "$d: lines" "$(jq -c '.id // .alertInfo.alertId //
		    [.applicationName, .applicationVendor]' "$dir/$d" |
		    sort -u | wc -l)" 400
		"$MOCK_CONSOLE" --dump $d 400 | cmp -s - "$dir/$d"
		is "$d: again the same" $? 0
		"$MOCK_CONSOLE" --seed 2 --dump $d 400 | cmp -s - "$dir/$d"
		is "$d: another seed" $? 1
		is "$d: page" "$("$MOCK_CONSOLE" --page $d 7 |
		    jq '.data | if type == "array" then . else .alerts.edges end |
			length')" 7
	done
	is "big numbers" \
	    "$(grep -c '"accountId":617755838952421242,' "$dir/activity")" 400
	is "19 digits" "$(jq -r .id "$dir/threat" | grep -vc '^[0-9]\{19\}$')" 0
	is "updated before created" "$(jq -c \
	    'select(.updatedAt >= .createdAt)' "$dir/activity" | wc -l)" 0
	is "ties" "$(jq -r .updatedAt "$dir/agent" | sort | uniq -c |
	    sort -n | awk 'END { print ($1 >= 300) }')" 1
}

mock_token()
{
	mock POST token "$1" | jq -r .data.expiresAt
}

test_authorization()
{
	is "no token" "$(curl -s "$url/agents" | jq -c '.errors[0]')" \
	    '{"code":4010010,"detail":null,"title":"Authentication Failed"}'
	is "bearer" "$(curl -s -H 'Authorization: Bearer mock-token' \
	    "$url/system/info" | jq -r .data.version)" 'W-24.2.4#163'
	is "open path" "$(curl -s "$url/system/status" |
	    jq -r .data.health)" ok
	is "expiry" "$(get /users/api-token-details \
	    -d '{"data":{"apiToken":"mock-token"}}' |
	    jq '.data.expiresAt > .data.createdAt')" true
	end=$(mock_token '{"expires":5000}')
	is "another end" "$(get /user | jq -r .data.apiToken.expiresAt)" "$end"
	is "the same end" "$(get /users/api-token-details \
	    -d '{"data":{"apiToken":"mock-token"}}' |
	    jq -r .data.expiresAt)" "$end"
	mock_token '{"expires":-1}' >/dev/null
	is "expired" "$(code /system/info)" 401
	mock_token '{"token":"other"}' >/dev/null
	is "revoked" "$(code /system/info)" 401
	mock_token '{"token":"mock-token"}' >/dev/null
	is "works again" "$(code /system/info)" 200
}

test_paging()
{
	is "default limit" "$(ask /agents '.data | length')" 10
	for list in activities agents groups threats; do
		total=$(ask "/$list?countOnly=true" .pagination.totalItems)
		for by in 'id&sortOrder=asc' 'id&sortOrder=desc' \
		    'createdAt&sortOrder=asc' 'createdAt&sortOrder=desc'; do
			walk "/$list?limit=271&sortBy=$by"
			is "$list by $by" "$(n_ids)" "$total"
			is "$list: repeats" "$(wc -l <"$dir/ids")" "$total"
		done
	done
	# The rows of one time, in pages smaller than their number.
	walk "/agents?limit=100&sortBy=updatedAt"
	is "ties" "$(n_ids)" 1000
	is "sorted" "$(ask '/agents?limit=1000&sortBy=updatedAt' \
	    '[.data[].updatedAt] | . == sort')" true
	# The filter is not in the cursor.
	next=$(ask '/agents?limit=1&sortBy=id&isDecommissioned=true' \
	    .pagination.nextCursor)
	is "follow-up without filter" "$(ask \
	    "/agents?limit=1000&cursor=$next" \
	    '[.data[].isDecommissioned] | unique | length')" 2
}

test_filters()
{
	at=$(ask '/agents?limit=1&sortBy=updatedAt&skip=500' \
	    '.data[0].updatedAt')
	n=$(ask '/agents?limit=1000' "[.data[] | .updatedAt] | map(
	    if . < \"$at\" then 1 elif . == \"$at\" then 2 else 3 end) |
	    [map(select(. == 1)), map(select(. == 2)), map(select(. == 3))] |
	    map(length) | join(\" \")")
	# shellcheck disable=SC2086 # three numbers
	set -- $n
	is "lt" "$(total "updatedAt__lt=$at")" "$1"
	is "lte" "$(total "updatedAt__lte=$at")" $(($1 + $2))
	is "gt" "$(total "updatedAt__gt=$at")" "$3"
	is "gte" "$(total "updatedAt__gte=$at")" $(($2 + $3))
	is "both" "$(total "updatedAt__gte=$at&updatedAt__lte=$at")" "$2"
	site=$(ask '/agents?limit=1' '.data[0].siteId')
	is "siteIds" "$(ask "/agents?limit=1000&siteIds=$site,1" \
	    '[.data[].siteId] | unique | join(" ")')" "$site"
	is "siteIds of activities" "$(ask \
	    "/activities?limit=1000&siteIds=$site" '[.data[].siteId] | unique | join(" ")')" "$site"
	many=$(ask '/activities?limit=1000' '[.data[].id] | join(",")')
	is "many ids" "$(ask "/activities?limit=1000&ids=$many,$many,$many" \
	    '.data | length')" 1000
	is "skipCount" "$(ask '/agents?limit=1&skipCount=true' \
	    .pagination.totalItems)" 0
	is "types" "$(ask '/activities?limit=50&activityTypes=27,33' \
	    '[.data[].activityType] | unique | join(" ")')" "27 33"
}

total()
{
	ask "/agents?countOnly=true&$1" .pagination.totalItems
}

test_refusals()
{
	is "limit" "$(code '/agents?limit=1001')" 400
	is "limit of groups" "$(code '/groups?limit=301')" 400
	is "unknown field" "$(ask '/agents?foo=1' '.errors[0].detail')" \
	    "foo: Unknown field"
	is "sort" "$(code '/activities?sortBy=updatedAt')" 400
	is "cursor" "$(code '/agents?cursor=abc')" 400
	is "time" "$(code '/agents?updatedAt__gte=yesterday')" 400
	is "path" "$(code /nothing)" 404
	is "deleted threat" "$(ask /threats/1/timeline '.errors[0].code')" \
	    4040010
}

test_timeline()
{
	threat=$(ask '/threats?limit=20' '.data[].id' | while read -r id; do
		is_long=$(ask "/threats/$id/timeline?limit=1" \
		    '.pagination.nextCursor != null')
		[ "$is_long" != true ] || echo "$id"
	done | head -n 1)
	walk "/threats/$threat/timeline?limit=1&sortBy=createdAt&sortOrder=desc"
	is "timeline" "$(n_ids)" "$(ask \
	    "/threats/$threat/timeline?limit=100" '.data | length')"
}

test_http()
{
	for coding in gzip deflate; do
		is "$coding" "$(get /agents?limit=50 --compressed \
		    -H "Accept-Encoding: $coding" | jq '.data | length')" 50
	done
	is "keep-alive" "$(curl -s -o /dev/null -o /dev/null \
	    -w '%{num_connects} ' "$url/system/status" "$url/system/status")" \
	    "1 0 "
	now=$(date -u +%s)
	there=$(date -u +%s -d "$(get /system/info -D - -o /dev/null |
	    sed -n 's/^Date: //p' | tr -d '\r')")
	is "clock" $(((there - now + 5) / 10)) 360
}

test_tls()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/key.pem" \
	    -out "$dir/cert.pem" 2>"$dir/openssl.log" || exit 99
	printf 'file-token\n' >"$dir/token"
	start --tls-cert "$dir/cert.pem" --tls-key "$dir/key.pem" \
	    --token-file "$dir/token"
	is "tls" "$(curl -s --cacert "$dir/cert.pem" \
	    -H 'Authorization: ApiToken file-token' \
	    "https://$host/web/api/v2.1/agents?limit=400" |
	    jq '.data | length')" 400
}

# fetch PATH: curl's exit code and the status.
fetch()
{
	get "$1" -o "$dir/body" -w '%{http_code}'
	echo " $?"
}

test_fault_replies()
{
	for kind in 401:4010010 403:4030010 404:4040010 500:5000010 \
	    501:5010010; do
		fault "{\"fault\":\"${kind%:*}\"}"
		is "fault $kind" "$(ask /agents '.errors[0].code')" "${kind#*:}"
		is "fault $kind" "$(code /agents)" "${kind%:*}"
	done
	for kind in 429 503 504; do
		fault "{\"fault\":\"$kind\"}"
		is "fault $kind" "$(get /agents -w '%{http_code}' |
		    grep -c "nginx\|^$kind\$")" 2
	done
	fault '{"fault":"502"}'
	is "fault 502" "$(get /agents -D - | grep -c text/plain)" 1
	fault '{"fault":"html"}'
	is "fault html" "$(code /agents)" 200
	is "fault html" "$(get /agents | grep -c '<html>')" 1
	fault '{"fault":"redirect","location":"https://192.0.2.1/"}'
	is "fault redirect" "$(get /agents -o /dev/null \
	    -w '%{http_code} %{redirect_url}')" "302 https://192.0.2.1/"
	fault '{"fault":"429","retry_after":7}'
	is "retry after" "$(get /agents -D - | tr -d '\r' |
	    sed -n 's/^Retry-After: //p')" 7
	fault '{"fault":"429","retry_after":"date:60"}'
	is "retry after date" "$(get /agents -D - | tr -d '\r' |
	    grep -c '^Retry-After: .*, .* GMT$')" 1
	fault '{"fault":"expired-cursor"}'
	is "first page" "$(code /agents)" 200
	is "expired cursor" "$(code /agents?cursor=x)" 400
	is "misspelt" "$(mock POST fault '{"fault":"401","dateset":"x"}' |
	    jq -r .error)" "not a fault's members"
}

# One process can be many consoles, each at its own address.
test_consoles()
{
	start --consoles 251
	fault '{"fault":"403","host":"127.1.1."}'
	main=$url
	seen=
	for address in 127.0.0.1 127.1.0.1 127.1.0.250 127.1.1.1; do
		url=http://$address:${host#*:}/web/api/v2.1
		seen="$seen$(code /agents) "
	done
	url=$main
	is "consoles" "$seen" "200 200 200 403 "
	is "no further one" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' \
	    "http://127.1.1.2:${host#*:}/")" 000
	is "who was asked" "$(mock GET requests | tail -n 1 | jq -r .host |
	    cut -d: -f1)" 127.1.1.1
}

test_fault_choice()
{
	fault '[{"fault":"403","dataset":"threat"},
	    {"fault":"500","path":"/act","after":1,"count":2}]'
	is "other dataset" "$(code /agents)" 200
	is "dataset" "$(code /threats)" 403
	is "dataset, sub-path" "$(code /threats/1/timeline)" 404
	is "after and count" "$(for _ in 1 2 3 4; do
		code /activities
		printf ' '
	done)" "200 500 500 200 "
	is "books" "$(mock GET fault | jq -c '.data[1]')" \
	    '{"fault":"500","seen":4,"met":2}'
	fault '{"fault":"500","probability":0.5}'
	n=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		[ "$(code /system/info)" = 200 ] || n=$((n + 1))
	done
	is "probability" "$((n > 1 && n < 15))" 1
}

test_fault_wires()
{
	fault '{"fault":"cut"}'
	is "cut" "$(fetch '/agents?limit=100')" "200 18"
	fault '{"fault":"cut-chunked","bytes":5000}'
	is "cut chunked" "$(fetch '/agents?limit=100')" "200 18"
	is "cut where told" "$(wc -c <"$dir/body")" 5000
	fault '{"fault":"truncated"}'
	is "truncated" "$(fetch '/agents?limit=100')" "200 0"
	jq . "$dir/body" >/dev/null 2>&1
	is "truncated JSON" "$(($? > 0))" 1
	fault '{"fault":"reset"}'
	is "reset" "$(fetch /agents)" "000 56"
	fault '{"fault":"stall","seconds":20}'
	is "stall" "$(get /agents -m 1 -w '%{http_code}')" 000
	fault '{"fault":"stall-body","seconds":20,"bytes":100}'
	is "stall in the body" "$(get /agents -m 1 -o /dev/null \
	    -w '%{http_code} %{size_download}')" "200 100"
	fault '{"fault":"drip","seconds":0.01,"bytes":1000}'
	is "drip" "$(ask '/agents?limit=10' '.data | length')" 10
	fault '{"fault":"chunked"}'
	is "chunked" "$(get '/agents?limit=50' -D "$dir/head" |
	    jq '.data | length')" 50
	is "chunked" "$(grep -c '^Transfer-Encoding: chunked' "$dir/head")" 1
}

test_fault_pages()
{
	fault '{"fault":"repeat-cursor"}'
	one=$(ask '/agents?limit=5' .pagination.nextCursor)
	is "repeated cursor" "$(ask "/agents?limit=5&cursor=$one" \
	    .pagination.nextCursor)" "$one"
	fault '{"fault":"empty-page","after":1,"count":2}'
	walk '/agents?limit=300&sortBy=id'
	is "empty pages" "$pages $(n_ids)" "6 1000"
	fault '{"fault":"empty-page","count":1}'
	walk '/agents?limit=400&sortBy=updatedAt&updatedAt__gte=2020-01-01'
	is "empty first page" "$pages $(n_ids)" "4 1000"
	fault '{"fault":"extra-empty-page"}'
	walk '/agents?limit=500&sortBy=id'
	is "extra page" "$pages $(n_ids)" "3 1000"
	fault '{"fault":"no-pagination"}'
	is "no pagination" "$(ask /agents 'keys | join(" ")')" data
	fault '[{"fault":"pagination-first"},{"fault":"total-zero"}]'
	is "other order" "$(get /agents | head -c 15)" '{"pagination":{'
	is "other order" "$(ask /agents '.data | length')" 10
	is "total" "$(ask /agents '.pagination.totalItems')" 0
	mock DELETE fault >/dev/null
}

test_control()
{
	id=$(ask '/threats?limit=1' '.data[0].id')
	is "record" "$(mock GET "record?dataset=threat&id=$id" |
	    jq -c .)" "$(get "/threats?ids=$id" | jq -c '.data[0]')"
	is "timeline" "$(code "/threats/$id/timeline")" 200
	is "delete" "$(mock POST delete "{\"ids\":[\"$id\"]}" |
	    jq .data.affected)" 1
	is "deleted" "$(code "/threats/$id/timeline")" 404
	is "gone" "$(ask "/threats?ids=$id" '.data | length')" 0
	is "ledger of it" "$(mock GET 'ledger?dataset=threat' |
	    jq -c "select(.id == \"$id\") |
	    [.deleted, .goneAt > .createdAt]" | tail -n 1)" \
	    '[true,true]'

	# A late row, a row from the future, a bulk change.
	is "late" "$(added '{"count":1,"age":90}' |
	    jq '.createdAt < .visibleAt')" true
	is "future" "$(added '{"count":1,"age":-90}' |
	    jq '.createdAt > .visibleAt')" true
	is "tie" "$(mock POST update '{"count":250,"tie":true}' |
	    jq '.data | unique | length')" 250
	is "tie" "$(mock GET 'ledger?dataset=agent' |
	    jq -s 'map(select(.version == 1).updatedAt) | unique | length')" 1
	last='/agents?limit=1&sortBy=updatedAt&sortOrder=desc'
	is "updated" "$(ask "$last" \
	    '.data[0] | .updatedAt == .lastActiveDate')" true

	is "stats" "$(mock GET stats | jq -c '.paths["/agents"] |
	    [.last_query, .statuses["200"] > 0,
	    .requests > .statuses["200"]]')" \
	    "[\"${last#*\?}\",true,true]"
	is "requests" "$(mock GET requests | tail -n 1 |
	    jq -r '.method + " " + .uri')" "GET /web/api/v2.1$last"
}

# added BODY: the ledger's last line after making activities.
added()
{
	mock POST produce "$1" >/dev/null
	mock GET 'ledger?dataset=activity' | tail -n 1
}

# What a list gives after all is quiet is what the ledger says.
test_production()
{
	is "produce" "$(mock POST produce '{"rate":400,"seconds":2,
	    "late_fraction":0.2,"late_max":1,"future_fraction":0.01,
	    "burst_every":0.7,"burst":120}' | jq -c .)" '{"data":null}'
	tries=100
	until [ "$(mock GET stats | jq -c '[.producing, .pending]')" = \
	    '[false,0]' ]; do
		[ $((tries -= 1)) -gt 0 ] || break
		sleep 0.1
	done
	is "made" "$(mock GET stats | jq -c '.made |
	    [.activity == 800 + 2 * 120 + 2, .agent >= 200, .threat >= 80]')" \
	    '[true,true,true]'
	is "late" "$(mock GET stats | jq '.late > 50 and .future > 0')" true
	for pair in activity:activities agent:agents group:groups \
	    threat:threats alert:cloud-detection/alerts; do
		mock GET "ledger?dataset=${pair%:*}" | jq -r '
		    select(.goneAt == null) | .id + " " + .updatedAt' |
		    sort >"$dir/ledger"
		by=createdAt
		[ "${pair%:*}" != alert ] || by=alertInfoCreatedAt
		walk "/${pair#*:}?limit=200&sortBy=$by" '(.alertInfo.alertId //
		    .id) + " " + (.threatInfo.updatedAt //
		    .alertInfo.updatedAt // .updatedAt)'
		sort "$dir/ids" | cmp - "$dir/ledger"
		is "${pair#*:} as in the ledger" $? 0
	done
	is "versions" "$(mock GET 'ledger?dataset=agent' |
	    jq -s 'map(select(.goneAt != null)) |
	    all(.visibleAt <= .goneAt) and length > 100')" true
}

test_expiry()
{
	start --token-expires 1000 --fault '{"fault":"500","count":1}'
	is "fault from the start" "$(code /system/info)" 500
	is "not yet" "$(code /system/info)" 200
	mock POST time '{"advance":1001}' >/dev/null
	is "expired" "$(code /system/info)" 401
}

test_rate_limits()
{
	start --rate-limits 0.1
	is "limited" "$(for _ in 1 2 3 4 5; do
		code /activities
		printf ' '
	done)" "200 200 200 429 429 "
	is "another prefix" "$(code /threats)" 200
}

# The console ends with the process that started it.
test_parent()
{
	rm -f "$dir/port"
	sh -c '"$MOCK_CONSOLE" --port-file "$1" --max-seconds 60 >"$2" &
	    tries=100
	    until [ -s "$1" ] || [ $((tries -= 1)) = 0 ]; do sleep 0.05; done
	    echo $!' sh "$dir/port" "$dir/out" >"$dir/child"
	tries=100
	while kill -0 "$(cat "$dir/child")" 2>/dev/null; do
		[ $((tries -= 1)) -gt 0 ] || break
		sleep 0.05
	done
	is "ends with its parent" "$((tries > 0))" 1
	is "ends in time" "$("$MOCK_CONSOLE" --max-seconds 0.1 |
	    grep -c '^ready [1-9]')" 1
}

test_records
start --clock-offset 3600 --cache 1 --activities 2000 --threats 600
test_authorization
test_paging
test_filters
test_refusals
test_timeline
test_http
test_fault_replies
test_fault_choice
test_fault_wires
test_fault_pages
test_control
test_production
test_expiry
test_rate_limits
test_consoles
test_parent
test_tls
stop
exit "$failed"
