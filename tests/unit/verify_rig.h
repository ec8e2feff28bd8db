/*
 * A spool for the tests of verify, and what is said of it.
 */
#ifndef S1SPOOL_VERIFY_RIG_H
#define S1SPOOL_VERIFY_RIG_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "spool/verify.h"

/* Births 36 and 37 microseconds after 1970: "10" and "11". */
#define FIRST "acme/threat/threat-19700101T000000.000036Z-000000000001.ndjson"
#define SECOND_NAME "threat-19700101T000000.000037Z-000000000002.ndjson"
#define SECOND "acme/threat/" SECOND_NAME
#define LINE(seq, id, rest)                                                  \
	"{\"spool\":{\"seq\":\"" seq "\",\"id\":\"" id "\",\"at\":"          \
	"\"2026-01-02T03:04:05Z\"" rest "},\"x\":1}\n"

/* All findings and totals as text, into a buf: for a struct verify_sink. */
void verify_rig_message(void *cookie, enum verify_level level,
    const char *file, uint64_t line, const char *text);
void verify_rig_stream(void *cookie, const struct verify_stream *s);

/* What is said of dir/name ("": of dir), without dir; appended to got, or
 * compared. */
void verify_rig_look(const char *dir, const char *name, struct buf *got);
void verify_rig_below(const char *dir, const char *name, const char *want);
void verify_rig_check(const char *dir, const char *want);
/* What is said of one line in one file. */
void verify_rig_one(const char *dir, const char *name, const char *finding,
    const char *stream);

/* The folders of acme's threats; scratch_remove() takes it away. */
char *verify_rig_spool(void);
/* Pack dir/name as `s1spool prune' does, into a folder below dir. */
void verify_rig_pack(const char *dir, const char *name, const char *folder);
/* A spool with one line, which is archived. */
char *verify_rig_archive(void);

#endif
