# Where the tokens are while the real daemon polls, over plain HTTP and TLS: in
# its memory, in a core file of it, in what can be seen of it from outside, and
# in what it writes.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

log_level=debug
first=eyJtb2NrLXRva2VuIjoxfQ.mock-token+/=.the-first
second=eyJtb2NrLXRva2VuIjoyfQ.mock-token+/=.the-second

# As an admin should, in one step.
new_token()
{
	(umask 077 && echo "$1" >"$dir/token.new")
	mv "$dir/token.new" "$dir/token"
}

# begin http|https: a console that takes the first token.
begin()
{
	new_token "$first"
	if [ "$1" = http ]; then
		shift
	else
		"$top_builddir/tests/e2e/make_certificate" "$dir/cert.pem" \
		    "$dir/key.pem" -1 9 || exit 99
		export CURL_CA_BUNDLE="$dir/cert.pem"
		set -- https --tls-cert "$dir/cert.pem" \
		    --tls-key "$dir/key.pem"
	fi
	mock_start "$@" --agents 20 --groups 5 --threats 20 --activities 20 \
	    --days 5 --token-file "$dir/token"
	configure "$(quick ', enable_request_tracer: true')"
	sed -i 's,^    url:.*,&\
    enable_request_tracer: true,' "$dir/s1spool.yml"
	[ "$scheme" = http ] || sed -i "s,^    url:.*,&\\
    ssl: { certificate_authorities: $dir/cert.pem }," "$dir/s1spool.yml"
	printf 'metrics: { file: %s }\n' "$dir/metrics" >>"$dir/s1spool.yml"
}

polls()
{
	jq '[.streams[].polls] | min' "$dir/state/status.json" 2>/dev/null
}

# Polls of all datasets, more than there were.
polled_since()
{
	[ "$(polls)" -gt "$1" ] 2>/dev/null
}

is_held()
{
	mock GET requests | jq -r .fault | grep -q stall
}

# scan TOKEN: sets $code and writes $dir/places.
scan()
{
	leak_forms "$1" >"$dir/mock.forms"
	"$memory_scan" "$run_pid" "$dir/mock.forms" >"$dir/places" \
	    2>"$dir/scan.err"
	code=$?
	[ "$code" = 0 ] || fail "scan: $(cat "$dir/scan.err")"
}

# Nowhere at all: between two requests there is no token.
is_nowhere()
{
	scan "$1"
	[ ! -s "$dir/places" ]
}

# It is there, and core files do not have it.
is_spared()
{
	scan "$first"
	grep -q ^spared "$dir/places" || fail "$1: not found in a request"
	! grep ^dumped "$dir/places" || fail "$1: not in the vault"
}

memory_scan=$top_builddir/tests/e2e/memory_scan

# What others see of the process, and what it has written.
outside()
{
	cp "/proc/$run_pid/cmdline" "$dir/cmdline"
	tr '\0' '\n' <"/proc/$run_pid/environ" >"$dir/environ"
	"$S1SPOOL" status --config "$dir/s1spool.yml" >"$dir/status.out" \
	    2>"$dir/status.err"
	"$S1SPOOL" status --config "$dir/s1spool.yml" --json \
	    >"$dir/status.json.out" 2>"$dir/status.json.err"
	"$S1SPOOL" check --config "$dir/s1spool.yml" --json \
	    >"$dir/check.out" 2>"$dir/check.err"
	for f in cmdline status.out status.json.out check.out metrics run.err \
	    state/status.json \
	    state/trace/acme/http-request-trace-console.ndjson; do
		[ -s "$dir/$f" ] || fail "$f: nothing was written"
	done
	no_leak
}

# memory http|https
memory()
{
	begin "$1"
	run_start
	wait_for 20 polled_since 1
	wait_for 20 is_nowhere "$first"
	wait_for 20 test -s "$dir/metrics"
	outside

	mock POST fault '{"fault":"stall","seconds":600,
	    "path":"/activities"}' >/dev/null
	wait_for 20 is_held
	is_spared "$1"
	mock DELETE fault >/dev/null
	run_stop

	run_start
	wait_for 20 polled_since 1
	jq -n --arg token "$second" '{ $token }' >"$dir/order"
	mock POST token "$(cat "$dir/order")" >/dev/null
	rm "$dir/order"
	new_token "$second"
	polls=$(polls)
	wait_for 20 polled_since $((polls + 1))
	wait_for 20 is_nowhere "$first"
	wait_for 20 is_nowhere "$second"
	run_stop
	is "exit code" "$code" 0
	no_leak
	mock_stop
}

# core_of COMMAND...: with a request on its way, the daemon aborts.
# shellcheck disable=SC3045 # dash, bash and busybox have it
core_of()
{
	rm -f "$dir"/core*
	: >"$dir/run.err"
	(cd "$dir" && ulimit -c unlimited &&
	    exec "$@" run --config "$dir/s1spool.yml" 2>"$dir/run.err") &
	run_pid=$!
	wait_for 20 is_held
	kill -ABRT "$run_pid"
	wait "$run_pid"
	is "exit code" $? 134
	run_pid=
}

# A file in the current directory, or something that tests have no part in?
# shellcheck disable=SC3045
can_dump()
{
	case $(cat /proc/sys/kernel/core_pattern) in
	core*) (ulimit -c unlimited) 2>/dev/null ;;
	*) return 1 ;;
	esac
}

cores()
{
	find "$dir" -name 'core*' | wc -l | tr -d ' '
}

core_file()
{
	begin https
	mock POST fault '{"fault":"stall","seconds":600,
	    "path":"/activities"}' >/dev/null
	core_of "$S1SPOOL"
	is "core files" "$(cores)" 0

	core_of env S1SPOOL_ALLOW_CORE=1 "$S1SPOOL"
	is "core files" "$(cores)" 1
	grep -qF "$dir/s1spool.yml" "$dir"/core* || fail "not its core file"
	leak_forms "$first" >"$dir/mock.forms"
	! grep -qFf "$dir/mock.forms" "$dir"/core* || fail "the core has the token"
	rm -f "$dir"/core*
	mock_stop
}

# through URL: what is said of it, when that is the proxy.
through()
{
	sed "s,^    url:.*,&\\
    proxy_url: $1," "$dir/s1spool.yml" >"$dir/mock.proxy.yml"
	limit 60 "$S1SPOOL" check --json --config "$dir/mock.proxy.yml" \
	    >"$dir/proxy.out" 2>"$dir/proxy.err"
	is "$1" "$?" 69
	jq -r '.findings[] | select(.level == "error").text' \
	    "$dir/proxy.out" | grep -q . || fail "$1: nothing is said of it"
	no_leak
}

# The password of a proxy that is not there, or does not want us.
proxies()
{
	begin http
	through 'http://jo:mock-token-7@127.0.0.1:1'
	through 'socks5h://jo:mock-token-7@127.0.0.1:1'
	through 'http://jo:mock-token-7@proxy.invalid:1'
	through "http://jo:mock-token-7@${url#http://}"
	mock_stop
}

# What looks for secrets finds them.
finds()
{
	mkdir "$dir/planted"
	printf 'id:mock-token\n' | base64 >"$dir/planted/base64"
	printf '{"a":"b %s"}' "$first" >"$dir/planted/plain"
	for form in $(leak_forms "$first"); do
		name=$(printf %s "$form" | cksum | cut -d ' ' -f 1)
		printf 'x%sx, and so on\n' "$form" >"$dir/planted/$name"
	done
	is "planted" "$(leak_find "$dir/planted" | wc -l | tr -d ' ')" \
	    "$(find "$dir/planted" -type f | wc -l | tr -d ' ')"
	rm -r "$dir/planted"
	no_leak
}

finds
proxies
if [ -n "$SANITIZED" ]; then
	echo "no look into memory that has a sanitizer's copies"
else
	memory http
	memory https
	! can_dump || core_file
fi
finish
