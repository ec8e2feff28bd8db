# The scenes of sites.sh: what is there before (set_), what is done (_with_faults)
# and what has to mend it (again_).
# shellcheck shell=sh disable=SC2034,SC2154 # sites.sh and lib.sh

# keep NAME, restore NAME: spool and state.
keep()
{
	mkdir -p "$dir/base/$1"
	cp -a "$dir/spool" "$dir/state" "$dir/base/$1"
}

restore()
{
	rm -rf "$dir/spool" "$dir/state"
	cp -a "$dir/base/$1/spool" "$dir/base/$1/state" "$dir"
}

once_with_faults()
{
	preloaded "$S1SPOOL" once --config "$dir/s1spool.yml" \
	    >"$dir/act.out" 2>"$dir/act.err"
}

# damage: the journal.
damage()
{
	printf 'x' | dd of="$dir/state/journal" bs=1 seek=100 conv=notrunc \
	    2>/dev/null
}

# conf [LINE...]: the configuration; the lines go to the top level.
conf()
{
	spool_options=", segment_max_size: 24KiB, hold: ${hold-0}, min_free: 0"
	spool_options="$spool_options, compress: ${compress-archive}"
	for d in $datasets; do
		echo "$d: { enabled: true, interval: 300ms, page_size: 20," \
		    "initial_interval: 240h }"
	done >"$dir/options"
	write_conf "$(cat "$dir/options")"
	ssl="certificate: $dir/ca.pem, key: $dir/key.pem"
	ssl="ssl: { certificate_authorities: $dir/ca.pem, $ssl }"
	sed -i "s|^    api_token_file.*|&\n    $ssl|" "$dir/s1spool.yml"
	printf '%s\n' "health: { period: 500ms }" \
	    "metrics: { file: $dir/s1spool.prom }" "$@" >>"$dir/s1spool.yml"
}

# Nothing is there yet.
set_first()
{
	restore empty
}

# A walk goes on where it was, and finds what is new.
set_again()
{
	restore old
}

# Positions and ids are lost, and a segment has a torn end.
set_rebuild()
{
	restore old
	damage
	for f in "$dir"/state/ids/acme-a* "$dir"/state/ids/*group*; do
		printf 'x' | dd of="$f" bs=1 seek=30 conv=notrunc 2>/dev/null
	done
	rm -f "$dir"/state/ids/*threat*
	for f in "$dir"/spool/acme/activity/*.ndjson; do
		printf '{"spool":' >>"$f"
		break
	done
	: >"$dir/state/journal.tmp"
}

# Requests are traced, into files of which one is full.
set_trace()
{
	restore old
	for f in "$dir"/state/trace/acme/*-activity.ndjson; do
		truncate -s 1M "$f"
	done
}

trace_with_faults()
{
	preloaded "$S1SPOOL" once --trace-requests \
	    --config "$dir/s1spool.yml" >"$dir/act.out" 2>"$dir/act.err"
}

# Everything is read back from archives.
set_unpack()
{
	restore after_prune
	damage
	rm "$dir"/state/ids/*
}

# Files are packed and archived.
set_prune()
{
	compress=archive
	conf "archive: { max_age: 0, max_size: 0 }"
	restore full
	mkdir -p "$dir/spool/acme/archive/activity"
	: >"$dir/spool/acme/activity/.left.tmp"
	: >"$dir/spool/acme/archive/activity/.left.tmp"
	: >"$dir/spool/acme/archive/.left.tmp"
}

# They are packed where they are.
set_pack()
{
	compress=sealed hold=24h
	conf "archive: { max_age: 0, max_size: 0 }"
	hold=0
	restore full
}

# What was packed is archived, once over something that is no archive.
set_link()
{
	compress=sealed
	conf "archive: { max_age: 0, max_size: 0 }"
	restore after_pack
	mkdir -p "$dir/spool/acme/archive/activity"
	for f in "$dir"/spool/acme/activity/*.gz; do
		echo garbage >"$dir/spool/acme/archive/activity/${f##*/}"
		break
	done
}

# They are archived because a shipper has delivered them.
set_ship()
{
	compress=archive
	conf "archive: { max_age: 0, max_size: 0 }" \
	    "shippers: [{ type: filebeat, registry: $dir/registry }]"
	restore full
}

# Archives go for good.
set_remove()
{
	compress=archive
	conf "archive: { max_age: 0, max_size: 1KiB }"
	restore after_prune
}

again_remove()
{
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/again.out" \
	    2>"$dir/again.err" || complain "the next prune ended with $?"
	[ "$(find "$dir/spool/acme/archive" -type f | wc -l)" -lt 2 ] ||
	    complain "archives are still there"
}

delivered()
{
	[ "$(cat "$dir"/shipped/*/out.ndjson 2>/dev/null | wc -l)" = \
	    "$(cat "$dir"/spool/acme/[a-z]*/*.ndjson | wc -l)" ]
}

# What a shipper leaves in its registry after all of it.
ship_all()
{
	mkdir "$dir/shipped"
	"$top_builddir/tests/e2e/fake_shipper" "$dir/registry" "$dir/shipped" \
	    "$dir/spool/acme/[a-z]*/*.ndjson*" 2>"$dir/shipper.err" &
	run_pid=$!
	wait_for 30 delivered
	kill "$run_pid"
	wait "$run_pid"
	run_pid=
}

prune_with_faults()
{
	preloaded "$S1SPOOL" prune --config "$dir/s1spool.yml" \
	    >"$dir/act.out" 2>"$dir/act.err"
}

nothing_plain()
{
	[ -z "$(find "$dir/spool/acme" -path '*/archive' -prune -o \
	    -name '*.ndjson' -print)" ]
}

again_prune()
{
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/again.out" \
	    2>"$dir/again.err" || complain "the next prune ended with $?"
	nothing_plain || complain "not all is archived"
}

set_verify()
{
	restore full
}

verify_with_faults()
{
	preloaded "$S1SPOOL" verify --config "$dir/s1spool.yml" \
	    >"$dir/act.out" 2>"$dir/act.err"
}

# It does not tell of a spool that it could not read that it is sound.
again_verify()
{
	[ "$code" != 0 ] || diff "$dir/good.out" "$dir/act.out" >&2 ||
	    complain "verify saw less, and says nothing"
}

# The daemon: commits by the clock, seals, loads its configuration again.
set_daemon()
{
	restore old
}

has_ended()
{
	! kill -0 "$run_pid" 2>/dev/null
}

# step CONDITION...: until it is true or the daemon has ended.
step()
{
	wait_for 30 eval "has_ended || { $*; }"
}

all_polled()
{
	[ "$(find "$dir/state/status.json" -newer "$dir/run.began")" ] &&
	    [ "$(jq '[.streams[] | select(.polls > 0)] | length' \
	    "$dir/state/status.json" 2>/dev/null)" = 7 ]
}

daemon_with_faults()
{
	export LD_PRELOAD="$preload"
	run_start
	unset LD_PRELOAD
	step heeds_signals
	step all_polled
	: >"$dir/state/seal"
	step said 'sealed on request'
	kill -HUP "$run_pid" 2>/dev/null
	step "said 'configuration was loaded' || said 'old configuration stays'"
	has_ended || kill "$run_pid"
	wait "$run_pid"
	code=$?
	run_pid=
	cp "$dir/run.err" "$dir/act.err"
	: >"$dir/act.out"
}

# The next start, without a fault, has to mend everything.
again_once()
{
	once
	[ "$code" = 0 ] ||
	    complain "the next start ended with $code: $(cat "$dir/once.err")"
}
