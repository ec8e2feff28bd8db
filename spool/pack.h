/*
 * The packed form of a segment: one gzip member.  Its header has the segment's
 * name and, as comment, "sha256=<64 hex digits>" of the unpacked content, so
 * that an archive proves itself wherever it is taken.
 */
#ifndef S1SPOOL_PACK_H
#define S1SPOOL_PACK_H

#include <stdbool.h>
#include <stdint.h>

#define PACK_DIGEST_LEN 32

struct pack_info {
	unsigned char sha256[PACK_DIGEST_LEN]; /* of the unpacked content */
	int64_t unpacked; /* bytes */
	int64_t packed;
	bool proven; /* the digest is the one in the packed file's header */
};

/*
 * Pack the file dirfd/from into dirfd/folder/to ("....gz"), which is whole or
 * not there: written as .<to>.tmp in dirfd/work_folder, synced, read back and
 * compared, renamed, the folder synced.  It gets the mtime of `from`, which
 * must not change, and stays; both folders must exist, on one file system.
 * 0 with *info, or -1 with errno: EBADMSG when what was read back was not what
 * was packed.
 */
int pack_file(int dirfd, const char *from, const char *work_folder,
    const char *folder, const char *to, struct pack_info *info);

/*
 * Read a packed file to its end.  0 with *info when it is one whole member and
 * its content is what its header says; EBADMSG when not, or another errno.  A
 * member without that comment (not made by us) is compared with its own CRC
 * only.
 */
int pack_check(int dirfd, const char *path, struct pack_info *info);

/* The same digest and size of a plain file; info->packed is 0. */
int pack_digest(int dirfd, const char *path, struct pack_info *info);

/* Remove what deaths while packing left in a work folder; one that is missing
 * has nothing. */
int pack_clean(int dirfd, const char *work_folder);

#endif
