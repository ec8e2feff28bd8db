# Inventories: applications, each with the computers that have it, and their
# risks.  Everything is swept, and each row is spooled once in each re-send
# period, whatever happens meanwhile.
#
# APPLICATIONS, ROWS: how many, of each dataset; PAGE: rows per request;
# MEMORY: MiB that the collector may take; PARTS: of the test.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

applications=${APPLICATIONS-13}
rows=${ROWS-400}
page=${PAGE-100}
memory=${MEMORY-24}
parts=${PARTS-sweep unchanged failing kill stale resend}
datasets="application application_risk"
inventory=/application-management/inventory
endpoints=$inventory/endpoints
# So long before midnight that the day does not end meanwhile.
epoch=2026-03-04T06:00:00Z
today=$(($(date -u -d $epoch +%s) / 86400))

# inventories [OPTIONS]: only these datasets, with those options.
inventories()
{
	for d in activity agent group threat; do
		echo "$d: { enabled: false }"
	done
	for d in $datasets; do
		echo "$d: { enabled: true, page_size: $page${1-} }"
	done
}

# check_periods DATASET PERIOD...: each row once in each of the periods.
check_periods()
{
	d=$1
	shift
	: >"$dir/books"
	for period; do
		mock GET "ledger?dataset=$d&period=$period" >>"$dir/books"
	done
	"$check_spool" "$d" "$dir/books" "$dir/spool/acme/$d" >"$dir/check" \
	    2>&1 || {
		fail "$d: not each row once in $*"
		cat "$dir/check"
	}
	tail -n 1 "$dir/check"
	check_documents "$d"
}

check_inventories()
{
	for dataset in $datasets; do
		check_periods "$dataset" "$@"
	done
}

# requests PATH: that the console has had.
requests()
{
	mock GET stats | jq ".paths[\"$1\"].requests // 0"
}

# sweep: everything once; sets $code.
sweep()
{
	once
	is "exit code" "$code" 0
	tail -n 1 "$dir/once.out"
}

test_sweep()
{
	configure "$(inventories)"
	sweep
	check_inventories "$today"
	listed=$(requests $endpoints)
	is "risks, pages" "$(requests /application-management/risks)" \
	    $(((rows + page - 1) / page))
	peak=$(sed -n 's/.*peak memory \([0-9]*\).*/\1/p' "$dir/once.out")
	[ -n "$SANITIZED" ] || [ "$peak" -lt "$memory" ] ||
	    fail "$peak MiB are more than $memory"
}

# Rows are the same for a day: neither another sweep nor another process makes
# anything of them.  A row that has changed is another one.
test_unchanged()
{
	sweep
	for d in $datasets; do
		is "$d: again" "$(lines "$d")" "$rows"
		mock POST update "{\"dataset\":\"$d\",\"count\":3}" >/dev/null
	done
	sweep
	for d in $datasets; do
		is "$d: changed" "$(lines "$d")" $((rows + 3))
	done
	check_inventories "$today"
}

# An application that the console cannot tell about does not stand in the way.
test_failing()
{
	configure "$(inventories)"
	mock POST fault "{\"fault\":\"503\",\"path\":\"$endpoints\",
	    \"retry_after\":0,\"after\":4,\"count\":5}" >/dev/null
	once --dataset application
	is "exit code" "$code" 0
	is "faults met" "$(mock GET fault | jq '[.data[].met] | add')" 5
	mock DELETE fault >/dev/null
	name=$(sed -n 's/.*the child records of \(.*\): .*503.*/\1/p' \
	    "$dir/once.err")
	is "told" "$(echo "$name" | grep -c .)" 1
	grep -q '^acme  *application .*some skipped' "$dir/once.out" ||
	    fail "the table: $(cat "$dir/once.out")"
	missing=$((rows - $(lines application)))
	if [ $missing -le 0 ] || [ $missing -ge "$rows" ]; then
		fail "$missing rows are missing for $name"
	fi
	once --dataset application
	check_periods application "$today"
}

# has_asked N: so many requests for endpoints since $before.
has_asked()
{
	[ $(($(requests $endpoints) - before)) -ge "$1" ]
}

# tells FILTER: what jq finds for each dataset in the status file.
tells()
{
	jq -e "[.streams[] | $1] | length == 2 and all" \
	    "$dir/state/status.json" >/dev/null 2>&1
}

has_asked_time()
{
	[ "$(requests /system/info)" -gt "$clocks" ]
}

# How far a chain is can be read while it goes on.
is_underway()
{
	jq -e '.streams[] | select(.dataset == "application") |
	    .parents_done > 0 and .parents_done < .parents' \
	    "$dir/state/status.json" >/dev/null 2>&1
}

is_swept()
{
	tells '.watermark != null and .page == null'
}

# A killed sweep goes on where it was: applications that were done are not
# asked for again.  One that is complete is not made again by a restart.
test_kill()
{
	configure "$(inventories ', interval: 12h')"
	before=$(requests $endpoints)
	for quarter in 1 2 3; do
		run_start
		wait_for 300 has_asked $((listed * quarter / 4))
		[ $quarter != 2 ] || wait_for 20 is_underway
		run_kill
	done
	run_start
	wait_for 600 is_swept
	check_inventories "$today"
	n=$(($(requests $endpoints) - before))
	# What was not committed is asked for once more.
	[ $n -le $((listed + 2 * 3)) ] ||
	    fail "$n requests, where $listed are enough"
	run_stop

	clocks=$(requests /system/info)
	n=$(requests $endpoints)
	run_start
	wait_for 20 has_asked_time
	wait_for 20 tells '.state == "idle"'
	is "requests of a restart" "$(requests $endpoints)" "$n"
	run_stop
}

# A sweep that was cut off is of no use when the next one is due.
test_stale()
{
	configure "$(inventories ', interval: 1h')"
	before=$(requests $endpoints)
	run_start
	wait_for 300 has_asked $((listed / 2))
	run_kill
	mock POST time '{"advance":3601}' >/dev/null
	before=$(requests $endpoints)
	once
	is "exit code" "$code" 0
	is "requests of a new sweep" "$(($(requests $endpoints) - before))" \
	    "$listed"
	check_inventories "$today"
}

# Sets $hour: the console's, since 1970.
get_hour()
{
	hour=$(($(mock GET stats | jq -r .now | cut -c 1-19 |
	    date -u -f - +%s) / 3600))
}

# Each period brings every row again, the same ones once.
test_resend()
{
	configure "$(inventories ', resend: 1h')"
	# The next hour has just begun: a sweep does not reach its end.
	now=$(mock GET stats | jq -r .now | cut -c 1-19 | date -u -f - +%s)
	mock POST time "{\"advance\":$((3601 - now % 3600))}" >/dev/null
	get_hour
	sweep
	sweep
	for d in $datasets; do
		is "$d: one period" "$(lines "$d")" "$rows"
	done
	mock POST time '{"advance":3600}' >/dev/null
	sweep
	check_inventories $hour $((hour + 1))
}

mock_start --epoch $epoch --max-seconds 3400 --agents 200 --threats 1 \
    --activities 1 --applications "$applications" --installations "$rows" \
    --risks "$rows"
for part in $parts; do
	test_"$part"
done
mock_stop
finish
