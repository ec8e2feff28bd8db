# Shell scripts are clean by shellcheck.
. "$top_srcdir/tests/lint/lib.sh"
command -v shellcheck >/dev/null || {
	echo "shellcheck is not installed"
	exit 77
}
cd "$top_srcdir" || exit 99

# The dialect of a script, or nothing when the file is none.
dialect()
{
	case $(head -c 64 "$1" | head -n 1 | tr -d '\0') in
	'#!'*bash*) echo bash ;;
	'#!'*/sh*) echo sh ;;
	*) case $1 in
		*.sh) echo sh ;;
		*/bash/*) echo bash ;;
		esac ;;
	esac
}

# SC1090, SC1091: sourced files are looked at on their own.
# SC2154: make check sets top_srcdir and friends.
findings()
{
	lint_files | while read -r f; do
		shell=$(dialect "$f")
		[ -z "$shell" ] || shellcheck -f gcc -s "$shell" \
		    -e SC1090,SC1091,SC2154 "$f"
	done
}

lint_none shellcheck "$(findings)"
lint_end
