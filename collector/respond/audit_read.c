#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/audit.h"
#include "spool/segment.h"

#define SEGMENT_MAX_BYTES ((size_t)16 << 20)

struct json_object *
audit_member(struct json_object *doc, const char *path)
{
	while (doc != NULL) {
		size_t len = strcspn(path, ".");
		char *name = xstrndup(path, len);

		if (!json_object_is_type(doc, json_type_object))
			doc = NULL;
		else
			doc = json_object_object_get(doc, name);
		free(name);
		if (path[len] == '\0')
			return doc;
		path += len + 1;
	}
	return NULL;
}

void
audit_set(struct json_object *doc, const char *path,
    struct json_object *value)
{
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		char *name = xstrndup(path, (size_t)(dot - path));
		struct json_object *next = json_object_object_get(doc, name);

		if (next == NULL) {
			next = tree_object();
			tree_put(doc, name, next);
		}
		free(name);
		doc = next;
		path = dot + 1;
	}
	tree_put(doc, path, value);
}

struct reading {
	int dirfd;
	int64_t since_us;
	audit_line_fn *fn;
	void *cookie;
};

/* false: fn wants no more. */
static bool
read_lines(const struct reading *rd, const char *console, struct slice text)
{
	const char *end;

	while ((end = memchr(text.p, '\n', text.len)) != NULL) {
		struct slice line = { text.p, (size_t)(end - text.p) };
		struct json_object *doc = tree_parse_object(line);
		bool more = rd->fn(rd->cookie, console, line, doc);

		json_object_put(doc);
		if (!more)
			return false;
		text.p += line.len + 1;
		text.len -= line.len + 1;
	}
	return true;
}

static int
read_segment(const struct reading *rd, const char *console, const char *path)
{
	struct buf text;
	int r;

	buf_init(&text, SEGMENT_MAX_BYTES);
	r = fs_read_file(rd->dirfd, path, &text);
	if (r == 0)
		r = read_lines(rd, console, buf_slice(&text)) ? 0 : 1;
	buf_fini(&text);
	return r;
}

static int
read_stream(void *cookie, const char *console, const char *dataset)
{
	const struct reading *rd = cookie;
	struct segment_list list = { 0 };
	int r;

	if (strcmp(dataset, AUDIT_DATASET) != 0)
		return 0;
	r = segment_list_stream(&list, rd->dirfd, console, dataset);
	if (r == 0)
		segment_list_sort(&list);
	for (size_t i = 0; r == 0 && i < list.n; i++)
		if (!list.files[i].gz && list.files[i].birth_us >= rd->since_us)
			r = read_segment(rd, console, list.files[i].path);
	segment_list_fini(&list);
	return r;
}

int
audit_each(const char *directory, int64_t since_us, audit_line_fn *fn,
    void *cookie)
{
	struct reading rd = { -1, since_us, fn, cookie };
	int r;

	rd.dirfd = fs_open_dir(AT_FDCWD, directory);
	if (rd.dirfd < 0)
		return -1;
	r = segment_each_stream(rd.dirfd, read_stream, &rd);
	close(rd.dirfd);
	return r < 0 ? -1 : 0;
}
