# File systems that really become full, in bytes and in files, because another
# process fills them, or that break: polling pauses and says why, a death
# changes nothing, and with room again it goes on by itself and has each record
# once.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/mounts.sh"
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/e2e/pause.sh"

full='cannot write to the spool: No space left on device'
no_journal='the journal cannot be written: No space left on device'

# through_full_spool FILL: each dataset tries in vain, and says so once.
through_full_spool()
{
	collect_first
	$1 "$dir/spool"
	produce 100
	pauses "$full" "polling pauses: $full"
	run_kill
	produce 100
	run_start
	wait_for 60 is_paused "$full"
	make_space "$dir/spool"
	goes_on_by_itself
}

spool()
{
	begin spool min_free: 0
	mount_on "$dir/spool" -t tmpfs -o size=6m none
	through_full_spool fill
}

spool_inodes()
{
	begin spool_inodes min_free: 0
	mount_on "$dir/spool" -t tmpfs -o nr_inodes=60 none
	through_full_spool fill_inodes
}

spool_ext4()
{
	begin spool_ext4 min_free: 0
	ext4_on "$dir/spool" 16m
	through_full_spool fill
}

# Positions cannot be kept, and so nothing is asked for.
state()
{
	begin state
	mount_on "$dir/state" -t tmpfs -o size=2m none
	collect_first
	fill "$dir/state"
	produce 100
	pauses "$no_journal" 'cannot write the journal: No space'
	run_kill
	run_start
	wait_for 60 is_paused "$no_journal"
	limit 60 "$S1SPOOL" once --config "$dir/s1spool.yml" 2>/dev/null
	is "once beside it" $? 75
	run_kill
	once
	is "once on a full disk" "$code" 74
	run_start
	make_space "$dir/state"
	goes_on_by_itself
}

# The journal that is there can be written; a start begins with a new one.
state_inodes()
{
	begin state_inodes
	mount_on "$dir/state" -t tmpfs -o nr_inodes=40 none
	collect_first
	fill_inodes "$dir/state"
	before=$(lines activity)
	produce 100
	wait_for 60 has_lines activity $((before + 100))
	run_kill
	run_start
	pauses "$no_journal" 'cannot write the journal: No space'
	make_space "$dir/state"
	goes_on_by_itself
}

# An error in its metadata makes a file system read-only at once, whoever has
# files open; it is mended and mounted again.
broken()
{
	begin broken min_free: 0
	ext4_on "$dir/spool" 16m errors=remount-ro
	collect_first
	loop=$(df --output=source "$dir/spool" | tail -n 1)
	echo 1 >"/sys/fs/ext4/${loop##*/}/trigger_fs_error" || exit 77
	produce 100
	pauses 'cannot write to the spool: Read-only file system' \
	    'polling pauses: cannot write to the spool: Read-only file system'
	run_stop
	is "exit code" "$code" 0
	unmount_all
	mount_on "$dir/spool" -t ext4 -o loop "$dir/image"
	run_start
	goes_on_by_itself
}

archives()
{
	find "$dir/spool/acme/archive" -name '*.ndjson' | wc -l | tr -d ' '
}

prune()
{
	touch "$dir/state/seal"
	wait_for 60 test ! -e "$dir/state/seal"
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err"
	code=$?
}

has_archives()
{
	prune
	[ "$(archives)" -ge "$1" ]
}

fewer_archives()
{
	[ "$(archives)" -lt "$were" ]
}

at_limit()
{
	[ "$(jq -r .spool.limit "$dir/state/status.json")" = "$1" ]
}

# Another process eats into the reserve: as many archives go as make up for it,
# then all of them, then polling pauses.
reserve()
{
	begin reserve min_free: 8MiB, segment_max_size: 40KiB, hold: 0, \
	    compress: never
	ext4_on "$dir/spool" 24m
	collect_first
	wait_for 60 has_archives 8
	were=$(archives)
	fill_to "$dir/spool" $((8192 * 1024 - 100000))
	wait_for 60 fewer_archives
	sleep 6
	gone=$((were - $(archives)))
	[ $gone -le 6 ] || fail "$gone archives of $were went for 100 kB"
	at_limit null || fail "paused, with archives left"
	fill_to "$dir/spool" $((6144 * 1024))
	pauses 'less than spool.min_free is left on the disk, 8MiB' \
	    'polling pauses: less than spool.min_free is left on the disk'
	is "archives" "$(archives)" 0
	at_limit spool.min_free || fail "no limit in the status"
	make_space "$dir/spool"
	wait_for 60 resumed
	run_stop
}

# Prune has no room to pack into: nothing goes, and nothing is left half-done.
full_archive()
{
	begin full_archive min_free: 0, segment_max_size: 40KiB, hold: 0
	collect_first
	mkdir "$dir/spool/acme/archive"
	mount_on "$dir/spool/acme/archive" -t tmpfs -o size=1m none
	fill "$dir/spool/acme/archive"
	before=$(cat "$dir/spool/acme"/*/*.ndjson | wc -l)
	prune
	is "prune on a full disk" "$code" 74
	grep -q 'No space left on device' "$dir/prune.err" || fail "not said"
	is "lines" "$(cat "$dir/spool/acme"/*/*.ndjson | wc -l)" "$before"
	is "left" "$(find "$dir/spool/acme/archive" -name '*.tmp')" ""
	produce 100
	wait_for 60 resumed
	make_space "$dir/spool/acme/archive"
	wait_for 60 prunes_all
	for f in "$dir/spool/acme/archive"/*/*.gz; do
		folder=$dir/spool/acme/$(basename "$(dirname "$f")")
		gzip -dc "$f" >"$folder/$(basename "$f" .gz)"
	done
	check_all
}

prunes_all()
{
	[ "$(lines activity)" = 0 ] && return
	prune
	is "prune" "$code" 0
	[ "$(cat "$dir/spool/acme"/*/*.ndjson 2>/dev/null | wc -l)" = 0 ]
}

[ $# = 1 ] || in_parallel spool spool_inodes spool_ext4 state state_inodes \
    broken reserve full_archive
mock_start --agents 100 --groups 20 --threats 50 --activities 300
$1
finish
