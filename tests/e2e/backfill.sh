# History is fetched once, by the daemon or without it, whatever dies; polls go
# on meanwhile, and what is covered is not fetched again.
#
# KILLS=N: how often (4); SEED=N: the same moments again; DATASETS: of which;
# POINTS: where it dies besides; SHARE: of the rate, while it is killed.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

kills=${KILLS-4}
datasets=${DATASETS-activity threat_event unified_alert}

# random MAX: sets $n to 0 ... MAX - 1.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1))
}
seed=${SEED-$$}
echo "SEED=$seed"

# backfill [OPTION...]: sets $code.
backfill()
{
	limit 120 "$S1SPOOL" backfill --config "$dir/s1spool.yml" "$@" \
	    >"$dir/backfill.out" 2>"$dir/backfill.err"
	code=$?
}

# begin SHARE: a fresh spool; polls begin a day back, without an inventory, and
# leave this share of the rate to backfills.
begin()
{
	options="interval: 1s, look_back: 2s, overlap: 4s, initial_interval: 24h"
	set -- "$1" "application: { enabled: false }"
	for d in activity agent alert group threat threat_event unified_alert; do
		case " $datasets " in
		*" $d "*) line="$d: { enabled: true, $options, page_size: 40" ;;
		*) line="$d: { enabled: false" ;;
		esac
		case $d in
		agent) line="$line, inventory: false, resend: 0s" ;;
		group) line="$line, inventory: false" ;;
		esac
		set -- "$@" "$line }"
	done
	share=$1
	shift
	configure "$@"
	sed -i "s/^    url:.*/&\n    backfill_rate_share: $share/" \
	    "$dir/s1spool.yml"
}

# A column of the table that a backfill ends with.
column()
{
	awk -v d="$1" -v n="$2" '$2 == d { print $n }' "$dir/backfill.out"
}

# Of the status: what the backfill of a dataset says of itself.
progress()
{
	jq -r --arg d "$1" --arg m "$2" '.streams[] |
	    select(.dataset == $d).backfill[$m]' "$dir/state/status.json" \
	    2>/dev/null
}

all_polled()
{
	jq -e '[.streams[].polls] | all(. > 0)' "$dir/state/status.json" \
	    >"$dir/polled.out" 2>&1
}

with_the_daemon()
{
	begin 1
	run_start
	wait_for 30 all_polled
	before=$(lines activity)
	backfill --from 40d
	is "exit code" "$code" 0
	grep -q '^threat_event: by updatedAt$' "$dir/backfill.err" ||
	    fail "it does not say what the bounds mean"
	[ "$(lines activity)" -gt "$before" ] || fail "nothing was fetched"
	is "skipped" "$(column threat_event 5)" 0
	run_stop
	is "end of the daemon" "$code" 0
	check_all
	total=$(lines activity)
}

only_the_rest()
{
	run_start
	wait_for 30 said "collecting from"
	backfill --from 40d --to 1d
	is "exit code" "$code" 0
	for d in $datasets; do
		is "requests for $d, which is covered" "$(column "$d" 4)" 0
	done
	is "lines" "$(lines activity)" "$total"
	backfill --from 40d --dataset activity --again
	is "exit code, again" "$code" 0
	resent=$(cat "$dir"/spool/acme/activity/*.ndjson | grep -c '"resend":')
	is "what was sent again" "$resent" "$(column activity 3)"
	[ "$resent" -ge "$total" ] || fail "$resent of $total came again"
	run_stop
	is "end of the daemon" "$code" 0
	check activity
	limit 60 "$S1SPOOL" verify --config "$dir/s1spool.yml" \
	    >"$dir/verify.out" 2>&1 || fail "verify finds errors"
}

refusals()
{
	sed -i "s/application: {.*/application: { enabled: true }/" \
	    "$dir/s1spool.yml"
	backfill --from 40d --dataset application
	is "exit code for what has no time filter" "$code" 64
	grep -q '^application is refused: the console has no time filter' \
	    "$dir/backfill.err" || fail "it does not say why"
	backfill --from 40d --dataset toys
	is "exit code for what there is not" "$code" 64
	backfill --from 40d --dataset alert --dataset activity
	is "exit code for what is not enabled" "$code" 64
	grep -q 'dataset alert is not enabled in the configuration' \
	    "$dir/backfill.err" || fail "it does not say which one"
	backfill --from 2d --to 3d
	is "exit code for an empty range" "$code" 64
	backfill --again
	is "exit code without a range" "$code" 64
}

has_begun()
{
	[ "$(progress activity requests)" -gt 0 ] 2>/dev/null
}

# Interrupted, gone on with, given up, and asked for once more.
without_the_daemon()
{
	begin 0.2
	"$S1SPOOL" backfill --config "$dir/s1spool.yml" --from 40d \
	    >"$dir/backfill.out" 2>"$dir/backfill.err" &
	run_pid=$!
	wait_for 20 has_begun
	run_stop
	is "exit code of one that is interrupted" "$code" 75
	grep -q "goes on where this stopped" "$dir/backfill.err" ||
	    fail "it does not say how to go on"
	backfill --stop
	is "exit code of a stop" "$code" 0
	backfill
	is "exit code with nothing left" "$code" 0
	grep -q '^acme *activity .* stopped, the rest was given up$' \
	    "$dir/backfill.out" || fail "it is not said to be stopped"
	sed -i 's/backfill_rate_share: 0.2/backfill_rate_share: 1/' \
	    "$dir/s1spool.yml"
	backfill --from 40d
	is "exit code" "$code" 0
	once
	check_all
}

nothing_left()
{
	jq -e '[.streams[].backfill.state] | all(. == "done")' \
	    "$dir/state/status.json" >"$dir/left.out" 2>&1
}

# Given up by somebody else than who waits for it.
stopped_beside_the_daemon()
{
	begin 0.2
	run_start
	wait_for 30 all_polled
	backfill --stop
	is "nothing to stop" "$(cat "$dir/backfill.out")" \
	    "there is no backfill under way"
	"$S1SPOOL" backfill --config "$dir/s1spool.yml" --from 40d \
	    >"$dir/waiting.out" 2>&1 &
	waiting_pid=$!
	wait_for 20 has_begun
	backfill --stop
	is "exit code of the stop" "$code" 0
	wait "$waiting_pid"
	is "exit code of who waited" "$?" 75
	grep -q 'stopped, the rest was given up$' "$dir/waiting.out" ||
	    fail "it is not told: $(cat "$dir/waiting.out")"
	run_stop
	is "end of the daemon" "$code" 0
	sed -i 's/backfill_rate_share: 0.2/backfill_rate_share: 1/' \
	    "$dir/s1spool.yml"
	backfill --from 40d
	is "exit code of the rest" "$code" 0
	once
	check_all
}

has_died()
{
	! kill -0 "$run_pid" 2>/dev/null
}

# Not all points are passed by each.
die_at_points()
{
	for point in $POINTS; do
		run_kill
		S1SPOOL_CRASH_AT=$point:2
		export S1SPOOL_CRASH_AT
		run_start
		unset S1SPOOL_CRASH_AT
		ticks=60
		until has_died || [ $((ticks -= 1)) = 0 ]; do
			sleep 0.05
		done
	done
	run_kill
	run_start
}

# Without alerts: one that changes after it was fetched is as old as before, and
# polls do not look there.
killed()
{
	datasets=$(echo " $datasets " | sed 's/ alert / /')
	begin "${SHARE-0.5}"
	mock POST produce '{"rate": 60, "late_fraction": 0.2, "late_max": 3}' \
	    >/dev/null
	run_start
	wait_for 30 all_polled
	limit 400 "$S1SPOOL" backfill --config "$dir/s1spool.yml" --from 40d \
	    >"$dir/backfill.out" 2>"$dir/backfill.err" &
	shown_pid=$!
	wait_for 20 has_begun
	for i in $(seq "$kills"); do
		random 80
		sleep "0.$((n + 10))"
		run_kill
		run_start
	done
	[ -z "$POINTS" ] || die_at_points
	wait_for 300 nothing_left
	wait "$shown_pid"
	is "exit code of who asked" "$?" 0
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 20 nothing_pending
	run_stop
	is "end of the daemon" "$code" 0
	mock POST time '{"advance":3700}' >/dev/null
	once
	check_all
}

mock_start --agents 200 --groups 10 --threats 60 --alerts 60 --activities 900 \
    --days 30
with_the_daemon
only_the_rest
refusals
without_the_daemon
stopped_beside_the_daemon
killed
finish
