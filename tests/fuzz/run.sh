#!/bin/sh
# run.sh SECONDS [TARGET...]: let libFuzzer look at targets, all when none is
# named, for so long each; at the mapper so long for each dataset.  What it
# learns grows in fuzz/corpus of the build, what it finds lies in fuzz/found.
# Ends with 1 when it has found something.
status=0
cd "$top_builddir" || exit 1
tests=$top_srcdir/tests/fuzz
seconds=$1
shift
mkdir -p fuzz/found

# fuzz TARGET [DATASET]
fuzz()
{
	name=$1${2:+_$2}
	dict=$tests/dict/$1.dict
	[ -f "$dict" ] || dict=
	mkdir -p "fuzz/corpus/$name"
	if FUZZ_DATASET=${2:-} "tests/fuzz/fuzz_$1" -timeout=20 \
	    -max_total_time="$seconds" -rss_limit_mb=2000 \
	    -print_final_stats=1 ${dict:+-dict="$dict"} \
	    -artifact_prefix="fuzz/found/$name-" \
	    "fuzz/corpus/$name" "$tests/seeds/$1" >fuzz/out 2>&1; then
		echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
		    fuzz/out) runs"
	else
		tail -n 50 fuzz/out
		echo "$name: see fuzz/found"
		status=1
	fi
}

targets()
{
	for source in "$tests"/fuzz_*.c; do
		name=${source##*/fuzz_}
		echo "${name%.c}"
	done
}

datasets=$(sed -n 's/^DATASET([A-Z_]*, \(.*\))$/\1/p' \
    "$top_srcdir/collector/dataset/dataset.def")
# shellcheck disable=SC2046 # a list
[ $# -gt 0 ] || set -- $(targets)
for target; do
	if [ "$target" = map ]; then
		for dataset in $datasets; do
			fuzz map "$dataset"
		done
	else
		fuzz "$target"
	fi
done
rm -f fuzz/out
exit $status
