# What `s1spool check` finds: of a console, on the way to it and on this
# machine, each with a fault that is really there.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

chmod 755 "$dir"

# Sets $code; what was found goes to $dir/found.
look()
{
	"$S1SPOOL" check --config "$dir/s1spool.yml" --json \
	    ${only:+--console "$only"} >"$dir/found" 2>"$dir/look.err"
	code=$?
	[ ! -s "$dir/look.err" ] || fail "look: $(cat "$dir/look.err")"
	! grep -qF "$token" "$dir/found" || fail "the token was told"
}
token=mock-token
only=

# finds LEVEL TOPIC TEXT [DATASET]: in the text or in the mend of a finding.
finds()
{
	jq -e --arg l "$1" --arg t "$2" --arg x "$3" --arg d "$4" \
	    '[.findings[] | select(.level == $l and .topic == $t and
	    (.text + " " + (.mend // "") | contains($x)) and
	    ($d == "" or .dataset == $d))] | length > 0' \
	    "$dir/found" >"$dir/jq.out" || {
		fail "no finding: $*"
		jq -c '.findings[] | select(.level != "ok")' "$dir/found"
	}
}

# worst LEVEL CODE
worst()
{
	is "worst" "$(jq -r .worst "$dir/found")" "$1"
	is "exit code" "$code" "$2"
}

# How many findings there are of a level and a topic.
count()
{
	jq --arg l "$1" --arg t "$2" '[.findings[] |
	    select(.level == $l and .topic == $t)] | length' "$dir/found"
}

# begin [LINE...]: as configure; folders as they should be.
begin()
{
	spool_options=", max_size: 64MiB, min_free: 1MiB"
	configure "$@"
	chmod 750 "$dir/spool" "$dir/state"
	mock DELETE fault >/dev/null
}

everything()
{
	for d in application_risk threat_event unified_alert; do
		echo "$d: { enabled: true }"
	done
	for d in alert application; do
		echo "$d: { enabled: true }"
	done
}

# with_shipper [MEMBER...]
with_shipper()
{
	mkdir -p "$dir/registry"
	echo '{"version":"1"}' >"$dir/registry/meta.json"
	: >"$dir/registry/log.json"
	{
		echo "shippers:"
		echo "  - { type: filebeat, registry: $dir/registry }"
	} >>"$dir/s1spool.yml"
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
		mock DELETE fault >/dev/null
		mock POST fault "{\"fault\":\"403\",\"path\":\"$path\"}" \
		    >/dev/null
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
	mock DELETE fault >/dev/null
	mock POST fault '{"fault":"graphql-errors"}' >/dev/null
	look
	finds error permission "has errors" unified_alert
	mock DELETE fault >/dev/null
	mock POST fault '{"fault":"501","path":"/cloud-detection"}' >/dev/null
	look
	worst warning 75
	finds warning permission "alert.enabled: false" alert
	mock DELETE fault >/dev/null
	mock POST fault '{"fault":"401","path":"/groups"}' >/dev/null
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
	mock POST fault '{"fault":"stall","seconds":600,
	    "path":"/threats"}' >/dev/null
	look
	worst error 69
	finds error permission "in time" threat
	finds ok permission "may be read" group
	mock DELETE fault >/dev/null
	mock POST fault '{"fault":"503"}' >/dev/null
	look
	finds ok connection "answers in"
	finds error console "503"
	mock DELETE fault >/dev/null
	mock POST fault '{"fault":"html"}' >/dev/null
	look
	worst error 69
	mock DELETE fault >/dev/null
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
	only=acme
	look
	worst warning 75
	is "gone" "$(grep -c gone "$dir/found")" 0
	only=gone
	look
	only=
	worst error 69
	finds error connection "no connection"
	is "acme" "$(grep -c acme "$dir/found")" 0
}

# Consoles of their own: tokens that end, clocks that differ.
test_other_consoles()
{
	mock_stop
	mock_start --agents 20 --token-expires 864000
	begin
	look
	worst warning 75
	finds warning token "expires in 9 days"
	is "days" "$(jq '[.findings[].days_left // empty][0]' "$dir/found")" 9
	mock_stop
	mock_start --agents 20 --token-expires 43200
	begin
	look
	finds error token "expires in 11 h"
	mock_stop
	mock_start --agents 20 --token-expires 0.001
	begin
	look
	worst error 69
	finds error token "expired"
	mock_stop
	mock_start --agents 20 --clock-offset 600
	begin
	look
	worst warning 75
	finds warning clock "behind the console's"
	finds ok permission "may be read" activity
	mock_stop
	mock_start --agents 20 --clock-offset -86400
	begin
	look
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
	"$MOCK_CONSOLE" --port-file "$dir/port" --max-seconds 900 \
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

test_configuration()
{
	begin
	sed -i 's/api_token_file/api_tokn_file/' "$dir/s1spool.yml"
	look
	is "exit code" "$code" 78
	finds error configuration "did you mean"
	begin
	chmod 646 "$dir/s1spool.yml"
	look
	finds error configuration "everybody may write"
	chmod 644 "$dir/s1spool.yml"
	mkdir "$dir/conf.d"
	printf 'consoles:\n  - { name: far, url: https://console.invalid,\n%s' \
	    "api_token_file: $dir/token, proxy_url: http://a:b@127.0.0.1:9 }" \
	    >"$dir/conf.d/far.yml"
	look
	finds warning configuration "far.yml: everybody may read it"
	! grep -q a:b@ "$dir/found" || fail "the proxy's password was told"
	rm -r "$dir/conf.d"
	begin "activity: { enabled: false }" "agent: { enabled: false }" \
	    "group: { enabled: false }" "threat: { enabled: false }"
	look
	finds warning configuration "no dataset"
	begin
	"$S1SPOOL" check --config "$dir/s1spool.yml" --console other \
	    >"$dir/found" 2>"$dir/other.err"
	is "no such console" $? 64
}

test_folders()
{
	begin
	chmod 755 "$dir/spool"
	look
	finds warning folders "chmod o="
	chmod 757 "$dir/spool"
	look
	finds error folders "open to everybody"
	chmod 750 "$dir/spool"
	rmdir "$dir/state"
	look
	worst error 69
	finds error folders "install -d"
	echo >"$dir/state"
	look
	finds error folders "is no directory"
	rm "$dir/state"
	mkdir -m 750 "$dir/state"
	[ "$(id -u)" = 0 ] || return 0
	chown 4711 "$dir/state"
	look
	finds error folders "is not that of user root"
	chown 0 "$dir/state"
	mkdir "$dir/spool/acme"
	chown 4711 "$dir/spool/acme"
	look
	finds error folders "acme: was s1spool run as another user?"
	# The daemon's user has to get at all that it needs.
	chown -R 4711:4711 "$dir/spool" "$dir/state"
	look
	finds error token "user 4711 may not read"
	chown 4711:4712 "$dir/token"
	chmod 640 "$dir/token"
	look
	finds warning token "a group that is not the spool's"
	chown 0:4711 "$dir/token"
	look
	is "token" "$(count error token)" 0
	chown 0:0 "$dir/token"
	chmod 600 "$dir/token"
}

test_disk()
{
	begin
	sed -i 's/min_free: 1MiB/min_free: 1024TiB/' "$dir/s1spool.yml"
	look
	worst error 69
	finds error disk "polling waits"
	begin
	sed -i 's/max_size: 64MiB/max_size: 1024TiB/' "$dir/s1spool.yml"
	look
	finds warning disk "the disk is full before"
	begin
	mkdir -p "$dir/spool/acme/activity"
	truncate -s 60M "$dir/spool/acme/activity/$segment"
	look
	finds warning disk "s1spool prune"
	truncate -s 65M "$dir/spool/acme/activity/$segment"
	look
	finds error disk "polling waits"
}
segment=activity-20260304T091527.481093Z-000000000001.ndjson

test_shipper()
{
	begin "$(quick)"
	with_shipper
	rm "$dir/registry/meta.json"
	look
	worst error 69
	finds error shipper "meta.json"
	with_shipper
	sed -i '$d' "$dir/s1spool.yml"
	sed -i '$d' "$dir/s1spool.yml"
	look
	finds ok shipper "knows 0 files"
	once
	look
	finds ok shipper "wait"
	find "$dir/spool" -name '*.ndjson' -exec touch -d '-20 minutes' {} +
	touch -d '-3 hours' "$dir/registry/log.json" "$dir/registry/meta.json"
	look
	finds warning shipper "its registry was written last 3 h 0 min ago"
	find "$dir/spool" -name '*.ndjson' -exec touch -d '-2 hours' {} +
	look
	finds error shipper "lines wait for 2 h"
	# Packed files need another identity, and a version that reads them.
	sed -i 's/spool: {/spool: { compress: sealed,/' "$dir/s1spool.yml"
	for f in "$dir/spool/acme/activity"/*.ndjson; do
		printf '%s\n%s\n' '{"op":"set","id":1}' "{\"k\":\"filestream::s1::path::$f\",\"v\":{\"ttl\":-1,\"updated\":[0,0],\"cursor\":{\"offset\":1},\"meta\":{\"source\":\"$f\",\"identifier_name\":\"path\"}}}" \
		    >"$dir/registry/log.json"
		break
	done
	look
	finds error shipper "fingerprint"
	: >"$dir/registry/log.json"
	gzip "$f"
	look
	finds warning shipper "Filebeat 9.3"
}

delivers_all()
{
	look
	jq -e '[.findings[] | select(.topic == "shipper" and
	    (.text | contains("has delivered all")))] | length > 0' \
	    "$dir/found" >"$dir/jq.out"
}

# What a shipper delivers, and that somebody has to archive it.
test_delivery()
{
	begin "$(quick)"
	rm -rf "$dir/registry"
	mkdir "$dir/registry" "$dir/shipped"
	printf 'shippers:\n  - { type: filebeat, registry: %s }\n' \
	    "$dir/registry" >>"$dir/s1spool.yml"
	once
	mock POST produce '{"dataset":"activity","count":5}' >/dev/null
	mock POST time '{"advance":2}' >/dev/null
	once
	"$top_builddir/tests/e2e/fake_shipper" "$dir/registry" "$dir/shipped" \
	    "$dir/spool/acme/[a-z]*/*.ndjson*" 2>"$dir/shipper.err" &
	run_pid=$!
	wait_for 30 delivers_all
	run_kill
	is "warnings" "$(count warning shipper)" 0
	find "$dir/spool" -name '*.ndjson' -exec touch -d '-3 hours' {} +
	look
	finds warning shipper "files that are not archived"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" \
	    >"$dir/prune.out" 2>"$dir/prune.err"
	look
	is "after prune" "$(count warning shipper)" 0
}

# Another user sees less, is told so, and breaks nothing.
test_other_user()
{
	[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || return 0
	begin
	with_shipper
	chmod 700 "$dir/registry"
	cp "$S1SPOOL" "$dir/s1spool"
	chmod 755 "$dir/s1spool"
	chmod 644 "$dir/s1spool.yml"
	setpriv --reuid=4711 --regid=4711 --clear-groups "$dir/s1spool" check \
	    --config "$dir/s1spool.yml" --json >"$dir/found"
	code=$?
	worst warning 75
	finds warning folders "run the check as root"
	finds warning token "cannot be read by this user"
	finds warning shipper "run the check as root"
	finds ok connection "answers in"
}

mock_start --agents 20 --groups 5 --threats 20 --activities 50 --days 2
test_all_is_well
test_leaves_all_alone
test_permissions
test_silence
test_token
test_two_consoles
test_configuration
test_folders
test_disk
test_shipper
test_delivery
test_other_user
test_other_consoles
test_connection
finish
