/*
 * What stream.c and readback.c know together.
 */
#ifndef S1SPOOL_STREAM_INTERNAL_H
#define S1SPOOL_STREAM_INTERNAL_H

#include "spool/prefix.h"
#include "spool/stream.h"

struct stream {
	struct spool *spool;
	char *console;
	char *dataset;
	char *folder; /* <console>/<dataset>, below the spool directory */
	bool complete; /* segment number 1 was listed, or none */
	int64_t next_seq;

	/*
	 * The segment that the next lines belong to.  It has a name from
	 * stream_begin() on ("" before) and a file from its first batch on.
	 */
	char name[STREAM_NAME_MAX];
	struct prefix prefix;
	int fd; /* -1 while there is no file */
	int64_t size; /* bytes appended */
	int64_t lines; /* lines appended */
	int64_t prefixed; /* lines that have got their prefix */
	int64_t born_ms; /* when its file was made, monotonic */
	int64_t used_ms; /* when the last batch came, monotonic */

	struct stream_pos end;
	char sealed[STREAM_NAME_MAX]; /* the newest that takes no more lines */
	bool dirty; /* appended to since the last stream_sync() */
	bool unsynced; /* the file has lines that were not synced */
	bool folder_dirty; /* the folder has a name that was not synced */
	int failed; /* errno of a sync that stream_sync() has to report */
};

#endif
