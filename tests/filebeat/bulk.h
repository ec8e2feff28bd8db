/*
 * What Elasticsearch does with the body of a bulk request to data streams:
 * only `create', and never a second document of one _id.
 */
#ifndef S1SPOOL_FILEBEAT_BULK_H
#define S1SPOOL_FILEBEAT_BULK_H

#include "collector/base/buf.h"
#include "tests/filebeat/book.h"
#include "tests/filebeat/trouble.h"

struct bulk {
	struct book *book;
	struct trouble *trouble;
	uint64_t created, conflicts, anonymous;
};

/*
 * Take the items and append the reply to out.  body is changed.  0, or -1 when
 * the body is none, or the book cannot be written: then nothing was taken.
 */
int bulk_take(struct bulk *b, struct buf *body, struct buf *out);

#endif
