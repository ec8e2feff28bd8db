# s1spool prune beside a living daemon and a shipper: what was shipped goes into
# the archive, nothing is lost, nothing is there twice, whoever dies.
#
# ROUNDS=N: how many runs of prune a mode gets (4); SEED=N: the same deaths.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

rounds=${ROUNDS-4}
shipper_pid=

# random MAX: sets $n to 0 ... MAX - 1.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1))
}
seed=${SEED-$$}
echo "SEED=$seed"

# shellcheck disable=SC2317 # the trap calls it
stop_shipper()
{
	[ -z "$shipper_pid" ] || kill -9 "$shipper_pid" 2>/dev/null
	clean_up
}
trap stop_shipper EXIT

shipper_start()
{
	rm -rf "$dir/registry" "$dir/shipped"
	mkdir "$dir/registry" "$dir/shipped"
	"$top_builddir/tests/e2e/fake_shipper" "$dir/registry" "$dir/shipped" \
	    "$dir/spool/acme/[a-z]*/*.ndjson*" 2>"$dir/shipper.err" &
	shipper_pid=$!
	wait_for 20 test -e "$dir/registry/log.json"
}

shipper_stop()
{
	kill "$shipper_pid"
	wait "$shipper_pid" || fail "the shipper: $(cat "$dir/shipper.err")"
	shipper_pid=
}

# options [LINE...]: a fresh spool; the lines go to the top level.
options()
{
	configure "$(quick ', initial_interval: 240h, page_size: 100')"
	printf '%s\n' "$@" >>"$dir/s1spool.yml"
}

# prune [OPTION...]: sets $code.
prune()
{
	limit 60 "$S1SPOOL" prune --config "$dir/s1spool.yml" "$@" \
	    >"$dir/prune.out" 2>"$dir/prune.err"
	code=$?
}

# The totals of the last run: how many of this kind?
total()
{
	sed -n "s/.*[^0-9]\([0-9]*\) $1.*/\1/p; s/^\([0-9]*\) $1.*/\1/p" \
	    "$dir/prune.out"
}

count()
{
	find "$@" 2>/dev/null | wc -l | tr -d ' '
}

plain()
{
	count "$dir/spool/acme" -path '*/archive/*' -prune -o \
	    -name '*.ndjson*' -print
}

archived()
{
	count "$dir/spool/acme/archive" -name '*.ndjson*'
}

# Prune until all is archived.
all_archived()
{
	prune
	is "prune: $(cat "$dir/prune.err")" "$code" 0
	[ "$(plain)" = 0 ]
}

# Each record once in segments and archives, and once with the shipper.
check_everything()
{
	rm -rf "$dir/all"
	for d in $datasets; do
		mkdir -p "$dir/all/$d"
		for f in "$dir/spool/acme/$d"/*.ndjson* \
		    "$dir/spool/acme/archive/$d"/*.ndjson*; do
			case $f in
			*'*'*) ;;
			*.gz) gzip -dc "$f" >"$dir/all/$d/${f##*/}.ndjson" ;;
			*) cp "$f" "$dir/all/$d" ;;
			esac
		done
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		for where in all shipped; do
			"$check_spool" "$d" "$dir/ledger" "$dir/$where/$d" \
			    >"$dir/check" 2>&1 || {
				fail "$where: $d: not each record once"
				cat "$dir/check"
			}
		done
	done
}

# Why is not all archived?
tell_rest()
{
	kill -0 "$run_pid" || echo "the daemon has ended"
	kill -0 "$shipper_pid" || echo "the shipper has ended"
	tail -n 20 "$dir/run.err"
	cat "$dir/shipper.err" "$dir/prune.out" "$dir/prune.err"
	find "$dir/spool/acme" -name '*.ndjson*' ! -path '*/archive/*' -ls
	cat "$dir/state/journal"
}

prune_and_kill()
{
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err" &
	pid=$!
	random 40
	sleep "0.0$((n + 10))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

# The daemon dies as well, and finds no ids: it reads all of the spool back
# while segments move.
restart_without_ids()
{
	run_kill
	for f in "$dir"/state/ids/*; do
		[ ! -e "$f" ] || echo x >"$f"
	done
	run_start
}

# live COMPRESS
live()
{
	spool_options=", segment_max_size: 60KiB, segment_idle: 1s,"
	spool_options="$spool_options segment_max_age: 1s, hold: 0,"
	spool_options="$spool_options compress: $1"
	mock_start --agents 200 --groups 20 --threats 60 --activities 300 \
	    --produce 100 --burst-every 3 --burst 100
	options "archive: { max_age: 0, max_size: 0 }" \
	    "shippers: [{ type: filebeat, registry: $dir/registry }]"
	shipper_start
	run_start
	wait_for 60 has_lines activity 1
	for i in $(seq "$rounds"); do
		prune_and_kill
		prune
		is "prune in round $i: $(cat "$dir/prune.err")" "$code" 0
		[ $((i % 3)) != 0 ] || restart_without_ids
	done
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 60 nothing_pending
	mock POST time '{"advance":30}' >/dev/null
	sleep 1
	is "cannot read back" "$(how_often_said 'cannot read back')" 0
	# Idle for a second, the last ones are sealed and can go.
	wait_for 60 all_archived || tell_rest
	run_stop
	is "exit code" "$code" 0
	once
	is "once" "$code" 0
	shipper_caught_up || wait_for 60 shipper_caught_up
	shipper_stop
	check_everything
	suffix=gz
	[ "$1" != never ] || suffix=ndjson
	is "$1: archives of another kind" "$(count "$dir/spool/acme/archive" \
	    -type f ! -name "*.$suffix")" 0
	"$S1SPOOL" verify --config "$dir/s1spool.yml" >"$dir/verify.out" 2>&1 ||
	    fail "verify: $(cat "$dir/verify.out")"
	mock_stop
}

# As many lines with the shipper as there are.
shipper_caught_up()
{
	for d in $datasets; do
		have=$(for f in "$dir/spool/acme/$d"/*.ndjson* \
		    "$dir/spool/acme/archive/$d"/*.ndjson*; do
			[ ! -e "$f" ] || gzip -dcf "$f"
		done | wc -l)
		[ "$have" = "$(wc -l <"$dir/shipped/$d/out.ndjson")" ] ||
		    return 1
	done
}

is_paused()
{
	is_state activity paused
}

has_polled()
{
	[ "$(jq '.streams[] | select(.dataset == "activity").polls' \
	    "$dir/state/status.json" 2>/dev/null)" -gt 0 ] 2>/dev/null
}

# Prune, of which the shipper's registry has nothing yet.
pack_and_look()
{
	prune
	is "prune without a registry" "$code" 66
	has_polled
}

# Nothing is shipped for long, and the disk is small: what waits is packed, so
# polling goes on, and a start reads it back. Then the shipper is there.
test_outage()
{
	datasets=activity
	mock_start --activities 1500
	spool_options=", max_size: 1MiB, segment_max_size: 60KiB, hold: 0,"
	spool_options="$spool_options compress: sealed"
	configure 'activity: { initial_interval: 240h, page_size: 100,' \
	    '  interval: 1s }' 'agent: { enabled: false }' \
	    'group: { enabled: false }' 'threat: { enabled: false }'
	echo "shippers: [{ type: filebeat, registry: $dir/registry }]" \
	    >>"$dir/s1spool.yml"
	rm -rf "$dir/registry"
	run_start
	wait_for 60 is_paused
	wait_for 60 pack_and_look || tell_rest
	is "archives" "$(archived)" 0
	[ "$(gzip -dc "$dir"/spool/acme/activity/*.gz | wc -c)" -gt 1048576 ] ||
	    fail "no more than without packing"
	restart_without_ids
	wait_for 60 has_polled
	is "cannot read back" "$(how_often_said 'cannot read back')" 0
	shipper_start
	: >"$dir/state/seal"
	wait_for 60 all_archived || tell_rest
	run_stop
	is "exit code" "$code" 0
	wait_for 60 shipper_caught_up
	shipper_stop
	check_everything
	mock_stop
}

# Started as root, it makes nothing that the daemon could not use.
test_owner()
{
	[ "$(id -u)" = 0 ] || return 0
	spool_options=", hold: 0"
	options
	once
	chmod 711 "$dir"
	chown -R 54321:54322 "$dir/spool"
	if command -v setpriv >/dev/null; then
		limit 60 setpriv --bounding-set=-setgid "$S1SPOOL" prune \
		    --config "$dir/s1spool.yml" >"$dir/prune.out" \
		    2>"$dir/prune.err"
		is "without the right" "$?" 71
		grep -q "cannot become the owner of $dir/spool" \
		    "$dir/prune.err" || fail "not said"
		is "archived all the same" "$(archived)" 0
	fi
	prune
	is "as root" "$code" 0
	[ "$(archived)" -gt 2 ] || fail "archived: $(archived)"
	is "of another user" "$(count "$dir/spool" ! -user 54321)" 0
	is "of another group" "$(count "$dir/spool" ! -group 54322)" 0
}

# A segment of an hour goes when it was sealed on request: prune may take it as
# soon as the request is gone.
test_seal_on_request()
{
	spool_options=", segment_idle: 1h, hold: 0"
	options
	once
	have=$(lines activity)
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	run_start
	wait_for 60 has_lines activity $((have + 10))
	prune
	is "open segments" "$(plain)" 1
	: >"$dir/state/seal"
	wait_for 60 test ! -e "$dir/state/seal"
	prune
	is "left behind" "$(plain)" 0
	run_stop
	[ "$(archived)" -ge 4 ] || fail "archived: $(archived)"
}

# Without a registry nothing counts as shipped; archives are pruned all the
# same.
test_no_registry()
{
	spool_options=", segment_max_size: 60KiB, hold: 0"
	options
	once
	once
	prune
	is "first run" "$code" 0
	were=$(archived)
	[ "$were" -gt 2 ] || fail "archived: $were"
	mock POST produce '{"dataset":"activity","count":10}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	rm -rf "$dir/registry"
	printf '%s\n' "archive: { max_size: 1 }" \
	    "shippers: [{ type: filebeat, registry: $dir/registry }]" \
	    >>"$dir/s1spool.yml"
	once
	once
	left=$(plain)
	[ "$left" -gt 0 ] || fail "nothing is left"
	prune --dry-run
	is "dry run" "$code" 66
	is "dry run: removed" "$(total 'archives removed')" "$were"
	is "dry run: archives" "$(archived)" "$were"
	prune
	is "no registry" "$code" 66
	grep -q "filebeat: $dir/registry: No such file" "$dir/prune.err" ||
	    fail "not said: $(cat "$dir/prune.err")"
	is "archives" "$(archived)" 0
	is "segments" "$(plain)" "$left"
	mkdir "$dir/registry"
	echo '{"version":"9"}' >"$dir/registry/meta.json"
	: >"$dir/registry/log.json"
	prune
	is "unknown version" "$code" 66
	grep -q 'unknown version' "$dir/prune.err" || fail "not said"
	is "segments" "$(plain)" "$left"
}

test_age()
{
	spool_options=", hold: 0, segment_max_size: 60KiB"
	options "archive: { max_age: 1s }"
	once
	once
	prune
	were=$(archived)
	[ "$were" -gt 2 ] || fail "archived: $were"
	sleep 2
	prune
	is "too old" "$(archived)" 0
	is "removed" "$(total 'archives removed')" "$were"
}

test_refused()
{
	options
	prune
	is "no journal" "$code" 66
	once
	exec 9<>"$dir/spool/.prune.lock"
	flock -n 9 || fail "no lock"
	prune
	is "another run" "$code" 75
	grep -q 'prunes .* already' "$dir/prune.err" || fail "not said"
	exec 9>&-
	prune
	is "alone" "$code" 0
	echo "nonsense: true" >>"$dir/s1spool.yml"
	prune
	is "configuration" "$code" 78
	prune --no-such-option
	is "usage" "$code" 64
}

for mode in archive never sealed; do
	live $mode
done
mock_start --agents 100 --groups 20 --threats 60 --activities 300 --days 5
test_seal_on_request
test_no_registry
test_age
test_refused
test_owner
mock_stop
test_outage
finish
