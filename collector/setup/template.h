/*
 * Texts with words to be replaced, @LIKE_THIS@.
 */
#ifndef S1SPOOL_TEMPLATE_H
#define S1SPOOL_TEMPLATE_H

#include <stddef.h>

#include "collector/base/buf.h"

struct template_word {
	const char *name; /* without the @; NULL ends a table */
	const char *value; /* lines, the last without its newline */
};

/*
 * Append the text with its words replaced.  A word that stands alone in its
 * line may have many lines, which get the line's indent, or none: then the line
 * is left out.  0, or -1 with errno: EINVAL when the text has a word that is
 * not in the table, EFBIG when out's cap is too small.
 */
int template_expand(struct slice text, const struct template_word *words,
    struct buf *out);

/* Append each line of the text behind the prefix, without blanks at the end of
 * an empty one.  0, or -1 with errno. */
int template_indent(struct slice text, const char *prefix, struct buf *out);

/* Append the text as a quoted scalar of YAML.  It has no control characters. */
void template_quote(const char *text, struct buf *out);

#endif
