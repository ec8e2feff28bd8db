# What the tests with a hostile console have in common, beside lib.sh.
# shellcheck shell=sh
. "$top_srcdir/tests/e2e/lib.sh"

# Its ports go to $dir/ports, its authority to $dir/ca.pem.
server_start()
{
	"$top_builddir/tests/hostile/hostile_server" "$dir/ports" \
	    "$dir/ca.pem" $((300 * patience)) 2>"$dir/server.err" &
	server_pid=$!
	wait_for 20 test -s "$dir/ports" || exit 1
	books=$(awk '$1 == "books" { print $3 }' "$dir/ports")
}

# tenant NAME URL TIME-OUT ALL: a console in a file of its own, which is asked
# for activities, and with ALL=true for what has requests of other shapes, too.
tenant()
{
	mkdir -p "$dir/conf.d"
	cat >"$dir/conf.d/$1.yml" <<-END
	consoles:
	  - name: $1
	    url: $2
	    api_token_file: $dir/token
	    http_client_timeout: $3
	    connect_timeout: $3
	    ssl: { certificate_authorities: [$dir/ca.pem] }
	    datasets:
	      activity: { interval: 1s }
	      agent: { enabled: false }
	      alert: { enabled: false }
	      application: { enabled: false }
	      group: { enabled: false }
	      threat: { enabled: $4, interval: 1s,
	          enable_star_rule_enrichment: true }
	      unified_alert: { enabled: $4, interval: 1s }
	END
}

# Where redirects lead nobody may have gone.
server_stop()
{
	books >"$dir/books"
	is "who followed a redirect" "$(grep '^trap ' "$dir/books")" \
	    "trap 0 0 0"
	kill "$server_pid"
	wait "$server_pid"
}

books()
{
	curl -s -m 20 "http://127.0.0.1:$books/"
}

# control_characters FILE...: how many bytes of them there are.
control_characters()
{
	cat "$@" | tr -d '\n -~\200-\377' | wc -c | tr -d ' '
}

# The fewest polls of a dataset of the console that is as it should be.
polls()
{
	jq '[.streams[] | select(.console == "acme").polls] | min' \
	    "$dir/state/status.json" 2>/dev/null
}

have_polled()
{
	[ "$(polls)" -ge "$1" ] 2>/dev/null
}
