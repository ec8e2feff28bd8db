/*
 * A page through the splitter, and the same page read by json-c.
 */
#ifndef S1SPOOL_FUZZ_PAGE_H
#define S1SPOOL_FUZZ_PAGE_H

#include "collector/json/split.h"

/* What came of a page. */
struct page {
	struct buf records; /* [first,second */
	size_t n_too_large;
	int result; /* of splitter_feed() or splitter_end() */
	struct splitter *splitter; /* its error when result is -1 */
	struct split_page end; /* when result is 0 */
};

/* Split a body, in one piece (seed 0) or in pieces that follow from seed.
 * page_fini() in both cases. */
void page_split(struct page *g, const struct split_paths *paths,
    size_t max_record, struct slice body, uint32_t seed);
void page_fini(struct page *g);

/* Both splits of one body have come to the same. */
void page_check_same(const struct page *a, const struct page *b);

/*
 * What json-c reads in a body is what the splitter finds in it, where no
 * record is too large.  Nothing is said of a body that json-c refuses, or in
 * which a member stands twice; names are written plainly first, for the
 * splitter takes them as they are.
 */
void page_check(const struct split_paths *paths, size_t max_record,
    struct slice body, uint32_t seed);

#endif
