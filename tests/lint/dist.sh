# Whatever git tracks is in the source archive.
. "$top_srcdir/tests/lint/lib.sh"
lint_is_checkout || {
	echo "no checkout, nothing to compare"
	exit 77
}
cd "$top_srcdir" || exit 99

tracked()
{
	git ls-files | grep -vx '\.gitignore' | sort
}

# An entry of the list may be a folder: then all of it is shipped.
shipped()
{
	MAKEFLAGS='' make -s --no-print-directory -C "$top_builddir" list-dist |
	    while read -r entry; do
		if [ -d "$entry" ]; then
			find "$entry" -type f
		else
			echo "$entry"
		fi
	done | sort -u
}

tmp=$(mktemp) || exit 99
trap 'rm -f "$tmp"' EXIT
shipped >"$tmp"
lint_none 'tracked, but not in the source archive' \
    "$(tracked | comm -13 "$tmp" -)"
lint_end
