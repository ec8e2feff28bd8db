#!/bin/sh
# Every seed of every fuzz target, with libFuzzer or without.
status=0
for seeds in "$top_srcdir"/tests/fuzz/seeds/*; do
	target=$(basename "$seeds")
	"$top_builddir/tests/fuzz/fuzz_$target" "$seeds"/* >replay.out 2>&1 || {
		echo "fuzz_$target:"
		cat replay.out
		status=1
	}
done
rm -f replay.out
exit $status
