# Documents about the collector itself: what they say while all is well and when
# it is not, that they are spooled like all others, and only when wanted.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

health=$dir/spool/acme/health

# with_health LINE...: the configuration, and that.
with_health()
{
	configure "$(quick)"
	printf '%s\n' "$@" >>"$dir/s1spool.yml"
}

documents()
{
	cat "$health"/*.ndjson 2>/dev/null
}

# The last document of a dataset of the console, or with "" of itself.
last()
{
	documents | jq -c --arg d "$1" \
	    'select((.s1spool.health.dataset // "") == $d)' | tail -n 1
}

# has DATASET FILTER: for the last document.
has()
{
	[ "$(last "$1" | jq "$2" 2>/dev/null)" = true ]
}

# Each field is declared, numbers as such.
check_declared()
{
	fields=$top_srcdir/filebeat/fields
	awk -v dataset=health -f "$fields/rows.awk" "$fields/types.tsv" \
	    "$top_srcdir/filebeat/elasticsearch/own.tsv" \
	    "$top_srcdir/filebeat/elasticsearch/own_health.tsv" |
	    awk -F '\t' '{ print $1, $2 == "long" ? "number" : "string" }' |
	    sort >"$dir/declared"
	documents | jq -r 'del(.spool) | . as $d | paths(scalars) |
	    [join("."), (. as $p | $d | getpath($p) | type)] | join(" ")' |
	    sort -u >"$dir/used"
	is "undeclared" "$(comm -13 "$dir/declared" "$dir/used")" ''
	[ "$(wc -l <"$dir/used")" -gt 30 ] || fail "hardly any fields"
}

test_once()
{
	with_health
	once
	is "exit code" "$code" 0
	[ ! -e "$health" ] || fail "written though it is off"
	with_health 'health: { period: 5m }'
	once
	is "exit code" "$code" 0
	is "documents" "$(documents | jq -r '.s1spool.health.dataset // "-"' |
	    paste -s -d ' ')" '- activity agent group threat'
	is "streams" "$(documents | jq -r '.data_stream |
	    [.type, .dataset, .namespace] | join("-")' | sort -u)" \
	    logs-s1spool.health-default
	is "outcome" "$(documents | jq -r .event.outcome | sort -u)" success
	is "ids" "$(documents | jq -r .spool.id | sort -u | grep -c \
	    '^.\{27\}=$')" 5
	is "records" "$(last group | jq .s1spool.health.records)" 5
	is "token" "$(last '' | jq -r .s1spool.health.token.state)" valid
	is "host" "$(last '' | jq -r .observer.hostname)" "$(uname -n)"
	check_declared
}

# Then it tells of trouble, and of its end.
test_trouble()
{
	with_health 'health: { period: 1s }'
	run_start
	wait_for 20 has threat '.event.outcome == "success" and
	    .s1spool.health.polls > 0'
	mock POST fault '{"fault":"403","path":"/threats"}' >/dev/null
	wait_for 20 has threat '.event.outcome == "failure" and
	    .s1spool.health.condition == "disabled" and
	    (.error.message | contains("may not read this"))'
	has group '.event.outcome == "success"' || fail "group"
	mock POST token '{"token":"another"}' >/dev/null
	wait_for 20 has '' '.event.outcome == "failure" and
	    .s1spool.health.token.state == "refused" and
	    (.message | contains("refuses the API token"))'
	wait_for 20 has group '.s1spool.health.condition == "no_token"'
	mock POST token '{"token":"mock-token","expires":200000}' >/dev/null
	mock DELETE fault >/dev/null
	(umask 077 && echo mock-token >"$dir/token.new")
	mv "$dir/token.new" "$dir/token"
	wait_for 20 has '' '.event.outcome == "success" and
	    .s1spool.health.token.days_left == 2'
	wait_for 20 has group '.event.outcome == "success"'
	# Switched off by a reload.
	sed -i 's/^health:.*/health: { period: 0 }/' "$dir/s1spool.yml"
	kill -HUP "$run_pid"
	wait_for 20 said 'loaded again'
	run_stop
	is "exit code" "$code" 0
	check_declared
	"$S1SPOOL" verify --config "$dir/s1spool.yml" >"$dir/verify.out" \
	    2>"$dir/verify.err"
	is "verify" $? 0
	! documents | grep -F mock-token || fail "it has the token"
}

# No line twice over restarts, and what was sealed is archived.
test_archived()
{
	is "ids" "$(documents | jq -r .spool.id | sort | uniq -d)" ''
	is "sealed" "$(for f in "$health"/*.ndjson; do
		basename "$f"
	done | tail -n 1)" "$(tr -d '\0' <"$dir/state/journal" |
	    sed -n 's,.*acme/health.*"sealed": *"\([^"]*\)".*,\1,p' |
	    tail -n 1)"
	lines=$(documents | wc -l)
	sed -i "s/^spool: {/& hold: 0,/" "$dir/s1spool.yml"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err"
	is "prune" $? 0
	is "left" "$(documents | wc -l)" 0
	is "archived" "$(cat "$dir"/spool/acme/archive/health/*.gz |
	    gzip -dc | wc -l)" "$lines"
}

mock_start --agents 20 --groups 5 --threats 20 --activities 20 --days 5
test_once
test_trouble
test_archived
mock_stop
finish
