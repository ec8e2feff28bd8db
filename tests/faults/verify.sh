# s1spool verify, from the outside: exit codes, the table, JSON, quiet.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
folder=$tmp/spool/acme/threat
segment=$folder/threat-19700101T000000.000036Z-000000000001.ndjson
mkdir -p "$folder" || exit 99

line()
{
	printf '{"spool":{"seq":"10-%s","id":"%s","at":"%s"},"x":1}\n' \
	    "$1" "$2" 2026-01-02T03:04:05.678Z
}

# expect CODE ARG...: run it, output to $tmp/out and $tmp/err.
expect()
{
	code=$1
	shift
	"$S1SPOOL" verify "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[ $got -eq "$code" ] || complain "exit $got, not $code: $*"
}

# output PATTERN: a line of the output matches.
output()
{
	grep -q "$1" "$tmp/out" || complain "no line with: $1"
}

complain()
{
	echo "$1"
	cat "$tmp/out" "$tmp/err"
	failed=1
}

{
	line 1 a
	line 2 b
} >"$segment"
expect 0 "$tmp/spool"
output '^acme/threat  *1  *2  *144  2026-01-02T03:04:05.678Z  2026-01-02'
output '^0 errors, 0 warnings$'
expect 0 --quiet "$tmp/spool"
[ ! -s "$tmp/out" ] || complain 'quiet, but it speaks'

printf '{"spool":' >>"$segment"
expect 0 "$segment"
output "^warning: $segment:3: 9 bytes without a newline"
expect 0 -q "$tmp/spool"
[ ! -s "$tmp/out" ] || complain 'quiet, but it warns'

printf '\n' >>"$segment"
expect 65 -q "$tmp/spool"
output "^error: $segment:3: no JSON"
expect 65 --json "$tmp/spool"
output '"errors": *2'
output '"stream": *"acme/threat"'
output '"level": *"error"'
output '"first": *"2026-01-02T03:04:05.678Z"'

expect 66 "$tmp/none"
grep -q "s1spool verify: $tmp/none: No such file" "$tmp/err" ||
    complain 'does not say what is missing'
expect 64 --no-such-option
expect 78 --config "$tmp/none.yml"
[ ! -w /dev/full ] || {
	"$S1SPOOL" verify "$tmp/spool" >/dev/full 2>"$tmp/err"
	[ $? -eq 74 ] || complain 'a full disk at standard output goes unseen'
}

# The spool of the configuration, when no path is given.
line 1 a >"$segment"
cat >"$tmp/s1spool.yml" <<END
spool: { directory: $tmp/spool }
state: { directory: $tmp }
consoles:
  - name: acme
    url: https://console.example
    api_token_file: $tmp/token
END
echo token >"$tmp/token"
chmod 600 "$tmp/token"
"$S1SPOOL" verify --config "$tmp/s1spool.yml" >"$tmp/out" 2>"$tmp/err"
case $? in
0) output '^acme/threat  *1  *1 ' ;;
*) complain 'the configured spool is not verified' ;;
esac
exit "${failed:-0}"
