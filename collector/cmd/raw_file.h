/*
 * Files of raw records as people keep them: one JSON object after another, one
 * array of them, or whole answers of the API; packed with gzip or not.
 */
#ifndef S1SPOOL_RAW_FILE_H
#define S1SPOOL_RAW_FILE_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/dataset/dataset.h"

/* What raw_file_read() needs and says; the caller fills in the first three. */
struct raw_file {
	const struct dataset *dataset; /* where its answers hold records */
	/* For each record with the line that it begins in, from 1; the slice is
	 * valid during the call. */
	void (*record)(void *cookie, struct slice record, uint64_t line);
	void *cookie;
	uint64_t line; /* how far it was read */
	const char *error; /* what is wrong there */
};

/*
 * Read a file, "-" being standard input, to its end.  An object in which there
 * is a list where the dataset's answers have their records is an answer;
 * others are records, and are not looked into.  0; 1 when it is broken at
 * f->line as f->error says; -1 with errno when it cannot be read.
 *
 * Memory: the largest record or answer, at most 64 MiB.
 */
int raw_file_read(struct raw_file *f, const char *path);

#endif
