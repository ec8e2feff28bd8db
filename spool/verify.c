#include "config.h"

#include "spool/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "spool/idset.h"
#include "spool/lines.h"
#include "spool/prefix.h"
#include "spool/segment.h"
#include "spool/stream.h"

/* One broken file should not bury what is said of the others. */
#define MESSAGES_PER_FILE 20

#define JSON_DEPTH 1000

/* The work on one stream. */
struct verify {
	const struct verify_sink *sink;
	int dirfd; /* what paths are relative to */
	struct json_tokener *tokener;
	struct idset *ids;
	struct verify_stream totals;

	const char *file;
	int64_t birth_us; /* of the segment; -1 when its name tells none */
	int64_t line; /* number of the line in the file */
	int64_t next; /* number that its prefix should have */
	unsigned said; /* messages about this file */
};

static void say(struct verify *v, enum verify_level level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

static void
say(struct verify *v, enum verify_level level, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (++v->said > MESSAGES_PER_FILE)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->sink->message(v->sink->cookie, level, v->file, (uint64_t)v->line,
	    text);
}

/* After a file: what was not said of it. */
static void
say_rest(struct verify *v)
{
	unsigned more = v->said > MESSAGES_PER_FILE ?
	    v->said - MESSAGES_PER_FILE : 0;

	v->line = 0;
	v->said = 0;
	if (more > 0)
		say(v, VERIFY_ERROR, "%u more findings", more);
	v->said = 0;
}

static void
check_json(struct verify *v, struct slice text)
{
	struct json_object *o;
	enum json_tokener_error error;

	/* With the newline, for a number or a word to have an end. */
	json_tokener_reset(v->tokener);
	o = json_tokener_parse_ex(v->tokener, text.p, (int)text.len + 1);
	error = json_tokener_get_error(v->tokener);
	if (error != json_tokener_success)
		say(v, VERIFY_ERROR, "no JSON: %s at byte %zu",
		    error == json_tokener_continue ? "it ends too early" :
		    json_tokener_error_desc(error),
		    json_tokener_get_parse_end(v->tokener));
	else if (!json_object_is_type(o, json_type_object))
		say(v, VERIFY_ERROR, "not a JSON object");
	else if (json_tokener_get_parse_end(v->tokener) < text.len)
		say(v, VERIFY_ERROR, "something follows the JSON object at "
		    "byte %zu", json_tokener_get_parse_end(v->tokener));
	json_object_put(o);
}

static void
check_seq(struct verify *v, struct slice seq)
{
	int64_t birth_us, number;

	if (prefix_parse_seq(seq, &birth_us, &number) < 0)
		return; /* stream_parse_line() has looked at it */
	if (v->birth_us >= 0 && birth_us != v->birth_us)
		say(v, VERIFY_ERROR, "spool.seq %.*s belongs to another "
		    "segment", (int)seq.len, seq.p);
	else if (number != v->next)
		say(v, VERIFY_ERROR, "line number %" PRId64 " in spool.seq "
		    "where %" PRId64 " should be", number, v->next);
	v->next = number + 1;
}

static void
note_time(struct verify_stream *t, struct slice at)
{
	int64_t ms;

	if (iso8601_parse(at, &ms) < 0)
		return; /* not every dataset has a time there */
	if (ms < t->first_ms)
		t->first_ms = ms;
	if (ms > t->last_ms)
		t->last_ms = ms;
}

static void
check_line(struct verify *v, struct slice text)
{
	struct stream_line l;

	check_json(v, text);
	if (stream_parse_line(text, &l) < 0) {
		say(v, VERIFY_ERROR, "no spool member at its head");
		v->next++;
		return;
	}
	check_seq(v, l.seq);
	note_time(&v->totals, l.at);
	if (!idset_add(v->ids, idset_key(l.id, l.resend), 0))
		say(v, VERIFY_ERROR, "id %.*s, re-send %" PRId64 ", is in an "
		    "earlier line already", (int)l.id.len, l.id.p, l.resend);
}

static void
check_lines(struct verify *v, struct lines *l)
{
	struct slice text;
	int r;

	while ((r = lines_next(l, &text)) > 0) {
		v->line++;
		v->totals.lines++;
		if (l->cut)
			say(v, VERIFY_ERROR, "longer than %d MiB",
			    LINES_MAX >> 20);
		else
			check_line(v, text);
	}
	v->line++;
	v->totals.bytes += (uint64_t)l->end + lines_torn(l);
	if (r < 0)
		say(v, VERIFY_ERROR, "cannot be read: %s",
		    errno == EBADMSG ? "damaged gzip" : strerror(errno));
	else if (lines_torn(l) > 0)
		say(v, VERIFY_WARNING, "%zu bytes without a newline at the "
		    "end, as a death in the middle of a write leaves them",
		    lines_torn(l));
}

static void
check_file(struct verify *v, const char *path, int64_t birth_us)
{
	struct lines l;

	v->file = path;
	v->birth_us = birth_us;
	v->line = 0;
	v->next = 1;
	v->totals.files++;
	if (lines_open(&l, v->dirfd, path, 0) < 0) {
		/* Pruned since it was listed. */
		if (errno != ENOENT)
			say(v, VERIFY_ERROR, "cannot be opened: %s",
			    strerror(errno));
	} else {
		check_lines(v, &l);
		lines_close(&l);
	}
	say_rest(v);
}

static void
verify_init(struct verify *v, const struct verify_sink *sink, int dirfd,
    const char *name)
{
	*v = (struct verify){ .sink = sink, .dirfd = dirfd };
	v->tokener = json_tokener_new_ex(JSON_DEPTH);
	if (v->tokener == NULL)
		abort();
	json_tokener_set_flags(v->tokener,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	v->ids = idset_new(SIZE_MAX);
	v->totals.name = name;
	v->totals.first_ms = INT64_MAX;
	v->totals.last_ms = INT64_MIN;
}

static void
verify_fini(struct verify *v)
{
	v->sink->stream(v->sink->cookie, &v->totals);
	idset_free(v->ids);
	json_tokener_free(v->tokener);
}

/* Segments are told apart by their sequence, and it orders them. */
static void
check_sequence(struct verify *v, const struct segment_list *l, size_t i)
{
	if (i == 0 || l->files[i].seq != l->files[i - 1].seq)
		return;
	v->file = l->files[i].path;
	say(v, VERIFY_ERROR, "has the sequence number of %s",
	    l->files[i - 1].name);
	say_rest(v);
}

/* What shippers would read although it is none of ours. */
static void
check_foreign(struct verify *v, const char *folder)
{
	int fd = fs_open_dir(v->dirfd, folder);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct segment_name s;
	struct dirent *e;
	char *path;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || segment_parse(e->d_name, &s) == 0)
			continue;
		path = xasprintf("%s/%s", folder, e->d_name);
		v->file = path;
		say(v, VERIFY_WARNING, "is no segment");
		say_rest(v);
		free(path);
	}
	closedir(dir);
}

struct walk {
	const struct verify_sink *sink;
	int dirfd;
};

static int
verify_stream(void *cookie, const char *console, const char *dataset)
{
	const struct walk *w = cookie;
	char *name = xasprintf("%s/%s", console, dataset);
	struct segment_list l = { 0 };
	struct verify v;

	verify_init(&v, w->sink, w->dirfd, name);
	check_foreign(&v, name);
	if (segment_list_stream(&l, w->dirfd, console, dataset) < 0) {
		v.file = name;
		say(&v, VERIFY_ERROR, "cannot be read: %s", strerror(errno));
	}
	for (size_t i = 0; i < l.n; i++) {
		check_sequence(&v, &l, i);
		check_file(&v, l.files[i].path, l.files[i].birth_us);
	}
	verify_fini(&v);
	segment_list_fini(&l);
	free(name);
	return 0;
}

static void
verify_file(const char *path, const struct verify_sink *sink)
{
	const char *slash = strrchr(path, '/');
	struct segment_name s = { .birth_us = -1 };
	struct verify v;

	verify_init(&v, sink, AT_FDCWD, path);
	if (segment_parse(slash != NULL ? slash + 1 : path, &s) < 0) {
		v.file = path;
		say(&v, VERIFY_WARNING, "is not named like a segment");
	}
	check_file(&v, path, s.birth_us);
	verify_fini(&v);
}

int
verify_path(const char *path, const struct verify_sink *sink)
{
	struct walk w = { .sink = sink };
	struct stat sb;
	int r, saved;

	if (stat(path, &sb) < 0)
		return -1;
	if (!S_ISDIR(sb.st_mode)) {
		verify_file(path, sink);
		return 0;
	}
	w.dirfd = fs_open_dir(AT_FDCWD, path);
	if (w.dirfd < 0)
		return -1;
	r = segment_each_stream(w.dirfd, verify_stream, &w);
	saved = errno;
	close(w.dirfd);
	errno = saved;
	return r;
}
