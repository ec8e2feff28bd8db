# As sites.sh, for the commands beside the daemon: one that ends as if nothing had
# failed has said and done all that it does then; a response action is sent once
# at most, and is written down.
# shellcheck disable=SC2034,SC2317 # sites_lib.sh reads and calls them
. "$top_srcdir/tests/e2e/respond_lib.sh"
. "$top_srcdir/tests/faults/sites_lib.sh"

scenes=${SCENES-status check setup respond}
with_memory="status setup"
with_libraries=

# command ARGUMENT...: with the fault.
command_with_faults()
{
	preloaded "$S1SPOOL" "$@" --config "$dir/s1spool.yml" \
	    >"$dir/act.out" 2>"$dir/act.err" </dev/null
}

# Without what differs from one time to the next.
plain()
{
	sed -E 's/[0-9]+/N/g' "$1"
}

# The same output, where the end is the same.
again_same()
{
	[ "$code" = "$good" ] || return
	plain "$dir/good.out" >"$dir/good.plain"
	plain "$dir/act.out" | diff "$dir/good.plain" - >&2 ||
	    complain "ended as if nothing had failed"
}

# Or it says that there is something that it could not read.
again_status()
{
	jq -e .trouble "$dir/act.out" >"$dir/trouble" 2>&1 || again_same
}

# What something is said of, and what is said to be wrong.
subjects()
{
	jq -r '.findings[] | "\(.topic) \(.console) \(.dataset)"' "$1" | sort -u
}

wrongs()
{
	jq -r '.findings[] | select(.level != "ok").text' "$1" | sort -u
}

# Nothing is left out in silence.
again_check()
{
	[ "$code" = "$good" ] || return
	for f in good act; do
		subjects "$dir/$f.out" >"$dir/$f.subjects"
		wrongs "$dir/$f.out" >"$dir/$f.wrongs"
	done
	comm -23 "$dir/good.subjects" "$dir/act.subjects" >"$dir/less"
	comm -13 "$dir/good.wrongs" "$dir/act.wrongs" >"$dir/more"
	[ ! -s "$dir/less" ] || [ -s "$dir/more" ] ||
	    complain "is left out: $(cat "$dir/less")"
}

books()
{
	:
}

set_status()
{
	good=69 # it does not run, or, with 0, that cannot be told
	says=.
}

status_with_faults()
{
	command_with_faults status --json
}

set_check()
{
	good=75 # a warning of that
}

check_with_faults()
{
	command_with_faults check --json
}

set_setup()
{
	good=0
	says='^failed |^s1spool'
}

# All that would be sent: the stub has nothing.
setup_with_faults()
{
	command_with_faults setup elasticsearch --dry-run \
	    --assets "$top_srcdir/filebeat"
}

disconnect=/agents/actions/disconnect

# written: how many orders are in the book of response actions, in which a line
# may be torn.
written()
{
	awk 1 "$dir"/audit/acme/audit/*.ndjson | jq -R 'fromjson? |
	    select(.event.action == "isolate" and
	    .s1spool.audit.stage == "intent")' | jq -s length
}

# The host is on the network.
set_respond()
{
	good=0
	exits='[2-9]|7[0-8]'
	says=.
	respond release "$host" --reason INC-1 --yes --expect-name "$name"
	is "release" "$code" 0
	sent_before=$(orders $disconnect)
	written_before=$(written)
}

respond_with_faults()
{
	command_with_faults respond isolate "$host" --reason INC-2 --yes \
	    --expect-name "$name"
}

is_isolated()
{
	respond isolate "$host" --reason INC-3 --yes --expect-name "$name"
	[ "$code" = 0 ]
}

# It is isolated in the end, by one order.
again_respond()
{
	ended=$code
	sent=$(($(orders $disconnect) - sent_before))
	[ "$ended" != 0 ] || [ $sent = 1 ] || complain "sent $sent times"
	[ $(($(written) - written_before)) -ge $sent ] ||
	    complain "sent and not written down"
	wait_for 20 is_isolated
	is "orders" $(($(orders $disconnect) - sent_before)) 1
}

mock_start --agents 20 --activities 20 --threats 3 --days 1 --action-token mock-token-that-acts \
    --max-seconds 14400
"$top_builddir/tests/setup/stub" --port-file "$dir/stub.port" \
    --max-seconds 14400 elasticsearch &
run_pid=$!
wait_for 20 test -s "$dir/stub.port" || exit 1
configure_respond "limit: 0"
echo "    datasets: { alert: { enabled: false }, application: { enabled: false } }
elasticsearch: { url: 'http://127.0.0.1:$(cat "$dir/stub.port")' }" \
    >>"$dir/s1spool.yml"
once
is "the first run" "$code" 0
take_host windows,macos,linux

play status status_with_faults again_status
play check check_with_faults again_check
play setup setup_with_faults again_same
play respond respond_with_faults again_respond
echo "$n_runs runs, $n_missed of them without the fault"
finish
