#include "config.h"

#include "collector/cmd/raw_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/scan.h"
#include "collector/json/skip.h"

#define CHUNK (64u << 10)

/* What stands between records. */
enum due {
	DUE_ANY, /* a record, or a list of records */
	DUE_FIRST, /* the first record of a list, or its end */
	DUE_NEXT, /* one more record of a list */
	DUE_COMMA /* a comma, or the end of a list */
};

/* Which byte may come when, and what is due after it; all else is wrong. */
static const struct step {
	enum due due;
	char byte;
	enum due then;
} steps[] = {
	{ DUE_ANY, '{', DUE_ANY },
	{ DUE_ANY, '[', DUE_FIRST },
	{ DUE_FIRST, '{', DUE_COMMA },
	{ DUE_FIRST, ']', DUE_ANY },
	{ DUE_NEXT, '{', DUE_COMMA },
	{ DUE_COMMA, ',', DUE_NEXT },
	{ DUE_COMMA, ']', DUE_ANY },
};
#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

struct reader {
	struct raw_file *f;
	enum due due;
	bool inside; /* an object */
	struct skip skip;
	struct buf object;
	uint64_t began; /* line of the object's first byte */
	struct scan scan;
};

static uint64_t
count_lines(const char *p, size_t n)
{
	const char *end = p + n;
	uint64_t lines = 0;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		lines++;
		p++;
	}
	return lines;
}

/* Hand out what an answer holds at a path such as "data.edges[].node".  False
 * when there is no such list in the object scanned last. */
static bool
hand_out_list(struct reader *r, const char *path)
{
	const char *brackets = path == NULL ? NULL : strstr(path, "[]");
	const struct tok *tok = r->scan.tok;
	const char *last = r->object.p;
	uint64_t line = r->began;
	size_t list, end;
	struct slice rest;

	if (brackets == NULL)
		return false;
	list = scan_find(&r->scan, 0,
	    (struct slice){ path, (size_t)(brackets - path) });
	if (list == 0 || tok[list].kind != TOK_ARRAY)
		return false;
	rest = slice_of(brackets[2] == '.' ? brackets + 3 : brackets + 2);
	end = tok[list].next;
	for (size_t i = list + 1; i < end; i = tok[i].next) {
		size_t inner = rest.len > 0 && tok[i].kind == TOK_OBJECT ?
		    scan_find(&r->scan, i, rest) : 0;
		struct slice record = scan_raw(&r->scan,
		    &tok[inner > 0 ? inner : i]);

		line += count_lines(last, (size_t)(record.p - last));
		last = record.p;
		r->f->record(r->f->cookie, record, line);
	}
	return true;
}

static void
end_object(struct reader *r)
{
	const struct walk_row *walk = &r->f->dataset->walk;

	r->inside = false;
	/* One that is no JSON is for those to refuse who get it. */
	if (scan_text(&r->scan, buf_slice(&r->object)) < 0 ||
	    (!hand_out_list(r, walk->list.records) &&
	    !hand_out_list(r, walk->child.records)))
		r->f->record(r->f->cookie, buf_slice(&r->object), r->began);
	buf_reset(&r->object);
}

static int
broken(struct reader *r, const char *why)
{
	r->f->error = why;
	return 1;
}

/* Some of an object: *n is what of it is here. */
static int
take_inside(struct reader *r, const char *p, size_t *n)
{
	bool done;

	*n = skip_value(&r->skip, p, *n, &done);
	if (buf_add(&r->object, p, *n) != 0)
		return broken(r, "this object is too large");
	r->f->line += count_lines(p, *n);
	if (done)
		end_object(r);
	return 0;
}

/* One byte between objects. */
static int
take_between(struct reader *r, char byte)
{
	size_t i = 0;

	r->f->line += byte == '\n';
	if (strchr(" \t\r\n", byte) != NULL && byte != '\0')
		return 0;
	while (i < N_STEPS && (steps[i].due != r->due || steps[i].byte != byte))
		i++;
	if (i == N_STEPS)
		return broken(r, "this is no JSON object");
	r->due = steps[i].then;
	return 0;
}

static int
take(struct reader *r, const char *p, size_t n)
{
	int rc = 0;

	while (n > 0 && rc == 0) {
		size_t taken = 1;

		if (!r->inside)
			rc = take_between(r, *p);
		if (rc == 0 && !r->inside && *p == '{') {
			r->inside = true;
			r->skip = (struct skip){ 0 };
			r->began = r->f->line;
		}
		if (rc == 0 && r->inside) {
			taken = n;
			rc = take_inside(r, p, &taken);
		}
		p += taken;
		n -= taken;
	}
	return rc;
}

static int
take_end(struct reader *r)
{
	if (r->inside) {
		r->f->line = r->began;
		return broken(r, "this object has no end");
	}
	return r->due == DUE_ANY ? 0 : broken(r, "the list has no end");
}

/* Bytes read, 0 at the end, -1 with errno (EBADMSG: damaged gzip). */
static int
read_some(gzFile gz, char *to)
{
	int n, code;

	errno = 0;
	n = gzread(gz, to, CHUNK);
	gzerror(gz, &code);
	if (n > 0 || (n == 0 && (code == Z_OK || code == Z_STREAM_END)))
		return n;
	if (code != Z_ERRNO || errno == 0)
		errno = EBADMSG;
	return -1;
}

static int
read_all(struct reader *r, gzFile gz)
{
	char *chunk = xmalloc(CHUNK);
	bool first = true;
	int n = 0, rc = 0;

	while (rc == 0 && (n = read_some(gz, chunk)) > 0) {
		bool mark = first && n >= 3 &&
		    memcmp(chunk, "\xef\xbb\xbf", 3) == 0;
		int from = mark ? 3 : 0;

		rc = take(r, chunk + from, (size_t)(n - from));
		first = false;
	}
	free(chunk);
	if (n < 0)
		return -1;
	return rc != 0 ? rc : take_end(r);
}

static gzFile
open_file(const char *path)
{
	int fd = strcmp(path, "-") == 0 ?
	    fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
	    open(path, O_RDONLY | O_CLOEXEC);
	gzFile gz;

	if (fd < 0)
		return NULL;
	/* What is not packed passes through. */
	gz = gzdopen(fd, "rb");
	if (gz == NULL) {
		close(fd);
		errno = ENOMEM;
	}
	return gz;
}

int
raw_file_read(struct raw_file *f, const char *path)
{
	struct reader r = { .f = f };
	gzFile gz = open_file(path);
	int rc, saved;

	if (gz == NULL)
		return -1;
	f->line = 1;
	f->error = NULL;
	buf_init(&r.object, SCAN_BYTES_MAX);
	scan_init(&r.scan);
	rc = read_all(&r, gz);
	saved = errno;
	scan_fini(&r.scan);
	buf_fini(&r.object);
	gzclose_r(gz);
	errno = saved;
	return rc;
}
