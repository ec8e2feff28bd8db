# Response actions against the mock console: what is sent, what is not, and
# what is written down.
. "$top_srcdir/tests/e2e/respond_lib.sh"

typist=$top_builddir/tests/e2e/typist

test_selection()
{
	before=$(sent)
	respond isolate nobody-here --reason x --yes --expect-name x
	refused "unknown name" 3 'no host with the computerName nobody-here'
	is "written down" "$(audit '[.s1spool.audit.stage,
	    .s1spool.audit.selector, .event.outcome] | join(" ")')" \
	    'refused nobody-here failure'
	respond isolate "${name%?}" --reason x --yes --expect-name x
	refused "a part of a name" 3 'no host'
	respond isolate NAMESAKE --reason x --yes --expect-name NAMESAKE
	refused "a name of three hosts" 3 'name one by its id'
	is "each of them is listed" "$(grep -cE '^ +[0-9]+ +NAMESAKE ' \
	    "$dir/err")" 3
	respond isolate "id:$name" --reason x
	refused "no id" 2 'is no agent'
	respond status "$host" --console acme --console acme
	is "two consoles" "$code" 2
	for by in "$host" "$uuid" "$name" "name:$name" "id:$host"; do
		respond status "$by"
		is "status by $by" "$code $(grep -c "$host" "$dir/out")" '0 1'
	done
	respond agents "$name"
	is "agents" "$code $(grep -c "^$host" "$dir/out")" '0 1'
	respond agents --json
	is "all agents" "$(jq -r .id "$dir/out" | sort -u | wc -l)" \
	    "$(wc -l <"$dir/out")"
	[ "$(wc -l <"$dir/out")" -gt 1000 ] || fail "agents: one page only"
}

test_rules()
{
	before=$(sent)
	respond isolate "$host"
	refused "no reason" 2 'needs its --reason'
	respond isolate "$host" --reason ' '
	refused "blank reason" 2 'needs its --reason'
	respond isolate "$host" --reason "$(printf 'x\377')"
	refused "no UTF-8" 2 'an argument is no UTF-8'
	respond isolate "$host" --reason x
	refused "no terminal" 4 'not confirmed: without a terminal'
	respond isolate "$host" --reason x --yes
	refused "no name" 4 'both --yes and --expect-name'
	respond isolate "$host" --reason x --yes --expect-name other
	refused "another name" 4 "the host is called $name, not other"
	is "written down" "$(audit '[.s1spool.audit.stage, .event.outcome,
	    .event.type[0], .host.name] | join(" ")')" \
	    "refused failure denied $name"
	respond isolate "$host" "$host" --reason x
	refused "two hosts" 2 'one operand too many'
	respond isolate --reason x
	refused "no host" 2 'something is missing'
	respond isolat "$host"
	refused "typing error" 2 "did you mean 'isolate'?"
	respond status "$host" --yes
	refused "another's option" 2 'status takes no option --yes'
	respond status "$host" --wait
	refused "broken option" 2 'needs its DURATION'
	act isolate --wait soon
	refused "no duration" 2 'no duration'
	respond isolate "$host" --reason x --dry-run
	is "dry run" "$code $(sent)" "0 $before"
	is "what it prints" "$(cat "$dir/out")" \
	    "POST $url/web/api/v2.1/agents/actions/disconnect
{\"filter\":{\"ids\":[\"$host\"]}}"

	configure_respond "deny: [\"id:1\", \"name:$name\"]"
	act isolate
	refused "protected" 4 "it fits 'name:$name' in respond.deny"
	respond isolate "$host" --reason x --dry-run
	refused "protected, dry" 4 'respond.deny'
	configure_respond
	rmdir "$dir/audit"
	act isolate
	refused "no audit" 4 'nothing is done that cannot be written down'
	configure_respond
}

test_isolation()
{
	before=$(sent)
	act isolate
	is "isolate" "$code" 0
	is "sent once" "$(sent)" $((before + 1))
	is "what was sent" "$(mock GET actions | tail -n 1 | jq -c .body)" \
	    "{\"filter\":{\"ids\":[\"$host\"]}}"
	is "stages" "$(audit .s1spool.audit.stage)" 'intent answer result'
	is "outcomes" "$(audit .event.outcome)" 'unknown success success'
	is "the result" "$(audit 'select(.s1spool.audit.stage == "result") |
	    [.event.action, .event.category[0], .event.reason, .host.id,
	    .host.name, .http.response.status_code,
	    .s1spool.audit.affected, .s1spool.audit.exit_code,
	    .s1spool.audit.request_id != null,
	    .s1spool.audit.activity_id != null] | join(" ")')" \
	    "isolate host INC-1 $host $name 200 1 0 true true"
	respond status "$host"
	grep -q 'network .*disconnected' "$dir/out" || fail "status: network"
	grep -q '  1001  ' "$dir/out" || fail "status: activity 1001"

	before=$(sent)
	act isolate
	refused "again" 0 'isolated already: no change'
	is "written down" "$(audit .s1spool.audit.stage)" 'no change'

	act release
	is "release" "$code $(sent)" "0 $((before + 1))"
	before=$(sent)
	act release
	refused "again" 0 'is not isolated: no change'
}

test_trouble()
{
	settings '{"network":"fail"}'
	act isolate
	is "failed" "$code" 9
	is "its end" "$(audit .event.outcome)" 'unknown success failure'

	settings '{"network":"ok","affected":2}'
	before=$(sent)
	act isolate
	is "affects two" "$code" 9
	grep -qF 'affects 2 hosts, not 1' "$dir/err" || fail "two: not said"
	settings '{"affected":-1}'
	wait_for 20 is_network disconnected
	act release --override-limit
	is "release" "$code" 0

	settings '{"deny":["Endpoints.disconnectFromNetwork"]}'
	act isolate
	is "no right" "$code" 5
	settings '{"deny":[]}'

	mock POST fault '{"path":"/agents/actions/disconnect","fault":"503",
	    "count":5}' \
	    >/dev/null
	before=$(sent)
	act isolate
	is "server error" "$code" 7
	is "not sent again" "$(sent)" $((before + 1))
	grep -qF 'is unknown and it is not sent again' "$dir/err" ||
	    fail "503: not said"
	is "its end" "$(audit .event.outcome)" 'unknown unknown unknown'
	mock DELETE fault >/dev/null
}

has_met()
{
	[ "$(mock GET fault | jq '[.data[].met] | add // 0')" -ge "$1" ]
}

# Killed while the console has the request: what was meant is written down.  It
# is another host, for what becomes of it is open.
test_killed()
{
	mock POST fault '{"path":"/agents/actions/disconnect",
	    "fault":"stall","seconds":60,"count":1}' >/dev/null
	"$S1SPOOL" respond isolate "$(jq -r '.data[1].id' "$dir/agent")" \
	    --config "$dir/s1spool.yml" --reason INC-7 --yes --expect-name \
	    "$(jq -r '.data[1].computerName' "$dir/agent")" \
	    --override-limit >"$dir/out" 2>"$dir/err" </dev/null &
	pid=$!
	wait_for 20 has_met 1
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	is "killed" "$(audit '[.s1spool.audit.stage, .event.reason] |
	    join(" ")')" 'intent INC-7'
	mock DELETE fault >/dev/null
}

is_network()
{
	respond status "$host" --json
	[ "$(jq -r .agent.networkStatus "$dir/out")" = "$1" ]
}

test_limit()
{
	configure_respond 'limit: 2' 'limit_period: 1h'
	settings '{"network":"fail"}'
	act isolate
	is "first" "$code" 9
	act isolate
	is "second" "$code" 9
	before=$(sent)
	act isolate
	refused "third" 4 'was done 2 times within 1h (respond.limit)'
	act isolate --override-limit
	is "all the same" "$code" 9
	settings '{"network":"ok"}'
}

# People at a terminal: the name, and Ctrl-C.
test_terminal()
{
	before=$(sent)
	"$typist" 'to go on: ' other -- "$S1SPOOL" respond isolate "$host" \
	    --config "$dir/s1spool.yml" --reason x >"$dir/err"
	code=$?
	refused "typed wrong" 4 'that is not its name'
	grep -qF "$host" "$dir/err" || fail "the id was not shown"
	"$typist" 'to go on: ' "$name" -- "$S1SPOOL" respond isolate \
	    "$host" --config "$dir/s1spool.yml" --reason x \
	    --override-limit >"$dir/err"
	is "typed right" "$? $(sent)" "0 $((before + 1))"

	settings '{"network":"stuck"}'
	"$typist" 'to go on: ' "$name" 'connecting' '^C' -- "$S1SPOOL" \
	    respond release "$host" --config "$dir/s1spool.yml" \
	    --reason x >"$dir/err"
	is "Ctrl-C" "$?" 8
	grep -qF 'goes on with it (connecting)' "$dir/err" ||
	    fail "Ctrl-C: what goes on is not said"
	is "its end" "$(audit .event.outcome)" 'unknown success unknown'
	before=$(sent)
	act release
	refused "under way" 4 'another change is under way'
}

# Each token is read by its own command alone.
test_tokens()
{
	mv "$dir/token" "$dir/token.away"
	respond status "$host"
	is "without the collector's token" "$code" 0
	mv "$dir/token.away" "$dir/token"
	mv "$dir/act" "$dir/act.away"
	limit 60 "$S1SPOOL" once --config "$dir/s1spool.yml" \
	    --dataset group >"$dir/once.out" 2>"$dir/once.err"
	is "collecting without the other token" "$?" 0
	! grep -q "$dir/act" "$dir/once.err" || fail "once looks for it"
	respond status "$host"
	is "acting without it" "$code" 2
	mv "$dir/act.away" "$dir/act"
	for mode in none certificate; do
		before=$(sent)
		cp "$dir/s1spool.yml" "$dir/strict.yml"
		echo "    ssl: { verification_mode: $mode }" >>"$dir/s1spool.yml"
		act isolate
		refused "not checked" 2 "is $mode: the token that acts is sent"
		mv "$dir/strict.yml" "$dir/s1spool.yml"
	done
	sed -i '/respond_token_file/d' "$dir/s1spool.yml"
	before=$(sent)
	act isolate
	refused "no second token" 2 'no console has a respond_token_file'
}

# check_respond CODE [OPTION...]: s1spool check --respond ends so; $dir/out is
# its JSON.
check_respond()
{
	wanted=$1
	shift
	limit 60 "$S1SPOOL" check --respond --json "$@" \
	    --config "$dir/s1spool.yml" >"$dir/out" 2>"$dir/err"
	is "check --respond" "$?" "$wanted"
}

# found LEVEL TEXT
found()
{
	jq -e --arg level "$1" --arg text "$2" '.findings[] |
	    select(.level == $level and (.text | contains($text)))' \
	    "$dir/out" >"$dir/found" || {
		fail "check --respond: no $1 with: $2"
		jq -c '.findings[]' "$dir/out"
	}
}

test_check()
{
	before=$(sent)
	check_respond 0
	found ok 'isolate: allowed'
	found ok 'release: allowed'
	found ok "what is done can be written down in $dir/audit"
	is "asks only" "$(sent)" "$before"
	mv "$dir/audit" "$dir/audit.away"
	check_respond 69
	found error 'nothing is done that cannot be written down'
	mv "$dir/audit.away" "$dir/audit"
	settings '{"grant":["Endpoints.shutDown"],"full_names":true}'
	check_respond 75
	found ok 'isolate: allowed'
	found warning 'may do more than the actions need: '
	grep -q 'Endpoints\.shutDown' "$dir/out" || fail "no surplus right"
	settings '{"grant":[],"deny":["Endpoints.disconnectFromNetwork"]}'
	check_respond 75
	found warning \
	    'isolate: not allowed, the role lacks Endpoints.disconnectFromNetwork'
	found ok 'release: allowed'
	settings '{"deny":["Roles.view"]}'
	check_respond 75
	found warning 'nobody knows what the token may do'
	settings '{"deny":[],"full_names":false}'
	cp "$dir/s1spool.yml" "$dir/same.yml"
	sed -i "s,respond_token_file: .*,respond_token_file: $dir/token," \
	    "$dir/s1spool.yml"
	check_respond 69
	found error "is the collector's token, too"
	sed -i '/respond_token_file/d' "$dir/s1spool.yml"
	check_respond 69
	found error 'no console has a respond_token_file'
	check_respond 69 --console acme
	found error 'it has no respond_token_file'
	mv "$dir/same.yml" "$dir/s1spool.yml"
}

test_log()
{
	respond log
	is "log" "$code $(wc -l <"$dir/out")" \
	    "0 $(cat "$dir"/audit/acme/audit/*.ndjson | wc -l)"
	grep -q "isolate $name ($host): INC-1: intent" "$dir/out" ||
	    fail "log: no such line"
	respond log --json
	cat "$dir"/audit/acme/audit/*.ndjson | cmp -s - "$dir/out" ||
	    fail "log: not the lines"
}

mock_start --agents 1200 --namesakes 3 --action-token mock-token-that-acts
configure_respond
take_host windows,macos,linux
test_selection
test_rules
test_isolation
test_trouble
test_log
test_check
check_audit
check_chain
test_limit
test_killed
test_terminal
check_audit
test_tokens
finish
