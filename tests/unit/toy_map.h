/*
 * A mapper over a small table, for tests that want to see one shape of table
 * at a time.
 */
#ifndef S1SPOOL_TOY_MAP_H
#define S1SPOOL_TOY_MAP_H

#include <stdbool.h>

#include "collector/base/buf.h"
#include "collector/map/map.h"

/* Change table, opt and ctx between toy_init() and the first toy_map(). */
struct toy {
	struct map_table table;
	struct map_options opt;
	struct map_context ctx;
	struct mapper *mapper; /* made by the first toy_map() */
	struct map_ident ident;
	struct buf out; /* the document without its opening brace */
	char *text; /* what toy_map() returned */
	int errors; /* entries in error.message of the last document */
};

#define TOY(t, rows) toy_init(t, rows, sizeof(rows) / sizeof((rows)[0]))

void toy_init(struct toy *t, const struct map_row *rows, size_t n);
void toy_fini(struct toy *t);

/*
 * The members of the document but for those that all documents have
 * (@timestamp, data_stream, event.dataset and event.module when they stand
 * alone, error.message), without the braces; valid until the next call.
 * "refused" when the record is, "full" when the document does not fit.
 */
const char *toy_map(struct toy *t, const char *record);

/* toy_map() of a document in which nothing failed against `want`. */
#define TOY_IS(t, record, want) TOY_FAILS(t, record, want, 0)

/* ... in which n conversions failed. */
#define TOY_FAILS(t, record, want, n)                                        \
	do {                                                                 \
		UNIT_TEXT(toy_map(t, record), want);                         \
		CU_ASSERT_EQUAL((t)->errors, n);                             \
	} while (0)

/* One record over a table of its own. */
#define TOY_ONE(rows, record, want, n)                                       \
	do {                                                                 \
		struct toy toy_one;                                          \
                                                                             \
		TOY(&toy_one, rows);                                         \
		TOY_FAILS(&toy_one, record, want, n);                        \
		toy_fini(&toy_one);                                          \
	} while (0)

#endif
