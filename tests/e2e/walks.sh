# What is asked of a console whose life is in order, and what comes of it.
. "$top_srcdir/tests/e2e/lib.sh"

# params PATH NAME: the values of a parameter in all requests for a path.
params()
{
	mock GET requests | jq -r .uri | grep -F "/web/api/v2.1$1?" |
	    sed -n "s/.*[?&]$2=\([^&]*\).*/\1/p" | sort -u
}

n_params()
{
	params "$1" "$2" | wc -l | tr -d ' '
}

test_frozen_bounds()
{
	mock_start --agents 450 --threats 350 --activities 900
	# The overlap is not due again before the next poll.
	configure "$(quick ', initial_interval: 240h, page_size: 100' |
	    sed 's/overlap: 6s/overlap: 1h/')"
	once
	is "once" "$code" 0
	check_all
	for path in /activities /threats; do
		field=updatedAt
		[ $path = /threats ] || field=createdAt
		is "$path: lower bounds" "$(n_params $path "${field}__gte")" 1
		is "$path: upper bounds" "$(n_params $path "${field}__lt")" 1
		[ "$(n_params $path cursor)" -ge 3 ] || fail "$path: one page"
	done
	# A first inventory is not disturbed by changes.
	is "inventory" "$(params /agents sortBy)" id
	is "inventory's bounds" "$(n_params /agents updatedAt__lt)" 0
	is "groups" "$(params /groups limit)" 100
	is "encoded once" "$(asked %25)" 0
	grep -q '^acme  *agent  *450 ' "$dir/once.out" ||
	    fail "the table: $(cat "$dir/once.out")"
}

# unknown FILTER: of the agents' entry in the status file.
unknown()
{
	jq -r ".streams[] | select(.dataset == \"agent\") | $1" \
	    "$dir/state/status.json" 2>/dev/null
}

has_unknown()
{
	[ "$(unknown .unknown_members.serialNumber)" = "$1" ]
}

# Members without a field: counted by name, told once.
test_unknown()
{
	mock_start --agents 70
	configure "$(quick ', initial_interval: 240h, page_size: 20')"
	run_start
	wait_for 20 has_unknown 70
	run_stop
	is "all of them" "$(unknown '.unknown ==
	    ([.unknown_members[]] | add) and .unknown_others == null')" true
	is "told once" "$(grep 'acme/agent: members without a field' \
	    "$dir/run.err" | grep -cw serialNumber)" 1
	configure "$(quick ', initial_interval: 240h')"
	once --dataset agent
	grep -q '^acme/agent: members without.*[ :]serialNumber (70)' \
	    "$dir/once.out" || fail "once: $(cat "$dir/once.out")"
	mock_stop
}

# Nothing new: nothing written, and the requests look back.
test_idle_poll()
{
	before=$(find "$dir/spool" -name '*.ndjson' | sort | xargs cat | cksum)
	upper=$(params /activities createdAt__lt)
	once
	is "idle" "$code" 0
	is "idle: the spool" "$(find "$dir/spool" -name '*.ndjson' | sort |
	    xargs cat | cksum)" "$before"
	back=$(params /activities createdAt__gte | tail -n 1)
	is "look-back" "$(iso_s "$back")" $(($(iso_s "$upper") - 2))
	mock_stop
}

# Seconds since 1970 of a bound as it is in a request.
iso_s()
{
	date -u -d "$(echo "$1" | sed 's/%3A/:/g')" +%s
}

test_clock_offset()
{
	for offset in 90000 -90000; do
		mock_start --clock-offset $offset --agents 50 --activities 300
		configure "$(quick ', initial_interval: 240h')"
		once
		is "offset $offset" "$code" 0
		check_all
		upper=$(iso_s "$(params /activities createdAt__lt)")
		ahead=$((upper - $(date +%s) - offset - 2))
		if [ "$ahead" -lt $((-20 * patience)) ] ||
		    [ "$ahead" -gt 0 ]; then
			fail "offset $offset: the upper bound is $ahead s off"
		fi
		mock_stop
	done
}

# Many rows of one time, over several pages and on their borders.
test_ties()
{
	mock_start --agents 200 --activities 100
	mock POST produce '{"dataset":"activity","count":250,"age":60,"tie":true}' \
	    >/dev/null
	mock POST update '{"dataset":"agent","count":150,"age":30,"tie":true}' \
	    >/dev/null
	configure "$(quick ', initial_interval: 240h, page_size: 50')"
	once
	check_all
	mock POST produce '{"dataset":"activity","count":120,"tie":true}' \
	    >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	once
	check activity
	mock_stop
}

# A row of the future neither comes early nor holds up others.
test_future()
{
	mock_start --agents 20 --activities 50 --produce 100 \
	    --future-fraction 0.3 --produce-for 2
	configure "$(quick ', initial_interval: 240h')"
	run_start
	wait_for 20 has_lines activity 100
	mock POST produce '{"stop":true}' >/dev/null
	mock POST time '{"advance":20}' >/dev/null
	present=$(mock GET 'ledger?dataset=activity' | jq -c \
	    --arg now "$(mock GET stats | jq -r .now)" \
	    'select(.createdAt < $now)' | wc -l | tr -d ' ')
	wait_for 20 has_lines activity "$present"
	is "early" "$(lines activity)" "$present"
	mock POST time '{"advance":3700}' >/dev/null
	wait_for 20 has_lines activity $((present + 1))
	run_stop
	is "run" "$code" 0
	once
	check activity
	mock_stop
}

is_resent()
{
	[ "$(cat "$dir"/spool/acme/agent/*.ndjson 2>/dev/null |
	    grep -c '"resend":')" -ge "$1" ]
}

# A re-send brings every agent again, each once, beside the polls.
test_resend()
{
	mock_start --agents 120 --produce 50
	configure "$(quick ', initial_interval: 240h' |
	    sed 's/^agent: {/& resend: 3s, page_size: 20,/')"
	run_start
	wait_for 30 is_resent 240
	run_stop
	mock POST produce '{"stop":true}' >/dev/null
	mock POST time '{"advance":10}' >/dev/null
	once
	check agent activity
	cat "$dir"/spool/acme/agent/*.ndjson | jq -c \
	    '.spool | select(.resend != null) | [.id, .resend]' | sort |
	    uniq -d >"$dir/doubles"
	is "sent again twice" "$(cat "$dir/doubles")" ""
	mock_stop
}

# Late rows are found within the overlap, without a restart.
test_late()
{
	mock_start --agents 50 --activities 100 --produce 100 \
	    --late-fraction 0.5 --late-max 4 --produce-for 5
	configure "$(quick ', initial_interval: 240h')"
	run_start
	wait_for 30 has_lines activity 500
	wait_for 20 nothing_pending
	mock POST time '{"advance":7}' >/dev/null
	have=$(mock GET 'ledger?dataset=activity' | wc -l | tr -d ' ')
	wait_for 20 has_lines activity "$have"
	run_stop
	check activity
	mock_stop
}

# The vendor's limits are kept, but for what a busy machine jumbles: without,
# half of the requests would be too many.
test_rate_budget()
{
	mock_start --rate-limits 1 --agents 100 --threats 200 --activities 900
	configure "$(quick ', initial_interval: 240h, page_size: 10')"
	once
	is "rates" "$code" 0
	refused=$(mock GET stats | jq '[.paths[].statuses["429"] // 0] | add')
	[ "$refused" -le 12 ] || fail "$refused requests were too many"
	check_all
	mock_stop
}

# One document for each entry of a threat's timeline.
test_timeline()
{
	mock_start --agents 50 --threats 30
	configure \
	    "$(quick ', initial_interval: 240h, page_size: 10' |
	        sed 's/^threat: {/& enable_star_rule_enrichment: true,/')"
	once --dataset threat
	is "timeline" "$code" 0
	want=0
	for id in $(curl -s -H 'Authorization: ApiToken mock-token' \
	    "$url/web/api/v2.1/threats?limit=100" | jq -r '.data[].id'); do
		n=$(curl -s -H 'Authorization: ApiToken mock-token' \
		    "$url/web/api/v2.1/threats/$id/timeline?limit=1000" |
		    jq '.data | length')
		want=$((want + (n > 0 ? n : 1)))
	done
	is "timeline: documents" "$(lines threat)" "$want"
	once --dataset threat
	is "timeline: again" "$(lines threat)" "$want"
	is "other datasets" "$(lines activity)" 0
	mock_stop
}

test_frozen_bounds
test_idle_poll
test_clock_offset
test_ties
test_future
test_resend
test_late
test_rate_budget
test_timeline
test_unknown
finish
