/*
 * The consoles and datasets that a command is about.
 */
#ifndef S1SPOOL_CHOICE_H
#define S1SPOOL_CHOICE_H

#include <stdbool.h>

/* The lists are owned, the names borrowed; all zeros: everything. */
struct choice {
	const char **consoles; /* NULL-terminated; NULL: all */
	const char **datasets;
};

void choice_fini(struct choice *c);

/* Append a name to one of the lists.  False, and nothing is done, when it has
 * that name already. */
bool choice_add(const char ***list, const char *name);

bool choice_has_console(const struct choice *c, const char *console);
bool choice_has_dataset(const struct choice *c, const char *dataset);
bool choice_has(const struct choice *c, const char *console,
    const char *dataset);

#endif
