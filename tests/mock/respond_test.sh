# The mock console's response actions, with curl and jq.
. "$top_srcdir/tests/mock/lib.sh"

# post PATH BODY FILTER: what jq makes of the answer.
post()
{
	get "$1" -d "$2" | jq -c "$3"
}

# set_ok BODY: settings of the response actions.
set_ok()
{
	is "set $1" "$(mock POST respond "$1" | jq -r '.error // "set"')" set
}

# until_is NAME WANTED COMMAND...: it says so in the end.
until_is()
{
	name=$1 wanted=$2
	shift 2
	tries=200
	until [ "$("$@")" = "$wanted" ] || [ $((tries -= 1)) = 0 ]; do
		sleep 0.05
	done
	is "$name" "$("$@")" "$wanted"
}

# agent OS: id, name and uuid of one that is connected and active.
agent()
{
	ask "/agents?osTypes=$1&networkStatuses=connected&isActive=true&limit=1" \
	    '.data[0] | .id + " " + .computerName + " " + .uuid'
}

# shellcheck disable=SC2317 # until_is calls it
network()
{
	ask "/agents?ids=$id" '.data[0].networkStatus'
}

# activities TYPES: how many the agent has.
# shellcheck disable=SC2317
activities()
{
	ask "/activities?agentIds=$id&activityTypes=$1&createdAt__gte=$since" \
	    '.data | length'
}

test_find()
{
	is "by name" "$(ask "/agents?computerName=$host_name" .data[].id)" "$id"
	is "not by a part" "$(ask "/agents?computerName=${host_name%?}" \
	    '.data | length')" 0
	is "by uuid" "$(ask "/agents?uuids=x,$uuid" .data[].id)" "$id"
	is "by a part" "$(ask "/agents?computerName__contains=lyo-&limit=1000" \
	    '[.data[].computerName | startswith("LYO-")] | unique[]')" true
	is "by both" "$(ask "/agents?osTypes=macos,linux&limit=1000" \
	    '[.data[].osType] | unique | join(" ")')" "linux macos"
}

test_network()
{
	body="{\"filter\":{\"ids\":[\"$id\"]}}"
	set_ok '{"network_seconds":0.4}'
	is "before" "$(network)" connected
	is "disconnect" "$(post /agents/actions/disconnect "$body" .data)" \
	    '{"affected":1}'
	is "under way" "$(network)" disconnecting
	until_is "done" disconnected network
	is "told" "$(activities 1001)" 1
	is "connect" "$(post /agents/actions/connect "$body" .data)" \
	    '{"affected":1}'
	is "under way" "$(network)" connecting
	until_is "done" connected network
	is "told" "$(activities 1002)" 1
	is "its record is new" "$(ask "/agents?ids=$id" \
	    ".data[0] | .updatedAt > \"$since\" and
	    .lastActiveDate == .updatedAt")" true

	set_ok '{"network":"fail","affected":2}'
	is "affected" "$(post /agents/actions/disconnect \
	    "{\"filter\":{\"uuids\":\"$uuid\"}}" .data.affected)" 2
	until_is "failed" 1 activities 2010
	is "as it was" "$(network)" connected
	set_ok '{"network":"stuck","affected":-1}'
	post /agents/actions/disconnect "$body" .data >/dev/null
	mock POST time '{"advance":60}' >/dev/null
	is "stuck" "$(network)" disconnecting
	set_ok '{"network":"ok"}'
	post /agents/actions/connect "$body" .data >/dev/null
	until_is "free" connected network

	is "no filter" "$(post /agents/actions/connect '{"data":{}}' \
	    '.errors[0].detail')" '"filter: Missing data for required field."'
	is "no such agent" "$(post /agents/actions/connect \
	    '{"filter":{"ids":["1"]}}' .data.affected)" 0
	is "an empty filter means all" "$(post /agents/actions/connect \
	    '{"filter":{}}' .data.affected)" 300
}

test_fetch()
{
	secret=Example-Pass1
	fetch="/agents/$id/actions/fetch-files"
	set_ok '{"upload_seconds":0.3}'
	is "weak password" "$(post "$fetch" \
	    '{"data":{"password":"Example-","files":["/a"]}}' \
	    '.errors[0].code')" 4000010
	is "relative path" "$(post "$fetch" \
	    "{\"data\":{\"password\":\"$secret\",\"files\":[\"a\"]}}" \
	    '.errors[0].code')" 4000010
	is "fetch" "$(post "$fetch" "{\"data\":{\"password\":\"$secret\",
	    \"files\":[\"/var/log/a.log\",\"C:\\\\b missing.txt\"]}}" .data)" \
	    '{"success":true}'
	is "asked" "$(activities 81)" 1
	until_is "uploaded" 1 activities 80
	is "one command" "$(ask "/activities?agentIds=$id&activityTypes=80,81&createdAt__gte=$since" \
	    '[.data[].data.commandBatchUuid] | unique | length')" 1
	upload=$(ask "/activities?agentIds=$id&activityTypes=80&createdAt__gte=$since" \
	    '.data[0].data.downloadUrl')
	get "$upload" -o "$dir/zip"
	is "an archive" "$(head -c 2 "$dir/zip")" PK
	is "names" "$(grep -ao 'a\.log\|b missing.txt_error.json' "$dir/zip" |
	    sort -u | paste -sd ' ' -)" "a.log b missing.txt_error.json"
	is "encrypted" "$(grep -ac 'what /var' "$dir/zip")" 0
	is "another agent's" "$(code "/agents/1/uploads/${upload##*/}")" 404

	set_ok '{"upload":"no-url"}'
	post "$fetch" "{\"data\":{\"password\":\"$secret\",
	    \"files\":[\"/a\"]}}" .data >/dev/null
	until_is "second upload" 2 activities 80
	is "no link" "$(ask "/activities?agentIds=$id&activityTypes=80&sortBy=createdAt&sortOrder=desc" \
	    '.data[0].data.downloadUrl')" ""
	set_ok '{"fetch_success":false}'
	is "not accepted" "$(post "$fetch" "{\"data\":{\"password\":
	    \"$secret\",\"files\":[\"/a\"]}}" .data.success)" false
}

test_scripts()
{
	is "all" "$(ask '/remote-scripts?limit=1000' '.data | length')" 40
	walk '/remote-scripts?limit=7&sortBy=scriptName&sortOrder=asc'
	is "pages" "$pages $(n_ids)" "6 40"
	is "sorted" "$(ask '/remote-scripts?limit=1000&sortBy=scriptName' \
	    '[.data[].scriptName] | . == sort')" true
	is "kill" "$(ask '/remote-scripts?query=terminate&scriptType=action&osTypes=linux' \
	    '[.data[] | select(.creatorId == "-1" and
	    .creator == "SentinelOne") | .inputInstructions] | length')" 2
	is "no list on windows" "$(ask '/remote-scripts?query=process%20list&scriptType=dataCollection&osTypes=windows' \
	    '[.data[].creatorId == "-1"] | any')" false
	is "limit" "$(code '/remote-scripts?limit=1001')" 400
	is "unknown" "$(code '/remote-scripts?foo=1')" 400
}

# script NAME: its id for Linux.
script()
{
	ask "/remote-scripts?limit=1000&osTypes=linux" \
	    "[.data[] | select(.scriptName == \"$1\")][0].id"
}

# execute SCRIPT FILTER
execute()
{
	post /remote-scripts/execute "{\"filter\":{\"ids\":[\"$id\"]},
	    \"data\":{\"scriptId\":\"$1\",\"outputDestination\":
	    \"SentinelCloud\",\"taskDescription\":\"test\",
	    \"inputParams\":\"a b\"}}" "$2"
}

# shellcheck disable=SC2317
state()
{
	ask "/remote-scripts/status?parent_task_id=$parent" \
	    '.data[0].status // "none"'
}

test_execute()
{
	echo=$(script Echo)
	set_ok '{"script_seconds":1000}'
	is "guardrails" "$(post /remote-scripts/guardrails/check \
	    "{\"data\":{\"agentIds\":[\"$id\"],\"scriptId\":\"$echo\"}}" \
	    .data.requiresApproval)" false
	parent=$(execute "$echo" .data.parentTaskId | tr -d '"')
	for wanted in none created pending scheduled in_progress completed; do
		is "state" "$(state)" $wanted
		mock POST time '{"advance":201}' >/dev/null
	done
	is "by the other name" "$(code \
	    "/remote-scripts/status?parentTaskId=$parent")" 400
	task=$(ask "/remote-scripts/status?parent_task_id=$parent" .data[0].id)
	for shape in flat:.data.download_links \
	    nested:.data.data.download_links camel:.data.downloadLinks; do
		set_ok "{\"results_shape\":\"${shape%:*}\"}"
		link=$(post /remote-scripts/fetch-files \
		    "{\"data\":{\"taskIds\":[\"$task\"]}}" \
		    "${shape#*:}[0].downloadUrl" | tr -d '"')
		is "$shape" "$(curl -s "$link" | head -c 2)" PK
	done
	is "not with a token" "$(curl -s -H 'Authorization: ApiToken x' \
	    -o /dev/null -w '%{http_code}' "$link")" 400
	is "not without the signature" "$(curl -s -o /dev/null \
	    -w '%{http_code}' "${link%?}")" 403
	set_ok '{"results":"expired"}'
	is "expired" "$(curl -s "$link" | grep -c expired)" 1
	set_ok '{"results":"none","results_shape":"flat"}'
	is "no link" "$(post /remote-scripts/fetch-files \
	    "{\"data\":{\"taskIds\":[\"$task\"]}}" \
	    '[(.data.download_links | length), .data.errors[0].taskId]')" \
	    "[0,\"$task\"]"

	set_ok '{"script":"failed","script_detail":"no shell",
	    "script_seconds":0,"task_key":"parent_task_id"}'
	parent=$(execute "$echo" .data.parent_task_id | tr -d '"')
	is "failed" "$(ask "/remote-scripts/status?parent_task_id=$parent" \
	    '.data[0] | .status + " " + .detailedStatus')" "failed no shell"
	mock DELETE respond >/dev/null
	is "no task" "$(execute "$(ask '/remote-scripts?limit=100' '[.data[] |
	    select(.osTypes == ["windows"])][0].id')" \
	    '[.data.affected, .data.parentTaskId]')" '[0,null]'
}

test_approval()
{
	set_ok '{"approval":true,"script_seconds":0}'
	is "guardrails" "$(post /remote-scripts/guardrails/check \
	    "{\"data\":{\"agentIds\":[\"$id\"],\"scriptId\":\"$echo\"}}" \
	    .data.requiresApproval)" true
	waiting=$(execute "$echo" 'if .data.pending and
	    .data.parentTaskId == null then .data.pendingExecutionId else
	    "" end' | tr -d '"')
	is "waits" "$(ask /remote-scripts/pending-executions \
	    '.data[0] | .id + " " + .state')" "$waiting waiting"
	is "may not" "$(get "/remote-scripts/pending-executions/$waiting" \
	    -X PUT -d '{"data":{"action":"approve"}}' | jq .errors[0].code)" \
	    4010010
	set_ok '{"grant":["Remote Script Orchestration.approvePendingExecution"]}'
	is "may" "$(get "/remote-scripts/pending-executions/$waiting" \
	    -X PUT -d '{"data":{"action":"approve"}}' | jq .data.success)" true
	parent=$(ask /remote-scripts/pending-executions '.data[0].parentTaskId')
	is "runs" "$(state)" completed
}

# right NAME: what the role says of it.
right()
{
	role=$(ask /user '.data.scopeRoles[0].roleId')
	ask "/rbac/role/$role" ".data.pages[] |
	    select(.identifier == \"${1%.*}\") | .permissions[] |
	    select(.identifier == \"${1##*.}\").value"
}

test_rights()
{
	mock DELETE respond >/dev/null
	is "usual" "$(right Endpoints.fileFetch) $(right Endpoints.shutDown)" \
	    "true false"
	set_ok '{"deny":["Endpoints.fileFetch",
	    "Remote Script Orchestration.view"],
	    "grant":["Endpoints.shutDown"]}'
	is "changed" "$(right Endpoints.fileFetch) $(right \
	    Endpoints.shutDown)" "false true"
	is "fetch" "$(post "/agents/$id/actions/fetch-files" '{}' \
	    '.errors[0].code')" 4030010
	is "scripts" "$(code /remote-scripts)" 401
	is "others" "$(code /agents)" 200
	is "misspelt" "$(mock POST respond '{"scripst":1}' | jq -r .error)" \
	    "not a setting's name or type"
	start --action-token other --agents 20 --activities 20
	is "only reads" "$(code '/agents') $(post \
	    /agents/actions/connect '{"filter":{"ids":["1"]}}' \
	    '.errors[0].code') $(right Endpoints.fileFetch)" \
	    "200 4030010 false"
	is "acts" "$(curl -s -H 'Authorization: ApiToken other' -d \
	    '{"filter":{"ids":["1"]}}' "$url/agents/actions/connect" |
	    jq .data.affected)" 0
}

start --agents 300 --activities 100 --threats 10
since=$(mock GET stats | jq -r .now)
# shellcheck disable=SC2046 # three words
set -- $(agent linux)
id=$1 host_name=$2 uuid=$3
test_find
test_network
test_fetch
test_scripts
test_execute
test_approval
is "books" "$(mock GET actions | jq -c '[.method, (.path | split("/") |
    last)]' | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" \
    "$(printf '%s ' '2["POST","check"]' '5["POST","connect"]' \
    '3["POST","disconnect"]' '4["POST","execute"]' \
    '9["POST","fetch-files"]' "2[\"PUT\",\"$waiting\"]")"
test_rights
stop
exit "$failed"
