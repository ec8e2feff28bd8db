# backfill.sh for longer, with all datasets, and dying at each named point.
# shellcheck disable=SC2034 # backfill.sh reads them
KILLS=${KILLS-60}
SHARE=0.1
DATASETS="activity agent alert group threat threat_event unified_alert"
POINTS=$(sed -n '/crash_point_names\[\]/,/NULL/s/^	"\(.*\)",$/\1/p' \
    "$top_srcdir/collector/base/crashpoint.c")
. "$top_srcdir/tests/e2e/backfill.sh"
