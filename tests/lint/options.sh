# README.md explains the options that the sample configuration has (which a
# unit test compares with those that are read), and no others.
. "$top_srcdir/tests/lint/lib.sh"
cd "$top_srcdir" || exit 99
groups='spool|archive|shippers|state|logging|health|metrics'
groups="$groups|elasticsearch"
groups="$groups|kibana|respond|consoles|ssl|datasets"
groups="$groups|activity|agent|alert|application|application_risk|group"
groups="$groups|threat|threat_event|unified_alert"

# Each line that begins with an option, switched on or not.
sample()
{
	sed -n 's/^ *\(- \)\{0,1\}#\{0,1\}\([a-z_]*\):.*/\2/p' \
	    packaging/s1spool.yml | grep -vxE "$groups" | sort -u
}

# The first column of the tables below "Configure", without the group.
# shellcheck disable=SC2016 # marks of Markdown
explained()
{
	sed -n '/^## Configure/,/^## Ship/p' README.md |
	    sed -n '/^| option/,/^$/s/^| \(`[^|]*`\) |.*/\1/p' |
	    tr ',' '\n' | sed 's/[` ]//g; s/.*\.//' | sort -u
}

a=$(mktemp) b=$(mktemp)
trap 'rm -f "$a" "$b"' EXIT
sample >"$a"
explained >"$b"
lint_none 'options that README.md does not explain' "$(comm -23 "$a" "$b")"
lint_none 'options that only README.md has' "$(comm -13 "$a" "$b")"
lint_end
