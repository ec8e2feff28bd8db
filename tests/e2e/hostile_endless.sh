# A console that sends without end what brings nothing, and fast enough that
# there is always more to read, beside one that is as it should be: that one is
# polled as ever, and time-outs and signals are heeded.
. "$top_srcdir/tests/e2e/hostile_lib.sh"

# bad TRICK TIME-OUT: the other console.
bad()
{
	tenant bad "$(awk -v name="$1" '$1 == name {
	    print $2 "://127.0.0.1:" $3 }' "$dir/ports")" "$2" false
}

# met TRICK: how many answers the server has begun with.
met()
{
	books | awk -v name="$1" '$1 == name { print $3 }'
}

has_met()
{
	[ "$(met "$1")" -ge "$2" ] 2>/dev/null
}

# The daemon, whose request to it does not end.
beside()
{
	configure "$(quick)"
	bad "$1" 10m
	run_start
	wait_for 60 has_met "$1" 1
	wait_for 20 have_polled 5 || {
		run_kill
		return
	}
	check_all
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$run_pid/status")
	[ -n "$SANITIZED" ] || [ "$peak" -le 32768 ] ||
	    fail "$1: $peak KiB of memory"
	run_stop
	is "$1: exit code" "$code" 0
}

# Commands: one that has a time-out, and one that is stopped by a signal.
alone()
{
	bad "$1" 1s
	timeout -s KILL 60 "$S1SPOOL" check --console bad \
	    --config "$dir/s1spool.yml" >"$dir/check.out" 2>"$dir/check.err"
	is "$1: check" $? 69
	grep -q '^error .* bad.*: .*no whole answer in time' \
	    "$dir/check.out" || fail "$1: not said: $(cat "$dir/check.out")"
	bad "$1" 10m
	before=$(met "$1")
	"$S1SPOOL" once --console bad --config "$dir/s1spool.yml" \
	    >"$dir/once.out" 2>"$dir/once.err" &
	run_pid=$!
	wait_for 60 has_met "$1" $((before + 1))
	run_stop
	is "$1: once" "$code" 75
}

mock_start --agents 20 --groups 5 --threats 20 --activities 100 --days 1
server_start
for trick in h2-no-data tls-tickets; do
	beside "$trick"
	alone "$trick"
done
server_stop
mock_stop
finish
