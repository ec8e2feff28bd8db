#include "config.h"

#include "spool/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/crashpoint.h"
#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"

#define CHUNK (256u << 10)
/* zlib: a gzip wrapper with the largest window. */
#define GZIP_WINDOW (15 + 16)
#define COMMENT "sha256="
#define COMMENT_LEN (sizeof(COMMENT) - 1 + 2 * PACK_DIGEST_LEN)
#define FILE_MODE 0640
#define TMP_SUFFIX ".tmp"

/* A hash that is being made. */
struct digest {
	EVP_MD_CTX *ctx;
	int64_t size;
};

static void
digest_begin(struct digest *d)
{
	*d = (struct digest){ .ctx = xcheck(EVP_MD_CTX_new()) };
	if (!EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL))
		abort();
}

static void
digest_add(struct digest *d, const void *p, size_t n)
{
	if (!EVP_DigestUpdate(d->ctx, p, n))
		abort();
	d->size += (int64_t)n;
}

static void
digest_end(struct digest *d, struct pack_info *info)
{
	if (info != NULL) {
		info->unpacked = d->size;
		if (!EVP_DigestFinal_ex(d->ctx, info->sha256, NULL))
			abort();
	}
	EVP_MD_CTX_free(d->ctx);
}

/* Hand the file from its beginning to fn, piece by piece. */
static int
read_all(int fd, int (*fn)(void *cookie, const unsigned char *p, size_t n),
    void *cookie)
{
	unsigned char *chunk = xmalloc(CHUNK);
	off_t at = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = pread(fd, chunk, CHUNK, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = -1;
		} else {
			r = fn(cookie, chunk, (size_t)n);
			at += n;
		}
	}
	free(chunk);
	return r;
}

static int
hash_piece(void *cookie, const unsigned char *p, size_t n)
{
	digest_add(cookie, p, n);
	return 0;
}

static int
digest_fd(int fd, struct pack_info *info)
{
	struct digest d;
	int r;

	digest_begin(&d);
	r = read_all(fd, hash_piece, &d);
	digest_end(&d, r == 0 ? info : NULL);
	return r;
}

static void
close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

int
pack_digest(int dirfd, const char *path, struct pack_info *info)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -1;
	*info = (struct pack_info){ 0 };
	r = digest_fd(fd, info);
	close_keeping_errno(fd);
	return r;
}

/* packing */

struct packer {
	z_stream z;
	int fd;
	unsigned char *out;
};

/* Feed the compressor, and write what comes out of it. */
static int
pack_piece(struct packer *p, const unsigned char *in, size_t n, int flush)
{
	size_t len;

	p->z.next_in = (unsigned char *)(uintptr_t)in;
	p->z.avail_in = (unsigned)n;
	do {
		p->z.next_out = p->out;
		p->z.avail_out = CHUNK;
		deflate(&p->z, flush);
		len = CHUNK - p->z.avail_out;
		if (crash_point_due("pack_half_written")) {
			(void)!write(p->fd, p->out, len / 2);
			crash_point_die();
		}
		if (fs_write_full(p->fd, p->out, len) < len)
			return -1;
	} while (p->z.avail_out == 0);
	return 0;
}

static int
pack_more(void *cookie, const unsigned char *p, size_t n)
{
	return pack_piece(cookie, p, n, Z_NO_FLUSH);
}

static void
format_comment(char out[COMMENT_LEN + 1], const unsigned char *sha256)
{
	memcpy(out, COMMENT, sizeof(COMMENT));
	num_hex_text(sha256, PACK_DIGEST_LEN, out + sizeof(COMMENT) - 1);
}

static int
pack_fd(int from, int to, const char *name, time_t mtime,
    const struct pack_info *info)
{
	struct packer p = { .fd = to, .out = xmalloc(CHUNK) };
	char comment[COMMENT_LEN + 1];
	char *plain = xstrndup(name, strlen(name) - strlen(".gz"));
	gz_header head = {
		.os = 3, /* Unix */
		.name = (unsigned char *)plain,
		.comment = (unsigned char *)comment,
	};
	int r = -1;

	head.time = (uLong)mtime;
	format_comment(comment, info->sha256);
	if (deflateInit2(&p.z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
	    8, Z_DEFAULT_STRATEGY) != Z_OK) {
		errno = ENOMEM;
		goto out;
	}
	deflateSetHeader(&p.z, &head);
	r = read_all(from, pack_more, &p);
	if (r == 0)
		r = pack_piece(&p, NULL, 0, Z_FINISH);
	deflateEnd(&p.z);
out:
	free(plain);
	free(p.out);
	return r;
}

/* Write the packed form, durable under a name that nobody looks at.  It has the
 * times of the plain file: when its last line came. */
static int
write_packed(int from, int work, const char *tmp, const char *to,
    const struct pack_info *info)
{
	struct stat sb;
	int fd, r = -1;

	if (fstat(from, &sb) != 0)
		return -1;
	/* One a death left behind is of no use to anybody. */
	unlinkat(work, tmp, 0);
	fd = openat(work, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    FILE_MODE);
	if (fd < 0)
		return -1;
	/* Whatever the umask says: shippers have to read it. */
	if (fchmod(fd, FILE_MODE) == 0 &&
	    pack_fd(from, fd, to, sb.st_mtime, info) == 0 &&
	    futimens(fd, (struct timespec[2]){ sb.st_atim, sb.st_mtim }) == 0) {
		crash_point("pack_written");
		r = fsync(fd);
	}
	close_keeping_errno(fd);
	return r;
}

static int
pack_into(int from, int work, const char *tmp, int folder, const char *to,
    struct pack_info *info)
{
	struct pack_info back;

	if (write_packed(from, work, tmp, to, info) != 0)
		return -1;
	crash_point("pack_synced");
	if (pack_check(work, tmp, &back) != 0)
		return -1;
	if (memcmp(back.sha256, info->sha256, PACK_DIGEST_LEN) != 0) {
		errno = EBADMSG;
		return -1;
	}
	info->packed = back.packed;
	if (renameat(work, tmp, folder, to) != 0)
		return -1;
	crash_point("pack_renamed");
	return fs_sync_dir(folder);
}

static void
close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

int
pack_file(int dirfd, const char *from, const char *work_folder,
    const char *folder, const char *to, struct pack_info *info)
{
	char *tmp = xasprintf(".%s" TMP_SUFFIX, to);
	int in = openat(dirfd, from, O_RDONLY | O_CLOEXEC);
	int work = fs_open_dir(dirfd, work_folder);
	int out = fs_open_dir(dirfd, folder), r = -1, saved;

	*info = (struct pack_info){ 0 };
	if (in >= 0 && work >= 0 && out >= 0 && digest_fd(in, info) == 0)
		r = pack_into(in, work, tmp, out, to, info);
	saved = errno;
	if (r != 0 && work >= 0)
		unlinkat(work, tmp, 0);
	close_if_open(in);
	close_if_open(work);
	close_if_open(out);
	free(tmp);
	errno = saved;
	return r;
}

/* reading back */

struct checker {
	z_stream z;
	struct digest digest;
	unsigned char *out;
	bool ended;
};

static int
check_piece(void *cookie, const unsigned char *p, size_t n)
{
	struct checker *c = cookie;
	int r = Z_OK;

	c->z.next_in = (unsigned char *)(uintptr_t)p;
	c->z.avail_in = (unsigned)n;
	while (r == Z_OK && !c->ended && c->z.avail_in > 0) {
		c->z.next_out = c->out;
		c->z.avail_out = CHUNK;
		r = inflate(&c->z, Z_NO_FLUSH);
		digest_add(&c->digest, c->out, CHUNK - c->z.avail_out);
		c->ended = r == Z_STREAM_END;
	}
	/* Damage, or something behind the only member. */
	if ((r != Z_OK && r != Z_STREAM_END) || c->z.avail_in > 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

/* Is the content what the header says, if it says anything? */
static bool
matches_comment(const gz_header *head, const char *comment,
    struct pack_info *info)
{
	char want[COMMENT_LEN + 1];

	if (head->done != 1 ||
	    strncmp(comment, COMMENT, sizeof(COMMENT) - 1) != 0)
		return true;
	format_comment(want, info->sha256);
	info->proven = strcmp(comment, want) == 0;
	return info->proven;
}

static int
check_fd(int fd, struct pack_info *info)
{
	struct checker c = { .out = xmalloc(CHUNK) };
	char comment[COMMENT_LEN + 1] = "";
	gz_header head = { .comment = (unsigned char *)comment,
		.comm_max = sizeof(comment) };
	int r = -1;

	if (inflateInit2(&c.z, GZIP_WINDOW) != Z_OK) {
		free(c.out);
		errno = ENOMEM;
		return -1;
	}
	inflateGetHeader(&c.z, &head);
	digest_begin(&c.digest);
	r = read_all(fd, check_piece, &c);
	digest_end(&c.digest, info);
	comment[COMMENT_LEN] = '\0';
	if (r == 0 && (!c.ended || !matches_comment(&head, comment, info))) {
		errno = EBADMSG;
		r = -1;
	}
	inflateEnd(&c.z);
	free(c.out);
	return r;
}

int
pack_check(int dirfd, const char *path, struct pack_info *info)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	struct stat sb;
	int r;

	if (fd < 0)
		return -1;
	*info = (struct pack_info){ 0 };
	r = fstat(fd, &sb);
	if (r == 0) {
		info->packed = sb.st_size;
		r = check_fd(fd, info);
	}
	close_keeping_errno(fd);
	return r;
}

static bool
is_temporary(const char *name)
{
	size_t n = strlen(name), k = sizeof(TMP_SUFFIX) - 1;

	return name[0] == '.' && n > k && strcmp(name + n - k, TMP_SUFFIX) == 0;
}

int
pack_clean(int dirfd, const char *work_folder)
{
	int fd = fs_open_dir(dirfd, work_folder), r = 0;
	struct dirent *e;
	DIR *dir;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close_keeping_errno(fd);
		return -1;
	}
	while (errno = 0, (e = readdir(dir)) != NULL)
		if (is_temporary(e->d_name) && unlinkat(fd, e->d_name, 0) != 0)
			r = -1;
	if (errno != 0)
		r = -1;
	closedir(dir);
	return r;
}
