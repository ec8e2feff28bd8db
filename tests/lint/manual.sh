# The manual page tells of the commands, options and exit codes that --help
# prints: of all of them, and of no others.
. "$top_srcdir/tests/lint/lib.sh"
page=$top_srcdir/collector/cmd/s1spool.1

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

# In the page a command is a subsection of COMMANDS, an option an item of it:
# .It Fl c , Fl Fl config Ns = Ns Ar FILE
page_options()
{
	awk '
	$1 == ".Sh" { place = $2 == "OPTIONS" ? "s1spool" : "" }
	$1 == ".Ss" { place = $2 }
	place != "" && $1 == ".It" && $2 == "Fl" {
		sub(/.*Fl Fl /, "")
		name = $1
		argument = ""
		if (sub(/.*Ns = Ns Ar /, ""))
			argument = " " $1
		print place " --" name argument
	}' "$page"
}

page_commands()
{
	awk '$1 == ".Sh" { inside = $2 == "COMMANDS" }
	    inside && $1 == ".Ss" { print $2 }' "$page"
}

page_exits()
{
	awk '$1 == ".Sh" { inside = $2 == "EXIT" }
	    inside && $1 == ".It" { print "exit " $2 }' "$page"
}

# compare WHAT HELP PAGE
compare()
{
	a=$(mktemp) b=$(mktemp)
	echo "$2" | sort -u >"$a"
	echo "$3" | sort -u >"$b"
	lint_none "$1 that only --help has" "$(comm -23 "$a" "$b")"
	lint_none "$1 that only the manual page has" "$(comm -13 "$a" "$b")"
	rm -f "$a" "$b"
}

# Pages that it refers to need not be installed.
if command -v mandoc >/dev/null; then
	lint_none mandoc "$(mandoc -T lint -W style "$page" 2>/dev/null |
	    grep -v 'referenced manual not found')"
fi

commands=$(help_commands)
[ -n "$commands" ] || lint_none '--help' 'lists no command'
compare commands "$commands" "$(page_commands)"
# shellcheck disable=SC2086 # no word at all for the program itself
compare options "$(for c in '' $commands; do help_options $c; done)" \
    "$(page_options)"
# shellcheck disable=SC2086
compare 'exit codes' "$(for c in '' $commands; do help_exits $c; done)" \
    "$(page_exits)"
lint_end
