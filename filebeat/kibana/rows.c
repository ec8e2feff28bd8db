#include "config.h"

#include "filebeat/kibana/rows.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

static void
add_row(struct rows *r, const char *text, size_t line_no)
{
	struct row row = { .line = xstrdup(text), .line_no = line_no };
	char *rest = row.line;

	rest[strcspn(rest, "\n")] = '\0';
	for (size_t i = 0; i < ROWS_COLUMNS; i++) {
		char *column = strsep(&rest, "\t");

		row.column[i] = column != NULL ? column :
						 row.line + strlen(row.line);
	}
	if (rest != NULL)
		rows_fail(r, &row, "more than %d columns", ROWS_COLUMNS);
	r->row = xreallocarray(r->row, r->n + 1, sizeof(*r->row));
	r->row[r->n++] = row;
}

void
rows_load(struct rows *r, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (f == NULL)
		err(1, "%s", path);
	*r = (struct rows){ .path = xstrdup(path) };
	for (size_t line_no = 1; getline(&line, &size, f) > 0; line_no++)
		if (*line != '#')
			add_row(r, line, line_no);
	free(line);
	fclose(f);
}

void
rows_free(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->row[i].line);
	free(r->row);
	free(r->path);
	*r = (struct rows){ .n = 0 };
}

const struct row *
rows_find(const struct rows *r, const char *first)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->row[i].column[0], first) == 0)
			return &r->row[i];
	return NULL;
}

void
rows_fail(const struct rows *r, const struct row *row, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%zu: ", r->path, row->line_no);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

char *
rows_part(char **text, const char *separator)
{
	char *part = *text, *end;

	if (part == NULL || *part == '\0')
		return NULL;
	end = strstr(part, separator);
	if (end != NULL)
		*end = '\0';
	*text = end == NULL ? NULL : end + strlen(separator);
	return part;
}
