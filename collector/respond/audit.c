#include "config.h"

#include "collector/respond/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "spool/prefix.h"
#include "spool/segment.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define SEGMENT_MAX_BYTES ((size_t)16 << 20)
#define HASH_LEN 32
#define ID_LEN 28 /* Base64 of 20 bytes */

struct audit {
	const char *directory;
	const char *console;
	int dirfd; /* of the directory */
	int fd; /* of the segment, -1 before the first line */
	int64_t birth_us;
	int64_t lines;
	struct prefix prefix;
	char previous[2 * HASH_LEN + 1]; /* "": there is none */
};

struct audit *
audit_open(const char *directory, const char *console, struct buf *err)
{
	struct audit *au;
	int fd = fs_open_dir(AT_FDCWD, directory);

	if (fd < 0 || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
		buf_addf(err, "%s: %s; nothing is done that cannot be written "
		    "down there: make it a folder of the user that runs "
		    "s1spool respond\n", directory, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	au = xcalloc(1, sizeof(*au));
	au->directory = directory;
	au->console = console;
	au->dirfd = fd;
	au->fd = -1;
	return au;
}

void
audit_close(struct audit *au)
{
	if (au == NULL)
		return;
	if (au->fd >= 0)
		close(au->fd);
	close(au->dirfd);
	free(au);
}

/* lines */

static void
digest(const EVP_MD *kind, struct slice text, unsigned char *out)
{
	if (EVP_Digest(text.p, text.len, out, NULL, kind, NULL) != 1)
		abort();
}

static void
hash_line(struct audit *au, struct slice line)
{
	unsigned char sum[EVP_MAX_MD_SIZE];

	digest(EVP_sha256(), line, sum);
	num_hex_text(sum, HASH_LEN, au->previous);
}

/* The same for the same line only: of the call and its place in it. */
static void
line_id(const struct audit *au, struct slice text, char id[ID_LEN + 1])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	struct buf all;

	buf_init(&all, LINE_MAX_BYTES + 64);
	buf_addf(&all, "%" PRId64 "-%" PRId64 " ", au->birth_us,
	    au->lines + 1);
	buf_add_slice(&all, text);
	digest(EVP_sha1(), buf_slice(&all), sum);
	EVP_EncodeBlock((unsigned char *)id, sum, 20);
	buf_fini(&all);
}

/* 0, or -1 when it is too long. */
static int
make_line(struct audit *au, struct json_object *doc, struct buf *line)
{
	const char *text;
	char id[ID_LEN + 1], at[ISO8601_LEN];

	if (au->previous[0] != '\0')
		audit_set(doc, "s1spool.audit.previous",
		    tree_text(au->previous));
	text = tree_print(doc, TREE_PLAIN);
	line_id(au, slice_of(text), id);
	iso8601_format(clock_wall_us() / 1000, at);
	if (prefix_add(&au->prefix, line, au->lines + 1, slice_of(id),
	    (struct slice){ at, sizeof(at) }, 0) != 0 ||
	    buf_adds(line, text + 1) != 0 || buf_addc(line, '\n') != 0) {
		errno = EMSGSIZE;
		return -1;
	}
	return 0;
}

static int
append(struct audit *au, struct json_object *doc)
{
	struct buf line;
	int r;

	buf_init(&line, LINE_MAX_BYTES);
	r = make_line(au, doc, &line);
	if (r == 0 && fs_write_full(au->fd, line.p, line.len) != line.len)
		r = -1;
	if (r == 0)
		r = fdatasync(au->fd);
	if (r == 0) {
		hash_line(au, (struct slice){ line.p, line.len - 1 });
		au->lines++;
	}
	buf_fini(&line);
	return r;
}

/* the segment */

static struct slice
last_line(const struct buf *text)
{
	size_t end = text->len, start;

	while (end > 0 && text->p[end - 1] != '\n')
		end--; /* a torn line counts as none */
	if (end == 0)
		return (struct slice){ text->p, 0 };
	for (start = end - 1; start > 0 && text->p[start - 1] != '\n';)
		start--;
	return (struct slice){ text->p + start, end - 1 - start };
}

static void
chain(struct audit *au, const struct segment_list *list)
{
	struct buf text;

	if (list->n == 0)
		return;
	buf_init(&text, SEGMENT_MAX_BYTES);
	if (fs_read_file(au->dirfd, list->files[list->n - 1].path, &text) == 0)
		hash_line(au, last_line(&text));
	buf_fini(&text);
}

static int
make_segment(struct audit *au, const char *folder,
    const struct segment_list *list)
{
	const struct segment_file *last = list->n > 0 ?
	    &list->files[list->n - 1] : NULL;
	char name[STREAM_NAME_MAX], *path;

	au->birth_us = clock_wall_us();
	for (size_t i = 0; i < list->n; i++)
		if (au->birth_us <= list->files[i].birth_us)
			au->birth_us = list->files[i].birth_us + 1;
	if (segment_format(name, AUDIT_DATASET, au->birth_us,
	    last != NULL ? last->seq + 1 : 1) != 0) {
		errno = EOVERFLOW;
		return -1;
	}
	path = xasprintf("%s/%s", folder, name);
	au->fd = openat(au->dirfd, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
	free(path);
	if (au->fd < 0 || fchmod(au->fd, 0640) != 0)
		return -1;
	prefix_init(&au->prefix, au->birth_us);
	return fs_sync_folder(au->dirfd, folder);
}

static int
begin_segment(struct audit *au)
{
	struct segment_list list = { 0 };
	char *folder;
	int r;

	if (au->fd >= 0)
		return 0;
	folder = xasprintf("%s/%s", au->console, AUDIT_DATASET);
	r = fs_mkdirs(au->dirfd, folder, 0750);
	if (r == 0)
		r = segment_list_stream(&list, au->dirfd, au->console,
		    AUDIT_DATASET);
	if (r == 0) {
		segment_list_sort(&list);
		r = make_segment(au, folder, &list);
	}
	if (r == 0)
		chain(au, &list);
	segment_list_fini(&list);
	free(folder);
	return r;
}

/* writing */

/* Calls that run at the same time come one after another; waits for them, which
 * hold it for a write or two. */
static int
lock(const struct audit *au)
{
	int fd = openat(au->dirfd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC,
	    0640);

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX) != 0) {
		if (errno == EINTR)
			continue;
		close(fd);
		return -1;
	}
	return fd;
}

struct counting {
	const struct audit_limit *limit;
	int64_t n;
};

static bool
count(void *cookie, const char *console, struct slice line,
    struct json_object *doc)
{
	struct counting *c = cookie;
	struct json_object *action = audit_member(doc, "event.action");
	struct json_object *stage = audit_member(doc, "s1spool.audit.stage");

	(void)console;
	(void)line;
	if (action != NULL && stage != NULL &&
	    strcmp(json_object_get_string(action), c->limit->action) == 0 &&
	    strcmp(json_object_get_string(stage), "intent") == 0)
		c->n++;
	return true;
}

static int
check_limit(const struct audit *au, const struct audit_limit *limit)
{
	struct counting c = { limit, 0 };

	if (limit == NULL || limit->n == 0)
		return 0;
	if (audit_each(au->directory,
	    clock_wall_us() - limit->period_ms * 1000, count, &c) != 0)
		return -1;
	return c.n >= limit->n;
}

int
audit_intend(struct audit *au, struct json_object *doc,
    const struct audit_limit *limit, struct buf *err)
{
	int held = lock(au), r = -1, error;

	if (held >= 0)
		r = check_limit(au, limit);
	if (r == 0)
		r = begin_segment(au);
	if (r == 0)
		r = append(au, doc);
	error = errno;
	if (held >= 0)
		close(held);
	if (r < 0)
		buf_addf(err, "%s: %s; nothing is done that cannot be written "
		    "down there\n", au->directory, strerror(error));
	return r;
}

int
audit_write(struct audit *au, struct json_object *doc, struct buf *err)
{
	return audit_intend(au, doc, NULL, err);
}
