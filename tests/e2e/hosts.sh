# Two writers.  Of one spool or one state: the second is refused.  Two hosts,
# each with its own: begun at different times, with other page sizes and deaths
# in between, they give equal records equal ids, and equal documents.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

datasets="activity agent alert application application_risk group threat"
datasets="$datasets threat_event unified_alert"
# So long before midnight that the day of the sweeps does not end meanwhile.
epoch=2026-03-04T06:00:00Z
period=$(($(date -u -d $epoch +%s) / 86400))

# host NAME: whose folders and configuration are used from here on.
host()
{
	name=$1
	conf=$dir/$name.yml
}

# host_conf PAGE-SIZE: the example that is shipped, with the places of the test
# and short times.
host_conf()
{
	mkdir -p "$dir/$name/spool" "$dir/$name/state"
	sed "s,/var/spool/s1spool,$dir/$name/spool,
	    s,/var/lib/s1spool,$dir/$name/state,
	    s,https://acme.sentinelone.net,$url,
	    s,/etc/s1spool/tokens/acme,$dir/token," \
	    "$top_srcdir/docs/examples/two-hosts.yml" >"$conf"
	echo "    datasets:" >>"$conf"
	for d in $datasets; do
		case $d in
		application*) more= ;;
		agent | group) more=", interval: 300ms" ;;
		*) more=", interval: 300ms, initial_interval: 240h" ;;
		esac
		echo "      $d: { enabled: true, page_size: $1$more }"
	done >>"$conf"
}

# refused WHAT HOLDER COMMAND...: with a message that names the holder.
refused()
{
	what=$1
	holder=$2
	shift 2
	limit 60 "$S1SPOOL" "$@" >"$dir/second.out" 2>"$dir/second.err"
	is "$what: $1" $? 75
	grep -q "is held by process $holder (another s1spool?)" \
	    "$dir/second.err" || fail "$what: $1: $(cat "$dir/second.err")"
}

test_second_writer()
{
	host one
	host_conf 100
	"$S1SPOOL" run --config "$conf" 2>"$dir/run.err" &
	run_pid=$!
	wait_for 60 test -s "$dir/one/state/status.json"
	mkdir "$dir/other"
	sed "s,$dir/one/state,$dir/other," "$conf" >"$dir/spool.yml"
	sed "s,$dir/one/spool,$dir/other," "$conf" >"$dir/state.yml"
	for command in run once; do
		refused "both" "$run_pid" $command --config "$conf"
		refused "the spool" "$run_pid" $command \
		    --config "$dir/spool.yml"
		refused "the state" "$run_pid" $command \
		    --config "$dir/state.yml"
	done
	is "what the refused ones left" "$(ls "$dir/other")" ""
	kill -0 "$run_pid" || fail "the first one ended"
	run_stop
	is "the first one" "$code" 0
	rm -r "$dir/one"
}

# Killed now and then, until it has polled everything.
run_host()
{
	for seconds in 0.4 0.2 0.7 0.3; do
		"$S1SPOOL" run --config "$conf" 2>"$dir/run.err" &
		run_pid=$!
		sleep $seconds
		run_kill
	done
	limit 120 "$S1SPOOL" once --config "$conf" >"$dir/once.out" \
	    2>"$dir/once.err"
	is "$name: $(tail -n 3 "$dir/once.err")" $? 0
}

# documents DATASET: sorted by id, without what is the host's own: the place in
# its spool, and when it collected, which is the time of inventories.
documents()
{
	case $1 in
	application*) when='."@timestamp"' ;;
	*) when=.event.created ;;
	esac
	whole_lines "$dir/$name/spool/acme/$1"/*.ndjson |
	    jq -cS 'select(.spool.resend == null) |
		[.spool.id, del(.spool, '"$when"')]' | sort >"$dir/$name.$1"
}

check_hosts()
{
	for d in $datasets; do
		mock GET "ledger?dataset=$d&period=$period" >"$dir/ledger"
		for host in one two; do
			host $host
			"$check_spool" "$d" "$dir/ledger" \
			    "$dir/$name/spool/acme/$d" >"$dir/check" 2>&1 || {
				fail "$name: $d: not each record once"
				cat "$dir/check"
			}
			documents "$d"
		done
		[ "$(wc -l <"$dir/one.$d")" -ge 20 ] ||
		    fail "$d: $(wc -l <"$dir/one.$d") documents"
		cmp "$dir/one.$d" "$dir/two.$d" || {
			fail "$d: not the same documents"
			diff "$dir/one.$d" "$dir/two.$d" | head -4
		}
	done
}

mock_start --epoch $epoch --agents 60 --groups 20 --threats 60 \
    --activities 300 --alerts 80 --unified-alerts 80 --applications 10 \
    --installations 60 --risks 60 --days 2
configure # for the token
test_second_writer
grep -q 'rate_share: 0.5$' "$conf" || fail "not half of the rates"

# What changed before the second began it never sees in its former versions:
# the console makes new records only.
host one
host_conf 100
run_host
for d in activity alert threat unified_alert; do
	mock POST produce "{\"dataset\":\"$d\",\"count\":30}" >/dev/null
done
mock POST time '{"advance":4000}' >/dev/null
host two
host_conf 7
run_host
host one
host_conf 31
run_host
check_hosts
mock_stop
finish
