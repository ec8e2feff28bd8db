# What the tests of `s1spool check` have in common, beside lib.sh.
# shellcheck shell=sh disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

chmod 755 "$dir"
token=mock-token

# Sets $code; what was found goes to $dir/found.
look()
{
	"$S1SPOOL" check --config "$dir/s1spool.yml" --json "$@" \
	    >"$dir/found" 2>"$dir/look.err"
	code=$?
	[ ! -s "$dir/look.err" ] || fail "look: $(cat "$dir/look.err")"
	! grep -qF "$token" "$dir/found" || fail "the token was told"
}

# finds LEVEL TOPIC TEXT [DATASET]: in the text or in the mend of a finding.
finds()
{
	jq -e --arg l "$1" --arg t "$2" --arg x "$3" --arg d "$4" \
	    '[.findings[] | select(.level == $l and .topic == $t and
	    (.text + " " + (.mend // "") | contains($x)) and
	    ($d == "" or .dataset == $d))] | length > 0' \
	    "$dir/found" >"$dir/jq.out" || {
		fail "no finding: $*"
		jq -c '.findings[] | select(.level != "ok")' "$dir/found"
	}
}

# worst LEVEL CODE
worst()
{
	is "worst" "$(jq -r .worst "$dir/found")" "$1"
	is "exit code" "$code" "$2"
}

# How many findings there are of a level and a topic.
count()
{
	jq --arg l "$1" --arg t "$2" '[.findings[] |
	    select(.level == $l and .topic == $t)] | length' "$dir/found"
}

no_fault()
{
	mock DELETE fault >/dev/null
}

# fault JSON: this one and no other.
fault()
{
	no_fault
	mock POST fault "$1" >/dev/null
}

# begin [LINE...]: as configure; folders as they should be.
begin()
{
	spool_options=", max_size: 64MiB, min_free: 1MiB"
	configure "$@"
	chmod 750 "$dir/spool" "$dir/state"
	no_fault
}
