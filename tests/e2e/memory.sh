# All datasets at pages of 1000 records, from an empty spool: what the daemon
# takes at most, its libraries' pages included.
. "$top_srcdir/tests/e2e/lib.sh"

if [ -n "$SANITIZED" ]; then
	echo "the sanitizers' memory would be measured"
	exit 77
fi
if [ "$(getconf PAGESIZE)" != 4096 ]; then
	echo "the bound is for pages of 4 KiB"
	exit 77
fi
most=$((16 * 1024)) # KiB

field()
{
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$run_pid/status"
}

all_polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 9 ]
}

trusted=

# bounded NAME OPTION...: options of the mock console, `https' first for TLS.
bounded()
{
	name=$1
	shift
	mock_start "$@" --agents 2000 --activities 2000 --threats 30 \
	    --alerts 1000 --unified-alerts 1000 --applications 4 \
	    --installations 1000 --risks 1000 --groups 200 --days 1
	configure 'alert: {}' 'application: {}' \
	    'unified_alert: { enabled: true }' \
	    'threat_event: { enabled: true }' \
	    'application_risk: { enabled: true }'
	sed -i "/^    url:/a\\    $trusted" "$dir/s1spool.yml"
	run_start
	wait_for 120 all_polled
	peak=$(field VmHWM)
	[ -z "$E2E_VERBOSE" ] || echo "$name: $peak KiB"
	[ "$peak" -le $most ] || fail "$name: $peak KiB, not $most"
	# Where huge pages are given unasked there would be more.
	[ "$(field THP_enabled)" != 1 ] || fail "$name: huge pages"
	run_stop
	is "$name" "$code" 0
	mock_stop
}

bounded http
"$top_builddir/tests/e2e/make_certificate" "$dir/cert.pem" "$dir/key.pem" -1 9 ||
    exit 99
export CURL_CA_BUNDLE="$dir/cert.pem"
# With as many authorities as a host has.
system=$(find -L /etc/ssl/certs/ca-certificates.crt \
    /etc/pki/tls/certs/ca-bundle.crt -maxdepth 0 2>/dev/null | head -n 1)
trusted="ssl: { certificate_authorities: [${system:+$system, }$dir/cert.pem] }"
bounded TLS https --tls-cert "$dir/cert.pem" --tls-key "$dir/key.pem"
finish
