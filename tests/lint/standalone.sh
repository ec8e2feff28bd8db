# The tree speaks of nothing that its reader does not have: no paths of the
# machine it was written on, no papers outside of it.
. "$top_srcdir/tests/lint/lib.sh"
cd "$top_srcdir" || exit 99

# Character classes, so that this file does not find itself.
words='[/]work/|[/]tmp/b-|[.][.]/shared|\b[i]ssue #?[0-9]|\b[s]pec/([a-z-]+[.]md|datasets|fields)'
words="$words|\\b([d]esign|[s]tyle|[r]ulings|[l]essons)[.]md"
words="$words|[c]rates[.]io|[p]ypi[.]org|[n]pmjs[.]|[p]roxy[.]golang"

lint_none 'names of things outside the tree' "$(lint_files |
    grep -vE '/(corpus|seeds|data)/|^LICENSE$' |
    while read -r f; do grep -HnIE "$words" "$f"; done)"
lint_end
