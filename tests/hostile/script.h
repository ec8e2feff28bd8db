/*
 * The steps of a trick as bytes.
 */
#ifndef S1SPOOL_TESTS_SCRIPT_H
#define S1SPOOL_TESTS_SCRIPT_H

#include <stdbool.h>

#include "collector/base/buf.h"
#include "tests/hostile/trick.h"

struct script {
	const struct step *step; /* NULL: none runs */
	size_t done; /* how often of this one */
	enum asked asked;
	bool has_record;
	bool zips; /* a gzip has begun */
	char token[256];
};

extern unsigned script_trap; /* what OP_TRAP says */

/* steps is borrowed; token is of the request, "" for none. */
void script_begin(struct script *s, const struct step *steps,
    enum asked asked, const char *token);

/* Append what comes next, a part of what is endless.  False when the step at
 * which it stands is no bytes but a deed, or a drip. */
bool script_more(struct script *s, struct buf *out);

#endif
