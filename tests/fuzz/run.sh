#!/bin/sh
# run.sh SECONDS [TARGET...]: let libFuzzer look at targets, all when none is
# named, for so long each; at the mapper so long for each dataset.  As many at
# once as there are processors.  What it learns grows in fuzz/corpus of the
# build, what it finds lies in fuzz/found.  Fails when it has found something.
set -eu
cd "$top_builddir"
seconds=$1
shift
mkdir -p fuzz/found

targets()
{
	for source in "$top_srcdir"/tests/fuzz/fuzz_*.c; do
		name=${source##*/fuzz_}
		echo "${name%.c}"
	done
}

datasets()
{
	sed -n 's/^DATASET([A-Z_]*, \(.*\))$/map \1/p' \
	    "$top_srcdir/collector/dataset/dataset.def"
}

# shellcheck disable=SC2046 # a list
[ $# -gt 0 ] || set -- $(targets)
for target; do
	[ "$target" != map ] || datasets
	[ "$target" = map ] || echo "$target"
done | xargs -P "$(nproc)" -L 1 sh "$top_srcdir/tests/fuzz/one.sh" "$seconds"
