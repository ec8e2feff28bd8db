/*
 * One line of a request trace: a flat JSON object, in which every text is
 * without secrets.
 */
#ifndef S1SPOOL_TRACE_LINE_H
#define S1SPOOL_TRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

struct trace_line {
	struct buf json;
	struct slice token; /* borrowed: hidden wherever it stands */
};

void trace_line_init(struct trace_line *l, const char *message,
    struct slice token);
void trace_line_fini(struct trace_line *l);

/* Add a member.  Bytes that are no UTF-8 become U+FFFD. */
void trace_line_text(struct trace_line *l, const char *name,
    struct slice text);
void trace_line_number(struct trace_line *l, const char *name, int64_t n);

/*
 * An object of lists from header lines, one "Name: value" a line.  Those whose
 * name says that they hold a secret are left out, and those without a value.
 */
void trace_line_headers(struct trace_line *l, const char *name,
    struct slice lines);

/*
 * http.request.body or http.response.body (what), with "content", "bytes"
 * and, when less than all bytes are kept, "truncated".  kept may be longer
 * than max: what is behind it is needed to tell where a secret ends.
 */
void trace_line_body(struct trace_line *l, const char *what,
    struct slice kept, size_t max, size_t bytes);

/* The finished line with its newline, valid until the line is changed. */
struct slice trace_line_end(struct trace_line *l);

/* The first header of a name, whatever the case; empty when there is none. */
struct slice trace_line_find(struct slice lines, const char *name);

#endif
