#include "config.h"

#include "tests/filebeat/book.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

#define PENDING_MAX (256u << 20)
#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct book {
	int fd;
	struct lh_table *known; /* "<index> <id>" */
	struct buf pending; /* lines to write */
};

static void
free_key(struct lh_entry *e)
{
	free(lh_entry_k(e));
}

static char *
make_key(const char *index, const char *id)
{
	return xasprintf("%s %s", index, id);
}

bool
book_has(const struct book *b, const char *index, const char *id)
{
	char *key = make_key(index, id);
	bool found = lh_table_lookup_ex(b->known, key, NULL);

	free(key);
	return found;
}

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static int
read_line(struct book *b, const char *line)
{
	struct json_object *o = json_tokener_parse(line);
	const char *index = text_of(o, "_index"), *id = text_of(o, "_id");
	bool good = index != NULL && id != NULL;

	if (good)
		lh_table_insert(b->known, make_key(index, id), NULL);
	json_object_put(o);
	return good ? 0 : -1;
}

/* All whole lines; the file ends behind the last. */
static int
read_lines(struct book *b, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	off_t end = 0;
	ssize_t len;
	int rc = f == NULL ? -1 : 0;

	while (rc == 0 && (len = getline(&line, &size, f)) > 0 &&
	    line[len - 1] == '\n') {
		rc = read_line(b, line);
		end += len;
	}
	free(line);
	if (f != NULL)
		fclose(f);
	return rc == 0 ? ftruncate(b->fd, end) : -1;
}

struct book *
book_open(const char *path)
{
	struct book *b = xcalloc(1, sizeof(*b));

	b->known = lh_kchar_table_new(1024, free_key);
	buf_init(&b->pending, PENDING_MAX);
	b->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (b->fd < 0 || read_lines(b, path) != 0) {
		perror(path);
		book_close(b);
		return NULL;
	}
	return b;
}

void
book_close(struct book *b)
{
	if (b->fd >= 0)
		close(b->fd);
	lh_table_free(b->known);
	buf_fini(&b->pending);
	free(b);
}

static void
add_text(struct buf *b, const char *name, const char *text)
{
	struct json_object *o = json_object_new_string(text);

	buf_addf(b, "\"%s\":%s,", name,
	    json_object_to_json_string_ext(o, PLAIN));
	json_object_put(o);
}

void
book_add(struct book *b, const char *index, const char *id,
    const char *pipeline, struct slice source)
{
	buf_addc(&b->pending, '{');
	add_text(&b->pending, "_index", index);
	add_text(&b->pending, "_id", id);
	if (pipeline != NULL)
		add_text(&b->pending, "pipeline", pipeline);
	buf_adds(&b->pending, "\"_source\":");
	buf_add_slice(&b->pending, source);
	buf_adds(&b->pending, "}\n");
	lh_table_insert(b->known, make_key(index, id), NULL);
}

int
book_commit(struct book *b)
{
	struct slice rest = buf_slice(&b->pending);

	while (rest.len > 0) {
		ssize_t n = write(b->fd, rest.p, rest.len);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			rest.p += n;
			rest.len -= (size_t)n;
		}
	}
	buf_reset(&b->pending);
	return 0;
}
