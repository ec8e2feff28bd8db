/*
 * Files that actions leave behind: samples of malware, as like as not.  Only
 * their owner may read them, nothing is ever written over, nothing unpacked.
 */
#ifndef S1SPOOL_RESPOND_STORE_H
#define S1SPOOL_RESPOND_STORE_H

#include "collector/base/buf.h"
#include "collector/respond/action.h"

/* Open the folder of --output (by default the one where we are).  Its
 * descriptor, to be closed; -1 after a message. */
int store_open(struct respond *r);

/* "WS-0042-1234567890.zip" from the host's name, what makes it unique, and an
 * ending; to be freed.  Characters that mean something in names are not in it. */
char *store_name(const struct respond *r, const char *id, const char *ending);

/* Write it, durable when this returns.  0, or -1 after a message: then there is
 * no such file, or another one. */
int store_write(struct respond *r, int dir, const char *name,
    struct slice content);

/* Give a file another name unless that is taken.  0, or -1: it keeps its own. */
int store_rename(int dir, const char *from, const char *to);

/* Where people find it: to be freed. */
char *store_path(const struct respond *r, const char *name);

/*
 * Keep an archive under store_name(id, ".zip"): written, its size and SHA-256
 * noted for the audit.  *told gets members with what people want to know of it.
 * 0, or -1 after a message.
 */
int store_archive(struct respond *r, int dir, const char *id,
    struct slice content, struct json_object *told);

/* The members of told, a line each or as JSON, on stdout. */
void store_tell(const struct respond *r, struct json_object *told);

#endif
