#!/bin/sh
# one.sh SECONDS TARGET [DATASET]: let libFuzzer look at one target for so
# long; see run.sh.  Ends with 1 when it has found something.
tests=$top_srcdir/tests/fuzz
name=$2${3:+_$3}
dict=$tests/dict/$2.dict
[ -f "$dict" ] || dict=
mkdir -p "fuzz/corpus/$name"
if FUZZ_DATASET=${3:-} "tests/fuzz/fuzz_$2" -timeout=20 \
    -max_total_time="$1" -rss_limit_mb=2000 -print_final_stats=1 \
    ${dict:+-dict="$dict"} -artifact_prefix="fuzz/found/$name-" \
    "fuzz/corpus/$name" "$tests/seeds/$2" >"fuzz/$name.log" 2>&1; then
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
	    "fuzz/$name.log")
	echo "$name: $runs runs"
	rm -f "fuzz/$name.log"
else
	tail -n 50 "fuzz/$name.log"
	echo "$name: see fuzz/$name.log and fuzz/found"
	exit 1
fi
