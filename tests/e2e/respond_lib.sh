# What the tests of response actions have in common, beside lib.sh.
# shellcheck shell=sh
. "$top_srcdir/tests/e2e/lib.sh"

# configure_respond [LINE...]: below respond.
configure_respond()
{
	rm -rf "$dir/audit"
	mkdir -p "$dir/spool" "$dir/state" "$dir/audit"
	(umask 077 && echo mock-token-that-acts >"$dir/act" &&
	    echo mock-token >"$dir/token")
	{
		echo "spool: { directory: $dir/spool }"
		echo "state: { directory: $dir/state }"
		echo "respond:"
		printf '  %s\n' "directory: $dir/audit" 'poll_interval: 100ms' \
		    'wait: 20s' "$@"
		echo "consoles:"
		echo "  - name: acme"
		echo "    url: $url"
		echo "    api_token_file: $dir/token"
		echo "    respond_token_file: $dir/act"
		echo "    namespace: soc"
	} >"$dir/s1spool.yml"
}

# respond ARGUMENT...: sets $code; what it prints is in $dir/out and $dir/err.
respond()
{
	limit 60 "$S1SPOOL" respond --config "$dir/s1spool.yml" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
}

# For $host, confirmed as scripts do.
act()
{
	action=$1
	shift
	respond "$action" "$host" --reason INC-1 --yes --expect-name "$name" "$@"
}

# sent: how many POSTs the console has seen.
sent()
{
	mock GET requests | jq -r 'select(.method == "POST" and
	    (.uri | contains("/_mock/") | not)) | .uri' | wc -l | tr -d ' '
}

# refused NAME CODE TEXT: it ended so, said that, and nothing was sent.
refused()
{
	is "$1" "$code" "$2"
	grep -qF -- "$3" "$dir/err" || {
		fail "$1: not said: $3"
		cat "$dir/err"
	}
	is "$1: sent" "$(sent)" "$before"
}

settings()
{
	is "settings $1" "$(mock POST respond "$1" | jq -r '.error // "set"')" \
	    set
}

# audit FILTER: what jq makes of the newest call's lines, joined.
audit()
{
	newest=$(find "$dir/audit" -name '*.ndjson' | sort | tail -n 1)
	jq -r "$1" "$newest" | paste -sd ' ' -
}

# The documents of all calls, as shippers read them.
check_audit()
{
	is "lines without an id" "$(cat "$dir"/audit/acme/audit/*.ndjson |
	    jq -r 'select((.spool.id | length) != 28)' | wc -l)" 0
	is "ids twice" "$(cat "$dir"/audit/acme/audit/*.ndjson |
	    jq -r .spool.id | sort | uniq -d)" ''
	is "not told whose they are" "$(cat "$dir"/audit/acme/audit/*.ndjson |
	    jq -c 'select(.data_stream != { type: "logs",
	    dataset: "s1spool.audit", namespace: "soc" } or
	    .event.kind != "event" or (.user.name | length) == 0)')" ''
	no_leak
}

# Each line names the SHA-256 of the one before.
check_chain()
{
	cat "$dir"/audit/acme/audit/*.ndjson >"$dir/all"
	: >"$dir/want"
	while IFS= read -r line; do
		printf '%s' "$line" | sha256sum | cut -d ' ' -f 1
	done <"$dir/all" | sed '$d' >"$dir/want"
	sed 1d "$dir/all" | jq -r '.s1spool.audit.previous' >"$dir/got"
	cmp -s "$dir/want" "$dir/got" || fail "the chain of hashes"
}

# take_host OS: one that is there; sets $host, $name and $uuid.
take_host()
{
	curl -s -m 20 -H 'Authorization: ApiToken mock-token' \
	    "$url/web/api/v2.1/agents?limit=5&networkStatuses=connected&isActive=true&osTypes=$1" |
	    jq '.data |= map(select(.computerName != "NAMESAKE"))' \
	    >"$dir/agent"
	host=$(jq -r '.data[0].id' "$dir/agent")
	name=$(jq -r '.data[0].computerName' "$dir/agent")
	# shellcheck disable=SC2034 # for tests
	uuid=$(jq -r '.data[0].uuid' "$dir/agent")
	[ -n "$name" ] || exit 99
}

# said_so NAME TEXT: on stderr.
said_so()
{
	grep -qF -- "$2" "$dir/err" || {
		fail "$1: not said: $2"
		cat "$dir/err"
	}
}

# ended NAME CODE TEXT
ended()
{
	is "$1" "$code" "$2"
	said_so "$1" "$3"
}

# orders: how often something was asked to be done, a path and a number.
orders()
{
	mock GET actions | jq -r --arg path "$1" \
	    'select(.path | endswith($path)) | .path' | wc -l | tr -d ' '
}

# last FILTER: of the last body that was posted to a path that ends so.
last()
{
	mock GET actions | jq -sc --arg path "$1" \
	    "[.[] | select(.path | endswith(\$path))] | last | .body | $2"
}

# shellcheck disable=SC2034 # for tests
execute=/remote-scripts/execute

# scripts: as the console has them, for script.
scripts()
{
	respond scripts --json
	cp "$dir/out" "$dir/scripts"
}

# The id of a script of that name for a system.
script()
{
	jq -r "select(.scriptName == \"$1\" and .creatorId == \"${3--1}\" and
	    (.osTypes | index(\"$2\"))) | .id" "$dir/scripts"
}
