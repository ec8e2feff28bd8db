# Clocks: the host's jumps back and forth, in the middle of a run and between
# runs, time zones change, and the console's is hours away.  Nothing is lost or
# there twice, polling goes on at its pace, and segments have names of their
# own, in their order.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

[ -z "$SANITIZED" ] || {
	echo "a sanitizer wants to be loaded first"
	exit 77
}
preload=$top_builddir/tests/faults/clock_preload.so
CLOCK_FILE=$dir/offset
export CLOCK_FILE

# jump SECONDS: the host's wall clock is now so far from what it is.
jump()
{
	echo "$1" >"$dir/offset.new"
	mv "$dir/offset.new" "$dir/offset"
}

# jump_to TIME: the host's wall clock.
jump_to()
{
	jump $(($(date -u -d "$1" +%s) - $(date -u +%s)))
}

# shifted_start [VARIABLE=VALUE...]: the daemon, on that clock.
shifted_start()
{
	: >"$dir/run.err"
	env LD_PRELOAD="$preload" "$@" "$S1SPOOL" run \
	    --config "$dir/s1spool.yml" >"$dir/run.out" 2>"$dir/run.err" &
	run_pid=$!
}

# of_stream DATASET MEMBER: from the status file.
of_stream()
{
	jq ".streams[] | select(.dataset == \"$1\").$2" \
	    "$dir/state/status.json" 2>/dev/null
}

# More polls of activity, and more of its records, than before?
goes_on()
{
	polls=$(of_stream activity polls)
	[ "${polls:-0}" -gt "$polls_before" ] && has_lines activity "$lines_before"
}

# Wait until polling has gone on for a while.
wait_on()
{
	polls_before=$(of_stream activity polls)
	polls_before=$((${polls_before:-0} + 1))
	lines_before=$(($(lines activity) + 5))
	wait_for 60 goes_on || {
		fail "polling does not go on: $1"
		cat "$dir/run.err"
	}
}

# Births grow with the sequence, and none is there twice.
check_names()
{
	for d in $datasets; do
		find "$dir/spool/acme/$d" -name '*.ndjson' |
		    sed 's/.*-\([0-9TZ.]*\)-\([0-9]*\)\.ndjson/\2 \1/' |
		    sort | cut -d ' ' -f 2 >"$dir/births"
		sort -u "$dir/births" | cmp -s - "$dir/births" ||
		    fail "$1: $d: births: $(tr '\n' ' ' <"$dir/births")"
	done
	cat "$dir"/spool/acme/*/*.ndjson | cut -c 1-64 | sort >"$dir/heads"
	is "$1: heads that are there twice" "$(uniq -d "$dir/heads")" ""
}

# settle NAME: the console makes nothing more; what was late comes, and all is
# there.
settle()
{
	[ -z "$run_pid" ] || run_stop
	is "$1: exit code" "$code" 0
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 20 nothing_pending
	mock POST time '{"advance":3700}' >/dev/null
	once
	is "$1: once" "$code" 0
	check_all
	check_names "$1"
}

# begin OPTION...: a living console.
begin()
{
	code=0
	mock_start --agents 20 --groups 5 --threats 10 --activities 50 \
	    --days 2 --produce 40 --late-fraction 0.2 --late-max 3 "$@"
}

spool_options=", segment_max_age: 1s, segment_idle: 1s"

# Timers do not go by the wall clock: what is due in an hour is not polled a day
# later by that clock, what is due now is.
test_jumps()
{
	begin
	configure "$(quick ', initial_interval: 240h' |
	    sed "/^threat/s/interval: 300ms/interval: 1h/")"
	jump 0
	shifted_start
	wait_on "before"
	for seconds in 86400 -86400 2592000 -31536000; do
		jump $seconds
		wait_on "a jump to $seconds seconds"
	done
	is "polls of an hour" "$(of_stream threat polls)" 1
	is "trouble" "$(grep -E ' (warn|error) ' "$dir/run.err")" ""
	settle "jumps"
	mock_stop
}

# Each start has another time than what came before.
test_between_runs()
{
	begin
	configure "$(quick ', initial_interval: 240h')"
	for seconds in 7200 -86400 864000 -40; do
		jump $seconds
		shifted_start
		wait_on "a start at $seconds seconds"
		run_kill
	done
	settle "between runs"
	mock_stop
}

# Local time jumps; a daemon that goes by UTC does not see it.
test_daylight()
{
	begin
	configure "$(quick ', initial_interval: 240h')"
	for moment in 2026-03-29T00:59:58Z 2026-10-25T00:59:58Z; do
		jump_to $moment
		shifted_start TZ=CET-1CEST,M3.5.0,M10.5.0/3
		wait_on "$moment"
		wait_on "$moment, later"
		after=$(find "$dir/spool/acme/activity" -name "*-$(echo \
		    "${moment%%T*}" | tr -d -)T010*" | wc -l)
		[ "$after" -gt 0 ] || fail "no segment after $moment"
		run_kill
	done
	settle "daylight"
	mock_stop
}

# The console goes by its own clock, whatever ours says.
test_console()
{
	for offset in -18000 18000; do
		begin --clock-offset $offset
		configure "$(quick ', initial_interval: 240h')"
		jump 0
		for i in 1 2; do
			shifted_start
			wait_on "the console at $offset seconds"
			run_kill
			jump $((i * -3600))
		done
		settle "the console at $offset seconds"
		mock_stop
	done
}

test_jumps
test_between_runs
test_daylight
test_console
finish
