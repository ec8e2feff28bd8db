/*
 * Is a spool sound?  Reads every line of every segment, archived ones
 * included; changes nothing and needs no lock, so a daemon may be writing.
 */
#ifndef S1SPOOL_VERIFY_H
#define S1SPOOL_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

enum verify_level { VERIFY_WARNING, VERIFY_ERROR };

/* What a stream, or a single file, holds. */
struct verify_stream {
	/* "<console>/<dataset>", "<folder>/<dataset>" in a folder that is no
	 * stream's, or the file's path. */
	const char *name;
	struct slice dataset; /* len 0 when the file's name tells none */
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
	/* One finding.  `line` counts from 1; 0 means the whole file, whose
	 * path begins with the one that is verified, or is absolute. */
	void (*message)(void *cookie, enum verify_level level,
	    const char *file, uint64_t line, const char *text);
	/* Called once behind the messages of a stream. */
	void (*stream)(void *cookie, const struct verify_stream *s);
	/*
	 * The id of a line, of which an earlier one with the same re-send
	 * number was in the stream when `again`; s is that far.  NULL for none.
	 */
	void (*line)(void *cookie, const struct verify_stream *s,
	    struct slice id, bool again);
	void *cookie;
};

/*
 * Verify a spool directory, the folder of a console or of a dataset (what is
 * archived of it included), any folder with segments in it, or a single file,
 * ".gz" ones unpacked.  A spool may be written and pruned meanwhile; what that
 * and a death of the collector leave is a warning at most.  0 when everything
 * could be looked at, whatever was found; -1 with errno when path cannot be
 * read at all.
 *
 * Memory: 32 to 64 bytes for each line of the largest stream, segments and
 * archives together.
 */
int verify_path(const char *path, const struct verify_sink *sink);

#endif
