# Nobody ships: polling pauses at spool.max_size and says so, goes on when
# s1spool prune has made room, and everything is there once.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

limit_of_spool()
{
	jq -r '.spool.limit // empty' "$dir/state/status.json" 2>/dev/null
}

is_full()
{
	[ "$(limit_of_spool)" = spool.max_size ] &&
	    [ "$(state activity)" = paused ]
}

make_room()
{
	touch "$dir/state/seal"
	wait_for 10 test ! -e "$dir/state/seal"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err" || fail "prune: $(cat "$dir/prune.err")"
}

has_polled()
{
	[ "$(jq '.streams[] | select(.dataset == "activity").polls' \
	    "$dir/state/status.json" 2>/dev/null)" -gt 0 ] 2>/dev/null
}

# The status may still say that it is full where all was asked for already.
asks_more_or_done()
{
	[ "$(asked /activities)" != "$before" ] || has_polled
}

is_full_or_done()
{
	is_full || has_polled
}

ids()
{
	{
		cat "$dir"/spool/acme/activity/*.ndjson
		zcat "$dir"/spool/acme/archive/activity/*.gz
	} 2>/dev/null | jq -r .spool.id | sort
}

mock_start --agents 20 --groups 5 --threats 5 --activities 3500
spool_options=', max_size: 2MiB, segment_max_size: 512KiB, hold: 0'
configure 'activity: { initial_interval: 240h, page_size: 200, interval: 1s }' \
    'agent: { enabled: false }' 'group: { enabled: false }' \
    'threat: { enabled: false }'
run_start
wait_for 30 is_full
said 'polling pauses: files that are not shipped yet have reached' ||
	fail "it does not say why: $(cat "$dir/run.err")"
is "since" "$(jq '.spool.since != null' "$dir/state/status.json")" true
before=$(asked /activities)
sleep 1
is "requests while it waits" "$(asked /activities)" "$before"

turns=0
until has_polled || [ $((turns += 1)) -gt 30 ]; do
	make_room
	# Until the spool is measured again, and is full again or all is there.
	wait_for 15 asks_more_or_done
	wait_for 15 is_full_or_done
	before=$(asked /activities)
done
run_stop
is "exit code" "$code" 0
is "records" "$(ids | wc -l | tr -d ' ')" 3500
is "records that are different" "$(ids | uniq | wc -l | tr -d ' ')" 3500
[ "$turns" -gt 1 ] || fail "it never waited a second time"
mock_stop
finish
