# s1spool setup filebeat and agent as commands: where the text goes, what is
# never written over, and what is told to whoever asks for nonsense.
set -u
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
failures=0

fail()
{
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# run CODE OPTION...: its output is then in $tmp/out and $tmp/err.
run()
{
	wanted=$1
	shift
	"$S1SPOOL" setup --config "$top_srcdir/packaging/s1spool.yml" \
	    --assets "$top_srcdir/filebeat" "$@" >"$tmp/out" 2>"$tmp/err"
	code=$?
	[ "$code" -eq "$wanted" ] ||
	    fail "setup $*: exit code $code, not $wanted: $(cat "$tmp/err")"
}

says()
{
	grep -qF -- "$1" "$tmp/err" || fail "not said: $1: $(cat "$tmp/err")"
}

prints()
{
	grep -qxF -- "$1" "$tmp/out" ||
	    fail "not printed: $1: $(head -n 3 "$tmp/out")"
}

example=$top_srcdir/filebeat/shipper/filebeat.yml

# To standard output, a file, or a directory: the same bytes.
run 0 filebeat
cmp "$tmp/out" "$example" || fail 'standard output differs'
run 0 filebeat --file "$tmp/made/deep/one.yml"
prints "created  $tmp/made/deep/one.yml"
cmp "$tmp/made/deep/one.yml" "$example" || fail 'the file differs'
run 0 filebeat --directory "$tmp/dir"
prints "created  $tmp/dir/filebeat.yml"
run 0 filebeat --inputs-only --directory "$tmp/dir"
prints "created  $tmp/dir/s1spool.yml"
cmp "$tmp/dir/s1spool.yml" "$top_srcdir/filebeat/shipper/inputs.yml" ||
    fail 'the inputs differ'

# Once more changes nothing; what is ours is brought up to date.
run 0 filebeat --directory "$tmp/dir"
prints "right    $tmp/dir/filebeat.yml"
echo '# more' >>"$tmp/dir/filebeat.yml"
run 0 filebeat --directory "$tmp/dir" --dry-run
prints "update   $tmp/dir/filebeat.yml"
cmp -s "$tmp/dir/filebeat.yml" "$example" && fail 'a dry run has written'
run 0 filebeat --directory "$tmp/dir"
prints "updated  $tmp/dir/filebeat.yml"
cmp "$tmp/dir/filebeat.yml" "$example" || fail 'it was not brought up to date'
run 0 filebeat --file "$tmp/none.yml" --dry-run
prints "create   $tmp/none.yml"
[ ! -e "$tmp/none.yml" ] || fail 'a dry run has made a file'

# What is somebody else's stays, byte by byte.
sed 1d "$example" >"$tmp/theirs.yml"
cp "$tmp/theirs.yml" "$tmp/kept.yml"
run 73 filebeat --file "$tmp/theirs.yml"
cmp "$tmp/theirs.yml" "$tmp/kept.yml" || fail 'it was written over'
: >"$tmp/empty.yml"
run 73 agent --file "$tmp/empty.yml"
[ ! -s "$tmp/empty.yml" ] || fail 'an empty file was written over'

# Policies.
fleet='--fleet --agent-policy POLICY --package filestream@2.0.0'
# shellcheck disable=SC2086 # words
run 0 agent $fleet --directory "$tmp/fleet"
[ "$(find "$tmp/fleet" -name '*.json' | wc -l)" -eq 11 ] ||
    fail 'not one policy a dataset'
# shellcheck disable=SC2086
run 0 agent $fleet --package sentinel_one@2.8.2 --directory "$tmp/fleet"
prints "right    $tmp/fleet/s1spool-agent.json"
prints "created  $tmp/fleet/s1spool-sentinel_one.json"
# shellcheck disable=SC2086
run 64 agent $fleet --file "$tmp/x"
says 'use --directory'
run 64 agent --fleet --package filestream@2.0.0
says '--fleet needs --agent-policy'
run 64 agent --fleet --agent-policy POLICY --package sentinel_one@1
says '--fleet needs --package filestream@VERSION'

# Nonsense.
run 64 filebaet
says "unknown target 'filebaet', did you mean 'filebeat'?"
run 64 agent --output kafka
says 'agent takes no option --output'
run 64 filebeat --output kafak
says "unknown output 'kafak'; there are elasticsearch, cloud"
run 64 filebeat --file "$tmp/x" --directory "$tmp"
says '--file does not go with --directory'
run 64 filebeat --inputs-only --output kafka
says '--output does not go with --inputs-only'
run 64 agent --package filestream@2.0.0
says '--package needs --fleet'
run 64 agent --fleet --package filestream
says '--package filestream is neither filestream@VERSION nor'
# What is installed may be changed; what is wrong then is said.
cp -r "$top_srcdir/filebeat" "$tmp/assets" || exit 99
chmod -R u+w "$tmp/assets"
input=$tmp/assets/shipper/parts/input.yml
sed -i 's/inactive: 1h/inactive: 2h/' "$input"
run 0 filebeat --assets "$tmp/assets"
prints '    close.on_state_change.inactive: 2h'
echo 'x: @NONSENSE@' >>"$input"
run 66 filebeat --assets "$tmp/assets"
says "$input: it has an unknown @WORD@"
run 66 filebeat --assets "$tmp/nowhere"
says "$tmp/nowhere/shipper/parts/"
run 74 filebeat --file /dev/null/x
says '/dev/null/x: Not a directory'

exit $((failures > 0))
