/*
 * check_book [-s] [-p PIPELINE] BOOK LINES ADDED
 *
 * Compare the book of the bulk endpoint with spool lines: each spool.id is in
 * the book once, in the data stream that its line names, sent with PIPELINE
 * (none without -p), and the document is the line without its member `spool',
 * plus exactly the fields that ADDED names (a path a line; after `?' one that
 * may be there).  The member that differs is told.  A line that was sent again
 * has the same _id, so that either of the two counts.  What was refused is in
 * DEAD, its text in `message'.
 *
 * -s: the lines are a sample of `s1spool map --spool': the book may hold more,
 * and event.created, the time of collection, is not compared.
 */
#include "config.h"

#include <err.h>
#include <json-c/json.h>
#include <json-c/linkhash.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEAD "logs-s1spool.dead_letter-default"
#define ADDED_MAX 100
#define TELL_MAX 10

struct document {
	struct json_object *line; /* without spool */
	struct document *again; /* another of the same id */
	unsigned stored;
};

static struct lh_table *documents; /* by spool.id */
static struct {
	char *path;
	bool may; /* be there */
	bool met;
} added[ADDED_MAX];
static size_t n_added;
static bool sample;
static const char *differs; /* the member that was compared last */
static const char *pipeline;
static unsigned n_lines, n_rows, n_dead, n_bad;

static void
tell(const char *what, const char *id, struct json_object *o)
{
	if (n_bad++ < TELL_MAX)
		printf("  %s: %s: %.400s\n", what, id,
		    json_object_to_json_string(o));
}

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

/* Remove what a path of names with dots between them leads to, and the objects
 * that are empty then.  True if it was there. */
static bool
cut(struct json_object *o, const char *path)
{
	size_t len = strcspn(path, ".");
	char *name = strndup(path, len);
	struct json_object *v = NULL;
	bool found = json_object_object_get_ex(o, name, &v);

	if (found && path[len] == '.')
		found = json_object_is_type(v, json_type_object) &&
		    cut(v, path + len + 1);
	if (found && (path[len] == '\0' || json_object_object_length(v) == 0))
		json_object_object_del(o, name);
	free(name);
	return found;
}

/* A time ends in Z, and zeros at the end of its fraction say nothing. */
static bool
same_time(const char *a, const char *b)
{
	size_t n = strcspn(a, "Z"), m = strcspn(b, "Z");

	while (n > 1 && strchr(a, '.') != NULL && strchr("0.", a[n - 1]))
		n--;
	while (m > 1 && strchr(b, '.') != NULL && strchr("0.", b[m - 1]))
		m--;
	return n == m && strncmp(a, b, n) == 0;
}

static bool
is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}

static bool same(struct json_object *a, struct json_object *b);

static bool
same_list(struct json_object *a, struct json_object *b)
{
	size_t n = json_object_array_length(a), i = 0;

	if (n != json_object_array_length(b))
		return false;
	while (i < n && same(json_object_array_get_idx(a, i),
	    json_object_array_get_idx(b, i)))
		i++;
	return i == n;
}

static bool
same_member(const char *name, struct json_object *a, struct json_object *b)
{
	if (strcmp(name, "@timestamp") == 0 && a != NULL && b != NULL)
		return same_time(json_object_get_string(a),
		    json_object_get_string(b));
	return same(a, b);
}

static bool
same_object(struct json_object *a, struct json_object *b)
{
	json_object_object_foreach(b, extra, w) {
		(void)w;
		if (!json_object_object_get_ex(a, extra, NULL)) {
			differs = extra;
			return false;
		}
	}
	json_object_object_foreach(a, name, v) {
		if (!same_member(name, v, json_object_object_get(b, name))) {
			if (!json_object_is_type(v, json_type_object))
				differs = name;
			return false;
		}
	}
	return true;
}

/* Filebeat may write a number in another way, but not another number. */
static bool
same(struct json_object *a, struct json_object *b)
{
	enum json_type type = json_object_get_type(a);

	if (is_number(a) && is_number(b) && type != json_object_get_type(b))
		return json_object_get_double(a) == json_object_get_double(b);
	if (type != json_object_get_type(b))
		return false;
	if (type == json_type_array)
		return same_list(a, b);
	if (type == json_type_object)
		return same_object(a, b);
	return json_object_equal(a, b);
}

static void
take_line(struct json_object *o)
{
	const char *id = text_of(json_object_object_get(o, "spool"), "id");
	struct document *d = calloc(1, sizeof(*d)), *first = NULL;

	if (id == NULL || d == NULL)
		errx(99, "no line of a spool: %s",
		    json_object_to_json_string(o));
	n_lines++;
	lh_table_lookup_ex(documents, id, (void **)&first);
	d->line = json_object_get(o);
	if (first == NULL) {
		lh_table_insert(documents, strdup(id), d);
	} else {
		d->again = first->again;
		first->again = d;
	}
	json_object_object_del(o, "spool");
	if (sample)
		cut(o, "event.created");
}

static bool
is_dead(struct json_object *row)
{
	return strcmp(text_of(row, "_index"), DEAD) == 0;
}

/* The data stream that the line asks for. */
static bool
is_in_place(struct json_object *row, const struct document *d)
{
	struct json_object *stream = json_object_object_get(d->line,
	    "data_stream");
	char name[300];

	snprintf(name, sizeof(name), "%s-%s-%s", text_of(stream, "type"),
	    text_of(stream, "dataset"), text_of(stream, "namespace"));
	return strcmp(text_of(row, "_index"), name) == 0;
}

static void
check_added(struct json_object *source, const char *id)
{
	for (size_t i = 0; i < n_added; i++) {
		bool found = cut(source, added[i].path);

		added[i].met = added[i].met || found;
		if (!found && !added[i].may)
			tell(added[i].path, id, source);
	}
	if (sample)
		cut(source, "event.created");
}

static void
check_source(struct json_object *source, const char *id,
    const struct document *d)
{
	check_added(source, id);
	for (; d != NULL; d = d->again)
		if (same(d->line, source))
			return;
	tell(differs, id, source);
}

static void
take_row(struct json_object *row)
{
	struct json_object *source = json_object_object_get(row, "_source");
	const char *id = text_of(row, "_id"), *p = text_of(row, "pipeline");
	struct document *d = NULL;

	n_rows++;
	lh_table_lookup_ex(documents, id, (void **)&d);
	if (d == NULL) {
		if (!sample)
			tell("not in the spool", id, row);
		return;
	}
	if (++d->stored > 1)
		tell("twice", id, row);
	if ((p == NULL) != (pipeline == NULL) ||
	    (p != NULL && strcmp(p, pipeline) != 0))
		tell("another pipeline", id, row);
	if (is_dead(row)) {
		n_dead++;
		if (text_of(source, "message") == NULL)
			tell("without its text", id, row);
	} else if (!is_in_place(row, d)) {
		tell("in another data stream", id, row);
	} else {
		check_source(source, id, d);
	}
}

static void
each_line(const char *path, void (*take)(struct json_object *o))
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (f == NULL)
		err(99, "%s", path);
	while (getline(&line, &size, f) > 0) {
		struct json_object *o = json_tokener_parse(line);

		if (o == NULL)
			errx(99, "%s: no JSON: %s", path, line);
		take(o);
		json_object_put(o);
	}
	free(line);
	fclose(f);
}

static void
read_added(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL)
		err(99, "%s", path);
	while ((len = getline(&line, &size, f)) > 0) {
		bool may = line[0] == '?';

		if (n_added == ADDED_MAX)
			errx(99, "%s: too long", path);
		line[len - 1] = '\0';
		added[n_added].may = may;
		added[n_added++].path = strdup(line + may);
	}
	free(line);
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct lh_entry *e;
	int c;

	while ((c = getopt(argc, argv, "sp:")) != -1) {
		if (c == 's')
			sample = true;
		else if (c == 'p')
			pipeline = optarg;
		else
			return 99;
	}
	if (argc - optind != 3)
		errx(99, "usage: check_book [-s] [-p PIPELINE] BOOK LINES "
		    "ADDED");
	documents = lh_kchar_table_new(4096, NULL);
	each_line(argv[optind + 1], take_line);
	read_added(argv[optind + 2]);
	each_line(argv[optind], take_row);
	lh_foreach(documents, e) {
		struct document *d = (struct document *)lh_entry_v(e);

		if (d->stored == 0)
			tell("not in the book", lh_entry_k(e), d->line);
	}
	printf("%u lines, %u rows, %u of them dead letters, %u faults\n",
	    n_lines, n_rows, n_dead, n_bad);
	return n_bad == 0 && n_lines > 0 ? 0 : 1;
}
