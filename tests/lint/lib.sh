# Sourced by the lints: where to look, and one way to complain.

# The project's own files, one a line, relative to the top: of a checkout what
# git knows, of an unpacked archive what is there.
lint_files()
{
	cd "$top_srcdir" || exit 99
	if [ -e .git ] && command -v git >/dev/null; then
		git ls-files -co --exclude-standard | sort -u |
		    while read -r f; do [ ! -f "$f" ] || echo "$f"; done
	else
		find . -type f ! -path './build*' ! -path './.git/*' |
		    sed 's,^\./,,' | sort
	fi
}

# C sources and headers below the folders given.
lint_sources()
{
	lint_files | grep -E "^($(echo "$*" | tr ' ' '|'))/.*\.[ch]$"
}

# lint_none HEADLINE FINDINGS: complain, if there are any.
lint_none()
{
	[ -n "$2" ] || return 0
	printf '%s:\n%s\n' "$1" "$2"
	lint_failed=1
}

lint_end()
{
	exit "${lint_failed:-0}"
}
