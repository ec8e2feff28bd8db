# The daemon as its surroundings see it: signals, locks, damage.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

# It ends within a second, whatever it is doing, and nothing is left half done.
test_sigterm()
{
	configure "$(quick ', initial_interval: 240h, page_size: 20')"
	mock POST fault '{"fault":"drip","bytes":300}' >/dev/null
	run_start
	wait_for 20 has_lines activity 1
	begin=$(date +%s%N)
	run_stop
	took=$((($(date +%s%N) - begin) / 1000000))
	is "exit code" "$code" 0
	# A second is what is promised; a busy machine may take another.
	[ $took -lt $((2000 * patience)) ] || fail "it took $took ms to end"
	mock DELETE fault >/dev/null
	gte=$(mock GET requests | jq -r .uri | sed -n \
	    's/.*activities?.*createdAt__gte=\([^&]*\).*/\1/p' | sort -u)
	once
	is "go on" "$code" 0
	# The walk that was open went on with its own bounds.
	mock GET requests | jq -r .uri | grep -F "gte=$gte" |
	    grep -q 'cursor=' || fail "the walk began again"
	check_all
	is "torn ends" "$(grep -c ' 0 torn ends' "$dir/check")" 1
}

# What `once` says of a dataset that a signal ended.
test_once_stopped()
{
	configure "$(quick ', initial_interval: 240h, page_size: 20')"
	mock POST fault '{"fault":"drip","bytes":300}' >/dev/null
	"$S1SPOOL" once --config "$dir/s1spool.yml" >"$dir/once.out" \
	    2>"$dir/once.err" &
	wait_for 20 has_lines activity 1
	sleep 1
	kill $!
	wait $!
	is "exit code" "$?" 75
	mock DELETE fault >/dev/null
	is "table" "$(awk '$2 == "activity" && $3 > 0 && $6 <= $3 {
	    print $7, $8 }' "$dir/once.out")" 'not finished'
}

test_second_instance()
{
	configure "$(quick)"
	run_start
	wait_for 20 has_lines group 1
	once
	is "second instance" "$code" 75
	grep -q "is held by process $run_pid" "$dir/once.err" ||
	    fail "no word of the holder: $(cat "$dir/once.err")"
	kill -0 "$run_pid" || fail "the first one ended"
	run_stop
	is "first instance" "$code" 0
}

test_directories()
{
	configure "$(quick)"
	rmdir "$dir/spool"
	once
	is "no spool" "$code" 73
	grep -q "spool.*does not exist" "$dir/once.err" || fail "not said"
	: >"$dir/spool"
	once
	is "a file as spool" "$code" 73
	rm "$dir/spool"
	mkdir "$dir/spool"
	rmdir "$dir/state"
	once
	is "no state" "$code" 73
	mkdir "$dir/state"
	echo "nonsense: true" >>"$dir/s1spool.yml"
	once
	is "configuration" "$code" 78
	"$S1SPOOL" run --config "$dir/s1spool.yml" >"$dir/run.out" \
	    2>"$dir/run.err"
	is "run: configuration" $? 78
	configure "$(quick)"
	once --console nobody
	is "no such console" "$code" 64
	once --dataset nothing
	is "no such dataset" "$code" 64
}

# A file named "seal" has every segment closed; what comes next begins new ones.
test_seal()
{
	configure "$(quick)"
	mkdir "$dir/runtime"
	export RUNTIME_DIRECTORY="$dir/runtime:/nowhere"
	run_start
	unset RUNTIME_DIRECTORY
	for dataset in activity agent group; do
		wait_for 20 has_lines $dataset 1
	done
	: >"$dir/runtime/seal"
	wait_for 20 test ! -e "$dir/runtime/seal"
	said 'sealed on request' || fail "not said"
	segments=$(find "$dir/spool/acme/activity" -name '*.ndjson' | wc -l)
	have=$(lines activity)
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	wait_for 20 has_lines activity $((have + 10))
	is "segments" \
	    "$(find "$dir/spool/acme/activity" -name '*.ndjson' | wc -l)" \
	    $((segments + 1))
	run_stop
	is "exit code" "$code" 0
}

is_sealed_times()
{
	[ "$(how_often_said 'sealed on request')" = "$1" ]
}

# Also of streams that hardly ever have nothing to be synced.
test_seal_busy()
{
	configure "$(quick)"
	echo "health: { period: 100ms }" >>"$dir/s1spool.yml"
	run_start
	wait_for 20 has_lines group 1
	for n in 1 2 3 4 5 6; do
		: >"$dir/state/seal"
		wait_for 3 is_sealed_times $n
	done
	run_stop
	is "exit code" "$code" 0
}

test_reload()
{
	configure 'activity: { enabled: false }' 'threat: { enabled: false }'
	run_start
	wait_for 20 has_lines group 1
	is "switched off" "$(lines activity)" 0
	write_conf "$(quick)"
	kill -HUP "$run_pid"
	wait_for 20 has_lines activity 1
	said 'the configuration was loaded again' || fail "not said"
	# What has errors is not used.
	echo "nonsense: true" >>"$dir/s1spool.yml"
	kill -HUP "$run_pid"
	wait_for 20 said 'nonsense'
	have=$(lines activity)
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	wait_for 20 has_lines activity $((have + 10))
	# And what was removed is no longer polled.
	write_conf 'activity: { enabled: false }' 'agent: { enabled: false }' \
	    'threat: { enabled: false }'
	kill -HUP "$run_pid"
	wait_for 20 test "$(how_often_said 'loaded again')" -ge 1
	ticks=$((100 * patience))
	until [ "$(how_often_said 'loaded again')" -ge 2 ] ||
	    [ $((ticks -= 1)) = 0 ]; do
		sleep 0.05
	done
	is "states" "$(jq -r '.streams[].dataset' "$dir/state/status.json")" \
	    group
	run_stop
	is "exit code" "$code" 0
	write_conf "$(quick)"
	once
	since=$(date -u -d '-23 hours' +%Y-%m-%dT%H:%M:%S)
	check_all
	since=
}

notified()
{
	grep -q -- "$1" "$dir/notified"
}

# What systemd hears: ready when it collects, alive, reloading, stopping.
test_notify()
{
	configure "$(quick)"
	"$top_builddir/tests/e2e/notify_listen" "$dir/notify" \
	    >"$dir/notified" &
	listener=$!
	wait_for 10 test -S "$dir/notify"
	NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=1000000
	export NOTIFY_SOCKET WATCHDOG_USEC
	run_start
	unset NOTIFY_SOCKET WATCHDOG_USEC
	wait_for 20 notified '^READY=1'
	wait_for 20 notified '^STATUS=4 datasets of 1 consoles'
	wait_for 10 notified '^WATCHDOG=1'
	kill -HUP "$run_pid"
	wait_for 20 notified '^RELOADING=1'
	wait_for 20 said 'loaded again'
	run_stop
	wait_for 10 notified '^STOPPING=1'
	is "ready" "$(grep -c '^READY=1' "$dir/notified")" 2
	kill $listener
	wait $listener 2>/dev/null
}

# A damaged or lost state: the spool says what was spooled.
test_damage()
{
	configure "$(quick ', initial_interval: 240h')"
	once
	is "before" "$code" 0
	have=$(cat "$dir"/spool/acme/*/*.ndjson | wc -l)
	dd if=/dev/urandom of="$dir/state/journal" bs=1 seek=40 count=60 \
	    conv=notrunc 2>/dev/null
	once
	is "damaged journal" "$code" 0
	grep -q 'the journal .* is damaged' "$dir/once.err" || fail "not said"
	is "damaged journal: lines" \
	    "$(cat "$dir"/spool/acme/*/*.ndjson | wc -l)" "$have"
	for f in "$dir"/state/ids/*; do
		echo x >"$f"
	done
	rm "$dir/state/journal"
	once
	is "lost state" "$code" 0
	is "lost state: lines" \
	    "$(cat "$dir"/spool/acme/*/*.ndjson | wc -l)" "$have"
	check_all
}

mock_start --agents 100 --groups 20 --threats 60 --activities 300 --days 5
test_sigterm
test_once_stopped
test_second_instance
test_directories
test_seal
test_seal_busy
test_reload
test_notify
test_damage
mock_stop
finish
