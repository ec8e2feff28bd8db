# A journal and id sets that are lost, damaged or of a later version: what the
# spool tells counts, no record is lost and none is there twice.
#
# SPOILS=N: how often (24); SEED=N: the same damage again.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"

spoils=${SPOILS-24}
# What the heads of the lines tell, and what has to begin again.
told="activity alert group threat"
untold="agent application application_risk threat_event unified_alert"
datasets="$told $untold"
epoch=2026-03-04T06:00:00Z

# random MAX: sets $n to 0 ... MAX - 1.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	n=$((seed / 65536 % $1))
}
seed=${SEED-$$}
echo "SEED=$seed"

# all [INITIAL-INTERVAL]: every dataset; those whose position the lines do not
# tell have a long one.
all()
{
	for d in $told; do
		echo "$d: { enabled: true, interval: 300ms," \
		    "${1+initial_interval: $1,}" \
		    "page_size: 50 }" | sed '/^group/s/initial_[^,]*, *//'
	done
	for d in agent threat_event unified_alert; do
		echo "$d: { enabled: true, interval: 300ms, page_size: 50 }" |
		    sed '/^agent/!s/ }/, initial_interval: 240h }/'
	done
	for d in application application_risk; do
		echo "$d: { enabled: true, page_size: 50 }"
	done
}

# Unpacked, each record is there once.
check_everything()
{
	rm -rf "$dir/all"
	for d in $datasets; do
		mkdir -p "$dir/all/$d"
		for f in "$dir/spool/acme/$d"/*.ndjson \
		    "$dir/spool/acme/archive/$d"/*.gz; do
			case $f in
			*'*'*) ;;
			*.gz) gzip -dc "$f" >"$dir/all/$d/${f##*/}.ndjson" ;;
			*) cp "$f" "$dir/all/$d" ;;
			esac
		done
		mock GET "ledger?dataset=$d${period:+&period=$period}" \
		    >"$dir/ledger"
		"$check_spool" "$d" "$dir/ledger" "$dir/all/$d" \
		    ${since:+"$since"} >"$dir/check" 2>&1 || {
			fail "$1: $d: not each record once"
			cat "$dir/check"
		}
	done
}
period=$(($(date -u -d $epoch +%s) / 86400))

# How many lines a stream said something in.
says()
{
	grep -c " acme/$1: .*$2" "$dir/once.err"
}

of_stream()
{
	jq ".streams[] | select(.dataset == \"$1\").$2" \
	    "$dir/state/status.json"
}

# Down for longer than the initial interval, and the journal is gone, half of
# the lines are in archives, and the ids are as $1 says.
test_lost()
{
	configure "$(all 240h)"
	once
	is "$1: before" "$code" 0
	limit 60 "$S1SPOOL" prune --config "$dir/s1spool.yml" >/dev/null \
	    2>"$dir/prune.err" || fail "prune: $(cat "$dir/prune.err")"
	[ -n "$(find "$dir/spool/acme/archive/threat" -name '*.gz')" ] ||
	    fail "$1: nothing was archived"
	for d in activity threat alert; do
		mock POST produce "{\"dataset\":\"$d\",\"count\":40}"
	done >/dev/null
	mock POST time '{"advance":1200}' >/dev/null
	once
	mock POST time '{"advance":10800}' >/dev/null
	for d in activity threat alert unified_alert; do
		mock POST produce "{\"dataset\":\"$d\",\"count\":40}"
	done >/dev/null
	mock POST time '{"advance":3600}' >/dev/null
	rm "$dir/state/journal"
	case $1 in
	*without*) rm -r "$dir/state/ids" ;;
	esac
	write_conf "$(all 10m)"
	once
	is "$1: code" "$code" 0
	check_everything "$1"
	for d in $told; do
		is "$1: $d" "$(says "$d" 'lost (the journal has none) and made anew from the lines')" 1
		is "$1: $d begins again" "$(says "$d" 'no position')" 0
	done
	for d in $untold; do
		is "$1: $d" "$(says "$d" 'lost (the journal has none), and the lines in the spool do not')" 1
	done
	# Only the overlap is asked for again; of alerts that is a week.
	for d in activity threat; do
		[ "$(of_stream "$d" seen)" -lt 60 ] ||
		    fail "$1: $d: $(of_stream "$d" seen) were read again"
	done
	once
	is "$1: said again" "$(grep -c 'position is lost' "$dir/once.err")" 0
}

# spoil FILE: in one of many ways, at random.
spoil()
{
	size=$(stat -c %s "$1")
	[ "$size" -gt 0 ] || return
	random "$size"
	at=$n
	random 6
	how=$n
	case $how in
	0)	rm "$1" ;;
	1)	: >"$1" ;;
	2)	truncate -s "$at" "$1" ;;
	3)	truncate -s 0 "$1"
		truncate -s "$size" "$1" ;;
	4)	printf '\377' | dd of="$1" bs=1 seek="$at" conv=notrunc ;;
	5)	dd if=/dev/urandom of="$1" bs=1 seek="$at" count=100 \
		    conv=notrunc ;;
	esac 2>/dev/null
	spoiled="$spoiled ${1##*/state/}:$how:$at"
}

# Sweeps that were completed are not made again.
all_polled()
{
	jq -e '[.streams[] | select(.dataset | startswith("application") |
	    not) | .polls > 0] | length == 7 and all' \
	    "$dir/state/status.json" >/dev/null 2>&1
}

# The daemon is killed, part of the state is spoiled, and it starts again.
test_spoiled()
{
	configure "$(all 240h)"
	once
	for i in $(seq "$spoils"); do
		spoiled=
		for f in "$dir"/state/journal "$dir"/state/ids/*; do
			random 3
			[ $n != 0 ] || [ ! -e "$f" ] || spoil "$f"
		done
		for d in activity agent alert threat; do
			mock POST produce "{\"dataset\":\"$d\",\"count\":2}"
		done >/dev/null
		mock POST time '{"advance":2}' >/dev/null
		rm -f "$dir/state/status.json"
		run_start
		random 5
		if [ "$n" = 0 ]; then
			wait_for 60 all_polled
		else
			sleep "0.$n"
		fi
		kill -0 "$run_pid" || {
			fail "it does not start:$spoiled"
			cat "$dir/run.err"
		}
		run_kill
		[ -z "$E2E_VERBOSE" ] || {
			echo "$i:$spoiled"
			check_everything "$i" | grep missing -v
		}
	done
	mock POST time '{"advance":3700}' >/dev/null
	once
	is "spoiled: code" "$code" 0
	check_everything spoiled
	ls "$dir"/state/journal.damaged-* >/dev/null ||
	    fail "no copy of a damaged journal"
}

# What a later version wrote is neither read nor replaced.
test_later()
{
	printf '%s\n' 'c17918a5 {"journal":"s1spool","version":2}' \
	    '51835416 {"commit":1,"records":0}' >"$dir/state/journal"
	cp "$dir/state/journal" "$dir/later"
	once
	is "later" "$code" 78
	grep -q "state/journal was written by a later version" \
	    "$dir/once.err" || fail "later: $(cat "$dir/once.err")"
	limit 60 "$S1SPOOL" prune --config "$dir/s1spool.yml" >/dev/null \
	    2>"$dir/prune.err"
	is "later: prune" $? 66
	cmp "$dir/later" "$dir/state/journal" || fail "it was replaced"
}

spool_options=", hold: 0s"
mock_start --epoch $epoch --agents 60 --groups 10 --threats 60 \
    --activities 300 --alerts 80 --unified-alerts 80 --applications 10 \
    --installations 60 --risks 60 --days 2
test_lost "with ids"
test_lost "without ids"
test_spoiled
test_later
mock_stop
finish
