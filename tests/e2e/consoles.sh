# Sixty consoles in one process, each at an address of its own.  Some of
# them take requests for records and do not answer: the others do not wait for
# them.  All share a low limit of open files, which is told and costs nothing but
# time.
. "$top_srcdir/tests/e2e/lib.sh"

n=60
silent=18

address()
{
	echo "127.1.0.$1"
}

# tenants: a file for each.
tenants()
{
	mkdir "$dir/conf.d"
	for i in $(seq $n); do
		cat >"$dir/conf.d/c$i.yml" <<-END
		consoles:
		  - name: c$i
		    url: http://$(address "$i"):${url##*:}
		    api_token_file: $dir/token
		    http_client_timeout: 10m
		    datasets:
		      activity: { interval: 1s }
		      agent: { interval: 1s }
		      alert: { enabled: false }
		      application: { enabled: false }
		      group: { interval: 1s }
		      threat: { interval: 1s }
		END
	done
}

# Polls of those consoles that were told to be silent, or of the others: the
# least that any dataset of them has.
least_polls()
{
	jq --argjson silent $silent '[.streams[] |
		select((.console[1:] | tonumber <= $silent) == '"$1"').polls] |
	    min' "$dir/state/status.json" 2>/dev/null
}

others_polled()
{
	[ "$(least_polls false)" -ge "$1" ]
}

stalled()
{
	mock GET requests | jq -r 'select(.fault == "stall").host' |
	    sort | uniq -c
}

mock_start --consoles $n --agents 5 --groups 2 --threats 3 --activities 10 \
    --days 1
configure
sed -n '/^consoles/q; p' "$dir/s1spool.yml" >"$dir/new" &&
    mv "$dir/new" "$dir/s1spool.yml"
tenants
for i in $(seq $silent); do
	jq -n --arg host "$(address "$i"):" '{ fault: "stall", seconds: 600,
	    host: $host } + { path: ("/activities", "/agents", "/groups",
	    "/threats") }'
done | jq -cs . >"$dir/faults"
mock POST fault "$(cat "$dir/faults")" >/dev/null
: >"$dir/run.err"
(
	# shellcheck disable=SC3045 # dash has it
	ulimit -n 300
	exec "$S1SPOOL" run --config "$dir/s1spool.yml" 2>"$dir/run.err"
) &
run_pid=$!
wait_for 20 said 'only 300 files may be open at a time, and 240 datasets'
wait_for 120 others_polled 3
is "polls of those who are silent" "$(least_polls true)" 0
stalled >"$dir/stalled"
is "who is silent" "$(wc -l <"$dir/stalled")" $silent
# The answers about the clock and the token have made room for some.
is "more requests that wait" "$(awk '$1 > 3' "$dir/stalled")" ""
# Each connection is used again: one for each request would be thousands.
connections=$(find "/proc/$run_pid/fd" -lname 'socket:*' 2>/dev/null |
    wc -l)
[ "$connections" -le 115 ] || fail "$connections connections"
for d in activity agent group threat; do
	for i in 19 40 60; do
		find "$dir/spool/c$i/$d" -name '*.ndjson' | grep -q . ||
		    fail "c$i: no $d"
	done
done
mock DELETE fault >/dev/null
run_stop
is "exit code" "$code" 0
mock_stop
finish
