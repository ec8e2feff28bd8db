# A console that speaks HTTP/2, as those behind a proxy do: it is chosen in the
# TLS handshake, all requests share one connection, and one that is not answered
# holds up none of the others on it.
. "$top_srcdir/tests/e2e/lib.sh"

PATH=$PATH:/usr/sbin
command -v nghttpx >/dev/null || {
	echo "nghttpx is not installed"
	exit 77
}
proxy_pid=

# proxy_start: in front of the console, with a book of its requests.
proxy_start()
{
	port=${url##*:}
	"$top_builddir/tests/e2e/make_certificate" "$dir/cert.pem" \
	    "$dir/key.pem" -1 1 || exit 99
	# shellcheck disable=SC2016 # the proxy expands it
	# Debian has a configuration of its own, with a port that others use.
	nghttpx --conf=/dev/null -f "127.0.0.2,$port" -b "127.0.0.1,$port" \
	    -n 1 --no-ocsp \
	    --accesslog-file="$dir/book" --errorlog-file="$dir/proxy.log" \
	    --accesslog-format='$alpn $status $remote_port $path' \
	    "$dir/key.pem" "$dir/cert.pem" 2>"$dir/proxy.out" &
	proxy_pid=$!
	wait_for 20 proxy_answers || exit 1
	: >"$dir/book"
}

# shellcheck disable=SC2317 # wait_for calls it
proxy_answers()
{
	curl -s -k -m 5 -o "$dir/answer" "https://127.0.0.2:$port/_mock/stats"
}

# shellcheck disable=SC2317 # the trap calls it
end()
{
	code=$?
	[ -z "$proxy_pid" ] || kill "$proxy_pid"
	(exit "$code")
	clean_up
}
trap end EXIT

booked()
{
	[ "$(wc -l <"$dir/book")" -ge "$1" ]
}

# Connections to the proxy that are open now.
connections()
{
	awk -v here="0200007F:$(printf %04X "$port")" \
	    '$2 == here && $4 == "01"' /proc/net/tcp | wc -l | tr -d ' '
}

stalled()
{
	[ "$(mock GET fault | jq '.data[0].met')" = 1 ]
}

mock_start --agents 450 --threats 350 --activities 900
proxy_start
direct=$url
url=https://127.0.0.2:$port
configure "$(quick ', initial_interval: 240h, page_size: 100')"
sed -i "/^    url:/a\\    ssl: { certificate_authorities: $dir/cert.pem, \
verification_mode: certificate }" "$dir/s1spool.yml"

once
is "once" "$code" 0
url=$direct
check_all
is "protocols" "$(cut -d ' ' -f 1 "$dir/book" | sort -u)" h2
booked 20 || fail "few requests: $(cat "$dir/book")"
is "connections" "$(cut -d ' ' -f 3 "$dir/book" | sort -u | wc -l |
    tr -d ' ')" 1

run_start
wait_for 20 booked 40
mock POST fault '{"fault":"stall","dataset":"threat","count":1,
    "seconds":600}' >/dev/null
wait_for 20 stalled
wait_for 20 booked $(($(wc -l <"$dir/book") + 10))
is "connections while one request waits" "$(connections)" 1
run_stop
is "run" "$code" 0
check_all
finish
