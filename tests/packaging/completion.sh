# shellcheck disable=SC2317 # called by their names
# Completion offers each command and option that --help has, in each shell that
# is installed, and what an option takes.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
complete=$top_srcdir/packaging/completion
name=s1spool
mkdir "$tmp/folder" && cd "$tmp" || exit 99
PATH=$top_builddir:$PATH

# Each asks SHELL for the words that may follow "s1spool WORD...", of which the
# last one has only begun: one a line.
ask_bash()
{
	# shellcheck disable=SC2016 # bash's
	bash --norc -c '
	. "$0/bash/s1spool"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_s1spool "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf "%s\n" "${COMPREPLY[@]}"' "$complete" "$name" "$@"
}

# Without zsh's own system, which needs a terminal: what it would be handed.
ask_zsh()
{
	# shellcheck disable=SC2016 # zsh's
	zsh -f -c '
	compadd() { shift; print -l -- ${(M)@:#$words[CURRENT]*} }
	_files() { [[ $1 == -/ ]] && print -l -- *(N/) || print -l -- *(N) }
	compset() { return 0 }
	complete=$0 words=("$@") CURRENT=$#
	set --
	source $complete/zsh/_s1spool' "$complete" "$name" "$@"
}

ask_fish()
{
	# shellcheck disable=SC2016 # fish's
	HOME=$tmp XDG_CONFIG_HOME=$tmp/.fish XDG_DATA_HOME=$tmp/.fish \
	    fish --no-config -c '
	source $argv[1]/fish/s1spool.fish
	complete -C "$argv[2..-1]"' "$complete" "$name" "$@"
}

# offers SHELL WORD WORD...: the first is among those that may end the others
offers()
{
	shell=$1 word=$2
	shift 2
	"ask_$shell" "$@" >words 2>err
	sed 's,[/	].*,,' words | grep -qxF -e "$word" || {
		echo "$shell does not offer $word behind '$*':"
		cat words err
		failed=1
	}
}

# names SECTION [COMMAND]: column one of a section of the help
names()
{
	section=$1
	shift
	s1spool "$@" --help | sed -n "/^$section:/,/^\$/s/^  //p"
}

options()
{
	names Options "$@" | sed -n 's/^\(-., \|    \)\(--[a-z-]*\).*/\2/p'
}

check_shell()
{
	for c in $(names Commands | awk '{ print $1 }'); do
		offers "$1" "$c" "$(echo "$c" | cut -c 1)"
		for o in $(options "$c"); do
			offers "$1" "$o" "$c" --
		done
	done
	offers "$1" --version --
	offers "$1" kibana setup ''
	offers "$1" threat map ''
	offers "$1" threat once --dataset ''
	offers "$1" folder once --config ''
	offers "$1" folder setup --directory ''
	offers "$1" folder verify ''
	asked=$((asked + 1))
}

asked=0
for shell in bash zsh fish; do
	command -v $shell >/dev/null && check_shell $shell
done
[ $asked -gt 0 ] || exit 77
exit "${failed:-0}"
