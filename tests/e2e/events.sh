# The events of threats: a walk over threats, and one over the events of each.
. "$top_srcdir/tests/e2e/lib.sh"

# conf [PAGE-SIZE]
conf()
{
	echo "threat_event: { enabled: true, interval: 24h," \
	    "initial_interval: 240h, page_size: ${1-100} }"
	for d in activity agent alert application group threat; do
		echo "$d: { enabled: false }"
	done
}

# events_of THREAT: how many the console has.
events_of()
{
	curl -s -H 'Authorization: ApiToken mock-token' \
	    "$url/web/api/v2.1/threats/$1/explore/events?limit=1000" |
	    jq '.data | length'
}

# The threat with the most events.
largest()
{
	mock GET 'ledger?dataset=threat_event' | jq -r .threatId | sort |
	    uniq -c | sort -n | awk 'END { print $2 }'
}

# pages SIZE: how many pages all threats' events have.
pages()
{
	for dataset in threat threat_event; do
		mock GET "ledger?dataset=$dataset"
	done | jq -r 'select(.goneAt == null) | .threatId // .id' | sort |
	    uniq -c |
	    awk -v size="$1" '{ n = int(($1 - 1 + size - 1) / size);
		sum += n > 0 ? n : 1 } END { print sum }'
}

# begin OPTION...: a console where no threat changed just now.
begin()
{
	mock_start --agents 50 "$@"
	mock POST time '{"advance":120}' >/dev/null
}

# One filter for the whole sweep, whatever happens in it, and no threat twice.
test_sweep()
{
	begin --threats 400
	configure "$(conf 200)"
	want=$(pages 200)
	before=$(asked /explore/)
	once
	is "sweep" "$code" 0
	check threat_event
	is "sweep: requests" $(($(asked /explore/) - before)) "$want"
	is "sweep: lists" "$(asked '&updatedAt__gte=')" 2
	is "sweep: filters" "$(mock GET requests | jq -r .uri |
	    sed -n 's/.*&\(updatedAt__gte=.*__lt=[^&]*\).*/\1/p' | sort -u |
	    wc -l)" 1
	# The second reads the overlap again, and asks for no events.
	once
	is "idle" "$code" 0
	is "idle: requests" $(($(asked /explore/) - before)) "$want"
	check threat_event
	mock_stop
}

# A change brings all events of a threat, and what is new is written.
test_change()
{
	begin --threats 100
	configure "$(conf 50)"
	once
	have=$(lines threat_event)
	for count in 7 30; do
		asked=$(asked /explore/)
		n=$(mock POST update \
		    "{\"dataset\":\"threat\",\"count\":$count}" |
		    jq '.data | unique | length')
		mock POST time '{"advance":120}' >/dev/null
		once
		is "change" "$code" 0
		check threat_event
		got=$(($(asked /explore/) - asked))
		[ $got -ge "$n" ] || fail "change: $got requests"
		[ $got -le $((5 * n)) ] || fail "change: $got requests"
		[ "$(lines threat_event)" -gt "$have" ] ||
		    fail "change: nothing new"
		have=$(lines threat_event)
	done
	asked=$(asked /explore/)
	once
	is "no change" $(($(asked /explore/) - asked)) 0
	is "no change: lines" "$(lines threat_event)" "$have"
	mock_stop
}

# Deleted while it is asked for, or before: told, and no more than that.
test_deleted()
{
	begin --threats 60
	configure "$(conf 20)"
	id=$(largest)
	all=$(mock GET 'ledger?dataset=threat_event' | wc -l)
	n=$(events_of "$id")
	[ "$n" -gt 40 ] || fail "deleted: too few events"
	mock POST fault "{\"fault\":\"404\",\"after\":1,
	    \"path\":\"/threats/$id/explore\"}" >/dev/null
	once
	is "deleted" "$code" 0
	is "deleted: lines" "$(lines threat_event)" $((all - n + 20))
	is "deleted: told" "$(grep -c " info .*$id is gone" "$dir/once.err")" 1
	grep -qE ' (warn|error) ' "$dir/once.err" && fail "deleted: a warning"

	# Nothing is kept of it that would hold up others.
	mock DELETE fault >/dev/null
	mock POST delete "{\"ids\":[\"$id\"]}" >/dev/null
	mock POST update '{"dataset":"threat","count":5}' >/dev/null
	mock POST time '{"advance":5}' >/dev/null
	once
	is "deleted for good" "$code" 0
	check threat_event
	mock_stop
}

# A threat whose events the console cannot give holds up none of the others.
test_failing()
{
	begin --threats 60
	configure "$(conf 20)"
	id=$(largest)
	n=$(events_of "$id")
	all=$(mock GET 'ledger?dataset=threat_event' | wc -l)
	mock POST fault "{\"fault\":\"expired-cursor\",
	    \"path\":\"/threats/$id/explore\"}" >/dev/null
	run_start
	wait_for 40 said "refuses the child records of $id; asked again"
	wait_for 20 has_lines threat_event $((all - n + 20))
	wait_for 20 is_state threat_event idle
	is "failing: lines" "$(lines threat_event)" $((all - n + 20))
	mock DELETE fault >/dev/null
	mock POST time '{"advance":3700}' >/dev/null
	run_stop
	once
	is "failing: mended" "$code" 0
	check threat_event
	mock_stop
}

is_asked()
{
	[ "$(asked /threats)" -ge $((before + 8)) ]
}

# kill -9 in the middle of lists and of a threat's events: each event once, in
# the same walk, and few requests more than without.
test_killed()
{
	begin --threats 120
	configure "$(conf 10)"
	want=$(pages 10)
	asked=$(asked /explore/)
	kills=0
	# Slow enough to be met.
	mock POST fault '{"fault":"stall","seconds":0.01,"path":"/threats"}' \
	    >/dev/null
	for moment in 0 1 2 3 4 5 6 7 8 9; do
		before=$(asked /threats)
		run_start
		wait_for 10 is_asked
		sleep 0.0$moment
		run_kill
		kills=$((kills + 1))
	done
	is "filters" "$(mock GET requests | jq -r .uri |
	    sed -n 's/.*&\(updatedAt__gte=.*__lt=[^&]*\).*/\1/p' | sort -u |
	    wc -l)" 1
	mock DELETE fault >/dev/null
	once
	is "killed" "$code" 0
	check threat_event
	got=$(($(asked /explore/) - asked))
	[ $got -ge "$want" ] || fail "killed: $got requests of $want"
	# A commit, which is every 200 ms, has at most twenty pages.
	[ $got -le $((want + 25 * kills)) ] ||
	    fail "killed: $got requests for $want pages"
	mock_stop
}

test_sweep
test_change
test_deleted
test_failing
test_killed
finish
