/*
 * The text inside JSON strings.
 */
#ifndef S1SPOOL_JSON_TEXT_H
#define S1SPOOL_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"

/* Length of the well-formed UTF-8 sequence at p, which begins with a byte
 * above 0x7f; 0 when it is malformed or crosses end. */
size_t json_utf8_len(const char *p, const char *end);

/*
 * Append the content of a valid JSON string, unescaped, to out.  A lone
 * surrogate becomes U+FFFD.  0, or -1 when out's cap is exceeded.
 */
int json_unescape(struct buf *out, struct slice content);

/* Append text as the content of a JSON string, without the quotes.  text must
 * be UTF-8.  0, or -1 when out's cap is exceeded. */
int json_escape(struct buf *out, struct slice text);

/* Do two contents of JSON strings mean the same text? */
bool json_same_text(struct slice a, bool a_escaped, struct slice b,
    bool b_escaped);

/* A hash of the text, equal for all ways to write it. */
uint32_t json_hash_text(struct slice content, bool escaped);

#endif
