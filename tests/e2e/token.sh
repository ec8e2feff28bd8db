# How long the token lives, with the real program and requests traced: what is
# said of it, what becomes of a dead one, and that nothing that is written has
# the token, though one request has it in its body.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

log_level=debug
life=/users/api-token-details

# Requests are traced, also those of no dataset.
begin()
{
	configure "$(quick ', enable_request_tracer: true')"
	sed -i 's/^    url:.*/&\n    enable_request_tracer: true/' \
	    "$dir/s1spool.yml"
	touch "$dir/begun"
}

# new_token TEXT: in one step, as an admin should.
new_token()
{
	(umask 077 && echo "$1" >"$dir/token.new")
	mv "$dir/token.new" "$dir/token"
}

# The token is in nothing that was written since begin().
nothing_has_it()
{
	for f in state/status.json state/journal run.err \
	    state/trace/acme/http-request-trace-console.ndjson; do
		[ -s "$dir/$f" ] || fail "$f is not written"
	done
	no_leak
}

test_asked_and_warned()
{
	begin
	mock POST token '{"expires":432000}' >/dev/null
	run_start
	wait_for 20 said 'the API token is valid until'
	wait_for 20 said 'in less than 7 days: put a new one into'
	wait_for 20 have_polled
	run_stop
	is "exit code" "$code" 0
	is "asked" "$(asked "$life")" 1
	is "the body as it is traced" "$(jq -r 'select(."url.path" |
	    strings | endswith("/api-token-details")) |
	    ."http.request.body.content"' \
	    "$dir/state/trace/acme/http-request-trace-console.ndjson")" \
	    '{"data":{"apiToken":"[secret]"}}'
	nothing_has_it

	# A restart neither asks nor warns again.
	run_start
	wait_for 20 have_polled
	run_stop
	is "state" "$(token state) $(token days_left)" "expiring 4"
	is "asked" "$(asked "$life")" 1
	! said 'less than' || fail "warned again"
	nothing_has_it
}

have_polled()
{
	is_status_new && [ "$(jq '[.streams[].polls] | min' \
	    "$dir/state/status.json" 2>/dev/null)" -gt 1 ] 2>/dev/null
}

all_are()
{
	[ "$(jq -r '[.streams[].state] | unique | join(" ")' \
	    "$dir/state/status.json" 2>/dev/null)" = "$1" ]
}

all_work()
{
	[ "$(jq 'all(.streams[]; .state != "no_token")' \
	    "$dir/state/status.json" 2>/dev/null)" = true ]
}

# status.json: of the token
token()
{
	jq -r ".consoles[0].token.$1" "$dir/state/status.json" 2>/dev/null
}

# By the console's clock, with another token and a third one after it.
test_dead()
{
	begin
	new_token a-mock-token-that-ends
	mock POST token '{"token":"a-mock-token-that-ends","expires":86000}' \
	    >/dev/null
	run_start
	wait_for 20 said 'in less than 1 day: put a new one into'
	mock POST time '{"advance":86500}' >/dev/null
	wait_for 20 all_are no_token
	is "expired" "$(how_often_said 'the API token expired at')" 1
	is "told to all" "$(jq -r '[.streams[].reason] | unique | length' \
	    "$dir/state/status.json")" 1

	is "state" "$(token state)" expired

	mock POST token '{"token":"the-second-mock-token","expires":8640000}' \
	    >/dev/null
	new_token the-second-mock-token
	wait_for 20 said 'the token works again'
	wait_for 20 said 'the API token is valid until'
	wait_for 20 all_work
	mock POST token '{"token":"the-third-mock-token"}' >/dev/null
	wait_for 20 all_are no_token
	is "revoked" "$(how_often_said 'though it was to be valid until')" 1
	is "state" "$(token state)" refused
	new_token the-third-mock-token
	wait_for 20 all_work
	rm "$dir/token"
	wait_for 20 all_are no_token
	is "no file" "$(grep -c 'error.*there is no such file' \
	    "$dir/run.err")" 1
	is "state" "$(token state)" unusable
	new_token the-third-mock-token
	wait_for 20 all_work
	run_stop
	is "exit code" "$code" 0
	is "errors" "$(grep -c ' error ' "$dir/run.err")" 3
	nothing_has_it
}

# No such question, or not for this token: collected all the same.
test_fails_softly()
{
	mock POST fault "[{\"fault\":\"404\",\"path\":\"$life\"},
	    {\"fault\":\"403\",\"path\":\"/user\"}]" >/dev/null
	begin
	run_start
	wait_for 20 said 'does not tell when its API token expires'
	wait_for 20 have_polled
	run_stop
	is "exit code" "$code" 0
	is "errors" "$(jq '[.streams[].errors] | add' \
	    "$dir/state/status.json")" 0
	check group
	mock DELETE fault >/dev/null
}

new_token eyJhbGciOi.eyJz.mock-token-c2lnbmF0dXJl
mock_start --agents 20 --groups 5 --threats 20 --activities 20 --days 5 \
    --token-file "$dir/token"
test_asked_and_warned
test_dead
test_fails_softly
mock_stop
finish
