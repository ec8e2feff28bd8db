# README.md lists the permissions that the datasets themselves name.
. "$top_srcdir/tests/lint/lib.sh"

a=$(mktemp) b=$(mktemp)
trap 'rm -f "$a" "$b"' EXIT
"$S1SPOOL" check --help |
    sed -n '/^Permissions/,/^$/s/^  \([a-z_]*\)  *\(.*\)/\1 \2/p' |
    sort >"$a"
# shellcheck disable=SC2016 # marks of Markdown
sed -n 's/^| `\([a-z_]*\)` | \([^|]*: view[^|]*\) |.*/\1 \2/p' \
    "$top_srcdir/README.md" | sort >"$b"
lint_none '--help' "$([ -s "$a" ] || echo lists no permission)"
lint_none 'permissions that README.md does not have' "$(comm -23 "$a" "$b")"
lint_none 'permissions that only README.md has' "$(comm -13 "$a" "$b")"
lint_end
