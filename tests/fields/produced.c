#include "config.h"

#include "tests/fields/produced.h"

#include <stdbool.h>
#include <string.h>

/*
 * Compare a field with the first target of a list: 0 when it is another one, 1
 * for the very field, 2 when the field is below the target.
 */
static int
match_one(const char *target, const char *field)
{
	while (*field != '\0') {
		if (strncmp(target, "[]", 2) == 0) {
			target += 2;
			continue;
		}
		if (*target != *field)
			break;
		target++;
		field++;
	}
	if (strncmp(target, "[]", 2) == 0)
		target += 2;
	if (*target != '\0' && *target != ' ')
		return 0;
	return *field == '\0' ? 1 : *field == '.' ? 2 : 0;
}

static int
match(const char *targets, const char *field)
{
	int how = 0;

	while (targets != NULL && how == 0) {
		how = match_one(targets, field);
		targets = strchr(targets, ' ');
		if (targets != NULL)
			targets++;
	}
	return how;
}

static bool
is_received(enum map_conv conv)
{
	return conv == MAP_AS_IS || conv == MAP_OBJECTS || conv == MAP_REST;
}

static enum produced
by_row(const struct map_row *row, const char *field)
{
	int how = match(row->target, field);

	if (how == 0)
		how = match(row->also, field);
	if (how == 0 || (how == 2 && !is_received(row->conv)))
		return PRODUCED_NEVER;
	if (!is_received(row->conv))
		return strstr(row->target, "[]") != NULL ? PRODUCED_ELEMENT :
							    PRODUCED_CONVERTED;
	return how == 1 ? PRODUCED_RECEIVED : PRODUCED_MEMBER;
}

enum produced
produced_how(const struct map_table *table, const char *field)
{
	enum produced how = PRODUCED_NEVER;

	/* The best of several rows: a conversion, then the very field. */
	for (size_t i = 0; i < table->n_rows; i++) {
		enum produced one = by_row(&table->rows[i], field);

		if (one == PRODUCED_CONVERTED || one == PRODUCED_ELEMENT)
			return one;
		if (how != PRODUCED_RECEIVED && one != PRODUCED_NEVER)
			how = one;
	}
	for (const struct map_constant *c = table->constants;
	    c != NULL && c->target != NULL; c++)
		if (match(c->target, field) == 1)
			return PRODUCED_CONVERTED;
	for (size_t i = 0; i < table->n_slots && how == PRODUCED_NEVER; i++)
		if (match(table->slots[i], field) == 1)
			how = PRODUCED_DERIVED;
	return how;
}
