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
#include "spool/pack.h"
#include "spool/prefix.h"
#include "spool/segment.h"
#include "spool/stream.h"
#include "spool/verify_internal.h"

/* One broken file should not bury what is said of the others. */
#define MESSAGES_PER_FILE 20

#define JSON_DEPTH 1000

/* The work on one stream. */
struct verify {
	const struct verify_root *root; /* what paths are below */
	const struct verify_sink *sink;
	struct json_tokener *tokener;
	struct idset *ids;
	struct verify_stream totals;

	const char *file; /* below the root */
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
	char text[400], *file;
	va_list ap;

	if (++v->said > MESSAGES_PER_FILE)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	file = v->root->name == NULL ? xstrdup(v->file) :
	    xasprintf("%s/%s", v->root->name, v->file);
	v->sink->message(v->sink->cookie, level, file, (uint64_t)v->line,
	    text);
	free(file);
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
	errno = 0;
	o = json_tokener_parse_ex(v->tokener, text.p, (int)text.len + 1);
	if (errno == ENOMEM)
		xalloc_failed();
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
	bool again;

	check_json(v, text);
	if (stream_parse_line(text, &l) < 0) {
		say(v, VERIFY_ERROR, "no spool member at its head");
		v->next++;
		return;
	}
	check_seq(v, l.seq);
	note_time(&v->totals, l.at);
	again = !idset_add(v->ids, idset_key(l.id, l.resend), 0);
	if (again)
		say(v, VERIFY_ERROR, "id %.*s, re-send %" PRId64 ", is in an "
		    "earlier line already", (int)l.id.len, l.id.p, l.resend);
	if (v->sink->line != NULL)
		v->sink->line(v->sink->cookie, &v->totals, l.id, again);
}

/* False when the rest cannot be read, which was said. */
static bool
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
		    "end, as a death in the middle of a write leaves them, "
		    "and a write that goes on", lines_torn(l));
	return r == 0;
}

/* Is a packed file whose lines could be read all that it should be, and no
 * more?  One that is gone meanwhile was moved or removed as it was. */
static void
check_packed(struct verify *v, const char *path)
{
	struct pack_info info;

	v->line = 0;
	if (pack_check(v->root->dirfd, path, &info) == 0) {
		if (!info.proven)
			say(v, VERIFY_WARNING, "was not packed by s1spool: "
			    "there is no SHA-256 of the content in its header");
	} else if (errno == EBADMSG) {
		say(v, VERIFY_ERROR, "damaged: it is not a single gzip member, "
		    "or its content is not the one of its header's SHA-256");
	} else if (errno != ENOENT) {
		say(v, VERIFY_ERROR, "cannot be read: %s", strerror(errno));
	}
}

/* False when there is no such file. */
static bool
check_file(struct verify *v, const char *path, int64_t birth_us)
{
	struct lines l;
	bool whole;

	v->file = path;
	v->birth_us = birth_us;
	v->line = 0;
	v->next = 1;
	if (lines_open(&l, v->root->dirfd, path, 0) < 0) {
		if (errno == ENOENT)
			return false;
		say(v, VERIFY_ERROR, "cannot be opened: %s", strerror(errno));
	} else {
		whole = check_lines(v, &l);
		lines_close(&l);
		if (whole && lines_is_packed(path))
			check_packed(v, path);
	}
	v->totals.files++;
	say_rest(v);
	return true;
}

static void
verify_init(struct verify *v, const struct verify_root *root, const char *name,
    struct slice dataset)
{
	*v = (struct verify){ .root = root, .sink = root->sink };
	v->tokener = xcheck(json_tokener_new_ex(JSON_DEPTH));
	json_tokener_set_flags(v->tokener,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	v->ids = idset_new(SIZE_MAX);
	v->totals.name = name;
	v->totals.dataset = dataset;
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

/* What shippers would read although it is none of ours.  0, or -1 when the
 * folder cannot be read. */
static int
check_foreign(struct verify *v, const char *folder)
{
	int fd = fs_open_dir(v->root->dirfd, folder), error;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct segment_name s;
	struct dirent *e;
	char *path;

	if (dir == NULL) {
		error = errno;
		if (fd >= 0)
			close(fd);
		errno = error;
		return fd < 0 && (error == ENOENT || error == ENOTDIR) ? 0 : -1;
	}
	while (errno = 0, (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || segment_parse(e->d_name, &s) == 0)
			continue;
		path = xasprintf("%s/%s", folder, e->d_name);
		v->file = path;
		say(v, VERIFY_WARNING, "is no segment");
		say_rest(v);
		free(path);
	}
	error = errno;
	closedir(dir);
	errno = error;
	return error == 0 ? 0 : -1;
}

/* One that is found nowhere was removed for good since it was listed. */
static void
check_wherever(struct verify *v, const char *console, const char *dataset,
    const struct segment_file *f)
{
	bool found = false;

	for (unsigned i = 0; i < SEGMENT_PLACES && !found; i++) {
		char *path = segment_place(console, dataset, f->name, i);

		found = check_file(v, path, f->birth_us);
		free(path);
	}
}

void
verify_stream(const struct verify_root *root, const char *console,
    const char *dataset)
{
	char *name = xasprintf("%s/%s", console, dataset);
	struct segment_list l = { 0 };
	struct verify v;

	verify_init(&v, root, name, slice_of(dataset));
	if (segment_list_stream(&l, root->dirfd, console, dataset) < 0 ||
	    check_foreign(&v, name) < 0) {
		v.file = name;
		say(&v, VERIFY_ERROR, "cannot be read: %s", strerror(errno));
	}
	for (size_t i = 0; i < l.n; i++) {
		check_sequence(&v, &l, i);
		check_wherever(&v, console, dataset, &l.files[i]);
	}
	verify_fini(&v);
	segment_list_fini(&l);
	free(name);
}

void
verify_folder(const struct verify_root *root, const char *folder,
    const char *dataset)
{
	char *name = xasprintf("%s/%s", folder, dataset);
	struct segment_list l = { 0 };
	struct verify v;

	verify_init(&v, root, name, slice_of(dataset));
	if (segment_list_add(&l, root->dirfd, folder, dataset) < 0) {
		v.file = folder;
		say(&v, VERIFY_ERROR, "cannot be read: %s", strerror(errno));
	}
	segment_list_sort(&l);
	for (size_t i = 0; i < l.n; i++)
		check_file(&v, l.files[i].path, l.files[i].birth_us);
	verify_fini(&v);
	segment_list_fini(&l);
	free(name);
}

void
verify_file(const struct verify_root *root, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct segment_name s = { .birth_us = -1 };
	struct verify v;
	bool named = segment_parse(slash != NULL ? slash + 1 : path, &s) == 0;

	verify_init(&v, root, path, s.dataset);
	v.file = path;
	if (!named)
		say(&v, VERIFY_WARNING, "is not named like a segment");
	if (!check_file(&v, path, s.birth_us))
		say(&v, VERIFY_ERROR, "is gone: archived or removed");
	verify_fini(&v);
}
