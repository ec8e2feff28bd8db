/*
 * Checksummed lines of text: the CRC-32 of the rest in eight lower-case hex
 * digits, a space, the rest, a newline.
 */
#ifndef S1SPOOL_FRAME_H
#define S1SPOOL_FRAME_H

#include "collector/base/buf.h"

/*
 * Append one framed line, whose body is put together from n parts that hold no
 * newline.  0, or -1 when b is full (b unchanged).
 */
int frame_add(struct buf *b, const struct slice *parts, size_t n);

/* The body of a line without its newline.  0, or -1 when the checksum is not
 * the body's. */
int frame_check(struct slice line, struct slice *body);

#endif
