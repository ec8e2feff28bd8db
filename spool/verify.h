/*
 * Is a spool sound?  Reads every line of every segment, archived ones
 * included; changes nothing and needs no lock, so a daemon may be writing.
 */
#ifndef S1SPOOL_VERIFY_H
#define S1SPOOL_VERIFY_H

#include <stddef.h>
#include <stdint.h>

enum verify_level { VERIFY_WARNING, VERIFY_ERROR };

/* What a stream, or a single file, holds. */
struct verify_stream {
	const char *name; /* "<console>/<dataset>", or the file's path */
	uint64_t files;
	uint64_t lines;
	uint64_t bytes; /* unpacked */
	/* First and last "at" that is a time, in milliseconds since 1970;
	 * first > last when there is none. */
	int64_t first_ms;
	int64_t last_ms;
};

/* Where the findings go. */
struct verify_sink {
	/* One finding.  `line` counts from 1; 0 means the whole file. */
	void (*message)(void *cookie, enum verify_level level,
	    const char *file, uint64_t line, const char *text);
	/* Called once behind the messages of a stream. */
	void (*stream)(void *cookie, const struct verify_stream *s);
	void *cookie;
};

/*
 * Verify a spool directory, or one segment file.  What a death of the
 * collector leaves is a warning at most.  0 when everything could be looked
 * at, whatever was found; -1 with errno when path cannot be read at all.
 *
 * Memory: about 50 bytes for each line of the largest stream.
 */
int verify_path(const char *path, const struct verify_sink *sink);

#endif
