# A console that is as it should be, and some hundred that mean harm, in one
# process: the harm stays theirs.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/hostile_lib.sh"

# What is said of each trick.  A slow machine may be out of time before that
# where there is a star.
said_of()
{
	cat <<-'END'
	mute in time
	slow-head in time
	slow-body in time
	stall-in-record in time
	endless-head* the header is too large
	million-headers* the header is too large
	long-header* the header is too large
	endless-continue* the header is too large
	no-http no HTTP on this port
	old-http no HTTP on this port
	odd-status a status that HTTP does not know
	switches a status that HTTP does not know
	no-answer closed without an answer
	reset the connection broke
	too-short the answer breaks off
	too-long the answer broke off
	never-so-long in time
	negative-length tells a length that cannot be
	two-lengths the answer broke off
	bad-chunk the connection broke
	endless-chunk-size the connection broke
	endless-extension in time
	endless-trailer* the header is too large
	endless-body* blanks in place of JSON
	endless-member* the answer is too large
	endless-name* the answer is too large
	endless-record* the answer is too large
	endless-cursor* a cursor that is too long
	endless-records* far more records than were asked for
	endless-numbers* far more records than were asked for
	wide* far more records than were asked for
	gzip-spaces* blanks in place of JSON
	gzip-record* packed too well
	gzip-records* far more records than were asked for
	gzip-twice* blanks in place of JSON
	gzip-error* HTTP 500
	no-gzip cannot be unpacked
	endless-error* HTTP 500
	endless-refusal the proxy wants credentials
	redirect-trap a redirect, which is never followed
	redirect-loop a redirect, which is never followed
	redirect-file a redirect, which is never followed
	retry-never too many requests
	retry-before not available
	retry-9999 not available
	echo-error HTTP 500: the console has a fault: .*\[secret\]
	error-utf8 HTTP 500: the console has a fault
	echo-page the answer has errors: .*\[secret\]
	echo-location a redirect, which is never followed
	empty an empty answer
	list not a JSON object
	word something else in place of JSON
	broken-off the answer breaks off
	two-values more text after the JSON value
	deep-envelope the answer breaks off
	deep-lists not a JSON object
	cursor-long a cursor that is too long
	cursor-wide a cursor that is too long
	cursor-nul a cursor with a NUL in it
	cursor-utf8 a malformed cursor
	cursor-object a cursor that is no string
	cursor-number a cursor that is no string
	h2-nonsense closed without an answer|the connection broke
	h2-headers the connection broke|HTTP/2 broke off|header is too large
	h2-no-headers the connection broke|HTTP/2 broke off
	h2-no-data in time
	h2-blanks* blanks in place of JSON
	h2-settings the connection broke|HTTP/2 broke off
	h2-pings the connection broke|HTTP/2 broke off
	h2-pushes closed without an answer|the connection broke
	h2-reset closed without an answer|the connection broke
	h2-away HTTP/2 broke off
	tls-old no TLS version in common
	tls-expired the certificate has expired
	tls-stranger the certificate is not for this host
	tls-self-signed the certificate is self-signed
	tls-none no TLS on this port
	tls-endless TLS failed
	tls-tickets in time
	tls-unasked the connection broke
	tls-redirect a redirect, which is never followed
	END
}

# These hang until the end, the others are cut off in time.
for_ever()
{
	case $1 in
	mute | slow-head | slow-body | tls-mute) echo 10m ;;
	*) echo 3s ;;
	esac
}

# Those that hang on everything have one dataset.
tenants()
{
	grep -v -e '^trap ' -e '^books ' "$dir/ports" >"$dir/tricks"
	while read -r name scheme port; do
		all=true
		! grep -q "^$name-pages " "$dir/ports" || all=false
		tenant "$name" "$scheme://127.0.0.1:$port" \
		    "$(for_ever "$name")" $all
	done <"$dir/tricks"
}

# Those of which the log says nothing yet, or the status not what it is.
untold()
{
	jq -r '.streams[] | "\(.console)/\(.dataset): \(.reason)"' \
	    "$dir/state/status.json" 2>/dev/null >>"$dir/reasons"
	sort -u -o "$dir/reasons" "$dir/reasons"
	said_of | awk '
	function console()
	{
		if (match($0, /[a-z0-9-]+\/activity: /) == 0)
			return ""
		return substr($0, RSTART, RLENGTH - length("/activity: "))
	}
	function hangs(name)
	{
		return name ~ /^(mute|slow-head|slow-body)$/
	}
	FILENAME == "-" {
		name = $1
		sub(/^[^ ]+ /, "")
		if (sub(/\*$/, "", name))
			$0 = "(" $0 "|in time)"
		wanted[name] = wanted[name "-pages"] = $0
	}
	FILENAME ~ /tricks$/ && $1 in wanted && !hangs($1) {
		silent[$1]
		unknown[$1]
	}
	FILENAME ~ /run.err$/ && ($2 == "warn" || $2 == "error") {
		delete silent[console()]
	}
	FILENAME ~ /reasons$/ {
		name = console()
		if (name in unknown && $0 ~ wanted[name])
			delete unknown[name]
	}
	END {
		for (name in silent)
			print name ": no word"
		for (name in unknown)
			print name ": " wanted[name]
	}' - "$dir/tricks" "$dir/run.err" "$dir/reasons"
}

# A look takes a second, for it costs time that others need.
all_told()
{
	sleep 1
	[ -z "$(untold)" ]
}

# Nothing is asked without end: what fails backs off, what does not is paced.
check_books()
{
	books >"$dir/books"
	said_of | sed 's/\*\{0,1\} .*//' >"$dir/failing"
	awk 'NR == FNR { fails[$1]; next }
	    { name = $1; sub("-pages$", "", name) }
	    name in fails && $2 > 100' "$dir/failing" "$dir/books" \
	    >"$dir/often"
	is "asked too often" "$(cat "$dir/often")" ""
}

# Memory is bounded: with this max_line a record takes 2 MiB at most, and some
# thirty of them come at a time.
check_process()
{
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$run_pid/status")
	[ -z "$E2E_VERBOSE" ] || echo "peak: $peak KiB"
	[ -n "$SANITIZED" ] || [ "$peak" -le 98304 ] ||
	    fail "$peak KiB of memory"
}

# Of one page with all kinds of records the good ones are there, once, and
# what is written of them is JSON.
check_records()
{
	cat "$dir/spool/records/activity"/*.ndjson >"$dir/lines"
	jq -r '.sentinel_one.activity.id // "none"' "$dir/lines" |
	    sort >"$dir/ids" || fail "a line is no JSON"
	printf '%s\n' exponent first last long none none none surrogate \
	    twice-2 >"$dir/wanted"
	# One has a NUL in its id.
	grep -av '^nul-' "$dir/ids" | diff "$dir/wanted" - || fail "records"
	is "rejected" "$(jq '.streams[] | select(.console == "records" and
	    .dataset == "activity").rejected' "$dir/state/status.json")" 8
	is "of two lists" "$(jq -r .sentinel_one.activity.id \
	    "$dir/spool/two-lists/activity"/*.ndjson | paste -sd ' ' -)" \
	    "one two"
}

# What they say stays what it is: no control characters, and no token.
check_log()
{
	is "control characters" "$(control_characters "$dir/run.err")" 0
	! grep -rqF mock-token "$dir/run.err" "$dir/state" "$dir/spool" ||
	    fail "the token is in a file"
}

mock_start --agents 20 --groups 5 --threats 20 --activities 100 --days 1
server_start
spool_options=", max_line: 1MiB"
configure "$(quick)"
tenants
run_start
wait_for 15 all_told || untold
wait_for 60 have_polled $(($(polls) + 2))
check_all
check_books
check_process
check_records
begin=$(date +%s)
run_stop
is "exit code" "$code" 0
[ $(($(date +%s) - begin)) -le $((20 * patience)) ] ||
    fail "it waited for who hangs"
check_log
server_stop
mock_stop
finish
