# The metrics: well-formed, the same figures as those of the status, gone when
# they are switched off; and the alert rules that are made of them.
# shellcheck disable=SC2016 # marks of Markdown
. "$top_srcdir/tests/e2e/lib.sh"

file=$dir/metrics/s1spool.prom
rules=$top_srcdir/packaging/prometheus/s1spool.rules.yml

with_metrics()
{
	echo "metrics: { file: $file }" >>"$dir/s1spool.yml"
}

# sample NAME [LABELS]: its value.
sample()
{
	awk -v s="$1${2:+{$2\}}" '$1 == s { print $2 }' "$file"
}

of()
{
	sample "s1spool_dataset_$1" "console=\"acme\",dataset=\"$2\"${3:+,$3}"
}

# Each family has its help and type, once, in front of all of its samples; each
# sample is there once and has a number.
check_format()
{
	awk '
	function bad(what) { print FILENAME ": " FNR ": " what ": " $0 }
	$1 == "#" && $2 == "HELP" {
		if ($3 in help || NF < 4) bad("help")
		help[$3] = 1
		next
	}
	$1 == "#" && $2 == "TYPE" {
		if (!($3 in help) || $3 in type) bad("order")
		if ($4 != "gauge" && $4 != "counter") bad("type")
		if (($4 == "counter") != ($3 ~ /_total$/)) bad("name")
		type[$3] = $4
		now = $3
		next
	}
	{
		name = $1
		sub(/{.*/, "", name)
		if (name != now) bad("family")
		if ($1 in seen) bad("twice")
		seen[$1] = 1
		if (NF != 2 || $2 !~ /^[0-9]+(\.[0-9]+)?$/) bad("number")
		if ($1 !~ /^[a-z0-9_]+({([a-z]+="[a-z0-9._-]*",?)+})?$/)
			bad("labels")
	}' "$file" >"$dir/format"
	[ ! -s "$dir/format" ] || fail "$(cat "$dir/format")"
	command -v promtool >/dev/null || return 0
	promtool check metrics <"$file" >"$dir/promtool" 2>&1 ||
	    fail "promtool: $(cat "$dir/promtool")"
}

all_polled()
{
	[ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 4 ]
}

# They are written anew when the configuration is read again.
written_anew()
{
	kill -HUP "$run_pid"
	sleep 0.2
	[ "$(of polls_total group)" -gt 0 ] 2>/dev/null
}

test_running()
{
	configure "$(quick)"
	with_metrics
	mkdir "$dir/metrics"
	run_start
	wait_for 30 all_polled
	wait_for 30 written_anew
	check_format
	is "mode" "$(stat -c %a "$file")" 644
	is "well" "$(of condition threat 'condition="ok"')" 1
	is "not paused" "$(of condition threat 'condition="paused"')" 0
	is "conditions of all" "$(grep -c '^s1spool_dataset_condition.* 1$' \
	    "$file")" 4
	is "interval" "$(of interval_seconds group)" 0.300
	is "no backfill" "$(of backfill_left_seconds group)" 0.000
	is "token" "$(sample s1spool_console_token_usable 'console="acme"')" 1
	is "limit" "$(sample s1spool_spool_limit_reached)" 0
	run_stop
	is "exit code" "$code" 0
}

# What was written last is what the status has.
test_same()
{
	check_format
	for d in $datasets; do
		for pair in polls_total:polls requests_total:requests \
		    records_total:records record_bytes_total:bytes \
		    rejected_records_total:rejected \
		    unknown_members_total:unknown; do
			is "$d: ${pair%:*}" "$(of "${pair%:*}" "$d")" \
			    "$(jq --arg d "$d" '.streams[] |
			    select(.dataset == $d).'"${pair#*:}" \
			    "$dir/state/status.json")"
		done
		is "$d: stopped" "$(of condition "$d" 'condition="stopped"')" 1
	done
	is "records" "$(of records_total agent)" "$(lines agent)"
}

# `once` leaves them alone; who is switched off removes them.
test_switched_off()
{
	cp "$file" "$dir/before"
	once
	is "exit code" "$code" 0
	cmp "$file" "$dir/before" || fail "once wrote metrics"
	run_start
	wait_for 30 said 'collecting from'
	sed -i '/^metrics:/d' "$dir/s1spool.yml"
	kill -HUP "$run_pid"
	wait_for 30 test ! -e "$file"
	run_stop
	is "left" "$(ls "$dir/metrics")" ""
}

# A folder that is not there: told, and collecting goes on.
test_cannot_write()
{
	rm -r "$dir/metrics"
	configure "$(quick)"
	with_metrics
	run_start
	wait_for 30 said 'cannot write metrics.file'
	wait_for 30 all_polled
	run_stop
	is "exit code" "$code" 0
	is "told, but for repeats" "$(grep 'cannot write metrics.file' \
	    "$dir/run.err" | grep -vc 'repeated')" 1
}

# Rules speak of metrics that there are.
test_rules()
{
	grep -v '^ *#' "$rules" | grep -o 's1spool_[a-z_]*' | sort -u \
	    >"$dir/used"
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$dir/before" | sort \
	    >"$dir/known"
	is "metrics that there are not" "$(comm -23 "$dir/used" \
	    "$dir/known")" ""
	command -v promtool >/dev/null || return 0
	cp "$rules" "$top_srcdir/tests/prometheus/rules.yml" "$dir"
	{
		promtool check rules "$rules" &&
		    promtool test rules "$dir/rules.yml"
	} >"$dir/promtool" 2>&1 || fail "promtool: $(cat "$dir/promtool")"
}

# Each metric is explained, and no other.
test_documented()
{
	sed -n 's/^| `\(s1spool_[a-z_]*\)` .*/\1/p' \
	    "$top_srcdir/docs/metrics.md" | sort >"$dir/explained"
	is "metrics that docs/metrics.md lacks, or has beyond them" \
	    "$(comm -3 "$dir/known" "$dir/explained")" ""
	sed -n 's/^ *- alert: //p' "$rules" | sort >"$dir/alerts"
	sed -n 's/^| `\(S1spool[A-Za-z]*\)` .*/\1/p' \
	    "$top_srcdir/docs/metrics.md" | sort >"$dir/explained"
	is "alerts that docs/metrics.md lacks, or has beyond them" \
	    "$(comm -3 "$dir/alerts" "$dir/explained")" ""
}

mock_start --agents 30 --groups 6 --threats 20 --activities 60
test_running
test_same
test_switched_off
test_cannot_write
test_rules
test_documented
mock_stop
finish
