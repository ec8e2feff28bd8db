# What the tests with a real Filebeat have in common, beside what all
# end-to-end tests have: the bulk endpoint, Filebeat, and their book.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # lib.sh of the end-to-end tests
. "$top_srcdir/tests/e2e/lib.sh"

endpoint=$top_builddir/tests/filebeat/endpoint
check_book=$top_builddir/tests/filebeat/check_book
here=$top_srcdir/tests/filebeat
book=$dir/book.ndjson
endpoint_pid=
filebeat_pid=
started=0
trouble='"slow":0.05,"busy":0.05,"down":0.05,"reset":0.05,"lost":0.05,
    "item_busy":0.02'
export ES_API_KEY=book:keeper

# shellcheck disable=SC2317 # the trap calls it
stop_all()
{
	code=$?
	for pid in $filebeat_pid $endpoint_pid; do
		kill -9 "$pid" 2>/dev/null
	done
	(exit $code)
	clean_up
}
trap stop_all EXIT

# The Filebeats to test.
programs()
{
	if [ -n "$FILEBEAT" ]; then
		echo "$FILEBEAT"
	elif command -v filebeat; then
		:
	else
		for module in "$here"/*/go.mod; do
			sh "$here/build.sh" "${module%/*}"
		done
	fi
}

use()
{
	filebeat=$1
	version=$("$1" version | sed 's/^filebeat version \([0-9.]*\).*/\1/')
	[ -n "$version" ] || exit 1
}

# Always on the port that Filebeat has been told, with the same book.
endpoint_start()
{
	rm -f "$dir/bulk.port"
	"$endpoint" "$book" "$dir/bulk.port" "$version" "${bulk_port-0}" \
	    "$((seed + started))" "{$trouble,\"item_refused\":$refused}" \
	    2>>"$dir/endpoint.err" &
	endpoint_pid=$!
	started=$((started + 1))
	wait_for 20 test -s "$dir/bulk.port" || exit 1
	bulk_port=$(cat "$dir/bulk.port")
}

endpoint_kill()
{
	kill -9 "$endpoint_pid"
	wait "$endpoint_pid" 2>/dev/null
	endpoint_pid=
}

# What trouble there was goes into the sum of it.
note_trouble()
{
	curl -s -m 20 "http://127.0.0.1:$bulk_port/_trouble" >>"$dir/met"
}

# The trouble is over, but what was refused once is so for ever.
calm()
{
	note_trouble
	curl -s -m 20 -d "{\"item_refused\":$refused}" \
	    "http://127.0.0.1:$bulk_port/_trouble" >/dev/null
}

# Small bulk requests and short pauses after trouble, for tests are short.
filebeat_start()
{
	"$filebeat" -e -c "$dir/filebeat.yml" \
	    --path.home "$dir/home" --path.data "$dir/data" \
	    --strict.perms=false \
	    -E "output.elasticsearch.hosts=http://127.0.0.1:$bulk_port" \
	    -E output.elasticsearch.bulk_max_size=20 \
	    -E output.elasticsearch.backoff.init=100ms \
	    -E output.elasticsearch.backoff.max=1s \
	    2>>"$dir/filebeat.err" >>"$dir/filebeat.out" &
	filebeat_pid=$!
}

filebeat_kill()
{
	kill -9 "$filebeat_pid"
	wait "$filebeat_pid" 2>/dev/null
	filebeat_pid=
}

filebeat_stop()
{
	kill "$filebeat_pid"
	wait "$filebeat_pid"
	is "Filebeat's exit code" "$?" 0
	filebeat_pid=
}

# ids [FILE...]: of spool lines, sorted.
line_ids()
{
	sed -n 's/^{"spool":{"seq":"[^"]*","id":"\([^"]*\)".*/\1/p' "$@" |
	    sort -u
}

# The ids of a book, or of the beginning of one.
book_ids()
{
	sed -n 's/^{"_index":"[^"]*","_id":"\([^"]*\)".*/\1/p' "$@" | sort -u
}

# The whole lines of each file of a list, unpacked.  A death leaves torn ones.
whole_lines()
{
	while read -r f; do
		gzip -dcf "$f" >"$dir/one"
		head -n "$(wc -l <"$dir/one")" "$dir/one"
	done
}

archives()
{
	find "$dir/spool/acme/archive" -name '*.ndjson*' 2>/dev/null | sort
}

segments_left()
{
	find "$dir/spool/acme" -path '*/archive/*' -prune -o \
	    -name '*.ndjson*' -print
}
