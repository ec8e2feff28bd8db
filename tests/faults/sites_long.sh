# sites.sh with all sites, each failing in all its ways.
SITES=${SITES-all}
. "$top_srcdir/tests/faults/sites.sh"
