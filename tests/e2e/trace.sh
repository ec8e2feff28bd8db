# The request trace of the real program: what is in it, what is not, how large
# it gets, and that it goes when it is switched off.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

trace_of=$dir/state/trace/acme
on=', initial_interval: 240h, enable_request_tracer: true'
off=', initial_interval: 240h'

# The four datasets and no others; $1 goes into each.
four()
{
	quick "$1"
	echo 'alert: { enabled: false }'
	echo 'application: { enabled: false }'
}

traces()
{
	cat "$trace_of"/http-request-trace-*.ndjson
}

# Nothing of the token, nor of the header that it was in.
no_token()
{
	no_leak
	if grep -riF authorization "$dir/state/trace" >"$dir/found"; then
		fail "the trace has: $(cut -c 1-200 "$dir/found")"
	fi
}

test_requests_and_answers()
{
	configure "threat: { page_size: 7$on }" \
	    "agent: { enabled: false, enable_request_tracer: true }" \
	    'application: { enabled: false }'
	once
	is "exit code" "$code" 0
	is "files" "$(ls "$trace_of")" http-request-trace-threat.ndjson
	traces >"$dir/all"
	jq -es 'length > 2 and (length % 2) == 0' <"$dir/all" >/dev/null ||
	    fail "not requests and answers"
	# Each request has its answer, by its id.
	is "pairs" "$(jq -r '."transaction.id"' "$dir/all" | sort | uniq -c |
	    awk '{ print $1 }' | sort -u)" 2
	is "requests" "$(jq -r 'select(.message == "HTTP request") |
	    ."url.original"' "$dir/all" | sort)" \
	    "$(mock GET requests | jq -r .uri | grep /threats |
	    sed "s,^,$url," | sort)"
	is "answers" "$(jq -s '[.[]."http.response.body.content" //
	    empty | fromjson.data | length] | add' "$dir/all")" \
	    "$(lines threat)"
	is "status" "$(jq -r '."http.response.status_code" // empty' \
	    "$dir/all" | sort -u)" 200
	is "mode" "$(stat -c %a "$trace_of"/*)" 600
	no_token
	grep -q 'for debugging only' "$dir/once.err" || fail "not said"
}

# Of all datasets, and of what the console is asked beside them.
test_secrets()
{
	configure "$(four "")"
	sed -i 's/^    url:.*/&\n    enable_request_tracer: true/' \
	    "$dir/s1spool.yml"
	once
	is "exit code" "$code" 0
	[ -s "$trace_of/http-request-trace-console.ndjson" ] ||
	    fail "no trace of the console's own requests"
	# Groups have one.
	traces | jq -r '."http.response.body.content" // empty' >"$dir/bodies"
	grep -q '"registrationToken":' "$dir/bodies" || fail "no such member"
	is "registration tokens" "$(grep -o '"registrationToken":[^,}]*' \
	    "$dir/bodies" | sort -u)" '"registrationToken":"[secret]"'
	no_token
}

# Bounded, in files and in bytes: 70 pages of about 100 kB.
test_bounds()
{
	configure "activity: { page_size: 80$on }"
	once --dataset activity
	is "exit code" "$code" 0
	is "files" "$(cd "$trace_of" && echo *)" \
	    "$(for n in .1 .2 .3 .4 ''; do
		printf 'http-request-trace-activity%s.ndjson ' "$n"
	done | sed 's/ $//')"
	[ -z "$(find "$trace_of" -size +1024k)" ] || fail "a file is too large"
	[ -n "$(find "$trace_of" -size +800k)" ] || fail "no file is full"
	is "bodies" "$(traces | jq '."http.response.body.content" // empty |
	    length <= 102400' | sort -u)" true
	no_token
	check activity
}

# Switched off, the files go: at once with a reload, else at the next start.
test_switched_off()
{
	configure "$(four "$on")"
	run_start
	wait_for 20 test -s "$trace_of/http-request-trace-group.ndjson"
	wait_for 20 test -s "$trace_of/http-request-trace-threat.ndjson"
	write_conf "$(for d in $datasets; do
		switch=$off
		[ "$d" != group ] || switch=', enable_request_tracer: true'
		echo "$d: { interval: 300ms, look_back: 2s, overlap: 6s" \
		    "$switch }"
	done)" 'alert: { enabled: false }' 'application: { enabled: false }'
	kill -HUP "$run_pid"
	wait_for 20 said 'loaded again'
	is "one is on" "$(ls "$trace_of")" http-request-trace-group.ndjson
	run_stop
	write_conf "$(four "$off")"
	once
	is "exit code" "$code" 0
	[ ! -e "$dir/state/trace" ] || fail "the trace is still there"
	check_all
}

# From the command line: all of them, also after a reload, until a start without
# that.
test_command_line()
{
	configure "$(four "$off")"
	once --dataset group --trace-requests
	is "exit code" "$code" 0
	is "files" "$(cd "$trace_of" && echo *)" \
	    'http-request-trace-console.ndjson http-request-trace-group.ndjson'
	no_token
	once --dataset group
	[ ! -e "$dir/state/trace" ] || fail "once: it is still there"
	run_start --trace-requests
	wait_for 20 test -s "$trace_of/http-request-trace-threat.ndjson"
	kill -HUP "$run_pid"
	wait_for 20 said 'loaded again'
	[ -s "$trace_of/http-request-trace-threat.ndjson" ] ||
	    fail "it went with a reload"
	run_stop
	no_token
	run_start
	wait_for 20 said 'collecting from'
	run_stop
	[ ! -e "$dir/state/trace" ] || fail "run: it is still there"
}

# A disk that takes no trace takes no record away.
test_cannot_write()
{
	configure "$(four "$on")"
	: >"$dir/state/trace"
	once
	is "exit code" "$code" 0
	is "said" "$(grep -c 'trace cannot be written' "$dir/once.err")" 4
	check_all
}

(umask 077 && echo eyJhbGciOi.eyJz.mock-token-c2lnbmF0dXJl >"$dir/token")
mock_start --agents 60 --groups 12 --threats 60 --activities 5600 --days 5 \
    --token-file "$dir/token"
test_requests_and_answers
test_secrets
test_bounds
test_switched_off
test_command_line
test_cannot_write
mock_stop
finish
