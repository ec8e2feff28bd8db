# One call of the C library fails at one place of the program, for places all
# over it, and then the program is started again: no record is lost, and none is
# there twice but behind a failed sync.  It goes on by itself, or ends with an
# exit code of its own and says why; without memory it aborts.
#
# A first run of each scene lists the places (site_preload.c).
# shellcheck disable=SC2034,SC2317 # sites_lib.sh reads and calls them
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/faults/sites_lib.sh"

# The daemon takes a while for what `once` does at once.
scenes=${SCENES-first again rebuild trace unpack prune pack link ship remove verify}
[ "$sites" != all ] || scenes=${SCENES-$scenes daemon}
with_memory="first prune"
with_libraries=first
datasets="activity agent alert group threat threat_event unified_alert"

. "$top_srcdir/tests/faults/sites_scenes.sh"

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
[ "$sites" != all ] || [ -n "$SCENES$KINDS" ] ||
    . "$top_srcdir/tests/faults/sites_cover.sh"
finish
