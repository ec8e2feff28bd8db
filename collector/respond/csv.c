#include "config.h"

#include "collector/respond/csv.h"

#include <stdbool.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/host.h"

#define WIDTH_MAX 60 /* of a column that is not the last */
#define MARK "\xef\xbb\xbf"

/* Move the value in front of a comma or a line's end to field; *at stands on
 * that then. */
static void
take_field(struct slice text, size_t *at, struct buf *field)
{
	size_t i = *at;
	bool quoted = false;

	buf_reset(field);
	for (; i < text.len; i++) {
		char c = text.p[i];

		if (c == '"' && quoted && i + 1 < text.len &&
		    text.p[i + 1] == '"')
			buf_addc(field, text.p[++i]);
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ',' || c == '\n' || c == '\r'))
			break;
		else
			buf_addc(field, c);
	}
	*at = i;
}

static struct json_object *
take_row(struct slice text, size_t *at, struct buf *field)
{
	struct json_object *row = tree_list();

	for (;;) {
		take_field(text, at, field);
		tree_push(row, tree_slice(buf_slice(field)));
		if (*at == text.len || text.p[*at] != ',')
			return row;
		++*at;
	}
}

struct json_object *
csv_parse(struct slice text)
{
	struct json_object *rows = tree_list();
	size_t at = text.len >= 3 && bytes_eq(text.p, MARK, 3) ? 3 : 0;
	struct buf field;

	buf_init(&field, text.len + 1);
	while (at < text.len) {
		if (text.p[at] == '\n' || text.p[at] == '\r')
			at++;
		else
			tree_push(rows, take_row(text, &at, &field));
	}
	buf_fini(&field);
	return rows;
}

static const char *
cell(struct json_object *row, size_t i)
{
	struct json_object *v = i < json_object_array_length(row) ?
	    json_object_array_get_idx(row, i) : NULL;

	return v == NULL ? "" : json_object_get_string(v);
}

/* Characters, of which a terminal mostly shows one in one place. */
static size_t
width_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static size_t
count_columns(struct json_object *rows)
{
	size_t most = 0, n;

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		n = json_object_array_length(json_object_array_get_idx(rows,
		    i));
		if (n > most)
			most = n;
	}
	return most;
}

static void
measure(struct json_object *rows, size_t *width, size_t n)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		for (size_t k = 0; k < n; k++) {
			size_t w = width_of(cell(
			    json_object_array_get_idx(rows, i), k));

			if (w > width[k])
				width[k] = w < WIDTH_MAX ? w : WIDTH_MAX;
		}
	}
}

static void
print_row(struct json_object *row, const size_t *width, size_t n, FILE *to)
{
	size_t last = json_object_array_length(row);
	struct buf line;

	buf_init(&line, SIZE_MAX / 2);
	for (size_t k = 0; k < last && k < n; k++) {
		size_t w = width_of(cell(row, k));

		host_add_plain(&line, cell(row, k));
		for (; k + 1 < last && w < width[k] + 2; w++)
			buf_addc(&line, ' ');
	}
	fprintf(to, "%s\n", line.p);
	buf_fini(&line);
}

void
csv_print(struct json_object *rows, FILE *to)
{
	size_t n = count_columns(rows);
	size_t *width = xcalloc(n + 1, sizeof(*width));

	measure(rows, width, n);
	for (size_t i = 0; i < json_object_array_length(rows); i++)
		print_row(json_object_array_get_idx(rows, i), width, n, to);
	free(width);
}

struct json_object *
csv_objects(struct json_object *rows)
{
	struct json_object *list = tree_list();
	struct json_object *names = json_object_array_length(rows) > 0 ?
	    json_object_array_get_idx(rows, 0) : NULL;

	for (size_t i = 1; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		struct json_object *o = tree_object();

		for (size_t k = 0; k < json_object_array_length(names); k++)
			tree_put(o, cell(names, k), tree_text(cell(row, k)));
		tree_push(list, o);
	}
	return list;
}
