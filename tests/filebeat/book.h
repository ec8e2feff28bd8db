/*
 * The book of a bulk endpoint: each document that it has taken, by data stream
 * and _id, a line of JSON each in a file that outlives the process.
 */
#ifndef S1SPOOL_FILEBEAT_BOOK_H
#define S1SPOOL_FILEBEAT_BOOK_H

#include <stdbool.h>

#include "collector/base/buf.h"

struct book;

/*
 * Open or make a book.  What a death left of a line is cut off: it was not
 * acknowledged.  NULL with a message on stderr.
 */
struct book *book_open(const char *path);
void book_close(struct book *b);

bool book_has(const struct book *b, const char *index, const char *id);

/* Note a document that the book does not have.  pipeline may be NULL. */
void book_add(struct book *b, const char *index, const char *id,
    const char *pipeline, struct slice source);

/* Write what was added; before it nothing may be acknowledged.  0, or -1 with
 * errno: the book is of no more use. */
int book_commit(struct book *b);

#endif
