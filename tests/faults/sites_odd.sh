# sites.sh with all sites, each failing in all its ways: one half of them, for
# two to run side by side.
# shellcheck disable=SC2034 # sites.sh reads it
SITES=${SITES-all}
PART=odd
. "$top_srcdir/tests/faults/sites.sh"
