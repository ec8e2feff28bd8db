/*
 * The snapshot of an id set.  All numbers are little-endian:
 *
 *   "S1IDSET" and a version byte           8
 *   number of entries                      8
 *   offset of the position                 8
 *   segment of the position, NUL-padded    STREAM_NAME_MAX
 *   entries: key 16, milliseconds 8        24 each
 *   CRC-32 of all that                     4
 *
 * In every version the first 8 bytes and the last 4 are the same, so that a
 * later version can be told from damage.
 */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "spool/idset.h"
#include "spool/idset_internal.h"
#include "spool/version.h"

#define FORMAT 1
#define FILE_MODE 0640
#define CHUNK_ENTRIES 2048

static const char magic[7] = { 'S', '1', 'I', 'D', 'S', 'E', 'T' };

struct head {
	char magic[7];
	uint8_t version;
	uint64_t count;
	uint64_t offset;
	char segment[STREAM_NAME_MAX];
};

struct record {
	uint64_t key[2]; /* as in memory: bytes of a digest, not numbers */
	uint64_t at_ms;
};

_Static_assert(sizeof(struct head) == 24 + STREAM_NAME_MAX, "no padding");
_Static_assert(sizeof(struct record) == 24, "no padding");

/* A file in progress, in either direction, with the checksum so far. */
struct file {
	int fd;
	uLong crc;
};

static int
put(struct file *f, const void *p, size_t n)
{
	f->crc = crc32_z(f->crc, p, n);
	return fs_write_full(f->fd, p, n) < n ? -1 : 0;
}

static int
put_entries(struct file *f, const struct idset *s)
{
	struct record chunk[CHUNK_ENTRIES];
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		const struct slot *slot = &s->slots[i];

		if (slot_is_free(slot))
			continue;
		chunk[n++] = (struct record){
			{ slot->key.word[0], slot->key.word[1] },
			htole64((uint64_t)slot->at_ms),
		};
		if (n == CHUNK_ENTRIES) {
			if (put(f, chunk, sizeof(chunk)) < 0)
				return -1;
			n = 0;
		}
	}
	return put(f, chunk, n * sizeof(chunk[0]));
}

static int
put_all(struct file *f, const struct idset *s, const struct stream_pos *pos)
{
	struct head head = {
		.version = FORMAT,
		.count = htole64(s->count),
		.offset = htole64((uint64_t)pos->offset),
	};
	uint32_t crc;

	memcpy(head.magic, magic, sizeof(head.magic));
	memccpy(head.segment, pos->segment, '\0', sizeof(head.segment));
	if (put(f, &head, sizeof(head)) < 0 || put_entries(f, s) < 0)
		return -1;
	crc = htole32((uint32_t)f->crc);
	return put(f, &crc, sizeof(crc));
}

int
idset_save(const struct idset *s, int dirfd, const char *name,
    const struct stream_pos *pos)
{
	struct file f = { .fd = fs_replace_begin(dirfd, name, FILE_MODE) };

	if (f.fd < 0)
		return -1;
	if (put_all(&f, s, pos) < 0 || fs_replace_end(dirfd, name, f.fd) < 0) {
		fs_replace_cancel(dirfd, name, f.fd);
		return -1;
	}
	close(f.fd);
	crash_point("idset_saved");
	return 0;
}

/* Read exactly n bytes.  EBADMSG when there are fewer. */
static int
get(struct file *f, void *p, size_t n)
{
	char *to = p;
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = read(f->fd, to + done, n - done);
		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EBADMSG;
		if (r <= 0)
			return -1;
		done += (size_t)r;
	}
	f->crc = crc32_z(f->crc, p, n);
	return 0;
}

/* The head, once the file's size agrees with it: its count is safe then. */
static int
get_head(struct file *f, struct head *head)
{
	const uint64_t fixed = sizeof(*head) + sizeof(uint32_t);
	struct stat sb;
	uint64_t size, body;

	if (fstat(f->fd, &sb) < 0 || get(f, head, sizeof(*head)) < 0)
		return -1;
	size = (uint64_t)sb.st_size;
	body = size > fixed ? size - fixed : 0;
	if (size == fixed + body &&
	    memcmp(head->magic, magic, sizeof(magic)) == 0 &&
	    version_check(head->version, FORMAT) == VERSION_KNOWN &&
	    body % sizeof(struct record) == 0 &&
	    body / sizeof(struct record) == le64toh(head->count) &&
	    memchr(head->segment, '\0', sizeof(head->segment)) != NULL)
		return 0;
	errno = EBADMSG;
	return -1;
}

static int
get_entries(struct file *f, struct idset *s, uint64_t count)
{
	struct record chunk[CHUNK_ENTRIES];
	struct idset_key key;
	size_t n;

	for (; count > 0; count -= n) {
		n = count < CHUNK_ENTRIES ? (size_t)count : CHUNK_ENTRIES;
		if (get(f, chunk, n * sizeof(chunk[0])) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			memcpy(key.word, chunk[i].key, sizeof(key.word));
			/* get() has filled all n of them.
			 * NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
			idset_add(s, key, (int64_t)le64toh(chunk[i].at_ms));
		}
	}
	return 0;
}

static int
get_all(struct file *f, struct idset *s, struct stream_pos *pos)
{
	struct head head;
	uint32_t crc, want;
	uint64_t count;

	if (get_head(f, &head) < 0)
		return -1;
	/* In one go: filled in the order of another table, a table that grows
	 * step by step would pile up long runs. */
	count = le64toh(head.count);
	idset_resize(s, count < s->max ? (size_t)count : s->max);
	if (get_entries(f, s, count) < 0)
		return -1;
	want = (uint32_t)f->crc;
	if (get(f, &crc, sizeof(crc)) < 0)
		return -1;
	if (le32toh(crc) != want) {
		errno = EBADMSG;
		return -1;
	}
	pos->offset = (int64_t)le64toh(head.offset);
	memcpy(pos->segment, head.segment, sizeof(pos->segment));
	return 0;
}

/* After what is no snapshot that we know: is it a sound one of a later
 * version? */
static bool
is_later(struct file *f)
{
	unsigned char chunk[4096], start[8];
	uint32_t crc;
	struct stat sb;
	int64_t left;
	size_t n;

	if (fstat(f->fd, &sb) < 0 || lseek(f->fd, 0, SEEK_SET) != 0)
		return false;
	left = sb.st_size - (int64_t)(sizeof(start) + sizeof(crc));
	f->crc = 0;
	if (left < 0 || get(f, start, sizeof(start)) < 0 ||
	    memcmp(start, magic, sizeof(magic)) != 0 ||
	    version_check(start[7], FORMAT) != VERSION_LATER)
		return false;
	for (; left > 0; left -= (int64_t)n) {
		n = left < (int64_t)sizeof(chunk) ? (size_t)left :
						    sizeof(chunk);
		if (get(f, chunk, n) < 0)
			return false;
	}
	left = (int64_t)f->crc;
	return get(f, &crc, sizeof(crc)) == 0 && le32toh(crc) == left;
}

int
idset_load(struct idset *s, int dirfd, const char *name,
    struct stream_pos *pos)
{
	struct file f = { .fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC) };
	size_t dropped = s->dropped;
	int r, saved;

	if (f.fd < 0)
		return -1;
	r = get_all(&f, s, pos);
	saved = errno;
	if (r < 0 && saved == EBADMSG && is_later(&f))
		saved = EPROTONOSUPPORT;
	close(f.fd);
	if (r < 0) {
		idset_clear(s);
		s->dropped = dropped;
	}
	errno = saved;
	return r;
}
