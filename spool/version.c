#include "config.h"

#include "spool/version.h"

enum version_verdict
version_check(int64_t found, int64_t newest)
{
	if (found < 1)
		return VERSION_NONE;
	return found > newest ? VERSION_LATER : VERSION_KNOWN;
}

void
version_explain(struct buf *err, const char *what)
{
	buf_addf(err, "%s was written by a later version of s1spool, which "
	    "this one cannot read and does not replace: install the later "
	    "one again, or move the state away to begin anew from the spool",
	    what);
}
