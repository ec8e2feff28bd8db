# What the tests of setup have in common: a folder of their own, a stub of the
# server, a configuration that names it, and looking at what came of it.
# shellcheck shell=sh disable=SC2034 # the tests look at what is set here

for tool in curl jq; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done

. "$top_srcdir/tests/leaks.sh"

dir=$(mktemp -d) || exit 99
stub_pid=
failed=0

# shellcheck disable=SC2317 # the trap calls it
clean_up()
{
	[ -z "$stub_pid" ] || kill "$stub_pid" 2>/dev/null
	rm -rf "$dir"
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

# stub_start KIND OPTION...: as $url
stub_start()
{
	rm -f "$dir/port"
	"$top_builddir/tests/setup/stub" --port-file "$dir/port" "$@" &
	stub_pid=$!
	ticks=400
	until [ -s "$dir/port" ]; do
		[ $((ticks -= 1)) -gt 0 ] || {
			echo "the stub does not start"
			exit 99
		}
		sleep 0.05
	done
	url=http://127.0.0.1:$(cat "$dir/port")
}

# Its end; nothing that it was asked may have been wrong.
stub_stop()
{
	faults=$(curl -s "$url/_stub/faults")
	[ "$faults" = '[]' ] || fail "wrong calls: $faults"
	stub_kill
}

stub_kill()
{
	kill "$stub_pid"
	wait "$stub_pid"
	stub_pid=
}

# state FILTER: what jq finds in what the stub holds.
state()
{
	curl -s "$url/_stub/state" | jq -r "$1"
}

# calls PATTERN: how many calls of such a line it has had.
calls()
{
	curl -s "$url/_stub/calls" | jq -r '.[]' | grep -cE "$1"
}

# A configuration whose lines about servers are on standard input.
configure()
{
	mkdir -p "$dir/state"
	{
		cat
		cat <<END
spool: { directory: $dir/spool }
state: { directory: $dir/state }
consoles:
  - name: acme
    url: http://127.0.0.1:1
    api_token_file: $dir/token
END
	} >"$dir/s1spool.yml"
}

# setup TARGET OPTION...: into $dir/out and $dir/err, its exit code in $code.
setup()
{
	"$S1SPOOL" setup "$@" --config "$dir/s1spool.yml" \
	    --assets "${assets:-$top_srcdir/filebeat}" \
	    >"$dir/out" 2>"$dir/err"
	code=$?
	leaks=$(leak_find "$dir") || fail "a secret is in $leaks"
}

# said PATTERN: on standard output or error.
said()
{
	grep -qE "$1" "$dir/out" "$dir/err" ||
	    fail "not said: $1: $(cat "$dir/out" "$dir/err")"
}
