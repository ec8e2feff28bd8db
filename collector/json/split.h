/*
 * The page splitter: an incremental state machine that is fed the pieces of an
 * answer's body as they arrive and hands over each record of the page as one
 * contiguous slice.  It knows brackets and strings, not values: a record is
 * validated by the scanner.  Memory is bounded by the largest record.
 */
#ifndef S1SPOOL_SPLIT_H
#define S1SPOOL_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/buf.h"

/* Where an answer holds what: paths as in "data.alerts.edges[].node". */
struct split_paths {
	const char *records; /* "data[]": the elements of the array `data` */
	const char *cursor; /* a string or null */
	const char *more; /* a boolean; NULL when the API has none */
	const char *errors; /* a member whose non-empty presence fails the
			     * page; NULL when the API has none */
};

/* What the page said beside its records; valid until the next splitter_*. */
struct split_page {
	struct slice cursor; /* unescaped; p == NULL when null or absent */
	bool has_more; /* the `more` flag was there */
	bool more; /* its value */
	struct slice errors; /* JSON text of a non-empty `errors`, cut at
			      * 1 KiB; p == NULL when none */
	size_t n_records;
};

struct splitter;

/*
 * record is called for each element of the record list; false stops the split
 * (splitter_feed returns -1).  max_record bounds one record in bytes; a larger
 * one is passed over, counted and reported through too_large (may be NULL)
 * with its size so far.
 */
struct splitter *splitter_new(const struct split_paths *paths,
    size_t max_record, bool (*record)(void *cookie, struct slice record),
    void (*too_large)(void *cookie, size_t bytes), void *cookie);
void splitter_free(struct splitter *s);

/* Begin a new page; memory is kept. */
void splitter_reset(struct splitter *s);

/* 0, or -1 when the body is not JSON of the expected shape (or record()
 * stopped it): splitter_error() says what and at which byte. */
int splitter_feed(struct splitter *s, struct slice piece);

/* The body has ended.  0 with *page, or -1 when it broke off. */
int splitter_end(struct splitter *s, struct split_page *page);

const char *splitter_error(const struct splitter *s);

#endif
