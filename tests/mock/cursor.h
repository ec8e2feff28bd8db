/*
 * Keyset cursors: percent-encoded Base64 of a small JSON object with the sort
 * column, the sort value and the id of the last row.  Stateless: they hold no
 * filter.
 */
#ifndef S1SPOOL_MOCK_CURSOR_H
#define S1SPOOL_MOCK_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "tests/mock/store.h"

struct cursor {
	enum key key;
	int64_t value; /* of the sort column */
	uint64_t id;
	bool desc;
	bool again; /* marks the reply to an empty page: same place, but not
		     * the same text */
};

/* Append the text; prefix goes before the columns' names ("ThreatView."), and
 * with one ids are numbers. */
void cursor_write(const struct cursor *c, const char *prefix, struct buf *out);

/* The same without the percent-encoding, as GraphQL has it. */
void cursor_write_plain(const struct cursor *c, struct buf *out);

/* Read what came in a request.  0, or -1 when it is no cursor of ours. */
int cursor_read(const char *text, struct cursor *c);

/* "createdAt" */
const char *key_name(enum key key);

#endif
