# Every command once, over all datasets: little of each, for tools under which
# a collector takes its time (make check-valgrind).
# shellcheck disable=SC2034 # lib.sh reads it
. "$top_srcdir/tests/e2e/respond_lib.sh"

datasets="activity agent alert application application_risk group threat
    threat_event unified_alert"

# try CODE COMMAND [ARGUMENT]...
try()
{
	want=$1 command=$2
	shift 2
	limit 60 "$S1SPOOL" "$command" "$@" --config "$dir/s1spool.yml" \
	    >"$dir/$command.out" 2>"$dir/$command.err" </dev/null
	is "$command $*" $? "$want"
}

all_polled()
{
	[ "$(jq '[.streams[] | select(.last_poll)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 9 ]
}

configure_all()
{
	configure_respond
	{
		echo "    datasets:"
		for d in $datasets; do
			case $d in
			agent | application* | group) from= ;;
			*) from=', initial_interval: 30d' ;;
			esac
			echo "      $d: { enabled: true, interval: 1s$from }"
		done
		echo "elasticsearch: { url: http://127.0.0.1:9 }"
		echo "health: { period: 1s }"
		echo "metrics: { file: $dir/s1spool.prom }"
	} >>"$dir/s1spool.yml"
}

daemon()
{
	run_start --trace-requests
	wait_for 60 all_polled
	try 0 status
	kill -HUP "$run_pid"
	wait_for 60 said 'the configuration was loaded again'
	: >"$dir/state/seal"
	wait_for 60 said 'all segments were sealed on request'
	try 0 backfill --from 3d --to 2d --dataset activity
	run_stop
	is "the daemon" "$code" 0
	check activity agent alert group threat unified_alert
	for d in $datasets; do
		has_lines "$d" 1 || fail "$d: nothing"
	done
}

# The tests of conformance look at what becomes of them.
records()
{
	for d in $datasets; do
		find "$top_srcdir/tests/conformance/$d" -name '*.ndjson' \
		    ! -name '*.expected.*' -exec cat {} + |
		    limit 60 "$S1SPOOL" map --parent-id 1 "$d" \
		    >"$dir/map.out" 2>"$dir/map.err"
		[ -s "$dir/map.out" ] || fail "map $d"
	done
}

afterwards()
{
	try 0 once
	try 0 verify
	try 0 prune
	"$S1SPOOL" check --config "$dir/s1spool.yml" >"$dir/check.out" \
	    2>"$dir/check.err"
	grep -q ' connection ' "$dir/check.out" || fail "check: no connection"
	try 0 setup filebeat --assets "$top_srcdir/filebeat"
}

actions()
{
	take_host linux
	act isolate
	is "isolate" "$code" 0
	act get-file --output "$dir" /etc/hosts
	is "get-file" "$code" 0
	act processes
	is "processes" "$code" 0
	respond status "$host"
	is "status" "$code" 0
}

mock_start --agents 20 --activities 50 --threats 10 --alerts 10 \
    --unified-alerts 10 --applications 5 --risks 10 --groups 5 --days 5 \
    --action-token mock-token-that-acts
configure_all
daemon
afterwards
records
actions
finish
