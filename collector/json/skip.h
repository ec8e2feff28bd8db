/*
 * Skipping over one JSON value that arrives in pieces, looking at nothing but
 * brackets and quotes.
 */
#ifndef S1SPOOL_SKIP_H
#define S1SPOOL_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct skip {
	int64_t depth; /* open brackets */
	bool in_string;
	bool escaped; /* the last byte was a backslash that escapes */
};

/*
 * Begin a container or string (*k all zero, p at its first byte), or go on
 * inside one, with the next n bytes.  Returns how many belong to the value;
 * *done is set when it ended with the last of these.
 */
size_t skip_value(struct skip *k, const char *p, size_t n, bool *done);

/* The same, a byte at a time: the portable twin and the tail of the other. */
size_t skip_value_bytes(struct skip *k, const char *p, size_t n, bool *done);

#endif
