# Nothing of libcurl newer than 7.76, which the oldest supported distributions
# have: what is used is in a list of names that were looked up.
. "$top_srcdir/tests/lint/lib.sh"
cd "$top_srcdir" || exit 99
list=tests/lint/libcurl.txt

used()
{
	lint_sources collector spool | while read -r f; do
		grep -ohwE 'CURL[A-Z]*_[A-Z0-9_]+|curl_[a-z0-9_]+' "$f"
	done | sort -u
}

a=$(mktemp) b=$(mktemp)
trap 'rm -f "$a" "$b"' EXIT
used >"$a"
grep -v '^#' $list | sort -u >"$b"
lint_none "not in $list: look up since when libcurl has it" \
    "$(comm -23 "$a" "$b")"
lint_none "in $list, but not used" "$(comm -13 "$a" "$b")"
lint_end
