# Completion of s1spool for fish.  The words come from --help, which the program
# prints from its tables.

# s1spool [COMMAND]: lines "option --config FILE" and "word filebeat".
function __s1spool_rows
    $argv --help 2>/dev/null | awk '
	/^[A-Z][A-Za-z ]*:$/ { section = $0 }
	section == "Options:" && /^  (-., |    )--/ {
		sub(/^  (-., |    )/, "")
		n = index($1, "=")
		if (n == 0)
			print "option", $1
		else
			print "option", substr($1, 1, n - 1), substr($1, n + 1)
		next
	}
	section != "Options:" && section != "Exit codes:" && /^  [a-z]/ {
		print "word", $1
	}'
end

function __s1spool_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l operands (string match -v -- '-*' $words[2..-1])
    set -l rows (__s1spool_rows $words[1] $operands[1])
    set -l argument (string replace -rf -- "^option $words[-1] " '' $rows)

    switch "$words[-1]:$argument"
        case '--dataset:?*'
            __s1spool_rows $words[1] map | string replace -f 'word ' ''
        case '*:FILE*' '*:DIR'
            __fish_complete_path $current
        case '*:?*'
            return
        case '*'
            if string match -q -- '-*' $current
                string replace -rf '^option (\S+).*' '$1' $rows
            else if test (count $operands) -lt 2; and string match -q 'word *' $rows
                string replace -f 'word ' '' $rows
            else
                __fish_complete_path $current
            end
    end
end

complete -c s1spool -f -a '(__s1spool_complete)'
