# soak.sh for ten minutes, each time in another order.
DURATION=${DURATION:-600}
SEED=${SEED:-$$}
. "$top_srcdir/tests/e2e/soak.sh"
