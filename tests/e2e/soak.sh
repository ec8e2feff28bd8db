# Everything at once, in a random order: deaths of the collector, of prune and of
# the shipper, full disks, a console that fails, a clock that jumps, damaged id
# sets, new configurations; beside a console that goes on living.  In the end each
# record is in segments and archives once, and the shipper has delivered all.
#
# DURATION=N: seconds of that (60); SEED=N: another order of the same events.
# shellcheck disable=SC2034,SC2153 # lib.sh reads them; DURATION is given
[ -n "$SOAK_INSIDE" ] || ! unshare -m true 2>/dev/null ||
	# The mounts go with the processes, however they end.
	exec env SOAK_INSIDE=yes DURATION="$DURATION" SEED="$SEED" \
	    unshare -m sh "$0"
. "$top_srcdir/tests/e2e/lib.sh"

datasets="activity agent alert group threat threat_event unified_alert"
duration=${DURATION:-60}
seed=${SEED:-1}
echo "SEED=$seed DURATION=$duration"
crash=$top_srcdir/collector/base/crashpoint.c
clock=$top_builddir/tests/faults/clock_preload.so
shipper_pid=
lives=0
filled=
torn=
events=

# random MAX: sets $n to 0 ... MAX - 1.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1))
}

# pick WORD...: sets $word to one of them.
pick()
{
	random $#
	shift "$n"
	word=$1
}

# shellcheck disable=SC2317 # the trap calls it
end_all()
{
	code=$?
	[ -z "$shipper_pid" ] || kill -9 "$shipper_pid" 2>/dev/null
	for pid in $run_pid; do
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ "$code" = 0 ] || [ -z "$E2E_KEEP" ] ||
	    cp -r "$dir/spool/acme" "$dir/state" "$dir/shipped"
	umount "$dir/spool" "$dir/state" 2>/dev/null
	(exit "$code")
	clean_up
}
trap end_all EXIT

# points NAME: the names of a list in crashpoint.c.
points()
{
	sed -n "/$1\\[\\]/,/NULL/s/^	\"\\(.*\\)\",\$/\\1/p" "$crash"
}
run_points=$(points crash_point_names)
prune_points=$(points crash_point_prune_names)
if [ -z "$run_points" ] || [ -z "$prune_points" ]; then
	fail "no crash points"
fi

# Small file systems of their own, where that is allowed.
make_disks()
{
	mkdir "$dir/spool" "$dir/state" "$dir/registry" "$dir/shipped"
	[ -n "$SOAK_INSIDE" ] &&
	    mount -t tmpfs -o size=256m none "$dir/spool" 2>/dev/null &&
	    mount -t tmpfs -o size=32m none "$dir/state" 2>/dev/null && return
	echo "no file systems of our own: no full disks"
	disks=
}
disks=yes

# conf MAX_SIZE: a configuration of random taste.  With min_free, archives would
# go first when the disk is full, as they should; here they are looked at.
conf()
{
	pick archive archive never sealed
	compress=$word
	pick 30KiB 100KiB 400KiB
	spool_options=", segment_max_size: $word, segment_idle: 1s,"
	spool_options="$spool_options segment_max_age: 2s, hold: 0,"
	spool_options="$spool_options min_free: 0, max_size: $1,"
	spool_options="$spool_options compress: $compress"
	pick 50 100 200
	common=", initial_interval: 240h, page_size: $word, enabled: true"
	write_conf "$(quick "$common" | sed '/^agent/s/ }/, resend: 20s }/')"
	printf '%s\n' "archive: { max_age: 0, max_size: 0 }" \
	    "shippers: [{ type: filebeat, registry: $dir/registry }]" \
	    >>"$dir/s1spool.yml"
}

# the collector

# start [POINT]: with a clock that can be moved, to die at a point.
start()
{
	cat "$dir/run.err" >>"$dir/earlier.err" 2>/dev/null
	[ -n "$SANITIZED" ] || export LD_PRELOAD="$clock"
	export CLOCK_FILE="$dir/clock" ${1:+S1SPOOL_CRASH_AT="$1"}
	run_start
	unset LD_PRELOAD S1SPOOL_CRASH_AT
	dies_at=${1-}
}

is_dead()
{
	! kill -0 "$run_pid" 2>/dev/null
}

# Dead of itself is right where it was told to die, or cannot begin because the
# disk is full.
bury()
{
	if [ -z "$run_pid" ] || ! is_dead; then
		return
	fi
	wait "$run_pid"
	code=$?
	run_pid=
	case $code in
	137) [ -n "$dies_at" ] && return ;;
	73 | 74) [ -n "$filled" ] && return ;;
	esac
	fail "the collector ended with $code"
	tail -n 30 "$dir/run.err"
}

restart()
{
	bury
	[ -z "$run_pid" ] || run_kill
	start "$@"
}

crash_run()
{
	# shellcheck disable=SC2086 # words
	pick $run_points
	random 20
	restart "$word:$((n + 1))"
}

damage_ids()
{
	for f in "$dir"/state/ids/*; do
		random 3
		[ "$n" != 0 ] || [ ! -e "$f" ] ||
		    dd if=/dev/urandom of="$f" bs=1 seek=$((n + 9)) count=30 \
		    conv=notrunc 2>/dev/null
	done
	restart
}

reload()
{
	bury
	pick 1MiB 200MiB
	conf "$word"
	[ -n "$run_pid" ] || start
	wait_for 20 heeds_signals
	kill -HUP "$run_pid" 2>/dev/null
}

# It has to be up again soon; deaths are at random.
jump_clock()
{
	pick 3600 -3600 86400 -86400 7 -7 0 0
	echo "$word" >"$dir/clock"
}

seal()
{
	: >"$dir/state/seal"
}

# prune

# prune: what it says is right, and whatever it meets it says.
prune()
{
	limit 60 "$S1SPOOL" prune --config "$dir/s1spool.yml" \
	    >"$dir/prune.out" 2>"$dir/prune.err"
	code=$?
	case $code in
	0) return ;;
	66) [ -n "$torn$filled" ] && return ;;
	73 | 74) [ -n "$filled" ] && return ;;
	esac
	fail "prune ended with $code: $(cat "$dir/prune.err")"
}

kill_prune()
{
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err" &
	pid=$!
	random 30
	sleep "0.0$((n + 10))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

crash_prune()
{
	# shellcheck disable=SC2086 # words
	pick $prune_points
	random 5
	limit 60 env S1SPOOL_CRASH_AT="$word:$((n + 1))" "$S1SPOOL" prune \
	    --config "$dir/s1spool.yml" >"$dir/prune.out" 2>"$dir/prune.err"
}

# the shipper

shipper_start()
{
	lives=$((lives + 1))
	mkdir "$dir/shipped/$lives"
	"$top_builddir/tests/e2e/fake_shipper" "$dir/registry" \
	    "$dir/shipped/$lives" "$dir/spool/acme/[a-z]*/*.ndjson*" \
	    2>"$dir/shipper.err" &
	shipper_pid=$!
	wait_for 20 test -e "$dir/registry/log.json"
	torn=
}

shipper_stop()
{
	kill -0 "$shipper_pid" ||
	    fail "the shipper ended: $(cat "$dir/shipper.err")"
	kill "$1" "$shipper_pid"
	wait "$shipper_pid" 2>/dev/null
	shipper_pid=
}

# A death, and the end of its log does not reach the disk.
kill_shipper()
{
	if [ -n "$shipper_pid" ]; then
		shipper_stop -9
		torn=yes
		size=$(wc -c <"$dir/registry/log.json")
		random 700
		[ "$n" -ge "$size" ] ||
		    truncate -s "-$n" "$dir/registry/log.json"
	else
		shipper_start
	fi
}

# the disk

free_disk()
{
	rm -f "$dir/spool/filler" "$dir/state/filler"
	filled=
}

# fill FOLDER: but for a few bytes.
fill()
{
	dd if=/dev/zero of="$1/filler" bs=1M 2>/dev/null
	random 60
	truncate -s "-${n}k" "$1/filler"
}

fill_disk()
{
	[ -n "$disks" ] || return 0
	bury
	if [ -n "$filled" ]; then
		free_disk
		[ -n "$run_pid" ] || start
		return 0
	fi
	filled=yes
	pick spool spool state
	fill "$dir/$word"
}

# the console

fail_api()
{
	pick 429 500 502 503 504 html garbage truncated cut cut-chunked stall \
	    stall-body drip reset expired-cursor graphql-errors \
	    graphql-partial
	kind=$word
	random 10
	mock POST fault "{\"fault\":\"$kind\",\"count\":$((n + 3)),
	    \"probability\":0.5,\"retry_after\":1,\"seconds\":4}" >/dev/null
}

heal_api()
{
	mock DELETE fault >/dev/null
}

# what happens when

now()
{
	date +%s
}

live()
{
	end=$(($(now) + duration))
	next_prune=0
	while [ "$(now)" -lt "$end" ] && [ "$failed" = 0 ]; do
		random 8
		sleep "0.$((n + 1))"
		pick restart restart crash_run kill_prune crash_prune \
		    fill_disk fill_disk fail_api fail_api heal_api \
		    kill_shipper kill_shipper jump_clock damage_ids reload seal
		events="$events $word"
		[ -z "$E2E_VERBOSE" ] || echo "$(now) $word"
		"$word"
		if [ "$(now)" -ge "$next_prune" ]; then
			prune
			next_prune=$(($(now) + 3))
		fi
		bury
		[ -n "$run_pid" ] || [ -n "$filled" ] || start
	done
}

# the end

plain()
{
	find "$dir/spool/acme" -path '*/archive' -prune -o -name '*.ndjson*' \
	    -print | wc -l | tr -d ' '
}

all_archived()
{
	prune
	[ "$failed" != 0 ] || [ "$(plain)" = 0 ]
}

calm()
{
	free_disk
	heal_api
	echo 0 >"$dir/clock"
	conf 200MiB
	[ -n "$shipper_pid" ] || shipper_start
	restart
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 20 nothing_pending
	# What is late is visible, and changed alerts are looked for.
	mock POST time '{"advance":3700}' >/dev/null
	wait_for 60 all_polled
	run_stop
	is "exit code" "$code" 0
	once
	is "once" "$code" 0
	start
	wait_for 120 all_archived || {
		cat "$dir/prune.out" "$dir/prune.err"
		find "$dir/spool/acme" -name '*.ndjson*' ! -path '*/archive/*'
	}
	run_stop
	shipper_stop -TERM
}

all_polled()
{
	is_status_new && [ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 7 ]
}

# where WHAT DATASET OPTION... -- FOLDER...
check_books()
{
	what=$1
	shift
	"$check_spool" "$@" >"$dir/check" 2>&1 || {
		fail "$what: not each record once"
		cat "$dir/check"
	}
	[ -z "$E2E_VERBOSE" ] || echo "$what: $(tail -n 1 "$dir/check")"
}

check_everything()
{
	for d in $datasets; do
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		check_books spool "$d" "$dir/ledger" "$dir/spool/acme/$d" \
		    "$dir/spool/acme/archive/$d"
		set --
		for life in $(seq "$lives"); do
			set -- "$@" "$dir/shipped/$life/$d"
		done
		check_books shipped -d "$d" "$dir/ledger" "$@"
	done
	"$S1SPOOL" verify "$dir/spool" >"$dir/verify.out" 2>&1 ||
	    fail "verify: $(cat "$dir/verify.out")"
}

(umask 077 && echo mock-token >"$dir/token")
http_timeout=2s
mock_start --agents 200 --groups 20 --threats 80 --activities 400 --days 6 \
    --produce 60 --late-fraction 0.2 --late-max 4 --burst-every 5 \
    --burst 100 --max-seconds $((duration + 600))
make_disks
echo 0 >"$dir/clock"
# Nobody ships at first, and there is little room: polling pauses, and goes on
# when prune has made room.
conf 1MiB
start
wait_for 60 said 'files that are not shipped yet have reached'
shipper_start
live
[ "$failed" != 0 ] || calm
[ "$failed" != 0 ] || check_everything
echo "events:$(echo "$events" | tr ' ' '\n' | sed '/^$/d' | sort | uniq -c |
    awk '{ printf " %s %s", $2, $1 }')"
mock_stop
finish
