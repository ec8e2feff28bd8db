# The mock console against what the API's description says, with curl and jq.
for tool in curl jq openssl; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done

dir=$(mktemp -d) || exit 99
pid=
# shellcheck disable=SC2317 # the trap calls it
clean_up()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
failed=0

# start OPTION...: a console; sets $pid and $url.
start()
{
	[ -z "$pid" ] || stop
	rm -f "$dir/port"
	"$MOCK_CONSOLE" --port-file "$dir/port" --max-seconds 120 "$@" \
	    >"$dir/out" 2>"$dir/err" &
	pid=$!
	tries=200
	until [ -s "$dir/port" ]; do
		if ! kill -0 "$pid" 2>/dev/null || [ $((tries -= 1)) = 0 ]
		then
			echo "the console does not start"
			cat "$dir/err"
			exit 1
		fi
		sleep 0.05
	done
	host=127.0.0.1:$(cat "$dir/port")
	url=http://$host/web/api/v2.1
}

# The console ends in order and says nothing, which is when a sanitizer talks.
stop()
{
	kill "$pid"
	wait "$pid"
	is "exit code" "$?" 0
	is "stderr" "$(cat "$dir/err")" ""
	pid=
}

# is NAME GOT WANTED
is()
{
	[ "$2" = "$3" ] || {
		echo "FAIL: $1: got '$2', wanted '$3'"
		failed=1
	}
}

# get PATH [CURL-OPTION...]
get()
{
	path=$1
	shift
	curl -s -m 20 -H 'Authorization: ApiToken mock-token' "$@" "$url$path"
}

# ask PATH FILTER: what jq makes of the answer.
ask()
{
	get "$1" | jq -r "$2"
}

code()
{
	get "$1" -o /dev/null -w '%{http_code}'
}

# walk PATH: the ids of all pages, a line each, to $dir/ids.
walk()
{
	cursor=
	pages=0
	: >"$dir/ids"
	while [ $((pages += 1)) -lt 200 ]; do
		get "$1$cursor" >"$dir/page"
		jq -r '.data[].id' "$dir/page" >>"$dir/ids"
		cursor=$(jq -r '.pagination.nextCursor // ""' "$dir/page")
		[ -n "$cursor" ] || break
		cursor="&cursor=$cursor"
	done
}

n_ids()
{
	sort -u "$dir/ids" | wc -l | tr -d ' '
}

test_records()
{
	for d in activity agent group threat; do
		"$MOCK_CONSOLE" --dump $d 400 >"$dir/$d"
		is "$d: lines" "$(jq -c .id "$dir/$d" | sort -u | wc -l)" 400
		"$MOCK_CONSOLE" --dump $d 400 | cmp -s - "$dir/$d"
		is "$d: again the same" $? 0
		"$MOCK_CONSOLE" --seed 2 --dump $d 400 | cmp -s - "$dir/$d"
		is "$d: another seed" $? 1
		is "$d: page" "$("$MOCK_CONSOLE" --page $d 7 |
		    jq '.data | length')" 7
	done
	is "big numbers" \
	    "$(grep -c '"accountId":617755838952421242,' "$dir/activity")" 400
	is "19 digits" "$(jq -r .id "$dir/threat" | grep -vc '^[0-9]\{19\}$')" 0
	is "updated before created" "$(jq -c \
	    'select(.updatedAt >= .createdAt)' "$dir/activity" | wc -l)" 0
	is "ties" "$(jq -r .updatedAt "$dir/agent" | sort | uniq -c |
	    sort -n | awk 'END { print ($1 >= 300) }')" 1
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
}

test_paging()
{
	is "default limit" "$(ask /agents '.data | length')" 10
	for list in activities agents groups threats; do
		total=$(ask "/$list?countOnly=true" .pagination.totalItems)
		for sort in id createdAt; do
			for order in asc desc; do
				walk "/$list?limit=97&sortBy=$sort&sortOrder=$order"
				is "$list by $sort $order" "$(n_ids)" "$total"
				is "$list: repeats" "$(wc -l <"$dir/ids")" \
				    "$total"
			done
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

test_records
start --clock-offset 3600 --cache 1
test_authorization
test_paging
test_filters
test_refusals
test_timeline
test_http
test_tls
stop
exit $failed
