# What the end-to-end tests have in common: a directory of their own, a mock
# console, the collector, and waiting for conditions with a deadline.
# shellcheck shell=sh

for tool in curl jq; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done

. "$top_srcdir/tests/leaks.sh"

dir=$(mktemp -d) || exit 99
mock_pid=
run_pid=
failed=0
datasets="activity agent group threat"
check_spool=$top_builddir/tests/e2e/check_spool
check_fields=$top_builddir/tests/fields/check_fields

# shellcheck disable=SC2317 # the trap calls it
clean_up()
{
	code=$?
	for pid in $run_pid $mock_pid; do
		kill -9 "$pid" 2>/dev/null
	done
	[ -z "$mounts" ] || unmount_all
	if [ "$code" != 0 ] && [ -n "$E2E_KEEP" ]; then
		echo "kept: $dir"
	else
		chmod -R u+w "$dir"
		rm -rf "$dir"
	fi
}
trap clean_up EXIT
trap 'exit 99' HUP INT TERM

fail()
{
	echo "FAIL: $*"
	failed=1
}

# is NAME GOT WANTED
is()
{
	[ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"
}

# How many times longer than a fast machine a slow one may take: as many times
# all that is waited for at most.
patience=${PATIENCE-1}

# wait_for SECONDS COMMAND...: until the command is true.
wait_for()
{
	ticks=$(($1 * 20 * patience))
	shift
	until "$@"; do
		if [ $((ticks -= 1)) -le 0 ]; then
			fail "timeout: $*"
			return 1
		fi
		sleep 0.05
	done
}

# limit SECONDS COMMAND...: that is its longest.
limit()
{
	longest=$(($1 * patience))
	shift
	timeout "$longest" "$@"
}

# mock_start [https] OPTION...
mock_start()
{
	scheme=http
	[ "$1" != https ] || scheme=https
	[ $scheme = http ] || shift
	rm -f "$dir/port"
	"$MOCK_CONSOLE" --port-file "$dir/port" \
	    --max-seconds $((900 * patience)) "$@" \
	    >"$dir/mock.out" 2>"$dir/mock.err" &
	mock_pid=$!
	wait_for 20 test -s "$dir/port" || exit 1
	url=$scheme://127.0.0.1:$(cat "$dir/port")
	# A walk ends at the last whole second that the console has told.
	mock POST time '{"advance":2}' >/dev/null
}

mock_stop()
{
	kill "$mock_pid"
	wait "$mock_pid"
	mock_pid=
}

# mock METHOD PATH [JSON]
mock()
{
	kill -0 "$mock_pid" || fail "the mock console has ended"
	curl -s -m 20 -X "$1" ${3+-d "$3"} "$url/_mock/$2"
}

# How many requests the mock console has had whose address has this text.
asked()
{
	mock GET requests | jq -r .uri | grep -cF -- "$1"
}

# configure [LINE...]: a fresh spool and state, one console; the lines go
# below its datasets.
configure()
{
	no_leak
	rm -rf "$dir/spool" "$dir/state"
	mkdir "$dir/spool" "$dir/state"
	[ -s "$dir/token" ] || (umask 077 && echo mock-token >"$dir/token")
	write_conf "$@"
}

# Datasets that are on unless they are switched off; tests that are not about
# them do without.
write_conf()
{
	for other in alert application; do
		case " $*" in
		*[!_a-z]$other:*) ;;
		*) set -- "$@" "$other: { enabled: false }" ;;
		esac
	done
	{
		echo "spool: { directory: $dir/spool $spool_options }"
		echo "state: { directory: $dir/state }"
		echo "logging: { level: ${log_level-info} }"
		echo "consoles:"
		echo "  - name: acme"
		echo "    url: $url"
		echo "    api_token_file: $dir/token"
		echo "    http_client_timeout: ${http_timeout-10s}"
		echo "    datasets:"
		printf '%s\n' "$@" | sed 's/^/      /'
	} >"$dir/s1spool.yml"
}
spool_options=

# All datasets, with short times; $1 goes into each.
quick()
{
	for d in $datasets; do
		echo "$d: { interval: 300ms, look_back: 2s, overlap: 6s${1-} }"
	done
}

# once [OPTION...]: sets $code.
once()
{
	limit "${once_timeout-120}" "$S1SPOOL" once \
	    --config "$dir/s1spool.yml" "$@" >"$dir/once.out" \
	    2>"$dir/once.err"
	code=$?
}

# The whole lines of files: one that a death tore would take the first of the
# next file with it.
whole_lines()
{
	for segment; do
		head -n "$(wc -l <"$segment")" "$segment"
	done
}

# Lines of a stream.
lines()
{
	cat "$dir/spool/acme/$1"/*.ndjson 2>/dev/null | wc -l | tr -d ' '
}

has_lines()
{
	[ "$(lines "$1")" -ge "$2" ]
}

# run_start [OPTION...]
run_start()
{
	: >"$dir/run.err"
	: >"$dir/run.began"
	"$S1SPOOL" run --config "$dir/s1spool.yml" "$@" >"$dir/run.out" \
	    2>"$dir/run.err" &
	run_pid=$!
}

# Has this life of the daemon written the status, not the one before?
is_status_new()
{
	[ -n "$(find "$dir/state/status.json" -newer "$dir/run.began" \
	    2>/dev/null)" ]
}

# Does SIGTERM wait for the daemon to read it?  Before that it is a death.
heeds_signals()
{
	! kill -0 "$run_pid" 2>/dev/null ||
	    grep -q '^SigBlk:.*[4-7c-f]...$' "/proc/$run_pid/status"
}

# run_stop: in order; sets $code.
run_stop()
{
	wait_for 20 heeds_signals
	kill "$run_pid"
	wait "$run_pid"
	code=$?
	run_pid=
}

run_kill()
{
	kill -9 "$run_pid" 2>/dev/null
	wait "$run_pid" 2>/dev/null
	run_pid=
}

# Has the daemon said this since its start?
said()
{
	grep -qF -- "$1" "$dir/run.err"
}

how_often_said()
{
	grep -cF -- "$1" "$dir/run.err"
}

# state DATASET: as the status file has it.
state()
{
	jq -r --arg d "$1" '.streams[] | select(.dataset == $d).state' \
	    "$dir/state/status.json" 2>/dev/null
}

is_state()
{
	[ "$(state "$1")" = "$2" ]
}

nothing_pending()
{
	[ "$(mock GET stats | jq .pending)" = 0 ]
}

# Each field of a stream's documents is declared, with a type that takes it.
check_documents()
{
	set -- "$1" "$dir/spool/acme/$1"/*.ndjson
	[ -e "$2" ] || return 0
	sh "$top_srcdir/filebeat/fields/rows.sh" "$1" >"$dir/rows"
	"$check_fields" -r "$dir/rows" "$@" >"$dir/documents" 2>&1 || {
		fail "$1: not the documents that are declared"
		cat "$dir/documents"
	}
}

# check DATASET... [--since TIME]: the spool against the console's books.
check()
{
	for d; do
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		"$check_spool" ${since:+-s "$since"} "$d" "$dir/ledger" \
		    "$dir/spool/acme/$d" >"$dir/check" 2>&1 || {
			fail "$d: not each record once"
			cat "$dir/check"
		}
		[ -z "$E2E_VERBOSE" ] || tail -n 1 "$dir/check"
		check_documents "$d"
	done
}
since=

check_all()
{
	# shellcheck disable=SC2086 # words
	check $datasets
}

# A sanitizer's word is a failure whatever the exit code is.
no_sanitizer()
{
	for f in "$dir"/*.err; do
		! grep -qE 'Sanitizer|runtime error' "$f" || {
			fail "sanitizer"
			cat "$f"
		}
	done
}

# A secret in what was written is a failure of every test.
no_leak()
{
	[ ! -s "$dir/token" ] || grep -qF "$leak_mark" "$dir/token" ||
	    fail "a token without $leak_mark is not found where it leaks"
	leaks=$(leak_find "$dir") || fail "a secret is in $leaks"
}

finish()
{
	no_sanitizer
	no_leak
	exit $failed
}
