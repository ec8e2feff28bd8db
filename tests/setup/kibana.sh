# s1spool setup kibana against a stub that looks at each call.
. "$top_srcdir/tests/setup/lib.sh"

secret=mock-token-wJalrXUtnFEMIK7MDENG
key=mock-token-VuaCfGcBCdbkQmUi2lp2axTNm
echo "$key" >"$dir/key"
echo "$secret" >"$dir/token"
chmod 600 "$dir/key" "$dir/token"
kibana=$top_srcdir/filebeat/kibana
objects=$(grep -c . "$kibana/saved-objects.ndjson")

# begin OPTION...: of the stub.
begin()
{
	stub_start kibana --authorization "ApiKey $key" "$@"
	configure <<END
kibana:
  url: '$url'
  api_key_file: $dir/key
  connector_token_file: $dir/token
END
}

# holding STATE: the stub begins with that.
holding()
{
	echo "$1" >"$dir/stub.json"
	begin --state "$dir/stub.json"
}

# totals NAME CREATED UPDATED RIGHT REFUSED FAILED
totals()
{
	is "$1" "$(tail -n 1 "$dir/out")" \
	    "$2 created, $3 updated, $4 right, $5 refused, $6 failed"
}

# All that is to be installed, the index of alerts, three rules, the connector.
all=$((objects + 5))

test_first_and_second()
{
	begin
	setup kibana
	is 'first run' "$code $(cat "$dir/err")" '0 '
	totals 'first run' $all 0 0 0 0
	is 'objects' "$(state '.objects | length')" "$objects"
	is 'the connector' \
	    "$(state '.connectors.s1spool | .config.url + .secrets.token')" \
	    "http://127.0.0.1:1$secret"
	is 'a rule' "$(state '.rules["s1spool-sentinel-one-alert"].index[0]')" \
	    'logs-sentinel_one.alert-*'

	setup kibana
	is 'second run' "$code" 0
	# No one can see whether the token is the same.
	totals 'second run' 0 1 $((all - 1)) 0 0
	is 'imports' "$(calls '^POST .*_import')" 3
	is 'connectors made' "$(calls '^POST .*/connector/')" 1
	is 'rules made' "$(calls '^(POST|PATCH) .*/rules')" 3
	is 'switched on' "$(state '[.rules[] | select(.enabled).rule_id] |
	    sort | join(" ")')" \
	    's1spool-sentinel-one-alert s1spool-sentinel-one-threat'
	stub_stop
}

test_dry()
{
	begin
	setup kibana --dry-run
	is 'dry run' "$code" 0
	said "^dry run: $all create, 0 update"
	said '^POST /api/detection_engine/rules$'
	said '\[secret\]'
	is 'what a dry run leaves' "$(state '[.[] | length] | add // 0')" 0
	is 'what a dry run sends' \
	    "$(calls '^(PUT|PATCH|DELETE|POST .*(_import|rules|connector))')" 0
	stub_stop
}

# What is gone or older comes again; what users may change stays.
test_changed()
{
	begin
	setup kibana
	state . | jq '
	    .objects["dashboard sentinel-one-collector-agents"].attributes
	        .description = "older" |
	    del(.objects["search sentinel-one-collector-audit"]) |
	    .rules["s1spool-sentinel-one-threat"] += {"enabled": false,
	        "max_signals": 5, "exceptions_list": [{"id": "x"}]}' \
	    >"$dir/stub.json"
	stub_stop
	begin --state "$dir/stub.json"
	setup kibana
	is 'changed' "$code" 0
	totals 'changed' 1 3 $((all - 4)) 0 0
	said '^updated +dashboard .* Agents and groups$'
	said '^created +search .* Audit trail$'
	said '^updated +rule SentinelOne threats: max_signals$'
	is 'the rule' "$(state '.rules["s1spool-sentinel-one-threat"] |
	    "\(.enabled) \(.max_signals) \(.exceptions_list | length)"')" \
	    'false 1000 1'
	stub_stop
}

test_space()
{
	holding '{"spaces":{"soc":{"id":"soc"}}}'
	setup kibana --space soc
	is 'a space' "$code" 0
	totals 'a space' $all 0 0 0 0
	is 'its objects' "$(state '."soc objects" | length')" "$objects"
	is 'the default space' "$(state '.objects | length')" 0
	is 'its connector' "$(state '."soc connectors" | keys[]')" s1spool-soc
	setup kibana --space default --only data_view
	totals 'the default space by name' 2 0 0 0 0
	calls=$(calls .)
	setup kibana --space ops
	is 'no space' "$code" 69
	said "Kibana has no space 'ops'"
	is 'calls for no space' "$(calls .)" $((calls + 2))
	setup kibana --space ../etc
	is 'no name of a space' "$code" 64
	stub_stop
}

test_parts()
{
	begin
	setup kibana --only dashboards
	is 'dashboards alone' "$code" 69
	said '^failed +dashboard .*install the part data_view'
	is 'nothing is there' "$(state '.objects | length')" 0
	setup kibana --only data_view,searches
	is 'two parts' "$code" 0
	totals 'two parts' $((objects - 5)) 0 0 0 0
	setup kibana --only dashbords
	is 'no part' "$code" 64
	assets=$dir setup kibana --only rules
	is 'no assets' "$code" 66
	stub_stop
}

test_version()
{
	begin --version 8.12.2
	setup kibana
	is 'an old Kibana' "$code" 69
	said 'Kibana is 8.12.2; it must be 8.13'
	is 'calls of an old Kibana' "$(calls .)" 1
	stub_stop
	for version in 8.13.0 9.0.1 10.2.0; do
		begin --version $version
		setup kibana --only data_view
		is "Kibana $version" "$code" 0
		stub_stop
	done
	begin --version unknown
	setup kibana
	is 'no version' "$code" 69
	said 'does not tell its version'
	stub_stop
}

# others MEMBERS...: connectors that are there, each with an id.
others()
{
	list=
	for members; do
		list="$list${list:+,}\"id$(echo "$list" | tr -cd : |
		    wc -c)\":{\"connector_type_id\":\".sentinelone\",$members}"
	done
	holding "{\"connectors\":{$list}}"
}

test_connectors()
{
	mine='"name":"mine","config":{"url":"http://127.0.0.1:1/"}'
	other='"name":"other","config":{"url":"https://other.example.net"}'
	there='"secrets":{"token":"x"}'
	gone='"is_deprecated":true'

	others "$mine,$there"
	setup kibana --only connector
	is 'one that others made' "$code" 0
	totals 'one that others made' 0 1 0 0 0
	is 'its name and token' "$(state '.connectors |
	    "\(length) \(.id0.name) \(.id0.secrets.token)"')" "1 mine $secret"
	stub_stop

	others "$other,$there"
	setup kibana --only connector
	is 'of another console' "$code" 73
	said '^refused +connector other: .* https://other.example.net; .*only one'
	is 'it is left alone' "$(state '.connectors[].secrets.token')" x
	stub_stop

	others "$mine,$there" "$other,$there"
	setup kibana --only connector
	is 'two' "$code" 73
	said '^refused .*more than one.*: mine \(id0\), other \(id[1-9]*\)'
	is 'no third' "$(state '.connectors | length')" 2
	is 'no writing' "$(calls '^(PUT|POST)')" 0
	stub_stop

	others "$mine" "$other,$there,$gone"
	setup kibana --only connector
	is 'one without its token' "$code" 0
	is 'it has one' "$(state '.connectors.id0.secrets.token')" "$secret"
	is 'none is made' "$(state '.connectors | length')" 2
	stub_stop

	holding '{"connectors":{"s1spool":{"connector_type_id":".sentinelone",
	    "name":"old","config":{"url":"https://old.example.net"},
	    "secrets":{"token":"x"}}}}'
	setup kibana --only connector
	is 'ours' "$code" 0
	is 'ours leads to' "$(state '.connectors.s1spool.config.url')" \
	    http://127.0.0.1:1
	stub_stop

	holding '{"licence":{"basic":{}}}'
	setup kibana
	is 'a basic licence' "$code" 69
	totals 'a basic licence' $((all - 1)) 0 0 0 1
	said '^failed +connector .*basic license.*needs an Enterprise licence'
	stub_stop
}

test_configuration()
{
	begin
	sed -i.was '/connector_token_file/d' "$dir/s1spool.yml"
	setup kibana
	is 'without a token' "$code" 0
	said 'connector is left out'
	totals 'without a token' $((all - 1)) 0 0 0 0
	setup kibana --only connector
	is 'asked for, without a token' "$code" 69
	cat >>"$dir/s1spool.yml.was" <<END
  - name: other
    url: http://127.0.0.1:2
    api_token_file: $dir/token
END
	cp "$dir/s1spool.yml.was" "$dir/s1spool.yml"
	setup kibana --only connector
	is 'which console' "$code" 69
	said 'connector_console must say'
	sed 's/^kibana:/&\n  connector_console: other/' \
	    "$dir/s1spool.yml.was" >"$dir/s1spool.yml"
	setup kibana --only connector
	is 'that console' "$code" 0
	is 'its url' "$(state '.connectors.s1spool.config.url')" \
	    http://127.0.0.1:2
	sed 's/^kibana:/&\n  connector_console: none/' \
	    "$dir/s1spool.yml.was" >"$dir/s1spool.yml"
	setup kibana --only connector
	is 'no such console' "$code" 69
	said "there is no console 'none'"
	stub_stop
}

test_refused()
{
	holding '{"index":{"alerts":{}},"rules":{"s1spool-sentinel-one-alert":
	    {"rule_id":"s1spool-sentinel-one-alert","name":"x","tags":[]}}}'
	setup kibana --only rules
	is 'a rule of others' "$code" 73
	totals 'a rule of others' 2 0 1 1 0
	is 'it is left alone' \
	    "$(state '.rules["s1spool-sentinel-one-alert"].name')" x
	stub_stop

	begin --refuse POST=403
	setup kibana
	is 'without rights' "$code" 69
	said 'needs the privilege Saved Objects Management: All'
	said 'needs the privilege Security: All'
	is 'what is there' "$(state '.objects | length')" 0
	stub_kill

	begin
	echo wrong >"$dir/key"
	setup kibana
	echo "$key" >"$dir/key"
	is 'a wrong key' "$code" 69
	said 'status 401'
	stub_kill
	setup kibana
	is 'nobody there' "$code" 69
}

test_first_and_second
test_dry
test_changed
test_space
test_parts
test_version
test_connectors
test_configuration
test_refused
exit "$failed"
