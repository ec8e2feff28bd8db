# All datasets at pages of 1000 records, from an empty spool: what the daemon
# takes at most, without the pages of its libraries, which vary and are shared.
. "$top_srcdir/tests/e2e/lib.sh"

if [ -n "$SANITIZED" ]; then
	echo "the sanitizers' memory would be measured"
	exit 77
fi
most=$((7 * 1024)) # KiB

field()
{
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$run_pid/status"
}

all_polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 9 ]
}

mock_start --agents 3000 --activities 4000 --threats 200 --alerts 2000 \
    --unified-alerts 2000 --applications 8 --installations 2000 \
    --risks 2000 --groups 200 --days 1
configure 'alert: {}' 'application: {}' 'unified_alert: { enabled: true }' \
    'threat_event: { enabled: true }' 'application_risk: { enabled: true }'
run_start
wait_for 120 all_polled
own=$(($(field VmHWM) - $(field RssFile)))
run_stop
is "run" "$code" 0
[ "$own" -le $most ] || fail "$own KiB, not $most"
finish
