# s1spool respond scripts and kill-process against the mock console.
. "$top_srcdir/tests/e2e/respond_lib.sh"


end_process()
{
	act kill-process --override-limit --name "$@"
}

test_scripts()
{
	scripts
	is "all of several pages" "$code $(wc -l <"$dir/out")" "0 1210"
	respond scripts
	is "sorted, with a title" "$(sed -n '1s/ .*//p;2s/.*  //p' "$dir/out" |
	    paste -sd ' ' -)" 'id Collect logs'
	respond scripts --os macos
	is "for one system" "$(grep -c 'Windows inventory' "$dir/out")" 0
	before=$(sent)
	respond scripts --os dos
	refused "no such system" 2 'is none of windows'
	settings '{"deny":["Remote Script Orchestration.view"]}'
	respond scripts
	is "no right" "$code" 5
	settings '{"deny":[]}'
}

test_process_names()
{
	before=$(sent)
	# shellcheck disable=SC2016 # not to be expanded
	for bad in '' ' ' . 'a"b' "a'b" 'a`b' 'a$b' "a\\" 'a*' 'a,b' 'a;b' 'a|b' \
	    'a%b' '-all' 'a“b' "$(printf 'a\nb')" "$(printf 'a\tb')"; do
		end_process "$bad"
		refused "name $bad" 2 'the name of the process'
	done
	act kill-process
	refused "no name" 2 'needs its --name'
}

test_kill()
{
	end_process xmrig
	ended "linux" 0 'xmrig was ended, or was not there'
	is "sent once" "$(orders "$execute")" 1
	is "the request" "$(last "$execute" "[.filter, .data.scriptId,
	    .data.inputParams, .data.outputDestination,
	    .data.requiresApproval]")" \
	    "[{\"ids\":[\"$host\"]},\"$(script 'Terminate Processes' linux)\",\"--terminate --processes \\\"xmrig\\\" --force\",\"SentinelCloud\",false]"
	is "who and why" "$(last "$execute" .data.taskDescription)" \
	    "\"INC-1; operator $(audit .user.name | cut -d ' ' -f 1); s1spool request $(audit .s1spool.audit.request_id | cut -d ' ' -f 1)\""
	is "written down" "$(audit 'select(.s1spool.audit.stage == "result") |
	    [.event.category[0], .event.outcome, .s1spool.audit.process_name,
	    .s1spool.audit.task_status, .s1spool.audit.parent_task_id != null,
	    .s1spool.audit.task_id != null] | join(" ")')" \
	    'process success xmrig completed true true'

	take_host windows
	end_process 'bad tool.exe'
	is "windows" "$code $(last "$execute" '[.data.scriptId,
	    .data.inputParams]')" \
	    "0 [\"$(script 'Terminate Processes' windows)\",\"-Terminate -Processes \\\"bad tool.exe\\\" -Force\"]"
	take_host linux
	respond kill-process "$host" --name x --reason INC-1 --dry-run
	grep -qF '\"x\" --force' "$dir/out" || fail "dry run: no body"
	is "dry run" "$code $(orders "$execute")" "0 2"
	! grep -q 'was ended' "$dir/err" || fail "dry run: said to be done"
}

test_states()
{
	for state in failed expired canceled; do
		settings "{\"script\":\"$state\",\"script_detail\":\"why\"}"
		end_process x
		ended "$state" 9 "failed ($state): why"
	done
	settings '{"script":"lost","script_detail":""}'
	end_process x
	ended "unknown" 9 'has an unknown status (lost): The task is lost'
	settings '{"script":"completed","task_parameter":"parentTaskId",
	    "task_key":"parent_task_id"}'
	end_process x
	is "other spellings" "$code" 0
	settings '{"task_parameter":"parent_task_id",
	    "task_key":"parentTaskId","no_task":true}'
	end_process x
	ended "no task" 9 'has begun no task'
	settings '{"no_task":false,"affected":2}'
	end_process x
	ended "two hosts" 9 'is run on 2 hosts, not 1'
	settings '{"affected":-1,"script_seconds":1000}'
	end_process x --wait 300ms
	ended "late" 8 'is not completed after 300ms'
	settings '{"script_seconds":0.05,
	    "deny":["Remote Script Orchestration.runScript"]}'
	end_process x
	is "no right" "$code" 5
	settings '{"deny":[]}'
	mock POST fault "{\"fault\":\"reset\",\"path\":\"$execute\",
	    \"count\":1}" >/dev/null
	before=$(orders "$execute")
	end_process x
	ended "no answer" 7 'whether it was done is unknown'
	is "not sent again" "$(orders "$execute")" $((before + 1))
	mock DELETE fault >/dev/null
}

test_approval()
{
	settings '{"approval":true}'
	end_process x
	ended "waits" 10 "waits for somebody's approval"
	said_so "is told before" '; it will wait for an approval'
	pending=$(curl -s -m 20 \
	    -H 'Authorization: ApiToken mock-token-that-acts' \
	    "$url/web/api/v2.1/remote-scripts/pending-executions" |
	    jq -r '.data[-1].id')
	said_so "which" "pending execution $pending"
	is "written down" "$(audit 'select(.s1spool.audit.stage == "result") |
	    [.event.outcome, .s1spool.audit.pending_execution_id,
	    .s1spool.audit.exit_code] | join(" ")')" "unknown $pending 10"
	settings '{"approval":false}'
	mock POST fault '{"fault":"404","path":"/remote-scripts/guardrails"}' \
	    >/dev/null
	end_process x
	is "a console without guardrails" "$code" 0
	mock DELETE fault >/dev/null
}

mock_start --agents 100 --action-token mock-token-that-acts
settings '{"script_seconds":0.05,"scripts":1200}'
configure_respond
take_host linux
test_scripts
test_process_names
test_kill
test_states
test_approval
check_audit
finish
