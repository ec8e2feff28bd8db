# s1spool setup elasticsearch against a stub that looks at each call.
. "$top_srcdir/tests/setup/lib.sh"

secret=mock-token-ui2lp2axTNmsyakw9tvNnw
printf 'VuaCfGcBCdbkQm:%s\n' "$secret" >"$dir/key"
chmod 600 "$dir/key"
authorization="ApiKey $(printf 'VuaCfGcBCdbkQm:%s' "$secret" | base64 -w 0)"
# Templates, pipeline and transforms.
objects=$(find "$top_srcdir/filebeat/elasticsearch" -name '*.json' |
    grep -cvE '/(api_key|final-geo)\.json$')

templates=$(find "$top_srcdir/filebeat/elasticsearch"/*_template \
    -name '*.json' | grep -cv /s1spool-lifecycle)

# begin OPTION...: of the stub.
begin()
{
	stub_start elasticsearch --authorization "$authorization" "$@"
	configure <<END
elasticsearch: { url: '$url', api_key_file: $dir/key }
END
}

# totals CREATED UPDATED RIGHT REFUSED FAILED
totals()
{
	is "$1" "$(tail -n 1 "$dir/out")" \
	    "$2 created, $3 updated, $4 right, $5 refused, $6 failed"
}

test_first_and_second()
{
	begin
	setup elasticsearch
	is 'first run' "$code $(cat "$dir/err")" '0 '
	totals 'first run' "$objects" 0 0 0 0
	is 'transforms that run' "$(state '[.transform[].state] | unique[]')" \
	    started
	# shellcheck disable=SC2016 # a variable of jq
	is 'the final pipeline' "$(state \
	    '.component_template["s1spool-settings"].template.settings.index
	    .final_pipeline as $p | .pipeline | has($p)')" true
	is 'an API key unasked' "$(state '.api_key')" null

	writes=$(calls '^(PUT|POST|DELETE)')
	setup elasticsearch
	is 'second run' "$code" 0
	totals 'second run' 0 0 "$objects" 0 0
	is 'writes of the second run' "$(calls '^(PUT|POST|DELETE)')" "$writes"
	stub_stop
}

# Streams that exist: one that our template is for, one of somebody else.
streams='"data_stream":{
	"logs-sentinel_one.agent-default":{"generation":1},
	"logs-sentinel_one.agent-other":{"generation":4},
	"logs-sentinel_one.alert-default":{"generation":1},
	"logs-app-default":{"generation":1}}'

generations()
{
	state '[.data_stream[].generation] | join(" ")'
}

test_changed()
{
	echo "{$streams}" >"$dir/stub.json"
	begin --state "$dir/stub.json"
	setup elasticsearch
	totals 'streams that exist' "$objects" 3 0 0 0
	is 'rolled over' "$(generations)" '2 5 2 1'

	assets=$dir/assets
	rm -rf "$assets"
	mkdir "$assets"
	cp -R "$top_srcdir/filebeat/elasticsearch" "$assets/elasticsearch"
	chmod -R u+w "$assets"
	f=$assets/elasticsearch/component_template/s1spool-sentinel_one.agent
	jq '.template.mappings.properties.novel.type = "keyword"' "$f.json" \
	    >"$dir/new" && cp "$dir/new" "$f.json"
	f=$assets/elasticsearch/transform/s1spool-latest.threat_event
	jq '.frequency = "1m"' "$f.json" >"$dir/new" && cp "$dir/new" "$f.json"
	setup elasticsearch
	is 'changed' "$code" 0
	totals 'changed' 0 5 $((objects - 3)) 0 0
	said '^updated +component template s1spool-sentinel_one.agent$'
	said '^updated +data stream logs-sentinel_one.agent-other: rolled over'
	said '^updated +transform s1spool-latest.threat_event$'
	is 'rolled over, those alone' "$(generations)" '3 6 2 1'
	is 'the new field' "$(state '.component_template[
	    "s1spool-sentinel_one.agent"].template.mappings.properties
	    .novel.type')" keyword
	is 'the new frequency' "$(state \
	    '.transform["s1spool-latest.threat_event"] |
	    .frequency + " " + .state')" '1m started'
	rm -r "$assets/elasticsearch/transform"
	setup elasticsearch --only transforms
	[ "$code" != 0 ] || fail 'a folder that cannot be read is a success'
	totals 'no transforms' 0 0 0 0 1
	unset assets
	# A field that somebody put into what is ours goes again.
	setup elasticsearch --only templates
	totals 'changed back' 0 4 $((templates - 2)) 0 0
	setup elasticsearch --only templates
	totals 'all is right' 0 0 "$templates" 0 0
	stub_stop
}

# A run that ended before it had rolled over what it had changed: the next one
# does.
test_cut_short()
{
	echo "{$streams}" >"$dir/stub.json"
	begin --state "$dir/stub.json"
	setup elasticsearch
	state '.data_stream["logs-sentinel_one.agent-other"].mappings = {}' \
	    >"$dir/stub.json"
	stub_stop
	begin --state "$dir/stub.json"
	setup elasticsearch
	totals 'cut short' 0 1 "$objects" 0 0
	said '^updated +data stream logs-sentinel_one.agent-other: rolled over'
	is 'rolled over, that alone' "$(generations)" '2 6 2 1'
	stub_stop
}

test_stopped()
{
	begin
	setup elasticsearch
	state '.transform["s1spool-latest.application"].state = "stopped" |
	    .transform["s1spool-latest.unified_alert"].state = "failed"' \
	    >"$dir/stub.json"
	stub_stop
	begin --state "$dir/stub.json"
	setup elasticsearch --only transforms
	is 'a failed transform' "$code" 69
	totals 'stopped and failed' 0 1 2 0 1
	said '^updated +transform s1spool-latest.application: started'
	said '^failed +transform s1spool-latest.unified_alert: it has failed'
	stub_stop
}

test_foreign()
{
	cat >"$dir/stub.json" <<'END'
{"component_template":{"s1spool-latest":{"template":{}}},
 "pipeline":{"s1spool@final":{"processors":[],"_meta":{"owner":"me"}}},
 "transform":{"s1spool-latest.application":{"state":"started"}}}
END
	begin --state "$dir/stub.json"
	setup elasticsearch
	is 'foreign objects' "$code" 73
	totals 'foreign objects' $((objects - 3)) 0 0 3 0
	said '^refused +component template s1spool-latest: it is there, and'
	said '^refused +pipeline s1spool@final: '
	said '^refused +transform s1spool-latest.application: '
	is 'left as it is' "$(state '.pipeline["s1spool@final"]._meta.owner,
	    (.component_template["s1spool-latest"] | length)' | xargs)" 'me 1'
	stub_stop
}

# The official package is there: its template goes before ours, its transform
# does what ours would.
test_shadow()
{
	cat >"$dir/stub.json" <<END
{"index_template":{"logs-sentinel_one.agent":{"priority":200,
	"index_patterns":["logs-sentinel_one.agent-*"]},
	"logs":{"priority":100,"index_patterns":["logs-*-*"]}},
 "transform":{"logs-sentinel_one.latest_application-default-0.3.0":{
	"state":"started"}},
 $streams}
END
	begin --state "$dir/stub.json"
	setup elasticsearch
	is 'shadowed' "$code" 0
	totals 'shadowed' $((objects - 1)) 1 0 0 0
	said '^note +index template logs-sentinel_one.agent goes before s1spool-sentinel_one.agent'
	said '^note +transform s1spool-latest.application is left out'
	is 'one note a kind' "$(grep -c '^note' "$dir/out")" 2
	is 'not rolled over' "$(generations)" '1 4 2 1'
	stub_stop
}

test_dry()
{
	echo "{$streams}" >"$dir/stub.json"
	begin --state "$dir/stub.json"
	setup elasticsearch --dry-run
	is 'dry run' "$code" 0
	is 'writes of a dry run' "$(calls '^(PUT|POST|DELETE)')" 0
	said '^PUT /_index_template/s1spool-sentinel_one.agent$'
	said '^POST /logs-sentinel_one.agent-default/_rollover$'
	said "^dry run: $objects create, 3 update, 0 right"
	stub_stop
}

test_serverless()
{
	begin --serverless
	setup elasticsearch
	is 'serverless' "$code" 0
	totals 'serverless' "$objects" 0 0 0 0
	setup elasticsearch
	totals 'serverless again' 0 0 "$objects" 0 0
	stub_stop
}

test_key()
{
	begin
	setup elasticsearch --only api_key
	is 'an API key' "$code" 0
	totals 'an API key' 1 0 0 0 0
	is 'in its file' "$(cat "$dir/state/shipper.api_key")" \
	    "VuaCfGcBCdbkQm:$secret"
	is 'for nobody else' "$(stat -c %a "$dir/state/shipper.api_key")" 600
	is 'its privileges' "$(state '[.api_key[].role_descriptors[].indices[]
	    .privileges[]] | join(" ")')" 'auto_configure create_doc'
	setup elasticsearch --only api_key
	totals 'an API key again' 0 0 1 0 0
	is 'one key' "$(calls '/_security/api_key')" 1
	rm "$dir/state/shipper.api_key"
	setup elasticsearch --only api_key --dry-run
	[ ! -e "$dir/state/shipper.api_key" ] || fail 'a file in a dry run'
	is 'no other key' "$(calls '/_security/api_key')" 1
	stub_stop
}

test_geo()
{
	begin
	setup elasticsearch --only pipeline
	sed -i 's/, api_key_file/, geo: true, api_key_file/' "$dir/s1spool.yml"
	setup elasticsearch --only pipeline
	totals 'positions' 0 1 0 0 0
	is 'positions' "$(state \
	    '[.pipeline[].processors[] | keys[]] | unique | join(" ")')" \
	    'geoip set'
	stub_stop
}

test_refusals()
{
	begin --version 8.12.2
	setup elasticsearch
	is 'too old' "$code" 69
	said 'Elasticsearch is 8.12.2; it must be 8.13 or later'
	is 'writes to what is too old' "$(calls '^(PUT|POST|DELETE)')" 0
	stub_stop

	begin --refuse PUT=403
	setup elasticsearch
	is 'no privilege' "$code" 69
	said '^failed +pipeline s1spool@final: Elasticsearch: PUT /_ingest/pipeline/s1spool@final: status 403: security_exception: action is unauthorized'
	stub_stop

	begin --refuse POST=403
	rm -f "$dir/state/shipper.api_key"
	setup elasticsearch --only api_key
	is 'no right to make keys' "$code" 69
	[ ! -e "$dir/state/shipper.api_key" ] || fail 'a file without a key'
	stub_stop

	begin
	echo wrong >"$dir/key"
	setup elasticsearch
	is 'a wrong key' "$code" 69
	said 'GET /: status 401 .*: security_exception: unable to authenticate'
	said 'check api_key_file'
	stub_kill
	setup elasticsearch
	is 'nobody there' "$code" 69
	said 'GET /: no connection: check url'
	rm "$dir/key"
	setup elasticsearch
	is 'no key file' "$code" 78
	said 'there is no such file; write the API key into it'
	printf 'VuaCfGcBCdbkQm:%s\n' "$secret" >"$dir/key"
	chmod 600 "$dir/key"
	configure </dev/null
	setup elasticsearch
	is 'no address' "$code" 78
	said 'does not say where it is; set its url'
}

# With a user and a password.
test_password()
{
	stub_start elasticsearch \
	    --authorization "Basic $(printf 'jo:%s' "$secret" | base64 -w 0)"
	echo "$secret" >"$dir/password"
	chmod 600 "$dir/password"
	configure <<END
elasticsearch: { url: '$url', username: jo, password_file: $dir/password }
END
	setup elasticsearch --only pipeline
	is 'with a password' "$code" 0
	totals 'with a password' 1 0 0 0 0
	stub_stop
}

# A machine that sleeps while it waits for an answer.
test_suspend()
{
	# A sanitizer wants to be loaded first.
	[ -z "$SANITIZED" ] || return 0
	begin
	kill -STOP "$stub_pid"
	{
		sleep 1
		echo 600 >"$dir/slept"
		sleep 2
		kill -CONT "$stub_pid"
	} &
	LD_PRELOAD=$top_builddir/tests/faults/clock_preload.so
	SLEEP_FILE=$dir/slept
	export LD_PRELOAD SLEEP_FILE
	setup elasticsearch --only pipeline
	unset LD_PRELOAD SLEEP_FILE
	is 'slept' "$code $(cat "$dir/err")" '0 '
	wait $!
	stub_stop
}

test_first_and_second
test_changed
test_cut_short
test_stopped
test_foreign
test_shadow
test_dry
test_serverless
test_key
test_geo
test_refusals
test_password
test_suspend
exit "$failed"
