#!/bin/sh
# What many consoles cost one process: mock consoles, each at an address of its
# own, with little data and nothing new, all nine datasets at their default
# intervals.  With STALLED=N so many of them keep silent for the second half.
#
#   [STALLED=10] [WINDOW=60] [TLS=1] consoles.sh [NUMBER...]     1 10 100 1000
#
# Beside it a Filebeat that ships the same files: $FILEBEAT, one on PATH, or the
# one that tests/filebeat builds; none is no error, FILEBEAT= asks for none.
set -eu

top_srcdir=${top_srcdir-.}
seconds=${WINDOW-60}
stalled=${STALLED-10}
[ $# -gt 0 ] || set -- 1 10 100 1000

dir=$(mktemp -d)
mock=
daemon=
filebeat_pid=
cleanup() {
	for pid in $daemon $filebeat_pid $mock; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "bench: gave up waiting: $*" >&2
			tail -n 3 "$dir/run.log" >&2
			exit 1
		}
		sleep 0.05
	done
}

address() {
	echo "127.1.$((($1 - 1) / 250)).$((($1 - 1) % 250 + 1))"
}

now_ms() {
	date +%s%3N
}

# configure N: a file for each tenant.
configure() {
	rm -rf "$dir/spool" "$dir/state" "$dir/conf.d"
	mkdir "$dir/spool" "$dir/state" "$dir/conf.d"
	cat >"$dir/s1spool.yml" <<-END
	spool: { directory: $dir/spool }
	state: { directory: $dir/state }
	END
	for i in $(seq "$1"); do
		cat >"$dir/conf.d/c$i.yml" <<-END
		consoles:
		  - name: c$i
		    url: $scheme://$(address "$i"):$port
		    api_token_file: $dir/token
		    $ssl
		    datasets:
		      unified_alert: { enabled: true }
		      threat_event: { enabled: true }
		      application_risk: { enabled: true }
		END
	done
}

collecting() {
	grep -q 'collecting from' "$dir/run.log"
}

# start: sets $took, ms until it collects.
start() {
	: >"$dir/run.log"
	began=$(now_ms)
	"$S1SPOOL" run --config "$dir/s1spool.yml" 2>"$dir/run.log" &
	daemon=$!
	wait_for 120 collecting
	took=$(($(now_ms) - began))
}

stop() {
	began=$(now_ms)
	kill "$daemon"
	wait "$daemon"
	took=$(($(now_ms) - began))
	daemon=
}

# Every dataset that is polled at short intervals has been polled.
all_polled() {
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null || echo 0)" -ge $(($1 * 6)) ]
}

ticks() {
	awk '{ print $14 + $15 }' "/proc/$daemon/stat"
}

# memory FIELD [PID]: in MiB.
memory() {
	awk -v name="$1:" '$1 == name { printf "%.1f", $2 / 1024 }' \
	    "/proc/${2-$daemon}/status"
}

find_filebeat() {
	filebeat=${FILEBEAT-$(command -v filebeat || :)}
	[ -n "$filebeat" ] || [ -n "${FILEBEAT+given}" ] || filebeat=$(sh "$top_srcdir/tests/filebeat/build.sh" \
	    "$top_srcdir/tests/filebeat/7.17" 2>/dev/null) || filebeat=
}

all_shipped() {
	[ "$(cat "$dir"/out/* 2>/dev/null | wc -l)" -ge "$1" ]
}

# ship: what Filebeat takes for the files of the spool; sets $shipper.
ship() {
	shipper='       -        -'
	[ -n "$filebeat" ] || return 0
	rm -rf "${dir:?}/home" "${dir:?}/out"
	"$S1SPOOL" setup filebeat --inputs-only --config "$dir/s1spool.yml" \
	    --assets "$top_srcdir/filebeat" >"$dir/inputs.yml"
	cat >"$dir/filebeat.yml" <<-END
	filebeat.config.inputs: { enabled: true, path: $dir/inputs.yml }
	output.file: { path: $dir/out, rotate_every_kb: 1000000 }
	END
	GOMAXPROCS=2 "$filebeat" -e -c "$dir/filebeat.yml" \
	    --path.home "$dir/home" --path.data "$dir/home/data" \
	    --strict.perms=false 2>"$dir/filebeat.log" &
	filebeat_pid=$!
	wait_for 300 all_shipped \
	    "$(find "$dir/spool" -name '*.ndjson' -exec cat {} + | wc -l)"
	shipper=$(printf '%8d %8s' \
	    "$(find "$dir/spool" -name '*.ndjson' | wc -l)" \
	    "$(memory VmRSS $filebeat_pid)")
	kill $filebeat_pid
	wait $filebeat_pid || :
	filebeat_pid=
}

files() {
	find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l
}

sockets() {
	find "/proc/$daemon/fd" -lname 'socket:*' 2>/dev/null | wc -l
}

# cpu SECONDS: of one core, in per cent, and the requests a second meanwhile.
cpu() {
	from=$(ticks)
	requests=$(asked)
	sleep "$1"
	cpu=$((($(ticks) - from) * 100 / $(getconf CLK_TCK)))
	cpu=$(awk "BEGIN { printf \"%.1f\", $cpu / $1 }")
	rate=$(awk "BEGIN { printf \"%.1f\", ($(asked) - $requests) / $1 }")
}

asked() {
	control stats | jq '[.paths[].requests] | add'
}

control() {
	# shellcheck disable=SC2086 # options
	curl -s $insecure -m 20 "$scheme://127.0.0.1:$port/_mock/$1"
}

# note: the console keeps the last some thousand requests.
note() {
	control requests | jq -r 'select(.uri | contains("cursor=") | not) |
		[.n, .at, .host, (.uri | sub("\\?.*"; ""))] | @tsv' \
	    >>"$dir/requests"
}

# delays: how much later than due the polls came, by the console's books: what
# was asked of one path of one address, less the interval.  Addresses in
# $dir/silent are left out.
delays() {
	sort -u -n "$dir/requests" | awk '
	function ms(at,  t) {
		split(at, t, /[-T:.Z]/)
		return ((t[3] * 24 + t[4]) * 60 + t[5]) * 60000 + \
		    (t[6] "." substr(t[7], 1, 3)) * 1000
	}
	FILENAME != "-" { silent[$1]; next }
	{
		host = $3
		sub(/:.*/, "", host)
		if (host in silent || $4 !~ \
		    /activities|agents|alerts$|groups|threats$|graphql/)
			next
		key = host $4
		at = ms($2)
		if (key in last)
			printf "%.0f\n", at - last[key] - \
			    ($4 ~ /graphql/ ? 60000 : 30000)
		last[key] = at
	}' "$dir/silent" - | sort -n >"$dir/delays"
	awk '{ a[NR] = $1 } END {
		printf "%d polls, late by ms: median %d, 99th percentile %d, worst %d",
		    NR, a[int((NR + 1) / 2)], a[int(NR * 0.99) + (NR < 100)], a[NR] }' \
	    "$dir/delays"
}

# stall N: that many of all fall silent.
stall() {
	: >"$dir/silent"
	for i in $(seq "$stalled"); do
		address "$i" >>"$dir/silent"
	done
	jq -R '{ fault: "stall", host: "\(.):", seconds: 45 }' "$dir/silent" |
	    jq -s . | curl -s $insecure -m 20 -d @- \
	    "$scheme://127.0.0.1:$port/_mock/fault" >/dev/null
}

# watch SECONDS: note what is asked, and the share of one core.
watch() {
	from=$(ticks)
	: >"$dir/requests"
	for _ in $(seq $(($1 / 10))); do
		sleep 10
		note
	done
	cpu=$(awk "BEGIN { printf \"%.1f\", ($(ticks) - $from) * 100 / \
		$(getconf CLK_TCK) / $1 }")
}

measure() {
	configure "$1"
	start
	first=$took
	wait_for 300 all_polled "$1"
	cpu "$seconds"
	row=$(printf '%8d %10s %8s %8s %8s %7d %7d %8d %8d' "$1" "$rate" \
	    "$cpu" "$(memory VmRSS)" "$(memory RssAnon)" "$(files)" \
	    "$(sockets)" "$(($(wc -c <"$dir/state/status.json") / 1024))" \
	    "$first")
	if [ "$1" -gt $((stalled * 10)) ] && [ "$stalled" -gt 0 ]; then
		stall
		watch "$seconds"
		delays >"$dir/late"
		late="$1 consoles, $stalled of them silent: $cpu % of a core; $(
		    cat "$dir/late")"
	fi
	peak=$(memory VmHWM)
	stop
	stopped=$took
	start
	again=$took
	stop
	ship
	echo "$row $(printf '%8d %8d %8s' "$stopped" "$again" "$peak") $shipper"
}

(umask 077 && echo mock-token >"$dir/token")
scheme=http ssl='' insecure='' tls=
if [ -n "${TLS-}" ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -subj /CN=mock -addext \
	    'basicConstraints=critical,CA:TRUE' -keyout "$dir/key.pem" \
	    -out "$dir/cert.pem" 2>/dev/null
	scheme=https insecure=-k
	ssl="ssl: { verification_mode: ${TLS_MODE-certificate}${TLS_MORE-, certificate_authorities: [$dir/cert.pem]\} }"
	tls="--tls-cert $dir/cert.pem --tls-key $dir/key.pem"
fi
most=0
for n; do
	[ "$n" -le "$most" ] || most=$n
done
# shellcheck disable=SC2086 # options
"$MOCK_CONSOLE" --port-file "$dir/port" --consoles "$most" $tls \
    --agents 10 --groups 2 --threats 4 --activities 20 --alerts 4 \
    --unified-alerts 4 --applications 2 --installations 4 --risks 4 \
    --days 1 --max-seconds 7200 >"$dir/mock.log" &
mock=$!
wait_for 60 test -s "$dir/port"
port=$(cat "$dir/port")

cat <<END

Many consoles in one process ($scheme), nine datasets each at default intervals,
nothing new: over $seconds s after the first poll of all.  CPU in % of one core, memory
in MiB, the status file in KiB, times in ms: to start with an empty spool, to
stop, and to start again.  Then the files of the spool, and the memory of a
Filebeat that has shipped them.

consoles requests/s    CPU %  memory  its own   files sockets   status    start     stop    again     peak  spooled Filebeat
END
find_filebeat
late=
for n; do
	measure "$n"
done
[ -z "$late" ] || printf '\n%s\n' "$late"
