# Each command that asks somebody, against who means harm: it ends in time and
# with a bounded memory, its exit code is right, and what it says names what is
# wrong.
. "$top_srcdir/tests/e2e/hostile_lib.sh"

# Rows: command, trick, exit code, what it says.  These wait, or try again after
# pauses.
slow()
{
	cat <<-'END'
	respond mute 7 no whole answer in time
	respond slow-body-pages 7 no whole answer in time
	respond stall-in-record 7 no whole answer in time
	respond endless-member 7 the console's answer is too large to be one
	respond echo-error 7 HTTP 500: the console has a fault: .*\[secret\]
	respond error-utf8 7 HTTP 500: the console has a fault
	respond list 7 is no whole JSON object
	check mute 69 no whole answer in time
	check never-so-long-pages 69 no whole answer in time
	check h2-no-data 69 no whole answer in time
	respond h2-no-data 7 no whole answer in time
	elastic h2-no-data 69 Elasticsearch: GET /: no whole answer in time
	kibana h2-no-data 69 Kibana: GET /api/status: no whole answer in time
	check-by endless-refusal 69 the proxy wants credentials
	elastic-by endless-refusal 69 the proxy's answer has no end
	elastic mute 69 Elasticsearch: GET /: no whole answer in time
	elastic slow-head 69 Elasticsearch: GET /: no whole answer in time
	templates mute-pages 69 not asked: it did not answer before
	kibana slow-body-pages 69 not asked: it did not answer before
	END
}

fast()
{
	cat <<-'END'
	respond retry-never 6 too many requests; it asks to come back in 5m
	respond retry-9999-pages 7 it asks to come back in 5m
	respond wide 7 has too many values to be one
	respond cursor-same 7 the same cursor again
	respond cursor-fresh 7 page after page with nothing on it
	respond cursor-object 7 a cursor that is no string
	respond cursor-number 7 a cursor that is no string
	respond cursor-nul 7 a cursor with a NUL in it
	respond cursor-wide 7 a cursor that is too long
	respond cursor-long 7 a cursor that is too long
	respond no-data 7 no-data: the console's answer has no list of agents
	respond long-total 0 ^id +name .* last seen$
	respond old-http 7 check the port and http\(s\):// in url
	respond wants-login 5 the token is refused
	respond redirect-trap 7 put the console's own address into url
	respond tls-old 7 check ssl.supported_protocols
	isolate no-data 7 has no list of agents
	isolate wide 7 has too many values to be one
	isolate date-9999 3 no host with the id
	check h2-headers 69 the connection broke|HTTP/2 broke off
	check h2-settings 69 the connection broke|HTTP/2 broke off
	check h2-away 69 HTTP/2 broke off
	check million-headers 69 the header is too large
	check endless-trailer-pages 69 the header is too large
	check gzip-spaces-pages 69 blanks in place of JSON
	check no-gzip-pages 69 cannot be unpacked
	check too-long-pages 69 the answer broke off
	check list-pages 69 not a JSON object
	check broken-off-pages 69 the answer breaks off
	check deep-envelope 69 the answer breaks off
	check two-values 69 more text after the JSON value
	check cursor-object 69 a cursor that is no string
	check cursor-utf8 69 a malformed cursor
	check wide 69 far more records than were asked for
	check echo-page 69 the answer has errors: .*\[secret\]
	check echo-version 75 version .*\[secret\]
	check echo-location 69 put the console's own address into url
	check redirect-loop-pages 69 put the console's own address into url
	check retry-never-pages 75 too many requests
	check wants-login 69 make a new token
	check tls-expired 69 the certificate has expired
	check tls-none 69 check the port and https:// in url
	check long-total 75 long-total activity: may be read
	check token-wide 75 does not tell when it expires
	once old-http 69 check the port and http\(s\):// in url
	once redirect-file-pages 69 put the console's own address into url
	once wants-login 69 nothing is collected until .*/token works
	once tls-stranger 69 the certificate is not for this host
	once records 0 was rejected: not a JSON object
	once long-total 0 long-total +activity +0 +0 .* ok
	once cursor-same 0 the console repeats a cursor
	elastic million-headers 69 the header is too large
	elastic endless-trailer-pages 69 the header is too large
	elastic gzip-twice 69 the answer is too large
	elastic gzip-record 69 the answer is too large
	elastic wide 69 the answer has too many values to be one
	elastic deep-envelope 69 the answer has too many values to be one
	elastic no-data 0 1 created
	templates list-pages 69 but no JSON object
	respond deep-lists 7 has too many values to be one
	elastic word-pages 69 but no JSON object
	elastic list-hello 69 is not Elasticsearch: check elasticsearch.url
	elastic echo-hello 69 Elasticsearch is 1.2 .*\[secret\]
	elastic redirect-trap 69 put the server's own address into url
	elastic wants-login 69 check api_key_file, or username and password
	elastic tls-self-signed 69 name it in ssl.certificate_authorities
	elastic old-http 69 check the port and http\(s\):// in url
	elastic long-header 69 the header is too large
	templates odd-names 69 data stream .*\[secret\].*: that is no name
	kibana wide 69 the answer has too many values to be one
	kibana gzip-record 69 the answer is too large
	kibana echo-hello 69 Kibana is 1.2 .*\[secret\]
	kibana wants-login 69 check api_key_file, or username and password
	END
}

# conf TRICK PLACE COMMAND: where it is at, for all commands; with COMMAND-by it
# is the proxy.
conf()
{
	by=
	at=$(awk -v name="$1" '$1 == name { print $2 "://127.0.0.1:" $3 }' \
	    "$dir/ports")
	case $3 in
	*-by)
		by="proxy_url: $at"
		at=https://there.example
		;;
	esac
	ssl="ssl: { certificate_authorities: [$dir/ca.pem] }"
	more="timeout: 1s, $ssl${by:+, $by}"
	cat <<-END
	spool: { directory: $2/spool, min_free: 1MiB, max_line: 1MiB }
	state: { directory: $2/state }
	respond: { directory: $2/audit }
	elasticsearch: { url: $at, api_key_file: $dir/key, $more }
	kibana: { url: $at, api_key_file: $dir/key, $more }
	consoles:
	  - name: $1
	    url: $at
	    api_token_file: $dir/token
	    respond_token_file: $dir/token
	    http_client_timeout: 1s
	    connect_timeout: 1s
	    $by
	    $ssl
	    datasets:
	      agent: { enabled: false }
	      alert: { enabled: false }
	      application: { enabled: false }
	      group: { enabled: false }
	      threat: { enabled: false }
	      unified_alert: { enabled: true }
	END
}

# command NAME CONFIGURATION: as people would call it.
command_of()
{
	assets="--assets $top_srcdir/filebeat"
	case ${1%-by} in
	isolate)
		echo "respond isolate 1234567890123456789 --reason x --yes" \
		    "--expect-name x"
		;;
	respond) echo "respond agents" ;;
	once) echo "once --dataset activity" ;;
	elastic) echo "setup elasticsearch --only pipeline $assets" ;;
	templates) echo "setup elasticsearch --only templates $assets" ;;
	kibana) echo "setup kibana --only rules $assets" ;;
	*) echo "${1%-by}" ;;
	esac
}

# Its memory is what 16 MiB of text and 128 MiB of a tree need, and not more;
# a sanitizer has its own idea of that.
try()
{
	place=$dir/$1-$2
	mkdir -m 750 "$place" "$place/spool" "$place/state" "$place/audit"
	conf "$2" "$place" "$1" >"$place/s1spool.yml"
	(
		# shellcheck disable=SC3045 # both dash and bash have it
		[ -n "$SANITIZED" ] || ulimit -v 400000
		sed -i "s/timeout: 1s/timeout: $within/" "$place/s1spool.yml"
		# shellcheck disable=SC2046 # words
		limit 60 "$S1SPOOL" $(command_of "$1") \
		    --config "$place/s1spool.yml" >"$place/said" 2>&1 </dev/null
		echo $? >"$place/code"
	)
}

# judge COMMAND TRICK CODE TEXT
judge()
{
	is "$1 $2" "$(cat "$dir/$1-$2/code")" "$3"
	grep -qaE -- "$4" "$dir/$1-$2/said" || {
		fail "$1 $2: not said: $4"
		head -c 2000 "$dir/$1-$2/said"
	}
	is "$1 $2: control characters" \
	    "$(control_characters "$dir/$1-$2/said")" 0
}

# wait_for_some PID...: none is none, and not all.
wait_for_some()
{
	[ $# = 0 ] || wait "$@"
}

# try_all TABLE N: so many at a time.
# shellcheck disable=SC2086 # words
try_all()
{
	pids=
	n=0
	while read -r command trick _; do
		try "$command" "$trick" &
		pids="$pids $!"
		n=$((n + 1))
		[ $((n % $2)) = 0 ] || continue
		wait_for_some $pids
		pids=
	done <"$1"
	wait_for_some $pids
}

(umask 077 && echo mock-token >"$dir/token" && echo id:mock-token >"$dir/key")
server_start
slow >"$dir/slow"
fast >"$dir/fast"
# How long they wait: where an answer comes, as long as a busy machine takes.
within=1s
try_all "$dir/slow" 100 &
slow_pid=$!
within=40s
try_all "$dir/fast" 10
wait "$slow_pid"
cat "$dir/slow" "$dir/fast" >"$dir/all"
while read -r command trick code text; do
	judge "$command" "$trick" "$code" "$text"
done <"$dir/all"
server_stop
finish
