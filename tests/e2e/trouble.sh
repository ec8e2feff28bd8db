# What goes wrong at a console or on the way to it, and what then.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

# passing FAULT-MEMBERS...: one for each dataset, at the second page; all is
# collected in the end.
passing()
{
	mock DELETE fault >/dev/null
	configure "$(quick ', initial_interval: 240h, page_size: 60')"
	for d in $datasets; do
		after=1
		[ "$d" != group ] || after=0
		mock POST fault "{\"dataset\":\"$d\",\"after\":$after,
		    \"count\":1,$1}" >"$dir/answer"
		! grep -q error "$dir/answer" || fail "$(cat "$dir/answer")"
		shift
	done
	once
	is "exit code" "$code" 0
	met=$(mock GET fault | jq '[.data[].met] | add')
	is "faults met" "$met" 4
	check_all
}

f()
{
	echo "\"fault\":\"$1\"${2:+,$2}"
}

test_passing()
{
	http_timeout=1s
	passing "$(f 500)" "$(f 502)" "$(f 503 '"retry_after":1')" "$(f 504)"
	grep -q ' warn .*: asking the console fails: .*HTTP 500' "$dir/once.err" ||
	    fail "not said: $(cat "$dir/once.err")"
	passing "$(f 429 '"retry_after":1')" "$(f 429)" "$(f html)" \
	    "$(f garbage)"
	passing "$(f truncated)" "$(f cut)" "$(f cut-chunked)" "$(f reset)"
	passing "$(f stall '"seconds":5')" "$(f stall-body '"seconds":5')" \
	    "$(f chunked)" "$(f drip '"bytes":20000')"
	passing "$(f pagination-first)" "$(f extra-empty-page)" \
	    "$(f total-zero)" "$(f expired-cursor)"
	passing "$(f empty-page)" "$(f expired-cursor)" "$(f total-capped)" \
	    "$(f total-capped)"
	http_timeout=10s
	is "rejected" "$(ls "$dir/state/rejected" 2>/dev/null)" ""
}

# GraphQL has errors inside of good replies, and cursors of its own.
test_graphql()
{
	configure "unified_alert: { enabled: true, initial_interval: 240h,
	    page_size: 60 }"
	for fault in "$(f graphql-errors)" "$(f graphql-partial)" \
	    "$(f truncated)" "$(f pagination-first)" "$(f empty-page)" \
	    "$(f extra-empty-page)" "$(f total-zero)" "$(f expired-cursor)"
	do
		rm -rf "$dir/spool/acme" "$dir/state"/*
		mock DELETE fault >/dev/null
		mock POST fault "{\"dataset\":\"unified_alert\",\"after\":2,
		    \"count\":1,$fault}" >/dev/null
		once --dataset unified_alert
		is "$fault: exit code" "$code" 0
		is "$fault: met" "$(mock GET fault | jq '.data[0].met')" 1
		check unified_alert
	done
	mock POST fault "{$(f graphql-errors),\"dataset\":\"unified_alert\"}" \
	    >/dev/null
	have=$(lines unified_alert)
	mock POST produce '{"dataset":"unified_alert","count":5}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	run_start
	wait_for 20 said 'the answer has errors'
	wait_for 20 said 'Internal server error'
	wait_for 20 is_state unified_alert backoff
	is "lines" "$(lines unified_alert)" "$have"
	is "it is counted" "$(jq '.streams[] |
	    select(.dataset == "unified_alert").errors > 0' \
	    "$dir/state/status.json")" true
	run_stop
	mock DELETE fault >/dev/null
	once --dataset unified_alert
	check unified_alert
}

# Retry-After is a minimum.
test_retry_after()
{
	configure "$(quick)"
	mock DELETE fault >/dev/null
	mock POST fault "{$(f 429 '"retry_after":3'),\"count\":1,
	    \"path\":\"/activities\"}" >/dev/null
	begin=$(date +%s)
	once --dataset activity
	is "Retry-After" "$code" 0
	[ $(($(date +%s) - begin)) -ge 3 ] || fail "Retry-After was cut short"
}

test_repeated_cursor()
{
	configure "$(quick ', initial_interval: 240h, page_size: 60')"
	mock DELETE fault >/dev/null
	mock POST fault "{$(f repeat-cursor),\"dataset\":\"activity\"}" \
	    >/dev/null
	once --dataset activity
	is "repeated cursor" "$code" 0
	grep -q 'repeats a cursor' "$dir/once.err" || fail "no warning"
}

# A dataset fails alone: lasting FAULT STATE TEXT
lasting()
{
	configure "$(quick)"
	mock DELETE fault >/dev/null
	mock POST fault "{\"fault\":\"$1\",\"path\":\"/threats\"}" >/dev/null
	run_start
	wait_for 20 is_state threat "$2"
	wait_for 20 said "$3"
	have=$(lines activity)
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	wait_for 20 has_lines activity $((have + 10))
	is "$1: told" "$(how_often_said "$3")" 1
	is "$1: state" "$(state threat)" "$2"
	case $(state agent) in
	idle | clock | opening | asking) ;;
	*) fail "$1: agent: $(state agent)" ;;
	esac
	run_stop
	is "$1: exit code" "$code" 0
	# The same in one poll, and all is well afterwards.
	once
	is "$1: once" "$code" 69
	grep -q "^acme  *threat .*$3" "$dir/once.out" ||
	    fail "$1: the table: $(cat "$dir/once.out")"
	mock DELETE fault >/dev/null
	once
	is "$1: mended" "$code" 0
	check threat
}

test_lasting()
{
	since=$(date -u -d '-23 hours' +%Y-%m-%dT%H:%M:%S)
	lasting 403 disabled 'the token may not read this'
	lasting 501 disabled 'this console does not have it'
	lasting 404 disabled 'this console does not have it'
	lasting 401 disabled 'but the token is valid'
	lasting redirect refused 'the connection needs mending'
	since=
}

all_are()
{
	for d in $datasets; do
		is_state "$d" "$1" || return 1
	done
}

# The number of polls of the dataset that has the fewest, or the most.
polls()
{
	jq "[.streams[].polls] | $1 // 0" "$dir/state/status.json" \
	    2>/dev/null
}

# All have polled more than $1 times; that all are idle at one moment may
# never be written down.
have_polled()
{
	[ "$(polls min)" -gt "$1" ] 2>/dev/null
}

# A dead token: told once for all datasets; a new one is taken at once.
test_dead_token()
{
	configure "$(quick)"
	mock DELETE fault >/dev/null
	run_start
	wait_for 20 have_polled 0
	mock POST fault "{$(f 401)}" >/dev/null
	wait_for 20 all_are no_token
	is "told" "$(how_often_said 'refuses the API token')" 1
	requests=$(mock GET stats | jq .requests)
	before=$(polls max)
	mock DELETE fault >/dev/null
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	is "silence" "$(mock GET stats | jq .requests)" "$requests"
	echo mock-token >"$dir/token.new"
	chmod 600 "$dir/token.new"
	mv "$dir/token.new" "$dir/token"
	wait_for 10 said 'the token works again'
	wait_for 20 have_polled "$before"
	run_stop
	is "exit code" "$code" 0
	! grep -rF mock-token "$dir"/run.err "$dir"/state "$dir"/spool ||
	    fail "the token is in a file"
}

# The file of the token.
test_token_file()
{
	configure "$(quick)"
	mock DELETE fault >/dev/null
	chmod 644 "$dir/token"
	once
	is "readable for all" "$code" 78
	run_start
	wait_for 10 said 'nothing is collected'
	chmod 600 "$dir/token"
	wait_for 10 said 'the token works again'
	wait_for 20 has_lines group 1
	run_stop
	: >"$dir/token"
	once
	is "empty" "$code" 78
	rm "$dir/token"
	once
	is "missing" "$code" 78
	echo wrong-mock-token >"$dir/token"
	chmod 600 "$dir/token"
	once
	is "wrong" "$code" 69
	is "told" "$(grep -c 'refuses the API token' "$dir/once.err")" 1
	echo mock-token >"$dir/token"
}

mock_start --agents 200 --groups 20 --threats 200 --activities 200 --days 5
test_passing
test_graphql
test_retry_after
test_repeated_cursor
test_lasting
test_dead_token
test_token_file
mock_stop
finish
