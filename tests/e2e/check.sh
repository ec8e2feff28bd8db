# What `s1spool check` finds of a console, of the token and on the way to it,
# each with a fault that is really there.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/check_lib.sh"

everything()
{
	for d in application_risk threat_event unified_alert alert \
	    application; do
		echo "$d: { enabled: true }"
	done
}

test_all_is_well()
{
	begin "$(everything)"
	run_start
	wait_for 60 all_have_polled 9
	look
	worst ok 0
	is "permissions" "$(count ok permission)" 9
	is "lags" "$(count ok lag)" 9
	finds ok daemon "runs as process $run_pid"
	finds ok connection "no TLS"
	finds ok clock agree
	finds ok console W-24
	finds ok token "expires in"
	finds ok token "role respond"
	# The same for people, and without colours where nobody looks.
	n=$(jq '.findings | length' "$dir/found")
	"$S1SPOOL" check --config "$dir/s1spool.yml" >"$dir/text"
	is "text: exit code" $? 0
	is "text: lines" "$(wc -l <"$dir/text")" $((n + 1))
	! grep -q "$(printf '\033')" "$dir/text" || fail "colours"
	# One that hangs holds its locks all the same.
	kill -STOP "$run_pid"
	jq '.written = "2026-03-04T09:15:27Z"' "$dir/state/status.json" \
	    >"$dir/old"
	cat "$dir/old" >"$dir/state/status.json"
	look
	worst error 69
	finds error daemon "no status for"
	kill -CONT "$run_pid"
	run_stop
}

all_have_polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = "$1" ]
}

snapshot()
{
	find "$dir/spool" "$dir/state" -printf '%p %s %T@ %C@\n' | sort
}

# It writes nothing, also where nothing is.
test_leaves_all_alone()
{
	snapshot >"$dir/before"
	look
	worst warning 75
	finds warning daemon "nothing is collected"
	finds ok lag "behind the console" activity
	snapshot >"$dir/after"
	cmp "$dir/before" "$dir/after" || fail "something was written"
	begin
	look
	is "state" "$(ls -A "$dir/state")" ""
	is "spool" "$(ls -A "$dir/spool")" ""
}

test_permissions()
{
	begin "$(everything)"
	while read -r d path permission; do
		fault "{\"fault\":\"403\",\"path\":\"$path\"}"
		look
		worst error 69
		finds error permission "\"$permission\"" "$d"
		is "$d: ok" "$(count ok permission)" "${others-8}"
		others=8
		# Those of a threat are read with the threats' permission.
		[ "$d" != group ] || others=7
	done <<-END
		activity	/activities	Activity Page: view
		agent	/agents	Endpoints: view
		alert	/cloud-detection/alerts	STAR Rule Alerts: view
		application	/application-management/inventory	Applications: view
		application_risk	/application-management/risks	Applications: view risks
		unified_alert	/unifiedalerts	Unified Alerts: view
		group	/groups	Groups: view
		threat	/threats	Threats: view
	END
	fault '{"fault":"graphql-errors"}'
	look
	finds error permission "has errors" unified_alert
	fault '{"fault":"501","path":"/cloud-detection"}'
	look
	worst warning 75
	finds warning permission "alert.enabled: false" alert
	fault '{"fault":"401","path":"/groups"}'
	look
	finds error permission "the token is valid, but not for this" group
	finds ok token "expires in"
}

# A console that says nothing keeps the others from nothing.
test_silence()
{
	http_timeout=2s
	begin
	http_timeout=10s
	fault '{"fault":"stall","seconds":600,"path":"/threats"}'
	look
	worst error 69
	finds error permission "in time" threat
	finds ok permission "may be read" group
	fault '{"fault":"503"}'
	look
	finds ok connection "answers in"
	finds error console "503"
	fault '{"fault":"html"}'
	look
	worst error 69
	no_fault
}

test_token()
{
	begin
	echo wrong-mock-token >"$dir/token"
	token=wrong-mock-token
	look
	token=mock-token
	worst error 69
	finds error token "make a new token"
	is "permissions" "$(count ok permission)" 0
	echo mock-token >"$dir/token"
	chmod 644 "$dir/token"
	look
	worst error 69
	finds error token "open to everybody"
	# What needs no token is looked at all the same.
	finds ok connection "answers in"
	finds ok clock agree
	chmod 620 "$dir/token"
	look
	finds warning token "may write to it"
	: >"$dir/token"
	chmod 600 "$dir/token"
	look
	finds error token "empty"
	rm "$dir/token"
	look
	finds error token "there is no such file"
	(umask 077 && echo mock-token >"$dir/token")
}

# One console is well, another one is not there; either may be asked for alone.
test_two_consoles()
{
	begin
	sed -n '/^  - name: acme/,$p' "$dir/s1spool.yml" |
	    sed 's/name: acme/name: gone/; s,url: .*,url: http://127.0.0.1:9,' \
	    >"$dir/gone"
	cat "$dir/gone" >>"$dir/s1spool.yml"
	look
	worst error 69
	is "permissions" "$(count ok permission)" 4
	is "consoles" "$(jq -c '[.findings[] |
	    select(.topic == "connection") | .console]' "$dir/found")" \
	    '["acme","gone"]'
	look --console acme
	worst warning 75
	is "gone" "$(grep -c gone "$dir/found")" 0
	look --console gone
	worst error 69
	finds error connection "no connection"
	is "acme" "$(grep -c acme "$dir/found")" 0
	look --console acme --console gone
	worst error 69
	is "both" "$(jq -c '[.findings[].console // empty] | unique' \
	    "$dir/found")" '["acme","gone"]'
	"$S1SPOOL" check --config "$dir/s1spool.yml" --console gone \
	    --console gone >"$dir/look.out" 2>&1
	is "given twice" "$?" 64
}

# look_at OPTION...: a console of its own.
look_at()
{
	mock_stop
	mock_start --agents 20 "$@"
	begin
	look
}

# Consoles of their own: tokens that end, clocks that differ.
test_other_consoles()
{
	look_at --token-expires 864000
	worst warning 75
	finds warning token "expires in 9 days"
	is "days" "$(jq '[.findings[].days_left // empty][0]' "$dir/found")" 9
	look_at --token-expires 43200
	finds error token "expires in 11 h"
	look_at --token-expires 0.001
	worst error 69
	finds error token "expired"
	look_at --clock-offset 600
	worst warning 75
	finds warning clock "behind the console's"
	finds ok permission "may be read" activity
	look_at --clock-offset -86400
	worst error 69
	finds error clock "ahead of the console's"
	mock_stop
}

# tls FROM TO: a console with such a certificate.
tls()
{
	"$top_builddir/tests/e2e/make_certificate" "$dir/cert.pem" \
	    "$dir/key.pem" "$1" "$2" || exit 99
	rm -f "$dir/port"
	"$MOCK_CONSOLE" --port-file "$dir/port" --max-seconds $((900 * patience)) \
	    --agents 20 --tls-cert "$dir/cert.pem" --tls-key "$dir/key.pem" \
	    >"$dir/mock.out" 2>"$dir/mock.err" &
	mock_pid=$!
	wait_for 20 test -s "$dir/port" || exit 1
	url=https://127.0.0.1:$(cat "$dir/port")
	configure
	chmod 750 "$dir/spool" "$dir/state"
}

trust_certificate()
{
	sed -i "/^    url:/a\\    ssl: { certificate_authorities: $dir/cert.pem }" \
	    "$dir/s1spool.yml"
}

test_connection()
{
	tls -1 400
	look
	worst error 69
	finds error connection "self-signed"
	trust_certificate
	look
	finds ok connection "certificate of console.example by console.example"
	finds ok connection "TLSv1.3"
	finds ok permission "may be read" activity
	sed -i "s|^    ssl: {|& certificate: $dir/cert.pem, key: $dir/key.pem,|" \
	    "$dir/s1spool.yml"
	chmod 644 "$dir/key.pem"
	look
	finds warning connection "private key of ssl.key is open to everybody"
	echo nonsense >"$dir/cert.pem"
	look
	finds error connection "no certificate in PEM form"
	mock_stop
	tls -1 5
	trust_certificate
	look
	finds warning connection "expires on"
	is "days" "$(jq '[.findings[].certificate_days_left // empty][0]' \
	    "$dir/found")" 4
	mock_stop
	tls -10 -1
	trust_certificate
	look
	worst error 69
	finds error connection "has expired"
	mock_stop
	# Nobody there any more, and no such name.
	look
	finds error connection "no connection"
	sed -i 's,^    url:.*,    url: https://console.invalid,' \
	    "$dir/s1spool.yml"
	look
	worst error 69
	finds error connection "does not resolve"
}

mock_start --agents 20 --groups 5 --threats 20 --activities 50 --days 2
test_all_is_well
test_leaves_all_alone
test_permissions
test_silence
test_token
test_two_consoles
test_other_consoles
test_connection
finish
