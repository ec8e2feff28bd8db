/*
 * What we keep of an answer's header lines.  Pure and bounded: a server can
 * send what it likes.
 */
#ifndef S1SPOOL_HEAD_H
#define S1SPOOL_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

#define HEAD_MAX_BYTES (64 * 1024) /* of all header lines of an answer */
#define HEAD_RETRY_AFTER_MAX_MS (5 * 60 * 1000)

struct head {
	int status; /* 0 before the status line */
	bool ended; /* the empty line was seen: what follows is a trailer */
	bool html; /* Content-Type says so */
	int64_t date_ms; /* Date in ms since 1970; -1 when absent, broken, or
			  * of another century */
	size_t bytes;
	/* Text, empty when absent; longer than this counts as absent. */
	char retry_after[64];
	char location[256];
	char request_id[64]; /* X-RQID: names the call for the vendor */
};

void head_init(struct head *h);

/*
 * One line, with or without its CRLF.  A status line starts over, so that of
 * several answers (100 Continue) the last one stays; trailers are ignored.
 * False when the header is longer than HEAD_MAX_BYTES.
 */
bool head_line(struct head *h, struct slice line);

/*
 * Retry-After in ms from now, at most HEAD_RETRY_AFTER_MAX_MS; a date counts
 * from the answer's own Date, for our clock may be wrong.  -1 when absent or
 * nonsense.
 */
int64_t head_retry_after(const struct head *h);

/* Host and port of an absolute URL, without credentials; empty for others. */
struct slice head_url_host(struct slice url);

#endif
