# Alerts of custom rules, whose changes do not move the time that walks go by,
# and unified alerts, which are asked for with GraphQL.
. "$top_srcdir/tests/e2e/lib.sh"

# conf OPTIONS [UNIFIED-OPTIONS]: with group for company.
conf()
{
	echo "alert: { interval: 300ms, look_back: 2s, overlap: 6s," \
	    "initial_interval: 240h$1 }"
	echo "unified_alert: { enabled: true, interval: 300ms, look_back: 2s," \
	    "overlap: 6s, initial_interval: 240h${2-} }"
	echo "group: { interval: 300ms }"
	for d in activity agent application threat; do
		echo "$d: { enabled: false }"
	done
}

# An hour later at the console, and all datasets have been polled.
an_hour_passes()
{
	mock POST time '{"advance":3605}' >/dev/null
	before=$(asked '')
	wait_for 10 is_asked_more 12
}

is_asked_more()
{
	[ "$(asked '')" -ge $((before + $1)) ]
}

# Changes of alerts that were created up to a week ago: each once, an hour
# later.
test_trailing_window()
{
	mock_start --days 6 --alerts 200 --unified-alerts 10 --groups 5 \
	    --agents 20
	configure "$(conf '')"
	run_start
	wait_for 20 has_lines alert 200
	for i in 1 2; do
		n=$(mock POST update '{"dataset":"alert","count":20}' |
		    jq '.data | unique | length')
		have=$(lines alert)
		an_hour_passes
		wait_for 20 has_lines alert $((have + n))
		[ $i = 1 ] || break
		run_kill
		run_start
	done
	check alert
	# Nothing new: the window is read, and nothing is written.
	have=$(lines alert)
	an_hour_passes
	an_hour_passes
	is "no change" "$(lines alert)" "$have"
	run_stop

	# Without the window, changes of old alerts are nobody's business.
	configure "$(conf ', trailing_window: 0')"
	run_start
	wait_for 20 has_lines alert 200
	mock POST update '{"dataset":"alert","count":20}' >/dev/null
	have=$(lines alert)
	an_hour_passes
	mock POST produce '{"dataset":"alert","count":1}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	wait_for 20 has_lines alert $((have + 1))
	is "no window" "$(lines alert)" $((have + 1))
	run_stop
	mock_stop
}

# is_off DATASET FAULT: told once, in the log and in the status.
is_off()
{
	text='this console does not have it'
	[ "$2" != 403 ] || text='the token may not read this'
	wait_for 20 is_state "$1" disabled
	is "$1 $2: told" "$(grep -c " error acme/$1: " "$dir/run.err")" 1
	grep -q "acme/$1: $text .*the dataset is off and asked for again every hour" \
	    "$dir/run.err" || fail "$1 $2: $(cat "$dir/run.err")"
	is "$1 $2: status" "$(jq -r --arg d "$1" '.streams[] |
	    select(.dataset == $d).reason' "$dir/state/status.json" |
	    grep -c "^$text")" 1
	is "$1 $2: lines" "$(lines "$1")" 0
}

# unavailable FAULT FAULT: of alert and of unified_alert.  Nobody else has to
# do with it.
unavailable()
{
	mock DELETE fault >/dev/null
	mock POST fault "[{\"fault\":\"$1\",\"dataset\":\"alert\"},
	    {\"fault\":\"$2\",\"dataset\":\"unified_alert\"}]" >/dev/null
	configure "$(conf '')"
	run_start
	wait_for 20 has_lines group 5
	mock POST update '{"dataset":"group","count":3}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	wait_for 20 has_lines group 6
	is_off alert "$1"
	is_off unified_alert "$2"
	is "$1 $2: requests" "$(mock GET fault | jq -c '[.data[].met]')" '[1,1]'
	run_stop
	is "$1 $2: exit code" "$code" 0
}

# As consoles without these products answer.
test_unavailable()
{
	mock_start --alerts 20 --unified-alerts 20 --groups 5 --agents 20
	unavailable 404 501
	unavailable 403 404
	unavailable 501 403
	mock_stop
}

# The variables of all requests, without what differs from page to page.
variables()
{
	mock GET requests | jq -c 'select(.variables).variables |
	    del(.after) | del(.filters[].dateTimeRange.end) |
	    del(.filters[].dateTimeRange.start)' | sort -u
}

# Two phases in one window, `after' but for the first pages.
test_unified()
{
	mock_start --days 5 --alerts 10 --unified-alerts 250 --agents 20
	mock POST update '{"dataset":"unified_alert","count":40}' >/dev/null
	mock POST time '{"advance":5}' >/dev/null
	configure "$(conf '' ', page_size: 40')"
	once --dataset unified_alert
	is "unified" "$code" 0
	check unified_alert
	is "variables" "$(variables)" "$(for field in detectedAt updatedAt; do
	    printf '{"filters":[{"dateTimeRange":{"startInclusive":false},'
	    printf '"fieldId":"%s"}],"first":40,"sort":{"by":"%s",' $field $field
	    echo '"order":"ASC"}}'; done)"
	is "first pages" "$(mock GET requests | jq -c 'select(.variables) |
	    .variables | select(has("after") | not)' | wc -l)" 2
	is "pages" "$(asked graphql)" 14
	is "windows" "$(mock GET requests | jq -c 'select(.variables).variables |
	    .filters[].dateTimeRange' | sort -u | wc -l)" 1

	# An update is a new document, once.
	n=$(mock POST update '{"dataset":"unified_alert","count":30}' |
	    jq '.data | unique | length')
	mock POST time '{"advance":5}' >/dev/null
	have=$(lines unified_alert)
	for i in 1 2; do
		once --dataset unified_alert
		is "updates" "$(lines unified_alert)" $((have + n))
	done
	check unified_alert
}

# Errors in a 200: that page is asked for again, nothing of it was written, and
# the walk goes on there.
test_errors()
{
	configure "$(conf '' ', page_size: 40')"
	before=$(asked graphql)
	mock POST fault '[{"fault":"graphql-errors","dataset":"unified_alert",
	    "after":2,"count":1},{"fault":"graphql-partial",
	    "dataset":"unified_alert","after":10,"count":1}]' >/dev/null
	once --dataset unified_alert
	is "errors" "$code" 0
	is "errors met" "$(mock GET fault | jq -c '[.data[].met]')" '[1,1]'
	mock DELETE fault >/dev/null
	check unified_alert
	is "errors: requests" $(($(asked graphql) - before)) 16
	grep -q 'the answer has errors: .*Internal server error' \
	    "$dir/once.err" || fail "errors: not told"
	mock_stop
}

# Cloud fields where the integration's own mapping loses them.
test_cloud_fields()
{
	mock_start --alerts 1 --unified-alerts 200 --agents 20
	for want in 0 1; do
		correct=$([ $want = 0 ] || echo ', correct_cloud_fields: true')
		configure "$(conf '' "$correct")"
		once --dataset unified_alert
		check unified_alert
		n=$(cat "$dir"/spool/acme/unified_alert/*.ndjson |
		    jq -c 'select(.host.os.type and .cloud.provider)' | wc -l)
		is "cloud fields" $((n > 0)) $want
	done
	mock_stop
}

# kill -9 in and between the phases of a living console.
test_killed()
{
	mock_start --days 5 --alerts 300 --unified-alerts 300 --agents 50 \
	    --produce 40 --late-fraction 0.2 --late-max 4
	configure "$(conf ', page_size: 20' ', page_size: 20')"
	for moment in 0 1 2 3 4 5 6; do
		before=$(asked '')
		run_start
		wait_for 10 is_asked_more 10
		sleep 0.$moment
		run_kill
	done
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 20 nothing_pending
	# The window of an hour is due, and the overlap too.
	mock POST time '{"advance":3700}' >/dev/null
	once
	is "killed" "$code" 0
	check alert unified_alert
	mock_stop
}

test_trailing_window
test_unavailable
test_unified
test_errors
test_cloud_fields
test_killed
finish
