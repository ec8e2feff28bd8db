# What sites.sh and sites_commands.sh have in common: one call of the C library
# fails at one place of the program, for places all over it.
#
# Whoever sources this behind tests/e2e/lib.sh has functions for each scene of its own: what is there
# before (set_SCENE), what is done, what has to mend it, and books() which looks
# whether all is right then.  $with_memory are the scenes in which memory fails
# also where not all sites are asked for, $with_libraries those in which that of
# OpenSSL and libcurl does.
#
# SITES=N: how many of each scene (1), or all of them, in each way; SEED=N: the
# same ones again; SCENES, KINDS: which; PART=even, odd: half of them.
# shellcheck shell=sh disable=SC2034,SC2154,SC2317 # who sources it

preload=$top_builddir/tests/faults/site_preload.so
[ -z "$SANITIZED" ] || {
	echo "a sanitizer wants to be loaded first"
	exit 77
}
sites=${SITES-1}
seed=${SEED-$$}
echo "SEED=$seed"
: >"$dir/sites.had"
n_runs=0
n_missed=0
# How the program ends where nothing fails, how it may end otherwise, and what it
# says then.
good=0
exits='0|6[4-9]|7[0-8]'
says=' (error|warn) |^s1spool|^error: '

# What fails

# preloaded COMMAND...: with a deadline; sets $code.
preloaded()
{
	timeout 60 env LD_PRELOAD="$preload" "$@"
	code=$?
}

# The ways in which a call fails, the most likely one first.
ways()
{
	case $1 in
	write) echo ENOSPC EIO,SHORT=100 EINTR ENOSPC,NTH=2 EDQUOT,NTH=5 \
	    EROFS,COUNT=0 ;;
	read | pread) echo EIO EINTR EIO,SHORT=1 EIO,NTH=2 ;;
	fdatasync | fsync) echo EIO EIO,NTH=2 ENOSPC,NTH=5 EIO,COUNT=0 ;;
	fallocate) echo ENOSPC EINTR EOPNOTSUPP EDQUOT,NTH=3 EIO,COUNT=0 ;;
	open | openat | fopen) echo EMFILE EIO,NTH=2 ENOSPC,NTH=5 \
	    EACCES,COUNT=0 ;;
	renameat | linkat | mkdirat) echo ENOSPC EIO,NTH=2 EROFS,COUNT=0 ;;
	unlink | unlinkat) echo EROFS EIO,NTH=2 EIO,COUNT=0 ;;
	socket) echo EMFILE ;;
	connect) echo ECONNREFUSED ;;
	send | recv) echo ECONNRESET EINTR ECONNRESET,NTH=3 ;;
	poll) echo EINTR ENOMEM ;;
	malloc | calloc | realloc | mmap | openssl | libcurl) echo ENOMEM ;;
	*) echo EIO ;;
	esac
}

# fails WAY SITE: from now on.
fails()
{
	rm -f "$dir/hit"
	unset SITE_NTH SITE_COUNT SITE_SHORT SITE_LIST
	SITE_FAIL=$2
	SITE_HIT=$dir/hit
	SITE_ERRNO=${1%%,*}
	case $1 in
	*,*) eval "SITE_${1#*,}" ;;
	esac
	export SITE_FAIL SITE_HIT SITE_ERRNO SITE_NTH SITE_COUNT SITE_SHORT
}

nothing_fails()
{
	unset SITE_FAIL SITE_HIT SITE_ERRNO SITE_NTH SITE_COUNT SITE_SHORT
}

# What is right

complain()
{
	fail "$scene, $way: $site: $*"
	tail -n 5 "$dir/act.err"
	wrong=yes
}

# Itself with an exit code that the manual has, and a message, or an abort that
# says why.
check_end()
{
	case $code:$scene:$site in
	"$good":*) return ;;
	# json-c's parser does not look whether strdup() found memory, nor does
	# the C library while it loads its name services.
	139:ship:*' libc.so.'*' libjson-c.'* | \
	    139:verify:*' libc.so.'*' libjson-c.'* | \
	    139:check:*alloc' libc.so.'* | \
	    139:respond:*alloc' libc.so.'*) return ;;
	134:*) grep -qE 'out of memory|nss_' "$dir/act.err" && return ;;
	esac
	echo "$code" | grep -qxE "$exits" &&
	    grep -qE "$says" "$dir/act.err" "$dir/act.out" && return
	complain "ended with $code"
}

# list SCENE KIND: its sites into a file.
list()
{
	nothing_fails
	"set_$1"
	SITE_LIST=$dir/sites.$1.$2
	SITE_CALLS=$2
	export SITE_LIST SITE_CALLS
	"$act"
	unset SITE_LIST SITE_CALLS
	site=listing
	way=none
	check_end
	is "$scene, listing: exit code" "$code" "$good"
	cp "$dir/act.out" "$dir/good.out"
	"$again"
	books
	# A scene need not repeat what another one has had.
	awk 'FILENAME == ARGV[1] { had[$0]; next } !($0 in had)' "$dir/sites.had" \
	    "$dir/sites.$1.$2" >"$dir/sites.new"
	cat "$dir/sites.new" >>"$dir/sites.had"
}

# choose: some of the new sites, or all.
choose()
{
	if [ "$sites" = all ]; then
		case $PART in
		even) grep '[02468ace]$' "$dir/sites.new" ;;
		odd) grep '[13579bdf]$' "$dir/sites.new" ;;
		*) cat "$dir/sites.new" ;;
		esac
		return
	fi
	seed=$((seed + 1))
	awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand(), $0 }' \
	    "$dir/sites.new" | sort | head -n "$sites" | cut -d ' ' -f 2-
}

fail_once()
{
	kill -0 "$mock_pid" 2>/dev/null || {
		fail "the mock console has ended"
		finish
	}
	"set_$scene"
	fails "$way" "$site"
	"$act"
	nothing_fails
	n_runs=$((n_runs + 1))
	if [ ! -e "$dir/hit" ]; then
		# Another order of things, or fewer calls than that.
		n_missed=$((n_missed + 1))
		return
	fi
	wrong=
	check_end
	"$again"
	books
	[ -z "$wrong" ] || [ -z "$E2E_KEEP" ] ||
	    cp -r "$dir/spool" "$dir/state" "$dir/act.err" \
	    "$(mktemp -d "$dir/wrong.XXXXXX")"
}

# play SCENE ACT AGAIN
play()
{
	scene=$1
	act=$2
	again=$3
	case " $scenes " in
	*" $scene "*) ;;
	*) return ;;
	esac
	kinds=system
	case "$sites: $with_memory " in
	all:* | *" $scene "*) kinds="system memory" ;;
	esac
	case " $with_libraries " in
	*" $scene "*) kinds="$kinds openssl libcurl" ;;
	esac
	for kind in ${KINDS-$kinds}; do
		list "$scene" "$kind"
		choose >"$dir/chosen"
		echo "$scene: $(grep -c . "$dir/sites.$scene.$kind") $kind" \
		    "sites, $(grep -c . "$dir/sites.new") new," \
		    "$(grep -c . "$dir/chosen") fail"
		while read -r site <&3; do
			for way in $(ways "${site%% *}"); do
				fail_once
				[ "$sites" = all ] || break
			done
		done 3<"$dir/chosen"
	done
}
