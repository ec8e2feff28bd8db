#!/bin/sh
# changelog.sh deb|rpm CHANGELOG.md EPOCH: the changelog of a package, of the
# sections "## VERSION - DATE" of ours.  A release without a date is of EPOCH
# (seconds since 1970); what is below [Unreleased] is in no package yet.
set -eu
form=$1 file=$2 epoch=$3
who='s1spool maintainers <maintainers@s1spool.example>'

# Seconds of a date, or of a section that has none yet.
seconds()
{
	case $1 in
	[0-9]*) date -u -d "$1" +%s ;;
	*) echo "$epoch" ;;
	esac
}

# The entries of a version: "* text", the lines of each joined.
entries()
{
	awk -v version="$1" '
	function flush() { if (entry != "") print entry; entry = "" }
	/^## / { flush(); inside = $2 == version; next }
	!inside || /^### / || /^$/ { flush(); next }
	/^- / { flush(); entry = substr($0, 3); next }
	entry != "" { sub(/^ */, ""); entry = entry " " $0 }
	END { flush() }' "$file" | tr -d '`'
}

# Paragraphs of lines of 78 columns: wrap FIRST OTHER, what lines begin with.
wrap()
{
	awk -v first="$1" -v other="$2" '{
		line = first
		for (i = 1; i <= NF; i++) {
			if (length(line) + length($i) > 77 && i > 1) {
				sub(/ $/, "", line)
				print line
				line = other
			}
			line = line $i " "
		}
		sub(/ $/, "", line)
		print line
	}'
}

LC_ALL=C
export LC_ALL
blank=
sed -n 's/^## \([0-9][0-9.]*\) - \(.*\)$/\1 \2/p' "$file" |
    while read -r version date; do
	at=$(seconds "$date")
	printf '%s' "$blank"
	blank='
'
	case $form in
	deb)
		printf 's1spool (%s-1) unstable; urgency=medium\n\n' "$version"
		entries "$version" | wrap '  * ' '    '
		printf '\n -- %s  %s\n' "$who" \
		    "$(date -u -d "@$at" '+%a, %d %b %Y %H:%M:%S +0000')"
		;;
	rpm)
		printf '* %s %s - %s-1\n' \
		    "$(date -u -d "@$at" '+%a %b %d %Y')" "$who" "$version"
		entries "$version" | sed 's/%/%%/g' | wrap '- ' '  '
		;;
	esac
done
