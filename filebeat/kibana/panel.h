/*
 * A panel as its row in panels/ has it.
 */
#ifndef S1SPOOL_PANEL_H
#define S1SPOOL_PANEL_H

#include <stdbool.h>

#include "filebeat/kibana/rows.h"

#define PANEL_SPLITS 3
#define PANEL_VALUES 8

enum panel_kind {
	PANEL_LINKS,
	PANEL_MARKDOWN,
	PANEL_DOCUMENTS,
	PANEL_METRIC,
	PANEL_DONUT,
	PANEL_TABLE,
	PANEL_BAR, /* horizontal, by value */
	PANEL_TIME /* bars, lines or areas over time */
};

/* What divides the documents: the values of a field, or time. */
struct panel_split {
	const char *field;
	const char *interval; /* "auto" or a fixed one on an axis of its own,
			       * NULL: not by time but by value */
	int size; /* how many values */
	bool ascending; /* by the panel's first value */
	bool across; /* columns of a table, not rows */
};

enum panel_op { PANEL_COUNT, PANEL_DISTINCT, PANEL_MAX, PANEL_LAST };

/* What is shown of each part. */
struct panel_value {
	enum panel_op op;
	const char *field; /* NULL for a count */
	const char *where; /* KQL, NULL: of all documents */
	const char *label; /* NULL: that of the field */
};

struct panel {
	const char *id, *title;
	enum panel_kind kind;
	const char *series; /* of PANEL_TIME: Kibana's name without "_stacked" */
	int w, h; /* of the grid of 48 columns */
	const char *range; /* "now-90d", NULL: the dashboard's */
	const char *streams; /* data sets without "sentinel_one.", "all" */
	const char *kql; /* on top of the data sets, "" for none */
	struct panel_split split[PANEL_SPLITS];
	int n_splits;
	struct panel_value value[PANEL_VALUES];
	int n_values;
	bool minus; /* the first value less the second one */
	const char *text; /* Markdown, or the columns of documents */
};

/* Read a row, which is cut up and must outlive the panel.  Says why and exits
 * when it makes no sense. */
struct panel panel_read(const struct rows *r, struct row *row);

#endif
