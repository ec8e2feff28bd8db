# A reload by difference, with a file for each tenant: who has not changed goes
# on with the request that is out and polls no earlier; who has changed begins
# again; the others come and go.  One that cannot be done changes nothing.
. "$top_srcdir/tests/e2e/lib.sh"

# tenant NAME SITE DATASET OPTIONS: as in the example that is shipped.  Its
# requests are told by their site.
tenant()
{
	{
		sed "s,https://acme.sentinelone.net,$url,
		    s,/etc/s1spool/tokens/acme,$dir/token,
		    s,name: acme,name: $1," \
		    "$top_srcdir/docs/examples/tenant.yml"
		echo "    site_ids: $2"
		echo "    http_client_timeout: 60s"
		echo "    datasets:"
		for d in activity agent alert application group threat; do
			[ $d = "$3" ] || echo "      $d: { enabled: false }"
		done
		echo "      $3: { $4 }"
	} >"$dir/conf.d/$1.yml"
}

# How many requests a site's console has made for a path.
asked_by()
{
	mock GET requests | jq -r .uri | grep -F "$1" |
	    grep -cF "siteIds=$2"
}

# polled NAME TIMES: since the daemon opened it.
polled()
{
	[ "$(jq --arg c "$1" '.streams[] | select(.console == $c).polls' \
	    "$dir/state/status.json" 2>/dev/null)" = "$2" ]
}

has_asked()
{
	[ "$(asked_by "$1" "$2")" -ge "$3" ]
}

# reload TIMES MESSAGE: until it is said so often, of which one is new.
reload()
{
	kill -HUP "$run_pid"
	wait_for 30 said_times "$2" "$1"
}

said_times()
{
	[ "$(how_often_said "$1")" -ge "$2" ]
}

consoles()
{
	jq -r '.streams[].console' "$dir/state/status.json" | tr '\n' ' '
}

mock_start --agents 20 --groups 10 --threats 10 --activities 50 --days 1
configure
mkdir "$dir/conf.d"
sed -n '/^consoles/q; p' "$dir/s1spool.yml" >"$dir/new" &&
    mv "$dir/new" "$dir/s1spool.yml"
tenant stays 101 group 'interval: 1h'
tenant waits 102 activity 'interval: 1h'
tenant goes 103 group 'interval: 200ms'
tenant changes 104 group 'interval: 1h'
mock POST fault '{"fault":"stall","path":"/activities","count":1,
    "seconds":5}' >/dev/null
run_start
for c in stays changes; do
	wait_for 30 polled $c 1
done
wait_for 30 has_asked /groups 103 2
wait_for 30 has_asked /activities 102 1

rm "$dir/conf.d/goes.yml"
tenant comes 105 group 'interval: 1h'
tenant changes 104 group 'interval: 2h'
reload 1 'the configuration was loaded again'
gone=$(asked_by /groups 103)
said '2 go on, 1 begin again, 1 are new, 1 are removed' ||
    fail "not said who goes on"
wait_for 30 polled comes 1
wait_for 30 has_asked /groups 104 2
wait_for 30 polled waits 1
is "the request that was out" "$(asked_by /activities 102)" 1
is "who has not changed" "$(asked_by /groups 101)" 1
is "who has gone" "$(asked_by /groups 103)" "$gone"
is "consoles" "$(consoles)" "changes comes stays waits "
[ -d "$dir/spool/goes/group" ] ||
    fail "what was removed took its files along"

# The place of its folder is taken: all stays as it was.
: >"$dir/spool/never"
tenant never 106 group 'interval: 1h'
rm "$dir/conf.d/comes.yml"
tenant changes 104 group 'interval: 3h'
reload 1 'the old configuration stays'
said "cannot make spool folder never" || fail "not said what cannot be opened"
wait_for 30 has_asked /groups 104 3
is "consoles" "$(consoles)" "changes comes stays waits "
is "who has not changed" "$(asked_by /groups 101)" 1
rm "$dir/spool/never"
reload 2 'the configuration was loaded again'
wait_for 30 polled never 1
is "who has not changed" "$(asked_by /groups 101)" 1
run_stop
is "exit code" "$code" 0
finish
