/*
 * The fields that a dataset declares: the rows that filebeat/fields/rows.awk
 * prints.
 */
#ifndef S1SPOOL_DECLARED_H
#define S1SPOOL_DECLARED_H

#include <stdbool.h>
#include <stddef.h>

struct declared_field {
	char *name; /* "a.*" for whatever is below "a" */
	char *type;
	char *parameters;
	bool added; /* by others, behind s1spool */
	char *copy; /* the field of ECS that has the same, NULL for none; then
		     * this one is there only when an option says so */
	/* Values that documents had there, and those of them without that
	 * option. */
	size_t n_accepted;
	size_t n_refused;
	size_t n_default;
};

struct declared {
	struct declared_field *field; /* ascending by name */
	size_t n;
};

/* Read a file of rows.  0, or -1 with a message on standard output when it
 * cannot be read or is not such a file. */
int declared_load(struct declared *d, const char *path);
void declared_free(struct declared *d);

/* The field of that very name, else the narrowest "a.*" that it is below;
 * NULL when there is neither. */
struct declared_field *declared_find(const struct declared *d,
    const char *name);

/* A field for whatever is below another one? */
bool declared_is_wild(const struct declared_field *f);

/* A parameter's number; otherwise when the field does not have it. */
long declared_number(const struct declared_field *f, const char *parameter,
    long otherwise);

/* A parameter's text up to the next blank, copied to a buffer of that size;
 * false when the field does not have it. */
bool declared_text(const struct declared_field *f, const char *parameter,
    char *to, size_t size);

#endif
