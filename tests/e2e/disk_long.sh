# disk.sh with each call and each error of a disk, failing once and for a while,
# somewhere.
#
# TURNS=N: places for each (2); SEED=N: the same places again.
TURNS=${TURNS-2}
. "$top_srcdir/tests/e2e/disk.sh"
