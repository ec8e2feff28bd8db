# What `s1spool check` finds on this machine, each with a fault that is really
# there.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/check_lib.sh"

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

segment=activity-20260304T091527.481093Z-000000000001.ndjson

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
test_configuration
test_folders
test_disk
test_shipper
test_delivery
test_other_user
finish
