# SIGKILL at any instant, and a death at each named point: no record of a
# living console is lost, none is there twice.
#
# KILLS=N: how often (20); SEED=N: the same moments again.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

kills=${KILLS-20}
datasets="activity agent alert group threat threat_event unified_alert"
points=$(sed -n '/crash_point_names\[\]/,/NULL/s/^	"\(.*\)",$/\1/p' \
    "$top_srcdir/collector/base/crashpoint.c")
[ -n "$points" ] || fail "no crash points"

# random MAX: sets $n to 0 ... MAX - 1.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1))
}
seed=${SEED-$$}
echo "SEED=$seed"

kill_at_random()
{
	for i in $(seq "$kills"); do
		run_start
		random 90
		sleep "0.$((n + 10))"
		kill -0 "$run_pid" 2>/dev/null || {
			fail "the collector died by itself in round $i"
			cat "$dir/run.err"
		}
		run_kill
	done
}

has_died()
{
	! kill -0 "$run_pid" 2>/dev/null
}

die_at_points()
{
	for point in $points; do
		random 6
		for pass in 1 $((n + 2)); do
			S1SPOOL_CRASH_AT=$point:$pass
			export S1SPOOL_CRASH_AT
			run_start
			unset S1SPOOL_CRASH_AT
			ticks=60
			until has_died || [ $((ticks -= 1)) = 0 ]; do
				sleep 0.05
			done
			has_died && met="$met $point"
			run_kill
		done
	done
	for point in $points; do
		case " $met " in
		*" $point "*) ;;
		*) fail "nothing ever passes $point" ;;
		esac
	done
}
met=

# Small segments, so that many are sealed.
spool_options=", segment_max_size: 300KiB, segment_idle: 1s, segment_max_age: 2s"
mock_start --agents 300 --groups 20 --threats 100 --activities 500 \
    --days 6 --produce 150 --late-fraction 0.2 --late-max 4 --burst-every 3 --burst 150
configure "$(quick ', initial_interval: 240h, page_size: 100, enabled: true')"
kill_at_random
die_at_points

# What is late must be visible, and the overlap be due once more, and the hour
# over after which changed alerts are looked for.
mock POST produce '{"stop":true}' >/dev/null
wait_for 20 nothing_pending
mock POST time '{"advance":3700}' >/dev/null
once
is "exit code" "$code" 0
check_all
finish
