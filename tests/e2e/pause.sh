# For tests in which polling pauses: sourced behind lib.sh.
# shellcheck shell=sh disable=SC2034 # lib.sh reads them

# in_parallel PART...: the script with this argument, each in a process of its
# own; they mostly wait.
in_parallel()
{
	parts=
	trap 'for pid in $parts; do kill "$pid"; done; exit 99' HUP INT TERM
	for part; do
		sh "$0" "$part" &
		parts="$parts $!"
	done
	for pid in $parts; do
		wait "$pid"
		case $? in
		0) ;;
		77) skipped=77 ;;
		*) failed=1 ;;
		esac
	done
	[ "$failed" = 0 ] || exit 1
	exit "${skipped-0}"
}

all_polled()
{
	is_status_new && [ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 4 ]
}

# begin NAME [OPTION]: of the spool; nothing is there yet.
begin()
{
	test_name=$1
	shift
	spool_options=", segment_max_age: 1s${*:+, $*}"
	configure "$(quick ', initial_interval: 240h, page_size: 50')"
}

collect_first()
{
	run_start
	wait_for 60 all_polled
}

# produce N: of each dataset, for the next walks to find.
produce()
{
	for d in $datasets; do
		mock POST produce "{\"dataset\":\"$d\",\"count\":$1}" \
		    >/dev/null
	done
	mock POST time '{"advance":2}' >/dev/null
}

# is_paused TEXT: for that reason, and since when.
is_paused()
{
	jq -e --arg why "$1" '.streams[] | select(.dataset == "activity") |
	    .state == "paused" and .reason == $why and .since != null' \
	    "$dir/state/status.json" >/dev/null 2>&1
}

# pauses REASON TEXT: the status has the reason, and the log the text, once,
# however often it is tried again.
pauses()
{
	wait_for 60 is_paused "$1"
	sleep 4
	is_paused "$1" || fail "$test_name: it does not stay paused: $1"
	is "$test_name: in the log" "$(grep -F "$2" "$dir/run.err" |
	    grep -vcE 'agent|group|threat')" 1
}

resumed()
{
	! jq -e '.streams[] | select(.state == "paused")' \
	    "$dir/state/status.json" >/dev/null && all_polled
}

goes_on_by_itself()
{
	wait_for 60 resumed
	run_stop
	is "$test_name: exit code" "$code" 0
	once
	is "$test_name: once" "$code" 0
	check_all
}
