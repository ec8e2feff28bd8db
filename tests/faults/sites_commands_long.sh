# sites_commands.sh with all sites, each failing in all its ways.
SITES=${SITES-all}
. "$top_srcdir/tests/faults/sites_commands.sh"
