# s1spool respond get-file against the mock console.
. "$top_srcdir/tests/e2e/respond_lib.sh"

out=$dir/files
fetch=/actions/fetch-files

# get PATH...: into $out, confirmed as scripts do.
get()
{
	act get-file --override-limit --output "$out" "$@"
}

# told NAME: a line of what was printed.
told()
{
	sed -n "s/^$1 *//p" "$dir/out"
}

n_files()
{
	find "$out" -type f | wc -l | tr -d ' '
}

test_paths()
{
	before=$(sent)
	for bad in relative.txt '/etc/*.conf' '/etc/pass?d' 'C:\a.txt' \
	    "/a$(printf '\n')b$(printf '\t')c"; do
		get "$bad"
		is "path $bad" "$code $(sent)" "2 $before"
	done
	get /1 /2 /3 /4 /5 /6 /7 /8 /9 /10 /11
	refused "eleven" 2 'one operand too many'
	act get-file --output "$dir/nowhere" /a
	refused "no folder" 2 'No such file'
	is "nothing left" "$(n_files)" 0
	respond get-file "$host" /etc/passwd --reason x --dry-run \
	    --output "$out"
	is "dry run" "$code $(sent) $(n_files)" "0 $before 0"
	grep -qF '{"data":{"password":"[secret]","files":["/etc/passwd"]}}' \
	    "$dir/out" || fail "dry run: not the body"
	respond get-file "$host" /etc/passwd --reason x --output "$out"
	refused "not confirmed" 4 'not confirmed'
	is "no password either" "$(n_files)" 0
}

test_fetched()
{
	get /var/log/auth.log '/opt/a b.conf'
	ended "fetched" 0 "$name: fetched"
	is "asked once" "$(orders $fetch)" 1
	is "files" "$(last $fetch '.data.files')" \
	    '["/var/log/auth.log","/opt/a b.conf"]'
	zip=$(told file)
	is "an archive" "$(head -c 2 "$zip")" PK
	is "its digest" "$(told sha256)" "$(sha256sum <"$zip" | cut -d ' ' -f 1)"
	is "its size" "$(told size)" "$(wc -c <"$zip" | tr -d ' ')"
	is "named by the activity" "$zip" "$out/$name-$(told activity_id).zip"
	is "which is one" "$(curl -s -m 20 -H 'Authorization: ApiToken mock-token' "$url/web/api/v2.1/activities?ids=$(told activity_id)" |
	    jq -c '.data[0] | [.activityType, .agentId]')" "[80,\"$host\"]"
	is "the password's file" "$(told password_file)" "${zip%.zip}.password"
	is "for nobody else" "$(stat -c %a "$zip" "$(told password_file)" |
	    sort -u)" 600
	password=$(cat "$(told password_file)")
	is "the password" "\"$password\"" "$(last $fetch .data.password)"
	is "nothing unpacked" "$(n_files)" 2
	is "written down" "$(audit 'select(.s1spool.audit.stage == "result") |
	    [.event.action, .event.category[0], .event.outcome,
	    .file.hash.sha256, .file.name, .s1spool.audit.paths[0]] |
	    join(" ")')" \
	    "get-file file success $(told sha256) ${zip##*/} /var/log/auth.log"
	! grep -rqF -- "$password" "$dir/audit" "$dir/err" "$dir/out" ||
	    fail "the password is written down"

	get /a --json
	is "again" "$code $(orders $fetch)" "0 2"
	is "as JSON" "$(jq -r '.file' "$dir/out")" \
	    "$out/$name-$(jq -r .activity_id "$dir/out").zip"
	is "another password" "$(last $fetch \
	    ".data.password == \"$password\"")" false
}

test_reasons()
{
	get /etc/missing.txt
	ended "nothing but a note" 9 'only the reason: {"error":"File not found"}'
	is "kept all the same" "$(head -c 2 "$(told file)")" PK
	is "its end" "$(audit '.event.outcome')" 'unknown success failure'
	get /etc/missing.txt /etc/passwd
	ended "some are there" 9 'not all of the files are there'

	rm -f "$out"/*
	settings '{"upload":"no-url"}'
	get /a
	ended "no link" 9 'has no link to it'
	settings '{"upload":"never"}'
	rm -f "$out"/*
	get /a --wait 300ms
	ended "never uploaded" 8 'is not completed after 300ms'
	said_so "never uploaded" 'has the password of what'
	is "the password is kept" "\"$(cat "$out"/*.password)\"" \
	    "$(last $fetch .data.password)"
	settings '{"upload":"ok","fetch_success":false}'
	rm -f "$out"/*
	get /a
	ended "not accepted" 6 'did not accept it'
	is "no password left" "$(n_files)" 0
	settings '{"fetch_success":true,"deny":["Endpoints.fileFetch"]}'
	get /a
	ended "no right" 5 'Insufficient permissions'
	is "no password left" "$(n_files)" 0
	settings '{"deny":[]}'

	mock POST fault "{\"fault\":\"reset\",\"path\":\"/agents/$host$fetch\",
	    \"count\":1}" >/dev/null
	before=$(orders $fetch)
	get /a
	ended "no answer" 7 'whether it was done is unknown'
	is "not sent again" "$(orders $fetch)" $((before + 1))
	is "the password is kept" "$(n_files)" 1
	mock DELETE fault >/dev/null
}

# Another asks for files of the same host, and his are there first.
test_others()
{
	settings '{"upload_seconds":0.5}'
	curl -s -m 20 -H 'Authorization: ApiToken mock-token-that-acts' -d \
	    '{"data":{"password":"Someone-Else-1","files":["/other"]}}' \
	    "$url/web/api/v2.1/agents/$host$fetch" >/dev/null
	settings '{"upload_seconds":1.5}'
	get /ours
	is "ours" "$code" 0
	grep -aqF ours "$(told file)" || fail "another's archive"
	settings '{"upload_seconds":0.1}'
}

# A download that breaks off is begun again, and kept whole.
test_broken()
{
	mock POST fault "{\"fault\":\"cut\",\"path\":\"/agents/$host/uploads\",
	    \"count\":1}" >/dev/null
	get /a
	is "cut" "$code $(told sha256)" \
	    "0 $(sha256sum <"$(told file)" | cut -d ' ' -f 1)"
	is "met" "$(mock GET fault | jq .data[0].met)" 1
	mock POST fault "{\"fault\":\"404\",\"path\":\"/agents/$host/uploads\"
	    }" >/dev/null
	rm -f "$out"/*
	get /a
	ended "gone" 6 'the download failed'
	is "the password is kept" "$(n_files)" 1
	mock DELETE fault >/dev/null
}

mkdir "$out"
mock_start --agents 100 --action-token mock-token-that-acts
settings '{"upload_seconds":0.1}'
configure_respond
take_host linux
test_paths
test_fetched
test_reasons
test_others
test_broken
check_audit
finish
