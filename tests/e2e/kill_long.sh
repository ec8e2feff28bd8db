# kill.sh for longer.
KILLS=${KILLS-500}
. "$top_srcdir/tests/e2e/kill.sh"
