# The manual pages tell of the commands, options and exit codes that --help
# prints: of all of them, and of no others.  A command has a page of its own.
. "$top_srcdir/tests/lint/lib.sh"
pages=$top_srcdir/docs/man

# The words in column one of a section of the help text.
help_section()
{
	"$S1SPOOL" "$@" --help | sed -n "/^$section:/,/^\$/s/^  *//p"
}

help_commands()
{
	section=Commands
	help_section | awk '{ print $1 }'
}

# help_options [COMMAND]: lines "COMMAND --option [ARGUMENT]".
help_options()
{
	section=Options
	help_section "$@" | sed -n 's/^\(-., \)\{0,1\}--\([a-z-]*\)=*\([^ ]*\).*/\2 \3/p' |
	    sed "s/^/${1-s1spool} --/; s/ \$//"
}

help_exits()
{
	section='Exit codes'
	help_section "$@" | sed -n 's/^\([0-9][0-9]*\) .*/exit \1/p'
}

# In the page an option is an item of OPTIONS:
# .It Fl c , Fl Fl config Ns = Ns Ar FILE
page_options()
{
	awk -v name="${1-s1spool}" '
	$1 == ".Sh" { inside = $2 == "OPTIONS" }
	inside && $1 == ".It" && $2 == "Fl" {
		sub(/.*Fl Fl /, "")
		option = $1
		argument = ""
		if (sub(/.*Ns = Ns Ar /, ""))
			argument = " " $1
		print name " --" option argument
	}' "$pages/s1spool${1:+-$1}.1"
}

page_exits()
{
	awk '$1 == ".Sh" { inside = $2 == "EXIT" }
	    inside && $1 == ".It" { print "exit " $2 }' \
	    "$pages/s1spool${1:+-$1}.1"
}

# Those that s1spool(1) lists.
page_commands()
{
	awk '$1 == ".Sh" { inside = $2 == "COMMANDS" }
	    inside && $1 == ".It" { sub(/^s1spool-/, "", $3); print $3 }' \
	    "$pages/s1spool.1"
}

own_pages()
{
	for page in "$pages"/s1spool-*.1; do
		page=${page##*/s1spool-}
		echo "${page%.1}"
	done
}

# compare WHAT HELP PAGE
compare()
{
	a=$(mktemp) b=$(mktemp)
	echo "$2" | sort -u >"$a"
	echo "$3" | sort -u >"$b"
	lint_none "$1 that only --help has" "$(comm -23 "$a" "$b")"
	lint_none "$1 that only the manual has" "$(comm -13 "$a" "$b")"
	rm -f "$a" "$b"
}

# Pages that they refer to need not be installed.
if command -v mandoc >/dev/null; then
	lint_none mandoc "$(mandoc -T lint -W style "$pages"/*.[157] 2>/dev/null |
	    grep -v 'referenced manual not found')"
fi

commands=$(help_commands)
[ -n "$commands" ] || lint_none '--help' 'lists no command'
compare commands "$commands" "$(page_commands)"
compare 'commands (pages of their own)' "$commands" "$(own_pages)"
for c in '' $commands; do
	# shellcheck disable=SC2086 # no word at all for the program itself
	compare "options of s1spool $c" "$(help_options $c)" "$(page_options $c)"
done
for c in $commands; do
	compare "exit codes of s1spool $c" "$(help_exits "$c")" \
	    "$(page_exits "$c")"
done
compare 'exit codes' \
    "$(for c in $commands; do
	[ "$c" = respond ] || help_exits "$c" # has codes of its own
    done)" "$(page_exits)"

# The options of the configuration are printed from its tables.
lint_none 's1spool.yml.5 is not up to date: make manual' \
    "$("$top_builddir/docs/man/print_options" |
    awk -f "$pages/insert.awk" - "$pages/s1spool.yml.5" |
    diff "$pages/s1spool.yml.5" -)"
lint_end
