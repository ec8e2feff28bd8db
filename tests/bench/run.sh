#!/bin/sh
# What the daemon itself takes: a mock console with a history, the first poll of
# every dataset at page size 1000, and what the kernel says of the process.
# Console and collector share the machine; the console is the slower of the two.
set -eu

dir=$(mktemp -d)
mock=
daemon=
cleanup() {
	for pid in $daemon $mock; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "bench: gave up waiting: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

# All four datasets have completed a poll.
polled() {
	[ "$(grep -c '"polls":[1-9]' "$dir/state/status.json" 2>/dev/null)" \
	    = 4 ]
}

field() {
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$daemon/status"
}

mkdir "$dir/spool" "$dir/state"
(umask 077 && echo mock-token >"$dir/token")
"$MOCK_CONSOLE" --port-file "$dir/port" --agents 5000 --activities 20000 \
	--threats 3000 --groups 200 --days 1 --max-seconds 120 \
	>"$dir/mock.log" &
mock=$!
wait_for 60 test -s "$dir/port"
cat >"$dir/s1spool.yml" <<END
spool: { directory: $dir/spool }
state: { directory: $dir/state }
consoles:
  - name: bench
    url: http://127.0.0.1:$(cat "$dir/port")
    api_token_file: $dir/token
    datasets: { alert: { enabled: false }, application: { enabled: false } }
END
"$S1SPOOL" run --config "$dir/s1spool.yml" 2>"$dir/run.log" &
daemon=$!
wait_for 60 polled

lines=$(cat "$dir"/spool/*/*/*.ndjson | wc -l)
bytes=$(cat "$dir"/spool/*/*/*.ndjson | wc -c)
ticks=$(awk '{ print $14 + $15 }' "/proc/$daemon/stat")
hz=$(getconf CLK_TCK)
cat <<END

The daemon, four datasets at page size 1000 over plain HTTP on loopback, from an
empty spool to the first completed poll of each:

records                      $lines
bytes spooled                $bytes
CPU seconds                  $(awk "BEGIN { printf \"%.2f\", $ticks / $hz }")
CPU seconds per 10^6 records $(awk "BEGIN { printf \"%.1f\", \
	$ticks / $hz * 1e6 / $lines }")
peak resident memory         $(field VmHWM) KiB
 of it its own (anonymous)   $(field RssAnon) KiB at the end
END
