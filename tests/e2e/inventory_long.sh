# inventory.sh for a large customer.
APPLICATIONS=${APPLICATIONS-100} ROWS=${ROWS-300000} PAGE=${PAGE-1000}
MEMORY=${MEMORY-64} PARTS=${PARTS-sweep unchanged kill resend}
# shellcheck disable=SC2034 # lib.sh reads it
once_timeout=900
. "$top_srcdir/tests/e2e/inventory.sh"
