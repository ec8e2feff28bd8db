/*
 * The head of every line:
 *   {"spool":{"seq":"<birth>-<line>","id":"<id>","at":"<at>","resend":N},
 * with ,"backfill":true or nothing in place of the number.
 * Made for each line that is written, so the part that all lines of a segment
 * share is made once.
 */
#ifndef S1SPOOL_PREFIX_H
#define S1SPOOL_PREFIX_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

struct prefix {
	char head[40]; /* up to the dash before the line number */
	size_t head_len;
};

/* For the lines of the segment with this birth, which is not negative. */
void prefix_init(struct prefix *p, int64_t birth_us);

/* Append the head of one line.  0, or -1 when b is full (b unchanged). */
int prefix_add(const struct prefix *p, struct buf *b, int64_t line,
    struct slice id, struct slice at, int64_t resend);

/* Split "<birth in base 36>-<line>".  0, or -1 when it is anything else. */
int prefix_parse_seq(struct slice seq, int64_t *birth_us, int64_t *line);

#endif
