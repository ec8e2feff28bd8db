#!/bin/sh
# demo.sh BUILD: poll a mock console over TLS into a spool below BUILD/demo and
# show what came of it.  autogen.sh demo builds what it needs and runs it.
set -eu

build=$(cd "$1" && pwd)
dir=$build/demo
limit=600 # seconds for the poll

say()
{
	printf '\n%s\n' "$*"
}

die()
{
	printf 'demo: %s\n' "$*" >&2
	[ ! -s "$dir/mock.log" ] || tail -n 20 "$dir/mock.log" >&2
	exit 1
}

stop_mock()
{
	[ -z "${mock-}" ] || kill "$mock" 2>/dev/null || :
}

trap stop_mock EXIT
trap 'exit 130' INT TERM

rm -rf "$dir"
mkdir -p "$dir"/spool "$dir"/state
cd "$dir"
umask 027

# What an administrator has: a token, and a CA that signed the console.
(umask 077 && openssl rand -hex 40 >token)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout key.pem -out cert.pem 2>openssl.log ||
    die "openssl made no certificate: see $dir/openssl.log"

# A company of 5,000 endpoints, a week of it.
"$build/tests/mock/mock_console" --port 0 --port-file port --seed 1 \
    --agents 5000 --groups 50 --activities 70000 --threats 700 --days 7 \
    --token-file token --tls-cert cert.pem --tls-key key.pem \
    --max-seconds $((limit + 60)) >mock.log 2>&1 &
mock=$!
tries=100
until [ -s port ]; do
	kill -0 "$mock" 2>/dev/null || die "the mock console ended"
	[ $((tries -= 1)) -gt 0 ] || die "the mock console does not start"
	sleep 0.1
done
url=https://localhost:$(cat port)
echo "mock console: $url"

cat >s1spool.yml <<END
spool:
  directory: $dir/spool
state:
  directory: $dir/state
consoles:
  - name: demo
    url: $url
    api_token_file: $dir/token
    ssl:
      certificate_authorities: $dir/cert.pem
    datasets:
      activity: { initial_interval: 7d }
      threat: { initial_interval: 7d }
END

say "\$ s1spool once --config $dir/s1spool.yml"
timeout "$limit" "$build/s1spool" once --config s1spool.yml ||
    die "s1spool once: exit status $?"

for dataset in "$dir"/spool/demo/*/; do
	for file in "$dataset"*.ndjson; do
		[ -s "$file" ] || continue
		say "one document of $(basename "$dataset"):"
		head -n 1 "$file" | jq .
		break
	done
done

say "spool: $dir/spool"
