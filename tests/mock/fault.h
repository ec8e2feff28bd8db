/*
 * Faults: what a console, or a proxy before it, does wrong.  Each applies to
 * the requests that it is told to, in the order in which they were set.
 */
#ifndef S1SPOOL_MOCK_FAULT_H
#define S1SPOOL_MOCK_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "collector/base/buf.h"
#include "tests/mock/exchange.h"

struct faults;

struct faults *faults_new(uint64_t seed);
void faults_free(struct faults *f);

/*
 * Add what the JSON text says: an object, or an array of them, with the
 * members
 *
 *	fault		the kind's name, see fault_help()
 *	path		only paths with this prefix, such as "/threats"
 *	host		only consoles whose address has this prefix, such as
 *			"127.1.0."
 *	dataset		only this dataset's list, such as "threat"
 *	after		let so many matching requests pass first
 *	count		then meet so many of them; 0: all
 *	probability	then meet them with this probability
 *	retry_after	429, 503: seconds; as a text: "date:SECONDS" or
 *			whatever is to be sent
 *	seconds		of silence
 *	bytes		of the body before a cut or a silence; of a drip
 *	location	where a redirect points to
 *
 * 0, or -1 with *why set to a constant text.
 */
int faults_add(struct faults *f, const char *json, const char **why);
void faults_clear(struct faults *f);

/* Append a JSON array of those that are set. */
void faults_list(const struct faults *f, struct buf *out);

/*
 * Before the request is answered: dataset may be NULL.  True when a fault has
 * made the reply; otherwise x->page_faults and x->wire are set.
 */
bool faults_meet(struct faults *f, struct exchange *x, const char *path,
    const char *dataset);

/* The reply of the kind with that name, whatever is set. */
void fault_reply(struct exchange *x, const char *name);

/* The names, one a line, with what they do. */
void fault_help(FILE *to);

#endif
