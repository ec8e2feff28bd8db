# Options as the console and the spool see them.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

# of_console LINE...: options of the console itself.
of_console()
{
	for line; do
		sed -i "s|^    url:.*|&\n    $line|" "$dir/s1spool.yml"
	done
}

all="activity agent alert application application_risk group threat
    threat_event unified_alert"

# Only the datasets that are named.
only()
{
	for d in $all; do
		case " $* " in
		*" $d "*) ;;
		*) echo "$d: { enabled: false }" ;;
		esac
	done
}

# The requests since the last look, and those of them for a path.
look()
{
	mock GET requests | jq -r .uri >"$dir/all"
	tail -n "+$(($(cat "$dir/seen" 2>/dev/null || echo 0) + 1))" \
	    "$dir/all" >"$dir/new"
	wc -l <"$dir/all" >"$dir/seen"
}

requests()
{
	grep "^/web/api/v2.1/$1" "$dir/new"
}

# parameter PATH NAME: its values in the requests for a path, "-" for none.
parameter()
{
	requests "$1?" | sed -n "s/.*[?&]$2=\([^&]*\).*/\1/p; t
	    s/.*/-/p" | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# member DATASET FILTER: of the first line of a stream.
member()
{
	cat "$dir/spool/acme/$1"/*.ndjson | head -n 1 | jq -c "$2"
}

test_switches()
{
	configure "$(only group)"
	once
	is "exit code" "$code" 0
	look
	is "groups are asked for" "$(requests groups | grep -c .)" 1
	is "nothing else is" "$(grep -vcE 'groups\?|/system/info|/api-token-details' "$dir/new")" 0
	is "streams" "$(ls "$dir/spool/acme")" group
}

# One more console, of which nothing is polled.
with_idle_console()
{
	cat >>"$dir/s1spool.yml" <<-END
	  - name: idle
	    url: $url
	    api_token_file: $dir/token
	    datasets:
	END
	only none | sed 's/^/      /' >>"$dir/s1spool.yml"
}

# Only some of them, by the command line.
test_choice()
{
	configure "$(only activity group threat)"
	once --dataset threat --dataset=group --console acme
	is "exit code" "$code" 0
	look
	is "streams" "$(echo "$dir"/spool/acme/*)" \
	    "$dir/spool/acme/group $dir/spool/acme/threat"
	is "nothing else is asked" "$(requests activities | grep -c .)" 0
	with_idle_console
	while read -r options; do
		# shellcheck disable=SC2086 # words
		once ${options%%: *}
		is "$options" "$code" 64
		grep -qF "s1spool once: ${options#*: }" "$dir/once.err" ||
		    fail "$options: $(cat "$dir/once.err")"
	done <<-END
	--dataset threat --dataset treat: unknown dataset 'treat'; there are
	--dataset group --dataset group: --dataset group is given twice
	--console acme --console acme: --console acme is given twice
	--console acme --console gone: there is no console gone in the
	--dataset threat --dataset agent: dataset agent is not enabled in the
	--console acme --dataset agent: dataset agent is not enabled for console acme
	--console idle --console acme: no dataset is enabled for console idle
	--console idle --dataset group: dataset group is not enabled for console idle
	--console idle --console acme --dataset group: none of these datasets is enabled for console idle
	END
	look
	is "requests for that" "$(grep -c . "$dir/new")" 0
	once --dataset group
	is "exit code" "$code" 0
	look
	grep -q ' warn .*idle: nothing is polled: no dataset is enabled' \
	    "$dir/once.err" || fail "no warning: $(cat "$dir/once.err")"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >/dev/full \
	    2>"$dir/prune.err"
	is "a full standard output" "$?" 74
	"$S1SPOOL" status --config "$dir/s1spool.yml" --dataset alert \
	    >"$dir/status.out" 2>"$dir/status.err"
	is "status of what is not enabled" "$?" 64
}

test_sites()
{
	configure "$(only activity agent group threat)" \
	    'agent: { site_ids: [22, 33] }' 'threat: { site_ids: [] }'
	of_console 'site_ids: "11, 12"'
	once
	is "exit code" "$code" 0
	look
	is "the console's" "$(parameter activities siteIds)" '11%2C12'
	is "and again" "$(parameter groups siteIds)" '11%2C12'
	is "the dataset's" "$(parameter agents siteIds)" '22%2C33'
	is "none" "$(parameter threats siteIds)" -
	! grep -q 'cannot be limited' "$dir/once.err" || fail "a warning"
	configure "$(only unified_alert)" 'unified_alert: { enabled: true }'
	of_console 'site_ids: 11'
	once
	grep -q 'unified_alert cannot be limited' "$dir/once.err" ||
	    fail "no warning"
}

test_pages()
{
	configure "$(only activity agent group threat)" \
	    'agent: { batch_size: 17 }' 'threat: { page_size: 23 }'
	once
	is "exit code" "$code" 0
	look
	is "the default" "$(parameter activities limit)" 1000
	is "of groups" "$(parameter groups limit)" 200
	is "batch_size" "$(parameter agents limit)" 17
	is "page_size" "$(parameter threats limit)" 23
}

# The first poll looks so far back.
test_initial_interval()
{
	configure "$(only group)" 'group: { start_time: 2099-01-01T00:00:00Z }'
	once
	grep -q ' warn .*: start_time of group is in the future' \
	    "$dir/once.err" || fail "no warning: $(cat "$dir/once.err")"
	configure "$(only activity threat)" \
	    'activity: { initial_interval: 3h }'
	once
	is "exit code" "$code" 0
	look
	for what in "activities createdAt 10800" "threats updatedAt 86400"; do
		# shellcheck disable=SC2086 # words
		set -- $what
		from=$(parameter "$1" "$2__gte" | sed 's/%3A/:/g')
		to=$(parameter "$1" "$2__lt" | sed 's/%3A/:/g')
		is "$1" $(($(date -d "$to" +%s) - $(date -d "$from" +%s))) "$3"
	done
}

# Those of the options come first, in the integration's order.
test_tags()
{
	configure "$(only activity group application_risk)" \
	    'activity: { preserve_original_event: false }' \
	    'group: { tags: [b, a] }' \
	    'application_risk: { enabled: true, tags: [z, y],
	        preserve_duplicate_custom_fields: true }'
	of_console 'preserve_original_event: true'
	once
	is "exit code" "$code" 0
	is "defaults" "$(member activity .tags)" \
	    '["forwarded","sentinel_one-activity"]'
	is "no original" "$(member activity .event.original)" null
	is "own" "$(member group .tags)" '["preserve_original_event","b","a"]'
	is "original" \
	    "$(member group '.event.original | fromjson | has("id")')" true
	both='"preserve_original_event","preserve_duplicate_custom_fields"'
	is "both" "$(member application_risk .tags)" "[$both,\"z\",\"y\"]"
}

test_output()
{
	configure "$(only activity group)" 'group: { output: mapped }'
	of_console 'output: raw'
	once
	is "exit code" "$code" 0
	is "raw" "$(member activity '[(.message | fromjson |
	    has("activityType")), has("sentinel_one")]')" '[true,false]'
	is "raw: tags" "$(member activity .tags)" \
	    '["forwarded","sentinel_one-activity"]'
	is "mapped" "$(member group '[has("message"), has("sentinel_one")]')" \
	    '[false,true]'
}

# Each dataset has a raw form.
test_raw()
{
	configure "$(for d in $all; do
		echo "$d: { enabled: true }"
	done)"
	of_console 'output: raw' 'namespace: prod'
	run_start
	for d in $all; do
		wait_for 30 has_lines "$d" 1
		is "raw $d" "$(member "$d" '[(.message | fromjson | type),
		    .data_stream.dataset, .data_stream.namespace, .tags,
		    has("sentinel_one"), has("event") and (.event |
		    has("original"))]')" \
		    "$(printf '["object","sentinel_one.%s","prod",%s,%s]' \
		    "$d" "[\"forwarded\",\"sentinel_one-$d\"]" false,false)"
	done
	run_stop
	is "exit code" "$code" 0
}

# A dataset that may wait for long does not wait like one that may not.
test_timeouts()
{
	http_timeout=20s
	configure "$(only group threat)" 'group: { http_client_timeout: 1s }'
	mock POST fault '[{"fault":"stall","seconds":4,"path":"/groups"},
	    {"fault":"stall","seconds":4,"path":"/threats","count":1}]' \
	    >/dev/null
	run_start
	wait_for 20 said 'no whole answer in time'
	grep 'no whole answer in time' "$dir/run.err" | grep -q acme/group ||
	    fail "not of groups"
	wait_for 20 has_lines threat 1
	! grep 'no whole answer in time' "$dir/run.err" |
	    grep -q acme/threat || fail "threats: a time-out"
	mock DELETE fault >/dev/null
	wait_for 60 has_lines group 1
	run_stop
	is "exit code" "$code" 0
	http_timeout=10s
}

mock_start --agents 60 --groups 12 --threats 60 --activities 300 --days 1
test_switches
test_choice
test_sites
test_pages
test_initial_interval
test_tags
test_output
test_raw
test_timeouts
mock_stop
finish
