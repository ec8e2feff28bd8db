# Sourced by the scripts of `make bench': a folder, a mock console, figures of a
# process.  Runs end with what they started.
# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by the scripts

dir=$(mktemp -d)
pids=
cleanup()
{
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
(umask 077 && echo mock-token >"$dir/token")

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "bench: gave up waiting: $*" >&2
			tail -n 3 "$dir"/*.log >&2
			exit 1
		}
		sleep 0.05
	done
}

# start COMMAND...: in the background; sets $started.
start()
{
	"$@" &
	started=$!
	pids="$pids $started"
}

# stop PID
stop()
{
	kill "$1" 2>/dev/null || :
	wait "$1" || :
	rest=
	for pid in $pids; do
		[ "$pid" = "$1" ] || rest="$rest $pid"
	done
	pids=$rest
}

certificate()
{
	[ ! -s "$dir/cert.pem" ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -subj /CN=mock -addext \
	    'basicConstraints=critical,CA:TRUE' -addext \
	    'subjectAltName=IP:127.0.0.1,IP:127.0.0.2' -keyout "$dir/key.pem" \
	    -out "$dir/cert.pem" 2>/dev/null
}

# mock_start OPTION...: sets $mock and $port.
mock_start()
{
	rm -f "$dir/port"
	start "$MOCK_CONSOLE" --port-file "$dir/port" --max-seconds 600 "$@" \
	    >"$dir/mock.log"
	mock=$started # for stop
	wait_for 120 test -s "$dir/port"
	port=$(cat "$dir/port")
}

# The authorities that a host trusts, in its own file.
system=$(find -L /etc/ssl/certs/ca-certificates.crt \
    /etc/pki/tls/certs/ca-bundle.crt -maxdepth 0 2>/dev/null | head -n 1)

# configure URL [DATASETS]: an empty spool and state, one console.
configure()
{
	rm -rf "$dir/spool" "$dir/state"
	mkdir "$dir/spool" "$dir/state"
	{
		echo "spool: { directory: $dir/spool }"
		echo "state: { directory: $dir/state }"
		echo "consoles:"
		echo "  - name: bench"
		echo "    url: $1"
		echo "    api_token_file: $dir/token"
		case $1 in https:*)
			echo "    ssl:" \
			    "{ certificate_authorities:" \
			    "[${system:+$system, }$dir/cert.pem] }" ;;
		esac
		echo "    datasets: { ${2-} }"
	} >"$dir/s1spool.yml"
}

# Datasets that are off unless they are asked for.
all_on='unified_alert: { enabled: true }, threat_event: { enabled: true },
	application_risk: { enabled: true }'

lines()
{
	find "$dir/spool" -name '*.ndjson' -exec cat {} + | wc -l
}
