/*
 * The record of what was asked for, refused and done: a spool of its own, for
 * shippers and for `s1spool respond log`.  Each call of the command has one
 * segment, <directory>/<console>/audit/audit-<birth>-<sequence>.ndjson, made
 * with its first line.  A line is durable when audit_write() returns.
 */
#ifndef S1SPOOL_RESPOND_AUDIT_H
#define S1SPOOL_RESPOND_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "collector/base/buf.h"

#define AUDIT_DATASET "audit"

struct audit;

/*
 * For one call.  console is borrowed, and part of the path.  NULL with a line in
 * err when nothing could be written there.
 */
struct audit *audit_open(const char *directory, const char *console,
    struct buf *err);
void audit_close(struct audit *au);

/*
 * Append a document (borrowed; "s1spool.audit.previous" is set in it: the
 * SHA-256 of the line before, or of the last line of the call before).  0, or
 * -1 with a line in err.
 */
int audit_write(struct audit *au, struct json_object *doc, struct buf *err);

/* Which lines are counted against a limit. */
struct audit_limit {
	const char *action;
	int64_t n; /* 0: no limit */
	int64_t period_ms;
};

/*
 * The same for the line in front of a change.  When limit (NULL: none) is
 * reached, nothing is written and the result is 1.  Calls that run at the same
 * time are counted one after another.
 */
int audit_intend(struct audit *au, struct json_object *doc,
    const struct audit_limit *limit, struct buf *err);

/*
 * Hand all lines to fn, oldest segment of a console first, of segments that were
 * made since (microseconds since 1970); doc is borrowed, NULL when a line is no
 * JSON.  fn returns false to stop.  0, or -1 with errno.
 */
typedef bool audit_line_fn(void *cookie, const char *console,
    struct slice line, struct json_object *doc);
int audit_each(const char *directory, int64_t since_us, audit_line_fn *fn,
    void *cookie);

/* The value of a.b.c; NULL: there is none. */
struct json_object *audit_member(struct json_object *doc, const char *path);
/* Set it, making the objects on the way; value is taken. */
void audit_set(struct json_object *doc, const char *path,
    struct json_object *value);

#endif
