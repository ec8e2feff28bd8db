#!/bin/sh
# What the daemon takes at most, by the kernel's books: resident in all, pages of
# the program and its libraries included, which other processes share.
set -eu

. "$top_srcdir/tests/bench/lib.sh"

field()
{
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$daemon/status"
}

polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null || echo 0)" -ge "$1" ]
}

# row NAME DATASETS: until so many have been polled to their end.
row()
{
	start "$top_builddir/tests/bench/phases" run \
	    --config "$dir/s1spool.yml" 2>"$dir/run.log"
	daemon=$started
	wait_for 300 polled "$2"
	printf '%-50s %8d %12.1f\n' "$1" "$(lines)" \
	    "$(awk "BEGIN { print $(field VmHWM) / 1024 }")"
	stop "$daemon"
}

# nine SCHEME OPTION...: all datasets, pages of 1000.
nine()
{
	scheme=$1
	shift
	mock_start --agents 3000 --activities 10000 --threats 500 \
	    --alerts 3000 --unified-alerts 3000 --applications 40 \
	    --installations 3000 --risks 3000 --groups 1000 --days 1 "$@"
	configure "$scheme://127.0.0.1:$port" "$all_on"
	row "nine datasets, pages of 1000, $scheme" 9
	stop "$mock"
}

# inventory DATASET OPTION...: of these records alone.
inventory()
{
	only="$1: { enabled: true }"
	for other in activity agent alert application group threat; do
		[ "$other" = "$1" ] ||
		    only="$only, $other: { enabled: false }"
	done
	name="a walk over 300,000 records of $1"
	shift
	mock_start "$@" --days 1 --cache 0 --fault '{"fault":"plain"}'
	configure "http://127.0.0.1:$port" "$only"
	row "$name" 1
	stop "$mock"
}

printf '%-50s %8s %12s\n' '' records 'peak, MiB'
nine http
certificate
nine https --tls-cert "$dir/cert.pem" --tls-key "$dir/key.pem"
inventory agent --agents 300000
inventory application --agents 3000 --applications 300 --installations 300000
inventory application_risk --agents 3000 --risks 300000
