# Sourced by the lints: where to look, and one way to complain.

# The project's own files, one a line, relative to the top: in a checkout what
# git knows, elsewhere what is there and was not generated.
lint_files()
{
	cd "$top_srcdir" || exit 99
	if lint_is_checkout; then
		git ls-files -co --exclude-standard | sort -u |
		    while read -r f; do [ ! -f "$f" ] || echo "$f"; done
	else
		find . \( -name 'build*' -o -name .git \) -prune -o -type f -print |
		    grep -E '\.([ch]|def|inc|sh|m4|am|ac|md|yml|awk|[157])$|/run$' |
		    sed 's,^\./,,' | grep -v '^aclocal' | sort
	fi
}

lint_is_checkout()
{
	[ -e "$top_srcdir/.git" ] &&
	    git -C "$top_srcdir" rev-parse >/dev/null 2>&1
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
