/*
 * check_fields [-r | -a] ROWS DATASET FILE...
 *
 * Documents of a dataset, one a line, against the fields that it declares:
 * each leaf is declared, with a type that takes its value.
 *
 *	-r	the files hold records as consoles send them: no value may
 *		have another type.  Without it the tests may have made them up:
 *		then a field that gets what the console sends, whatever it is,
 *		may get what Elasticsearch would refuse, if not always
 *	-a	the files hold all there is: whatever is declared must be there
 *
 * And the declarations alone: ids are keywords, and each target of the mapping
 * table is declared.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset.h"
#include "tests/fields/accept.h"
#include "tests/fields/declared.h"
#include "tests/fields/produced.h"
#include "tests/oracle/tree.h"

#define PATH_LEN_MAX (64 << 10)
#define TOLD_LEN_MAX (1 << 20)

static bool real, all;
static const struct dataset *dataset;
static struct declared declared;
static struct buf path; /* of the value looked at */
static struct buf told; /* lines that were printed */
static bool copies; /* does the document have what is copied? */
static const char *file;
static size_t line_no, n_lines;
static int n_faults;

/* Say what is wrong with a field, once, with the first value. */
static void
tell(const char *field, const char *what, const char *type,
    struct json_object *v)
{
	size_t len = told.len;

	n_faults++;
	buf_addf(&told, "\n%s: %s: %s%s", dataset->name, field, what, type);
	if (memmem(told.p, len, told.p + len, told.len - len) != NULL) {
		buf_cut(&told, len);
		return;
	}
	fputs(told.p + len + 1, stdout);
	if (v != NULL)
		printf(": %.200s (%s:%zu)", json_object_to_json_string(v), file,
		    line_no);
	putchar('\n');
}

/* May records that tests made up put anything there? */
static bool
is_excused(enum produced how)
{
	return how != PRODUCED_NEVER && how != PRODUCED_CONVERTED;
}

static void
check_value(struct declared_field *f, struct json_object *v)
{
	bool accepted = accept_value(f, v);
	enum produced how;

	f->n_default += !copies;
	if (accepted)
		f->n_accepted++;
	else
		f->n_refused++;
	if (accepted && (f->copy == NULL || copies))
		return;
	how = produced_how(&dataset->map, path.p);
	if (!accepted && (real || !is_excused(how)))
		tell(path.p, "no value of type ", f->type, v);
	if (accepted && (real || how != PRODUCED_MEMBER))
		tell(path.p, "copied, and there all the same", "", v);
}

static void check(struct json_object *v);

static void
check_members(struct json_object *object)
{
	size_t len = path.len;

	json_object_object_foreach(object, name, member) {
		/* What Filebeat takes off the document again. */
		if (len == 0 && strcmp(name, "spool") == 0)
			continue;
		buf_addf(&path, "%s%s", len > 0 ? "." : "", name);
		check(member);
		buf_cut(&path, len);
	}
}

/* The value at the path; elements of a list are values of their own. */
static void
check(struct json_object *v)
{
	struct declared_field *f;
	bool object = json_object_is_type(v, json_type_object);

	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			check(json_object_array_get_idx(v, i));
		return;
	}
	f = declared_find(&declared, path.p);
	if (f != NULL && (!object || !declared_is_wild(f)))
		check_value(f, v);
	else if (!object)
		tell(path.p, "not declared", "", v);
	if (f != NULL && f->added)
		tell(path.p, "declared as not in lines", "", v);
	if (object && (f == NULL || declared_is_wild(f) ||
	    strcmp(f->type, "object") == 0))
		check_members(v);
}

/* Do the tags say that copied fields are left as they are? */
static bool
has_copies(struct json_object *doc)
{
	struct json_object *tags = NULL;
	bool found = false;

	if (json_object_object_get_ex(doc, "tags", &tags) &&
	    json_object_is_type(tags, json_type_array))
		for (size_t i = 0; i < json_object_array_length(tags); i++)
			found |= strcmp("preserve_duplicate_custom_fields",
			    json_object_get_string(json_object_array_get_idx(
			    tags, i))) == 0;
	return found;
}

static void
check_document(const char *text, size_t len)
{
	struct json_object *doc;

	if (tree_read(text, len, &doc) < 0 ||
	    !json_object_is_type(doc, json_type_object)) {
		tell(file, "a line is no document", "", NULL);
	} else {
		copies = has_copies(doc);
		check_members(doc);
	}
	json_object_put(doc);
	n_lines++;
}

static void
check_file(void)
{
	FILE *f = fopen(file, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL) {
		tell(file, "cannot be read", "", NULL);
		return;
	}
	/* What ends without a newline is torn, and nobody reads it. */
	for (line_no = 1; (len = getline(&text, &size, f)) > 0 &&
	    text[len - 1] == '\n'; line_no++)
		check_document(text, (size_t)len);
	free(text);
	fclose(f);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), len = strlen(end);

	return n >= len && strcmp(text + n - len, end) == 0;
}

static bool
is_id(const char *field)
{
	static const char *const ends[] = {
		".id", "_id", ".uid", ".uuid", "_uid", "_uuid", "_ids",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(field, ends[i]))
			return true;
	return false;
}

static void
check_declared(const struct declared_field *f)
{
	if (is_id(f->name) && strcmp(f->type, "keyword") != 0)
		tell(f->name, "an id, and of type ", f->type, NULL);
	if (f->copy != NULL && declared_find(&declared, f->copy) == NULL)
		tell(f->name, "copied to what is not declared: ", f->copy,
		    NULL);
	if (!all || f->added || declared_is_wild(f))
		return;
	if (f->copy == NULL && f->n_accepted > 0 && f->n_default == 0)
		tell(f->name, "only with an option, and not copied", "", NULL);
	if (f->n_accepted > 0)
		return;
	/* What an object of the console may have needs no example. */
	if (f->n_refused > 0)
		tell(f->name, "each value is refused by type ", f->type, NULL);
	else if (produced_how(&dataset->map, f->name) != PRODUCED_MEMBER)
		tell(f->name, "in no document", "", NULL);
}

/* Targets of a row, as collector/map/table.h describes them. */
static void
check_targets(const char *targets)
{
	while (targets != NULL && *targets != '\0') {
		size_t n = strcspn(targets, " ");
		const struct declared_field *f;

		buf_reset(&path);
		for (size_t i = 0; i < n; i++)
			if (targets[i] != '[' && targets[i] != ']')
				buf_addc(&path, targets[i]);
		f = declared_find(&declared, path.p);
		if (path.p[0] != '.' && (f == NULL || f->added))
			tell(path.p, "a target, and not declared", "", NULL);
		targets += n + (targets[n] != '\0');
	}
	buf_reset(&path);
}

static void
check_table(const struct map_table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		check_targets(table->rows[i].target);
		check_targets(table->rows[i].also);
	}
	for (size_t i = 0; i < table->n_slots; i++)
		check_targets(table->slots[i]);
	for (const struct map_constant *c = table->constants;
	    c != NULL && c->target != NULL; c++)
		check_targets(c->target);
	for (size_t i = 0; i < declared.n; i++)
		check_declared(&declared.field[i]);
}

static _Noreturn void
usage(void)
{
	fputs("usage: check_fields [-r | -a] ROWS DATASET FILE...\n", stderr);
	exit(99);
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "ra")) != -1) {
		if (c == '?')
			usage();
		real |= c == 'r';
		all |= c == 'a';
	}
	argv += optind;
	if (argc - optind < 2 || (dataset = dataset_find(slice_of(argv[1]))) ==
	    NULL || declared_load(&declared, argv[0]) < 0)
		usage();
	buf_init(&path, PATH_LEN_MAX);
	buf_init(&told, TOLD_LEN_MAX);
	for (argv += 2; *argv != NULL; argv++) {
		file = *argv;
		check_file();
	}
	check_table(&dataset->map);
	printf("%s: %zu fields, %zu documents, %d faults\n", dataset->name,
	    declared.n, n_lines, n_faults);
	declared_free(&declared);
	buf_fini(&path);
	buf_fini(&told);
	return n_faults > 0;
}
