/*
 * One of a set of words, and the words in which a value is refused.
 */
#ifndef S1SPOOL_CONF_WORD_H
#define S1SPOOL_CONF_WORD_H

#include "collector/base/buf.h"

/* Append "'TEXT' reason" to why; a long text is cut.  -1. */
int conf_refuse(struct buf *why, struct slice text, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The place of text among words (NULL-terminated); -1 with the reason, and the
 * nearest word, in why. */
int conf_word_find(const char *const *words, struct slice text,
    struct buf *why);

#endif
