/*
 * Dashboards, with their panels inside.
 */
#ifndef S1SPOOL_DASHBOARD_H
#define S1SPOOL_DASHBOARD_H

#include <json-c/json.h>

#include "filebeat/kibana/facts.h"
#include "filebeat/kibana/rows.h"

/* Columns of dashboards.tsv. */
enum {
	DASHBOARD_ID,
	DASHBOARD_TITLE,
	DASHBOARD_RANGE,
	DASHBOARD_CONTROLS,
	DASHBOARD_DESCRIPTION
};

/*
 * The dashboard of a row, all being the rows that there are, with the panels
 * of its table, whose rows are cut up.  A new object, as it is saved.  What
 * makes no sense is said, and ends the program.
 */
struct json_object *dashboard_make(const struct rows *all,
    const struct row *row, const struct rows *panels, const struct facts *f);

#endif
