#include "config.h"

#include "filebeat/kibana/panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COL_ID,
	COL_TITLE,
	COL_KIND,
	COL_SIZE,
	COL_STREAMS,
	COL_KQL,
	COL_SPLIT,
	COL_VALUE
};

static const struct {
	const char *name;
	enum panel_kind kind;
	const char *series;
} kinds[] = {
	{ "links", PANEL_LINKS, NULL },
	{ "markdown", PANEL_MARKDOWN, NULL },
	{ "documents", PANEL_DOCUMENTS, NULL },
	{ "metric", PANEL_METRIC, NULL },
	{ "donut", PANEL_DONUT, NULL },
	{ "table", PANEL_TABLE, NULL },
	{ "horizontal bar", PANEL_BAR, "bar_horizontal" },
	{ "bar over time", PANEL_TIME, "bar" },
	{ "area over time", PANEL_TIME, "area" },
	{ "line over time", PANEL_TIME, "line" },
};

static const struct {
	const char *word;
	enum panel_op op;
} ops[] = {
	{ "count", PANEL_COUNT },
	{ "distinct", PANEL_DISTINCT },
	{ "max", PANEL_MAX },
	{ "last", PANEL_LAST },
};

static bool
find_kind(struct panel *p, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			p->kind = kinds[i].kind;
			p->series = kinds[i].series;
			return true;
		}
	return false;
}

/* FIELD SIZE [ascending] [across] | FIELD every INTERVAL | @timestamp */
static bool
read_split(struct panel_split *s, char *text)
{
	const char *word;

	s->field = strsep(&text, " ");
	if (text == NULL) {
		s->interval = "auto";
		return true;
	}
	word = strsep(&text, " ");
	if (strcmp(word, "every") == 0) {
		s->interval = text;
		return text != NULL;
	}
	s->size = (int)strtol(word, NULL, 10);
	while ((word = strsep(&text, " ")) != NULL) {
		s->ascending |= strcmp(word, "ascending") == 0;
		s->across |= strcmp(word, "across") == 0;
	}
	return s->size > 0;
}

/* OP FIELD [where KQL] [as LABEL] */
static bool
read_value(struct panel_value *v, char *text)
{
	const char *word;
	char *at = strstr(text, " as ");

	if (at != NULL) {
		*at = '\0';
		v->label = at + strlen(" as ");
	}
	at = strstr(text, " where ");
	if (at != NULL) {
		*at = '\0';
		v->where = at + strlen(" where ");
	}
	word = strsep(&text, " ");
	v->field = text;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].word, word) == 0) {
			v->op = ops[i].op;
			return (v->op == PANEL_COUNT) == (v->field == NULL);
		}
	return false;
}

static bool
read_splits(struct panel *p, char *text)
{
	char *part;

	while ((part = rows_part(&text, "; ")) != NULL)
		if (p->n_splits == PANEL_SPLITS ||
		    !read_split(&p->split[p->n_splits++], part))
			return false;
	return true;
}

static bool
read_values(struct panel *p, char *text)
{
	char *part;

	p->minus = strstr(text, " minus ") != NULL;
	while ((part = rows_part(&text, p->minus ? " minus " : "; ")) != NULL)
		if (p->n_values == PANEL_VALUES ||
		    !read_value(&p->value[p->n_values++], part))
			return false;
	return !p->minus || p->n_values == 2;
}

/* WxH [RANGE] */
static bool
read_size(struct panel *p, char *text)
{
	char *end;

	p->w = (int)strtol(text, &end, 10);
	if (*end != 'x')
		return false;
	p->h = (int)strtol(end + 1, &end, 10);
	p->range = *end == ' ' ? end + 1 : NULL;
	return p->w > 0 && p->h > 0 && (*end == ' ' || *end == '\0');
}

struct panel
panel_read(const struct rows *r, struct row *row)
{
	char **c = row->column;
	struct panel p = { .id = c[COL_ID], .title = c[COL_TITLE],
		.streams = c[COL_STREAMS], .kql = c[COL_KQL] };

	if (!find_kind(&p, c[COL_KIND]))
		rows_fail(r, row, "no kind of panel: %s", c[COL_KIND]);
	if (!read_size(&p, c[COL_SIZE]))
		rows_fail(r, row, "no size: %s", c[COL_SIZE]);
	if (p.kind <= PANEL_DOCUMENTS)
		p.text = c[COL_VALUE];
	else if (!read_splits(&p, c[COL_SPLIT]))
		rows_fail(r, row, "what does not split");
	else if (!read_values(&p, c[COL_VALUE]) || p.n_values == 0)
		rows_fail(r, row, "no value");
	return p;
}
