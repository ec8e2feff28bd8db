# s1spool verify --against what the console itself answers: each record is in
# the spool, once, archived or not; what is taken away or doubled is named.
# Beside a living daemon and s1spool prune there is nothing to find fault with.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

# fetch DATASET URI: all pages, an answer a line, to $dir/DATASET.raw.
fetch()
{
	: >"$dir/$1.raw"
	cursor=
	for _ in $(seq 50); do
		curl -s -m 20 -H 'Authorization: ApiToken mock-token' \
		    "$url/web/api/v2.1$2limit=50$cursor" >"$dir/page"
		jq -c . "$dir/page" >>"$dir/$1.raw"
		cursor=$(jq -r '.pagination.nextCursor // empty' "$dir/page")
		[ -n "$cursor" ] || return 0
		cursor="&cursor=$cursor"
	done
	fail "$1: too many pages"
}

# verify OPTION...: sets $code.
verify()
{
	"$S1SPOOL" verify "$@" >"$dir/verify.out" 2>"$dir/verify.err"
	code=$?
}

# expect CODE OPTION...
expect()
{
	want=$1
	shift
	verify "$@"
	is "verify $*" "$code" "$want"
	[ "$code" = "$want" ] || cat "$dir/verify.out" "$dir/verify.err"
}

# says LINE: a line of the output is this.
says()
{
	grep -qxF -- "$1" "$dir/verify.out" || {
		fail "not said: $1"
		cat "$dir/verify.out"
	}
}

prune()
{
	"$S1SPOOL" prune --config "$dir/s1spool.yml" >"$dir/prune.out" \
	    2>"$dir/prune.err" || fail "prune: $(cat "$dir/prune.err")"
}

spool=$dir/spool/acme
spool_options=", segment_max_size: 60KiB, hold: 0"
mock_start --agents 60 --groups 20 --threats 40 --activities 300
configure "$(quick ', initial_interval: 240h, page_size: 100')"
once
is "once" "$code" 0
fetch threat '/threats?'
fetch activity '/activities?'
fetch group '/groups?'

test_against()
{
	for d in threat activity group; do
		n=$(jq '.data | length' "$dir/$d.raw" |
		    awk '{ n += $1 } END { print n }')
		[ "$n" -ge 20 ] || fail "$d: only $n records"
		all="$n records given, $n different: $n once, 0 missing, 0 more than once"
		expect 0 "$spool/$d" --against "$dir/$d.raw"
		says "$all"
		expect 0 --dataset $d --against "$dir/$d.raw" -- "$dir/spool"
		says "$all"
		# As records a line, as an array, packed, from standard input.
		jq -c '.data[]' "$dir/$d.raw" >"$dir/$d.ndjson"
		jq -s . "$dir/$d.ndjson" | gzip >"$dir/$d.json.gz"
		expect 0 "$spool/$d" --against "$dir/$d.ndjson" "$dir/$d.json.gz"
		says "$((2 * n)) records given, $n different: $n once, 0 missing, 0 more than once"
		expect 0 "$spool/$d" --against - <"$dir/$d.raw"
		says "$all"
	done
}

# One record is taken away, one is there twice.
test_not_once()
{
	first=$(find "$spool/activity" -name '*.ndjson' | sort | head -n 1)
	sed -n '$p' "$first" >"$dir/last"
	cp "$first" "$dir/first"
	sed '$d' "$dir/first" >"$first"
	id=$(jq -r .spool.id "$dir/last")
	expect 65 "$spool/activity" --against "$dir/activity.ndjson"
	at=$("$S1SPOOL" map --spool activity "$dir/activity.ndjson" 2>/dev/null |
	    jq -r .spool.id | grep -nxF "$id" | cut -d: -f1)
	says "error: $dir/activity.ndjson:$at: acme/activity: id $id is missing"
	says "$(wc -l <"$dir/activity.ndjson") records given, $(wc -l \
	    <"$dir/activity.ndjson") different: $(($(wc -l \
	    <"$dir/activity.ndjson") - 1)) once, 1 missing, 0 more than once"
	expect 65 --json --dataset activity --against="$dir/activity.raw" "$spool"
	is "JSON" "$(jq .against.missing "$dir/verify.out")" 1

	cat "$dir/first" "$dir/last" >"$first"
	expect 65 "$spool/activity" --against "$dir/activity.ndjson"
	says "error: $dir/activity.ndjson:$at: acme/activity: id $id is there 2 times"
	cp "$dir/first" "$first"
}

test_misuse()
{
	mkdir "$dir/nothing"
	expect 0 "$dir/nothing"
	grep -q '^warning: .*/nothing: there are no segments here' \
	    "$dir/verify.out" || fail "nothing is found to be right"
	expect 64 "$dir/spool" --against "$dir/threat.raw"
	expect 64 "$spool/threat" "$spool/group" --against "$dir/threat.raw"
	expect 64 "$spool/threat" --dataset x --against "$dir/threat.raw"
	expect 64 "$spool/threat" --dataset group --against "$dir/threat.raw"
	grep -q '/threat holds records of threat, not of group$' \
	    "$dir/verify.err" || fail "not said of which"
	expect 64 "$spool/threat" --collected-at nonsense
	grep -q -e '--collected-at is about the records of --against' \
	    "$dir/verify.err" || fail "taken without --against"
	expect 66 "$dir/nowhere"
	is "nothing to tell" "$(cat "$dir/verify.out")" ''
	expect 64 "$spool/threat" --dataset group --dataset threat \
	    --against "$dir/threat.raw"
	expect 64 "$spool/threat" --against "$dir/threat.raw" \
	    --collected-at never
	expect 66 "$spool/threat" --against "$dir/none"
	echo x >"$dir/broken"
	expect 65 "$spool/threat" --against "$dir/broken"
	says "error: $dir/broken:1: this is no JSON object; nothing behind it is looked at"
}

# All is archived, and what was made meanwhile is there as well.
test_alive()
{
	mock POST produce '{"rate":200}' >/dev/null
	run_start
	for _ in 1 2 3 4 5 6; do
		prune
		touch "$dir/state/seal"
		wait_for 20 test ! -e "$dir/state/seal"
		verify --config "$dir/s1spool.yml" &
		prune
		wait $!
		grep -q '^0 errors' "$dir/verify.out" || {
			fail "verify beside the daemon"
			cat "$dir/verify.out" "$dir/verify.err"
		}
	done
	mock POST produce '{"stop":true}' >/dev/null
	run_stop
	prune
	[ -n "$(find "$spool/archive/activity" -name '*.gz')" ] ||
	    fail "nothing is archived"
	for d in threat activity group; do
		expect 0 "$spool/$d" --against "$dir/$d.raw"
	done
}

# An archive that was carried away, whole and with a byte changed.
test_carried_away()
{
	gz=$(find "$spool/archive/activity" -name '*.gz' | sort | head -n 1)
	mkdir "$dir/away"
	cp "$gz" "$dir/away"
	away=$dir/away/${gz##*/}
	expect 0 "$away"
	gzip -dc "$away" | jq -r .spool.id | sort >"$dir/ids"
	"$S1SPOOL" map --spool activity "$dir/activity.ndjson" 2>/dev/null |
	    jq -r .spool.id | sort >"$dir/all_ids"
	n=$(comm -12 "$dir/ids" "$dir/all_ids" | wc -l | tr -d ' ')
	expect 65 "$dir/away" --dataset activity \
	    --against "$dir/activity.ndjson"
	is "of the file" "$(sed -n 's/.* different: \([0-9]*\) once.*/\1/p' \
	    "$dir/verify.out")" "$n"
	size=$(wc -c <"$away")
	at=$((size / 2))
	byte=X
	[ "$(dd if="$away" bs=1 skip=$at count=1 2>/dev/null |
	    tr -d '\0')" != X ] || byte=Y
	printf %s "$byte" | dd of="$away" bs=1 seek=$at conv=notrunc 2>/dev/null
	expect 65 "$away"
}

test_against
test_not_once
test_misuse
test_alive
test_carried_away
mock_stop
finish
