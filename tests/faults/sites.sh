# One call of the C library fails at one place of the program, for places all
# over it, and then the program is started again: no record is lost, and none is
# there twice but behind a failed sync.  It goes on by itself, or ends with an
# exit code of its own and says why; without memory it aborts.
#
# A first run of each scene lists the places (site_preload.c).
#
# SITES=N: how many of each scene (1), or all of them, in each way; SEED=N: the
# same ones again; SCENES, KINDS: which; PART=even, odd: half of them.
# shellcheck disable=SC2034,SC2317 # lib.sh reads and calls them
. "$top_srcdir/tests/e2e/lib.sh"

preload=$top_builddir/tests/faults/site_preload.so
[ -z "$SANITIZED" ] || {
	echo "a sanitizer wants to be loaded first"
	exit 77
}
sites=${SITES-1}
seed=${SEED-$$}
echo "SEED=$seed"
# The daemon takes a while for what `once` does at once.
scenes=${SCENES-first again rebuild trace unpack prune pack link ship remove verify}
[ "$sites" != all ] || scenes=${SCENES-$scenes daemon}
datasets="activity agent alert group threat threat_event unified_alert"
: >"$dir/sites.had"
n_runs=0
n_missed=0

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
	malloc | calloc | realloc | mmap) echo ENOMEM ;;
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

. "$top_srcdir/tests/faults/sites_scenes.sh"

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
	case $code in
	0) return ;;
	134) grep -q 'out of memory' "$dir/act.err" && return ;;
	139)
		# json-c's parser does not look whether strdup() found memory.
		case $site in
		*' libc.so.'*' libjson-c.'*) return ;;
		esac
		;;
	6[4-9] | 7[0-8])
		grep -qE ' (error|warn) |^s1spool|^error: ' "$dir/act.err" \
		    "$dir/act.out" && return
		;;
	esac
	complain "ended with $code"
}

# Lines with an id that is there already go; they are counted in $more.
unite()
{
	rm -rf "$dir/unique"
	mkdir "$dir/unique"
	find "$dir/spool/acme/$1" "$dir/spool/acme/archive/$1" \
	    -name '*.ndjson*' -exec gzip -dcf {} + 2>/dev/null |
	    awk -F '"' '!seen[$10]++' >"$dir/unique/$1.ndjson"
}

# books [DATASET...]: each record once.
books()
{
	[ "$scene" != remove ] || return
	for d in $datasets; do
		"$check_spool" "$d" "$dir/ledger.$d" "$dir/spool/acme/$d" \
		    "$dir/spool/acme/archive/$d" >"$dir/check" && continue
		case $site in
		fsync* | fdatasync*)
			unite "$d"
			"$check_spool" "$d" "$dir/ledger.$d" "$dir/unique" \
			    >"$dir/check" && continue
			;;
		esac
		complain "$d: not each record once"
		head -n 5 "$dir/check"
	done
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
	is "$scene, listing: exit code" "$code" 0
	[ "$scene" != verify ] || cp "$dir/act.out" "$dir/verify.good"
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
	kinds="system memory"
	case $sites:$scene in
	all:* | *:first | *:prune) ;;
	*) kinds=system ;;
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

# The console, and what the scenes begin with

mock_start --agents 30 --groups 5 --threats 6 --activities 60 --alerts 20 \
    --unified-alerts 20 --days 6 --max-seconds 14400
"$top_builddir/tests/e2e/make_certificate" "$dir/ca.pem" "$dir/key.pem" -1 400
(umask 077 && echo mock-token >"$dir/token")
mkdir "$dir/spool" "$dir/state" "$dir/registry"
conf
keep empty
once --trace-requests
is "the first run" "$code" 0
keep old
for d in activity agent threat; do
	mock POST produce "{\"dataset\":\"$d\",\"count\":8}" >/dev/null
done
mock POST update '{"dataset":"agent","count":5}' >/dev/null
mock POST time '{"advance":3}' >/dev/null
once
is "the second run" "$code" 0
keep full
for d in $datasets; do
	mock GET "ledger?dataset=$d" >"$dir/ledger.$d"
done

ship_all
for scene in pack prune; do
	"set_$scene"
	again_prune
	keep "after_$scene"
done

play first once_with_faults again_once
play again once_with_faults again_once
play rebuild once_with_faults again_once
play trace trace_with_faults again_once
play unpack once_with_faults again_once
play prune prune_with_faults again_prune
play pack prune_with_faults again_prune
play link prune_with_faults again_prune
play ship prune_with_faults again_prune
play remove prune_with_faults again_remove
play verify verify_with_faults again_verify
play daemon daemon_with_faults again_once
echo "$n_runs runs, $n_missed of them without the fault"
[ "$sites" != all ] || [ -n "$SCENES" ] ||
    . "$top_srcdir/tests/faults/sites_cover.sh"
finish
