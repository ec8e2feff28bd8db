#!/bin/sh
# Console to durable segment: all records of a mock console once, from an empty
# spool, over each kind of connection.  The console makes the texts of its records
# in a first round that does not count.  It runs on the same machine; its rate
# limits are not kept (tests/bench/phases.c).
set -eu

. "$top_srcdir/tests/bench/lib.sh"

phases=$top_builddir/tests/bench/phases
pages='--agents 6000 --activities 30000 --threats 6000 --alerts 6000
	--unified-alerts 3000 --groups 200 --days 1 --cache 1000'
datasets='unified_alert: { enabled: true }, application: { enabled: false }'

# fault NAME: of the console, from now on; without a name none.
fault()
{
	curl -s -k -m 20 -X DELETE "$direct/_mock/fault" >/dev/null
	[ $# -eq 0 ] || curl -s -k -m 20 -d "{\"fault\":\"$1\"}" \
	    "$direct/_mock/fault" >/dev/null
}

now()
{
	date +%s.%N
}

# once URL: everything once, into the file $dir/phases.
once()
{
	configure "$1" "$datasets"
	began=$(now)
	BENCH_PHASES=$dir/phases "$phases" once --config "$dir/s1spool.yml" \
	    >"$dir/once.log" 2>&1 || {
		cat "$dir/once.log" >&2
		exit 1
	}
	took=$(awk "BEGIN { print $(now) - $began }")
}

# row NAME URL: the median by CPU time of three rounds.
row()
{
	for _ in 1 2 3; do
		once "$2"
		echo "$took $(lines) $(cat "$dir/phases")"
	done | sort -k 3n | sed -n 2p >"$dir/median"
	awk -v name="$1" '{
		n = $2 / 1e6
		cpu = $3 + $4
		busy = 0
		for (i = 6; i <= 13; i++)
			busy += i == 7 ? 0 : $i
		printf "%-26s %9.0f %8.2f %8.2f", name, $2 / $1, cpu / n, $4 / n
		for (i = 8; i <= 13; i++)
			printf " %6.0f%%", 100 * $i / busy
		printf " %6.0f%%\n", 100 * $6 / busy
	}' "$dir/median"
}

both()
{
	fault plain
	row "$1" "$2"
	fault
	row "$1, gzip" "$2"
}

# proxy: HTTP/2 over TLS in front of the console, at another address.
proxy()
{
	start nghttpx --conf=/dev/null -f "127.0.0.2,$port" \
	    -b "127.0.0.1,$port" -n 1 \
	    --no-ocsp --errorlog-file="$dir/proxy.log" "$dir/key.pem" \
	    "$dir/cert.pem" 2>/dev/null
	wait_for 20 curl -s -k -m 5 -o "$dir/answer" \
	    "https://127.0.0.2:$port/_mock/stats"
}

cat <<'END'
connection                 records/s  CPU s/M  of it   client   split   line    map    write   sync   other
END
certificate
# shellcheck disable=SC2086 # options
mock_start $pages
direct=http://127.0.0.1:$port
once "$direct"
both 'HTTP/1.1' "$direct"
if command -v nghttpx >/dev/null; then
	proxy
	both 'HTTP/2, TLS 1.3' "https://127.0.0.2:$port"
else
	echo 'HTTP/2, TLS 1.3            not measured: nghttpx is not installed'
fi
stop "$mock"
# shellcheck disable=SC2086 # options
mock_start $pages --tls-cert "$dir/cert.pem" --tls-key "$dir/key.pem"
direct=https://127.0.0.1:$port
once "$direct"
both 'HTTP/1.1, TLS 1.3' "$direct"
