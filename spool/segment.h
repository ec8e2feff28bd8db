/*
 * Segment files by name: <dataset>-<UTC birth>-<sequence>.ndjson, and with
 * .gz appended once packed.  A folder holds one dataset's segments.
 */
#ifndef S1SPOOL_SEGMENT_H
#define S1SPOOL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "spool/stream.h"

/* What a segment's name says. */
struct segment_name {
	struct slice dataset; /* borrowed from the name */
	int64_t birth_us; /* microseconds since 1970 */
	int64_t seq; /* from 1; orders the segments of a stream */
	bool gz;
};

/* Write the name of an unpacked segment.  0, or -1 when it does not fit. */
int segment_format(char out[STREAM_NAME_MAX], const char *dataset,
    int64_t birth_us, int64_t seq);

/* 0, or -1 when the name is not a segment's (*out untouched). */
int segment_parse(const char *name, struct segment_name *out);

/* One file in a listing. */
struct segment_file {
	char *path; /* relative to the directory that the listing was given */
	const char *name; /* the last component of path */
	int64_t birth_us;
	int64_t seq;
	bool gz;
};

struct segment_list {
	struct segment_file *files;
	size_t n, room;
};

/*
 * Add the segments of `dataset` in the folder dirfd/folder.  A folder that is
 * missing has none.  0, or -1 with errno.
 */
int segment_list_add(struct segment_list *l, int dirfd, const char *folder,
    const char *dataset);

/*
 * Sort by sequence, then birth.  Where an unpacked segment and its packed twin
 * are both there (a death between packing and unlinking), only the first stays.
 */
void segment_list_sort(struct segment_list *l);
void segment_list_fini(struct segment_list *l);

/*
 * Call fn for each <console>/<dataset> of a spool directory, in order of their
 * names; those of which only the archive is left are included.  0, the first
 * result of fn that is not 0, or -1 with errno.
 */
int segment_each_stream(int spool_dirfd,
    int (*fn)(void *cookie, const char *console, const char *dataset),
    void *cookie);

/* The same for the datasets of one console. */
int segment_each_dataset(int spool_dirfd, const char *console,
    int (*fn)(void *cookie, const char *console, const char *dataset),
    void *cookie);

/* All segments of a stream, archived ones included, sorted. */
int segment_list_stream(struct segment_list *l, int spool_dirfd,
    const char *console, const char *dataset);

/* So many places there are in which a segment may be. */
#define SEGMENT_PLACES 4

/*
 * The path below the spool directory of the place'th in which a segment may be,
 * in the order in which `s1spool prune` moves it: who looks there in that order
 * for one that was listed finds it, unless it is gone for good.  `name` is with
 * or without .gz.  To be freed.
 */
char *segment_place(const char *console, const char *dataset,
    const char *name, unsigned place);

#endif
