# What Kibana's response actions ask of documents: a host is isolated, fails to
# be, is released, and a file is fetched; the lines in the spool answer the
# queries by which Kibana takes a pending action for completed.
. "$top_srcdir/tests/e2e/lib.sh"

act="mock-token-that-acts"

configure_all()
{
	configure "activity: { initial_interval: 1h }" \
	    "group: { enabled: false }" "threat: { enabled: false }"
	(umask 077 && echo $act >"$dir/act" && mkdir -p "$dir/audit")
	echo "respond: { directory: $dir/audit, poll_interval: 100ms }" \
	    >>"$dir/s1spool.yml"
	sed -i "s|^    api_token_file.*|&\n    respond_token_file: $dir/act|" \
	    "$dir/s1spool.yml"
}

# respond ACTION WANTED: done to the host, and taken in by the collector.
respond()
{
	limit 60 "$S1SPOOL" respond "$1" "$host" --reason test --yes \
	    --expect-name "$name" --config "$dir/s1spool.yml" \
	    </dev/null >"$dir/respond.out" 2>"$dir/respond.err"
	is "$1" "$?" "$2"
	collect
}

collect()
{
	mock POST time '{"advance":2}' >/dev/null
	once
	is "once" "$code" 0
}

# The console's time: what Kibana notes as that of the request.
now()
{
	mock GET stats | jq -r .now
}

# documents DATASET: of this stream alone, as Elasticsearch would have them.
documents()
{
	cat "$dir/spool/acme/$1"/*.ndjson | jq -c --arg d "sentinel_one.$1" '
	    select(.data_stream == { type: "logs", dataset: $d,
	    namespace: "default" })'
}

# completed TYPES SINCE: type and text of the first activity of the host behind
# that time, which completes all that is pending.
completed()
{
	documents activity | jq -rs --arg id "$host" --arg since "$2" \
	    --argjson types "$1" '
	    def time: .[:19] + "." + (.[19:] | gsub("[.Z]"; "") + "000000")[:6];
	    [.[].sentinel_one.activity | select(.type | IN($types[]))
		| select(.agent.id == $id)
		| select((.updated_at | time) > ($since | time))]
	    | sort_by(.updated_at | time)[0] // empty
	    | "\(.type) \(.description.primary | length > 0) \(.id | type)"'
}

# What the status of a host is taken from: its newest document.
status()
{
	documents agent | jq -rs --arg id "$host" '
	    [.[] | select(.sentinel_one.agent.agent.id == $id)]
	    | (map(select((.event.created | type) != "string")) | length) as $bad
	    | sort_by(.sentinel_one.agent.last_active_date)[-1].sentinel_one.agent
	    | "\(.network_status) \(.is_active) \(.is_pending_uninstall) " +
		"\(.is_uninstalled) \(.uuid | type) \($bad)"'
}

test_isolate()
{
	is "status" "$(status)" "connected true false false string 0"
	since=$(now)
	is "nothing yet" "$(completed '[1001, 2010]' "$since")" ''
	respond isolate 0
	is "isolated" "$(completed '[1001, 2010]' "$since")" '1001 true string'
	is "status" "$(status)" "disconnected true false false string 0"
	is "an old one answers nothing new" \
	    "$(completed '[1001, 2010]' "$(now)")" ''

	since=$(now)
	respond release 0
	is "released" "$(completed '[1002]' "$since")" '1002 true string'
	is "status" "$(status)" "connected true false false string 0"

	mock POST respond '{"network":"fail"}' >/dev/null
	since=$(now)
	respond isolate 9
	is "failed" "$(completed '[1001, 2010]' "$since")" '2010 true string'
	mock DELETE respond >/dev/null
}

# fetch: ask for a file, as Kibana does; the batch it is known by.
fetch()
{
	curl -s -m 20 -H "Authorization: ApiToken $act" \
	    -H 'Content-Type: application/json' \
	    -d '{"data":{"password":"Example-Pass1!","files":["/etc/hosts"]}}' \
	    "$url/web/api/v2.1/agents/$host/actions/fetch-files" \
	    >"$dir/fetch"
	is "fetch" "$(jq .data.success "$dir/fetch")" true
	mock POST time '{"advance":2}' >/dev/null
}

uploads()
{
	documents activity | jq -cs --arg id "$host" '
	    [.[].sentinel_one.activity | select(.type == 80 and
	    .agent.id == $id)] | sort_by(.updated_at)'
}

has_uploads()
{
	curl -s -m 20 -H "Authorization: ApiToken $act" \
	    "$url/web/api/v2.1/activities?agentIds=$host&activityTypes=80" |
	    jq -e ".data | length >= $1" >"$dir/count"
}

test_fetch()
{
	there=$(uploads | jq length)
	fetch
	wait_for 20 has_uploads $((there + 1))
	collect
	is "uploaded" "$(uploads | jq -c '.[-1] |
	    [(.data.flattened.commandBatchUuid | type),
	    (.data.flattened.filename | type),
	    (.data.downloaded.url | length > 0), (.id | type)]')" \
	    '["string","string",true,"string"]'

	# Without an address there is an empty one, or Kibana stops.
	mock POST respond '{"upload":"no-url"}' >/dev/null
	fetch
	wait_for 20 has_uploads $((there + 2))
	collect
	is "no address" "$(uploads | jq -c '.[-1].data.downloaded')" '{"url":""}'
}

mock_start --activities 200 --action-token $act
configure_all
curl -s -m 20 -H "Authorization: ApiToken $act" \
    "$url/web/api/v2.1/agents?limit=1&networkStatuses=connected&isActive=true" \
    >"$dir/agent"
host=$(jq -r '.data[0].id' "$dir/agent")
name=$(jq -r '.data[0].computerName' "$dir/agent")
collect
test_isolate
test_fetch
finish
