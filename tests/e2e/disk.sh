# A disk that is full, broken or read-only for a while: polling pauses, says
# so, goes on by itself, and nothing is lost or there twice.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

preload=$top_builddir/tests/faults/fault_preload.so
[ -z "$SANITIZED" ] || {
	echo "a sanitizer wants to be loaded first"
	exit 77
}

# failing TEXT FAULT...: what is said, and the fault.
failing()
{
	text=$1
	shift
	configure "$(quick ', initial_interval: 240h, page_size: 50')"
	: >"$dir/run.err"
	env LD_PRELOAD="$preload" "$@" "$S1SPOOL" run \
	    --config "$dir/s1spool.yml" >"$dir/run.out" 2>"$dir/run.err" &
	run_pid=$!
	wait_for 20 said "$text"
	wait_for 30 all_polled || cat "$dir/run.err"
	run_stop
	is "$*: exit code" "$code" 0
	check_all
	# And on disk it is as in memory.
	once
	is "$*: once" "$code" 0
	check_all
}

all_polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 4 ]
}

spool='cannot write to the spool'
journal='cannot write the journal'
mock_start --agents 200 --groups 20 --threats 150 --activities 600
failing "$spool" FAULT_CALL=write FAULT_PATH=/spool/ FAULT_ERRNO=ENOSPC \
    FAULT_NTH=3
failing "$spool" FAULT_CALL=write FAULT_PATH=/spool/ FAULT_ERRNO=ENOSPC \
    FAULT_NTH=5 FAULT_SHORT=10000
failing "$spool" FAULT_CALL=fallocate FAULT_PATH=/spool/ FAULT_ERRNO=EDQUOT \
    FAULT_NTH=2
failing "$spool" FAULT_CALL=openat FAULT_PATH=.ndjson FAULT_ERRNO=EROFS \
    FAULT_COUNT=2
failing "$journal" FAULT_CALL=write FAULT_PATH=/state/journal \
    FAULT_ERRNO=ENOSPC FAULT_NTH=2
failing "$journal" FAULT_CALL=fdatasync FAULT_PATH=/state/journal \
    FAULT_ERRNO=EIO FAULT_NTH=2
mock_stop
finish
