#include "config.h"

#include "filebeat/kibana/facts.h"

#include <string.h>

static const struct {
	const char *type, *chart;
} types[] = {
	{ "boolean", "boolean" },
	{ "constant_keyword", "string" },
	{ "date", "date" },
	{ "double", "number" },
	{ "float", "number" },
	{ "ip", "ip" },
	{ "keyword", "string" },
	{ "long", "number" },
	{ "wildcard", "string" },
};

void
facts_load(struct facts *f, const char *fields, const char *labels)
{
	rows_load(&f->types, fields);
	rows_load(&f->labels, labels);
}

void
facts_free(struct facts *f)
{
	rows_free(&f->types);
	rows_free(&f->labels);
}

const char *
facts_type(const struct facts *f, const char *field)
{
	const struct row *row = rows_find(&f->types, field);

	for (size_t i = 0; row != NULL && i < sizeof(types) / sizeof(types[0]);
	    i++)
		if (strcmp(types[i].type, row->column[1]) == 0)
			return types[i].chart;
	return NULL;
}

static const char *
label(const struct facts *f, const char *field, size_t column)
{
	const struct row *row = rows_find(&f->labels, field);

	return row == NULL ? "" : row->column[column];
}

const char *
facts_label(const struct facts *f, const char *field)
{
	return label(f, field, 1);
}

const char *
facts_label_of_number(const struct facts *f, const char *field)
{
	return label(f, field, 2);
}
