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

# random MAX: sets $n to 1 ... MAX.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1 + 1))
}
seed=${SEED-$$}

has_died()
{
	! kill -0 "$run_pid" 2>/dev/null
}

polled_or_died()
{
	all_polled || has_died
}

maybe_doubled()
{
	jq --arg d "$1" '.streams[] | select(.dataset == $d).maybe_doubled' \
	    "$dir/state/status.json"
}

# No more lines than once are there that were not counted as such.
check_doubled()
{
	rm -rf "$dir/unique"
	for d in $datasets; do
		mkdir -p "$dir/unique/$d"
		whole_lines "$dir/spool/acme/$d"/*.ndjson |
		    awk -F '"' '!seen[$10]++' >"$dir/unique/$d/$d.ndjson"
		more=$(($(lines "$d") - $(wc -l <"$dir/unique/$d/$d.ndjson")))
		[ "$more" -le "$(maybe_doubled "$d")" ] ||
		    fail "$*: $d: $more lines twice, more than were counted"
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		"$check_spool" "$d" "$dir/ledger" "$dir/unique/$d" \
		    >"$dir/check" 2>&1 || {
			fail "$*: $d: not each record"
			cat "$dir/check"
		}
	done
}

# weather FAULT...: a start that it ends is tried again, as systemd would.
weather()
{
	configure "$(quick ', initial_interval: 240h, page_size: 50')"
	: >"$dir/run.err"
	env LD_PRELOAD="$preload" "$@" "$S1SPOOL" run \
	    --config "$dir/s1spool.yml" >"$dir/run.out" 2>"$dir/run.err" &
	run_pid=$!
	wait_for 60 polled_or_died
	if has_died; then
		wait "$run_pid"
		is "$*: exit code" $? 73
		run_start
		wait_for 60 all_polled
	fi
	run_stop
	is "$*: exit code" "$code" 0
	before=$failed
	case $* in
	*FAULT_CALL=f*sync\ FAULT_PATH=/spool/*) check_doubled "$*" ;;
	*) check_all ;;
	esac
	[ "$failed" = "$before" ] || fail "$*"
}

each_call_and_error()
{
	echo "SEED=$seed"
	for fault in write:/spool/ write:/state/ fallocate:/spool/ \
	    openat:.ndjson openat:/state/ids fdatasync:/spool/ \
	    fdatasync:/state/ fsync:/spool/ fsync:/state/ renameat:/state/; do
		for error in ENOSPC EDQUOT EIO EROFS; do
			for _ in $(seq "$TURNS"); do
				random 12
				weather FAULT_CALL="${fault%:*}" \
				    FAULT_PATH="${fault#*:}" FAULT_NTH=$n \
				    FAULT_ERRNO=$error FAULT_COUNT=1
				weather FAULT_CALL="${fault%:*}" \
				    FAULT_PATH="${fault#*:}" FAULT_NTH=$n \
				    FAULT_ERRNO=$error FAULT_COUNT=5
			done
		done
	done
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
[ -z "$TURNS" ] || each_call_and_error
mock_stop
finish
