#include "config.h"

#include "spool/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK (256 << 10)

bool
lines_is_packed(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

int
lines_open(struct lines *l, int dirfd, const char *path, int64_t offset)
{
	bool packed = lines_is_packed(path);
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	*l = (struct lines){ .end = offset };
	buf_init(&l->buf, LINES_MAX);

	/* zlib passes plain bytes through, from wherever the file stands. */
	if (!packed && lseek(fd, offset, SEEK_SET) < 0)
		goto err0;
	l->gz = gzdopen(fd, "rb");
	if (l->gz == NULL) {
		errno = ENOMEM;
		goto err0;
	}
	if (packed && gzseek(l->gz, offset, SEEK_SET) < 0) {
		lines_close(l);
		errno = EBADMSG;
		return -1;
	}
	return 0;

err0:
	close(fd);
	return -1;
}

void
lines_close(struct lines *l)
{
	gzclose_r(l->gz);
	buf_fini(&l->buf);
}

/* Read more into buf.  0 with l->ended set at the end of the file. */
static int
fill(struct lines *l, char *to, size_t n)
{
	int r, code;

	errno = 0;
	r = gzread(l->gz, to, (unsigned)n);
	gzerror(l->gz, &code);
	if (r < 0 || (r == 0 && code != Z_OK && code != Z_STREAM_END)) {
		if (code != Z_ERRNO || errno == 0)
			errno = EBADMSG;
		return -1;
	}
	buf_commit(&l->buf, (size_t)r);
	l->ended = r == 0;
	return 0;
}

/* Pass over what is left of a line that was handed out cut. */
static void
skip_rest(struct lines *l, const char *newline)
{
	if (newline == NULL) {
		l->end += (int64_t)(l->buf.len - l->at);
		l->at = l->buf.len;
		return;
	}
	l->end += newline + 1 - (l->buf.p + l->at);
	l->at = l->scanned = (size_t)(newline + 1 - l->buf.p);
	l->skipping = false;
}

static void
hand_out(struct lines *l, struct slice *line, size_t len, size_t newline)
{
	*line = (struct slice){ l->buf.p + l->at, len };
	l->at += len + newline;
	l->scanned = l->at;
	l->end += (int64_t)(len + newline);
}

int
lines_next(struct lines *l, struct slice *line)
{
	const char *newline;
	char *room;

	l->cut = false;
	for (;;) {
		newline = memchr(l->buf.p + l->scanned, '\n',
		    l->buf.len - l->scanned);
		l->scanned = l->buf.len;
		if (l->skipping) {
			skip_rest(l, newline);
			if (newline != NULL)
				continue;
		}
		if (newline != NULL) {
			hand_out(l, line, (size_t)(newline - l->buf.p) - l->at,
			    1);
			return 1;
		}
		if (l->ended)
			return 0;

		buf_consume(&l->buf, l->at);
		l->at = 0;
		l->scanned = l->buf.len;
		room = buf_reserve(&l->buf, CHUNK);
		if (room == NULL) {
			l->cut = l->skipping = true;
			hand_out(l, line, l->buf.len, 0);
			return 1;
		}
		if (fill(l, room, CHUNK) < 0)
			return -1;
	}
}

size_t
lines_torn(const struct lines *l)
{
	return l->buf.len - l->at;
}

int
lines_follow(int dirfd, const char *path, int64_t offset)
{
	struct slice line;
	struct lines l;
	int r, saved;

	if (lines_open(&l, dirfd, path, offset) != 0)
		return -1;
	r = lines_next(&l, &line);
	saved = errno;
	lines_close(&l);
	errno = saved;
	return r;
}

int64_t
lines_size(int dirfd, const char *path)
{
	unsigned char tail[4];
	struct stat sb;
	int fd, saved;

	if (!lines_is_packed(path))
		return fstatat(dirfd, path, &sb, 0) < 0 ? -1 : sb.st_size;

	/* A gzip member ends with its unpacked size; segments stay far below
	 * the 4 GiB at which that would wrap. */
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	errno = EBADMSG;
	if (lseek(fd, -4, SEEK_END) < 0 || read(fd, tail, 4) != 4) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	close(fd);
	return (int64_t)tail[0] | (int64_t)tail[1] << 8 |
	    (int64_t)tail[2] << 16 | (int64_t)tail[3] << 24;
}
