/*
 * One option's value: from text into its field, and out of memory again.
 */
#ifndef S1SPOOL_CONF_VALUE_H
#define S1SPOOL_CONF_VALUE_H

#include "collector/base/buf.h"
#include "collector/conf/conf_schema.h"

bool conf_type_is_list(enum conf_type type);

/* Make the field empty, freeing what it held. */
void conf_value_clear(const struct conf_option *o, void *section);

/*
 * Put text into the option's field; add it, if the option is a list.  The field
 * must be clear before the first.  0, or -1 with the reason appended to why:
 * the rest of a sentence that begins with the option's name.  On success why
 * may hold a warning of the same form.
 */
int conf_value_add(const struct conf_option *o, void *section,
    struct slice text, struct buf *why);

/* Give one option's value to another of the same type, which is no list of
 * texts. */
void conf_value_copy(const struct conf_option *from, const void *section,
    const struct conf_option *to, void *to_section);

/* Whether two sections have the same values, each of their options. */
bool conf_value_same_all(const struct conf_section *s, const void *a,
    const void *b);

/* Fill a section's fields with the defaults of its table. */
void conf_value_defaults(const struct conf_section *s, void *section);

/* Free what a section's fields hold; they are empty after. */
void conf_value_free(const struct conf_section *s, void *section);

#endif
