# What s1spool status tells: with a daemon and without one, with old figures and
# with none, of datasets in trouble, of what shippers have; to people, as JSON,
# and again and again.
. "$top_srcdir/tests/e2e/lib.sh"

shipper_pid=

# shellcheck disable=SC2317 # the trap calls it
stop_all()
{
	code=$?
	[ -z "$shipper_pid" ] || kill -9 "$shipper_pid" 2>/dev/null
	# One that was stopped does not see the end either.
	[ -z "$run_pid" ] || kill -CONT "$run_pid" 2>/dev/null
	(exit "$code")
	clean_up
}
trap stop_all EXIT

# status [OPTION...]: sets $code.
status()
{
	limit 60 "$S1SPOOL" status --config "$dir/s1spool.yml" "$@" \
	    >"$dir/status.out" 2>"$dir/status.err"
	code=$?
}

# shows TEXT
shows()
{
	grep -qF -- "$1" "$dir/status.out" || {
		fail "it does not show '$1'"
		cat "$dir/status.out"
	}
}

# Is this true of what --json prints?  told EXPRESSION [OPTION...]
told()
{
	expression=$1
	shift
	status --json "$@"
	jq -e "$expression" "$dir/status.out" >/dev/null 2>&1
}

is_told()
{
	told "$@" || {
		fail "not told: $1"
		cat "$dir/status.out"
	}
}

test_nothing_yet()
{
	configure "$(quick)"
	status
	is "exit code" "$code" 66
	shows 's1spool DOES NOT RUN'
	shows 'has never run with this configuration'
	status --json
	is "exit code" "$code" 66
	is "running" "$(jq -c '[.running, has("trouble")]' "$dir/status.out")" \
	    '[false,true]'
	echo '{"version":1,' >"$dir/state/status.json"
	status
	is "exit code" "$code" 66
	shows 'status.json cannot be read: it is damaged'
}

test_names()
{
	status --dataset treat
	is "exit code" "$code" 64
	status --console nobody
	is "exit code" "$code" 64
	grep -q 'no console nobody' "$dir/status.err" || fail "not said"
	status --console acme --console nobody
	is "exit code" "$code" 64
	status --dataset group --dataset group
	is "exit code" "$code" 64
	grep -q -- '--dataset group is given twice' "$dir/status.err" ||
	    fail "not said"
}

test_running()
{
	configure "$(quick)"
	run_start
	wait_for 30 told '[.streams[] | select(.polls > 0 and
	    .records_today > 0)] | length == 4'
	is "exit code" "$code" 0
	is_told ".running and .pid == $run_pid and (.old | not)"
	is_told '[.streams[].condition] | unique == ["ok"]'
	is_told '[.streams[] | .records == .records_today and
	    .waiting.segments == 1 and .waiting.bytes == .bytes and
	    (has("shipped") | not) and .archived.segments == 0 and
	    .lag_ms < 60000 and .last_new != null and .rate.most > 0] | all'
	wait_for 30 told '.consoles[0].token.expires != null'
	status
	is "exit code" "$code" 0
	shows '   token: valid, until 20'
	shows "s1spool runs: process $run_pid, since "
	shows '4 of 4 datasets are well'
	is "lines of datasets" "$(grep -c '^ [a-z]* *ok ' "$dir/status.out")" 4
	status --dataset group
	is "of one dataset" "$(grep -c '^ [a-z]* *ok ' "$dir/status.out")" 1
	is_told '(.streams | length == 1) and (.consoles | length == 1)' \
	    --console acme --dataset group
	is_told '[.streams[].dataset] == ["activity", "group"]' \
	    --dataset group --dataset activity
}

test_trouble()
{
	mock POST fault '{"dataset":"group","fault":"403","count":100}' \
	    >/dev/null
	wait_for 30 told '.streams[] | select(.dataset == "group") |
	    .condition == "disabled" and .until != null'
	status
	is "exit code" "$code" 0
	shows '3 of 4 datasets are well'
	grep -q '^   disabled until ..:..:.. UTC: the token may not read this' \
	    "$dir/status.out" || fail "no reason: $(cat "$dir/status.out")"
	mock DELETE fault >/dev/null
}

# backfills MEMBERS...: datasets with such a backfill, in the file.
backfills()
{
	i=0
	for members; do
		jq ".streams[$i].backfill = {\"request\":\"a\",
		    \"done_ms\":86400000,\"left_ms\":259200000,
		    \"records\":1200,$members}" "$dir/state/status.json" \
		    >"$dir/new.json"
		cat "$dir/new.json" >"$dir/state/status.json"
		i=$((i + 1))
	done
	status
}

# The daemon is there and does nothing.
test_old()
{
	kill -STOP "$run_pid"
	jq '.written = "2026-01-01T00:00:00.000Z"' "$dir/state/status.json" \
	    >"$dir/old.json"
	cat "$dir/old.json" >"$dir/state/status.json"
	status
	is "exit code" "$code" 69
	shows 'THESE FIGURES ARE OLD'
	is_told '.running and .old'
	backfills '"state":"waiting","reason":"the spool is half full"' \
	    '"state":"running","reached":"2026-02-03T04:05:06.000Z"' \
	    '"state":"done"'
	shows '   backfill waiting: 25 % done, 1200 records: the spool is half full'
	shows '   backfill running: 25 % done, 1200 records, at 2026-02-03'
	is "lines of those" "$(grep -c backfill "$dir/status.out")" 2
	kill -CONT "$run_pid"
	wait_for 30 told '.old | not'
}

two_lines()
{
	[ "$(wc -l <"$dir/watch.out")" -ge 2 ]
}

# Of a milder signal valgrind says that all was lost that a stack refers to.
end_watch()
{
	kill -9 "$@"
}

test_watch()
{
	"$S1SPOOL" status --json --watch --config "$dir/s1spool.yml" \
	    >"$dir/watch.out" 2>"$dir/watch.err" &
	watch_pid=$!
	wait_for 30 two_lines
	end_watch "$watch_pid"
	wait "$watch_pid" 2>/dev/null
	head -n 2 "$dir/watch.out" >"$dir/two"
	is "two of them" "$(jq -c .pid "$dir/two" | sort -u)" "$run_pid"
}

# On a terminal it is drawn over itself, and no line is wider.
redrawn()
{
	[ "$(tr -cd '\033' <"$dir/watch.out" | wc -c)" -ge 20 ] &&
	    grep -q 'datasets are well' "$dir/watch.out"
}

test_terminal()
{
	command -v script >/dev/null || return 0
	: >"$dir/watch.out"
	script -qfec "exec '$S1SPOOL' status --watch \
	    --config '$dir/s1spool.yml'" "$dir/watch.out" \
	    >/dev/null 2>&1 </dev/null &
	watch_pid=$!
	wait_for 30 redrawn
	read -r child <"/proc/$watch_pid/task/$watch_pid/children"
	end_watch "$child"
	wait "$watch_pid" 2>/dev/null
	! sed 's/\x1b\[[0-9]*[A-Z]//g; s/\r//g' "$dir/watch.out" |
	    grep -v '^Script' | grep -q '.\{81\}' || fail "a line is too wide"
}

test_stopped()
{
	run_stop
	is "exit code" "$code" 0
	status
	is "exit code" "$code" 69
	shows 's1spool DOES NOT RUN; what it was doing at its end'
	is_told '(.running | not) and ([.streams[].state] |
	    unique == ["stopped"])'
	cp "$dir/state/status.json" "$dir/at_the_end"
	backfills '"state":"running"'
	shows '   backfill not finished: 25 % done, 1200 records'
	cat "$dir/at_the_end" >"$dir/state/status.json"
}

# What a day has brought outlives the process.
test_another_start()
{
	day=$(date -u +%F)
	jq -cS '[.streams[] | [.dataset, .records_today, .last_new]]' \
	    "$dir/state/status.json" >"$dir/before"
	started=$(jq .started "$dir/state/status.json")
	run_start
	wait_for 30 told ".started != $started and
	    ([.streams[] | select(.polls > 0)] | length == 4)"
	jq -cS '[.streams[] | [.dataset, .records_today, .last_new]]' \
	    "$dir/status.out" >"$dir/after"
	is_told '[.streams[].records] | add == 0'
	run_stop
	[ "$day" != "$(date -u +%F)" ] || cmp "$dir/before" "$dir/after" ||
	    fail "$(cat "$dir/before" "$dir/after")"
}

sum_is()
{
	told "[.streams[].$1.segments] | add == $2"
}

# What waits is shipped, then archived.
test_shipped()
{
	n=$(find "$dir/spool/acme" -name '*.ndjson' | wc -l)
	echo "shippers: [{ type: filebeat, registry: $dir/registry }]" \
	    >>"$dir/s1spool.yml"
	sed -i "s/^spool: {/& hold: 0,/" "$dir/s1spool.yml"
	status
	is "exit code" "$code" 69
	shows 'nothing is taken for shipped'
	mkdir "$dir/registry" "$dir/shipped"
	"$top_builddir/tests/e2e/fake_shipper" "$dir/registry" "$dir/shipped" \
	    "$dir/spool/acme/[a-z]*/*.ndjson*" 2>"$dir/shipper.err" &
	shipper_pid=$!
	wait_for 30 sum_is shipped "$n"
	sum_is waiting 0 || fail "some wait"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" 2>&1 ||
	    fail "prune: $(cat "$dir/prune.out")"
	sum_is archived "$n" || fail "not archived: $(cat "$dir/status.out")"
	sum_is shipped 0 || fail "some are there still"
	kill "$shipper_pid"
	wait "$shipper_pid"
	shipper_pid=
}

mock_start --agents 30 --groups 6 --threats 20 --activities 60
test_nothing_yet
test_names
test_running
test_trouble
test_old
test_watch
test_terminal
test_stopped
test_another_start
test_shipped
mock_stop
finish
