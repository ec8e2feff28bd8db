# s1spool respond runscript and processes against the mock console: what scripts
# leave behind, and where it may be fetched from.
. "$top_srcdir/tests/e2e/respond_lib.sh"

out=$dir/files

run_script()
{
	act runscript --override-limit --output "$out" "$@"
}

processes()
{
	act processes --override-limit "$@"
}

test_runscript()
{
	before=$(sent)
	run_script 'No Such Script'
	refused "unknown" 2 'no script with the name'
	run_script 12
	refused "unknown id" 2 'no script with the id'
	run_script 'Terminate Processes'
	refused "two of that name" 2 '2 scripts are called'
	run_script 'Windows inventory'
	refused "not for the system" 2 'is not for linux'
	run_script Echo
	refused "needs input" 2 'needs an --input: any text'
	run_script Echo --input "$(printf 'a\nb')"
	refused "two lines" 2 'control characters or line breaks'
	is "nothing run" "$(find "$out" -type f | wc -l | tr -d ' ')" 0

	for shape in flat nested camel; do
		settings "{\"results_shape\":\"$shape\"}"
		run_script Echo --input "hello \$world \"$shape\""
		ended "$shape" 0 "the script on $name is completed"
		is "the input as it is" "$(last "$execute" .data.inputParams)" \
		    "\"hello \$world \\\"$shape\\\"\""
		zip=$(sed -n 's/^file *//p' "$dir/out")
		is "its mode" "$(stat -c %a "$zip")" 600
		is "its digest" "$(sed -n 's/^sha256 *//p' "$dir/out")" \
		    "$(sha256sum <"$zip" | cut -d ' ' -f 1)"
	done
	run_script "$(script 'Collect logs' linux)"
	is "by its id" "$code" 0
	settings '{"results_seconds":0.2}'
	run_script 'Collect logs' --json
	is "results that come late" "$code $(head -c 2 \
	    "$(jq -r .file "$dir/out")")" "0 PK"
	settings '{"results_seconds":0}'
}

# Nothing is fetched from where the link should not lead, and nothing told.
test_links()
{
	before=$(orders "$execute")
	settings '{"results":"none"}'
	run_script 'Collect logs'
	ended "no results" 9 'its results are not to be had'
	settings '{"results":"expired"}'
	run_script 'Collect logs'
	ended "expired" 9 'it is refused, or has expired'
	settings '{"results":"ok"}'
	for link in http://192.0.2.1/x ftp://127.0.0.1/x file:///etc/passwd \
	    //127.0.0.1/x https://user:pw@127.0.0.1/x; do
		settings "{\"link\":\"$link\"}"
		run_script 'Collect logs'
		ended "link $link" 9 'is no https address, and is not followed'
	done
	settings '{"link":""}'
	mock POST fault '{"fault":"redirect","path":"/results"}' >/dev/null
	run_script 'Collect logs'
	ended "redirect" 9 'its results are not to be had'
	mock DELETE fault >/dev/null
	is "each run once" "$(orders "$execute")" $((before + 8))
	! grep -rq 'X-Amz-Signature' "$dir/audit" "$dir/err" ||
	    fail "a link is written down"
}

test_processes()
{
	processes
	ended "processes" 0 "these are the processes of $name"
	is "table" "$(cat "$dir/out")" "\
PID   PPID  User  CPU   Command
1     0     root  0.0   /sbin/init
812   1     root  0.1   /usr/sbin/sshd -D \"-o x,y\"
4711  812   ana   99.7  /tmp/.x/xmrig"
	is "without input" "$(last "$execute" '[.data.scriptId,
	    .data.inputParams]')" "[\"$(script 'Process list' linux)\",null]"
	processes --json --output "$out"
	is "JSON" "$(jq -c '.[2]' "$dir/out")" \
	    '{"PID":"4711","PPID":"812","User":"ana","CPU":"99.7","Command":"/tmp/.x/xmrig"}'
	is "kept, too" "$(find "$out" -name \
	    "*-$(audit .s1spool.audit.task_id | sed 's/.* //').zip" |
	    wc -l | tr -d ' ')" 1
	take_host windows
	before=$(sent)
	processes
	refused "windows" 4 'no script that lists the processes of Windows'
	take_host linux
}

# A console that is asked by https: its links are https, too.
test_tls()
{
	mock_stop
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/key.pem" \
	    -out "$dir/cert.pem" 2>"$dir/openssl" || exit 99
	export CURL_CA_BUNDLE="$dir/cert.pem"
	mock_start https --agents 50 --tls-cert "$dir/cert.pem" \
	    --tls-key "$dir/key.pem" --action-token mock-token-that-acts
	configure_respond
	echo "    ssl: { certificate_authorities: [$dir/cert.pem] }" \
	    >>"$dir/s1spool.yml"
	settings '{"script_seconds":0}'
	take_host linux
	processes
	is "over TLS" "$code $(wc -l <"$dir/out")" "0 4"
	settings "{\"link\":\"http://127.0.0.1:${url##*:}/results/1\"}"
	processes
	ended "a link to http" 9 'is no https address, and is not followed'
}

mkdir "$out"
mock_start --agents 100 --action-token mock-token-that-acts
settings '{"script_seconds":0.05}'
configure_respond
take_host linux
scripts
test_runscript
test_links
test_processes
test_tls
check_audit
finish
