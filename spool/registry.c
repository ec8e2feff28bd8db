#include "config.h"

#include "spool/registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"

#define META "meta.json"
#define LOG "log.json"
#define META_VERSION "1"
#define PREFIX "filestream::"
#define SEPARATOR "::"
/* The log is cut at 10 MiB; a checkpoint has a few hundred bytes a file. */
#define FILE_MAX (1 << 30)
#define TRIES 5
/* Up to here a double holds every whole number. */
#define EXACT_MAX 9007199254740992.0

/* A reading under way. */
struct reading {
	const char *folder;
	int dirfd;
	struct buf *err;
	struct json_object *states; /* by key */
	int64_t transaction; /* applied last */
	int64_t logged; /* the log's operation read last, 0: none */
};

static int
complain(struct reading *r, const char *file, const char *what)
{
	buf_addf(r->err, "%s/%s: %s", r->folder, file, what);
	return -1;
}

static int
read_file(struct reading *r, const char *name, struct buf *b)
{
	if (fs_read_file(r->dirfd, name, b) == 0)
		return 0;
	return complain(r, name, strerror(errno));
}

/* One JSON text; NULL when it is none, or has more than space behind it. */
static struct json_object *
parse(struct slice text)
{
	struct json_tokener *t = xcheck(json_tokener_new());
	struct json_object *o;

	while (text.len > 0 && memchr(" \t\r\n", text.p[text.len - 1], 4))
		text.len--;
	errno = 0;
	o = json_tokener_parse_ex(t, text.p, (int)text.len);
	if (errno == ENOMEM)
		xalloc_failed();
	if (o != NULL && json_tokener_get_parse_end(t) != text.len) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(t);
	return o;
}

/* A file of one JSON text: NULL in *o when it is none.  0, or -1 with a message
 * when it cannot be read. */
static int
read_json(struct reading *r, const char *name, struct json_object **o)
{
	struct buf b;
	int rc;

	buf_init(&b, FILE_MAX);
	rc = read_file(r, name, &b);
	*o = rc == 0 ? parse(buf_slice(&b)) : NULL;
	buf_fini(&b);
	return rc;
}

static const char *
text_at(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

/* A count, or -1.  Filebeat writes what it has read back from its registry
 * as floating point: 2.998548e+06. */
static int64_t
number_at(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	double d;

	if (!json_object_object_get_ex(o, name, &v))
		return -1;
	if (json_object_is_type(v, json_type_int))
		return json_object_get_int64(v);
	if (!json_object_is_type(v, json_type_double))
		return -1;
	d = json_object_get_double(v);
	if (!(d >= 0 && d <= EXACT_MAX) || d != (double)(int64_t)d)
		return -1;
	return (int64_t)d;
}

static int
check_version(struct reading *r)
{
	struct json_object *meta;
	const char *version;
	int rc = 0;

	if (read_json(r, META, &meta) != 0) {
		buf_adds(r->err, "; is it the folder with log.json, and of the "
		    "backend memlog?");
		return -1;
	}
	version = text_at(meta, "version");
	if (version == NULL || strcmp(version, META_VERSION) != 0)
		rc = complain(r, META, "of an unknown version; only 1 is "
		    "understood");
	json_object_put(meta);
	return rc;
}

/* The number in a checkpoint's name, "<number>.json"; 0 for other names. */
static int64_t
checkpoint_number(const char *name)
{
	size_t len = strlen(name), end = sizeof(".json") - 1;
	int64_t n = 0;

	if (len > end && strcmp(name + len - end, ".json") == 0)
		num_int((struct slice){ name, len - end }, 1, INT64_MAX, &n);
	return n;
}

/* The number of the newest checkpoint; 0 when there is none, -1 with errno. */
static int64_t
newest_checkpoint(const struct reading *r)
{
	int fd = fs_open_dir(r->dirfd, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int64_t newest = 0, n;
	struct dirent *e;
	int error;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (errno = 0, (e = readdir(dir)) != NULL)
		if ((n = checkpoint_number(e->d_name)) > newest)
			newest = n;
	error = errno;
	closedir(dir);
	errno = error;
	return error == 0 ? newest : -1;
}

/* An array of states, each with its key in member "_key". */
static int
read_checkpoint(struct reading *r, int64_t number)
{
	char *name = xasprintf("%lld.json", (long long)number);
	struct json_object *list;
	int rc = read_json(r, name, &list);

	if (rc == 0 && !json_object_is_type(list, json_type_array))
		rc = complain(r, name, "is no checkpoint: damaged?");
	for (size_t i = 0; rc == 0 && i < json_object_array_length(list);
	     i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *key = text_at(o, "_key");

		if (key == NULL)
			rc = complain(r, name, "has a state without a key: "
			    "damaged?");
		else
			json_object_object_add(r->states, key,
			    json_object_get(o));
	}
	r->transaction = number;
	json_object_put(list);
	free(name);
	return rc;
}

/* Apply one operation.  False when it is none, or not the one that follows. */
static bool
apply(struct reading *r, struct json_object *op, struct json_object *state)
{
	const char *what = text_at(op, "op"), *key = text_at(state, "k");
	int64_t id = number_at(op, "id");
	struct json_object *v = NULL;

	if (what == NULL || key == NULL || id <= 0 ||
	    (r->logged != 0 && id != r->logged + 1))
		return false;
	r->logged = id;
	/* Older ones are in the checkpoint already. */
	if (id <= r->transaction)
		return true;
	if (id != r->transaction + 1)
		return false;
	if (strcmp(what, "remove") == 0) {
		json_object_object_del(r->states, key);
	} else if (strcmp(what, "set") == 0 &&
	    json_object_object_get_ex(state, "v", &v)) {
		json_object_object_add(r->states, key, json_object_get(v));
	} else {
		return false;
	}
	r->transaction = id;
	return true;
}

static bool
next_line(struct slice *rest, struct slice *line)
{
	const char *end = rest->len == 0 ? NULL :
					   memchr(rest->p, '\n', rest->len);

	if (end == NULL)
		return false;
	*line = (struct slice){ rest->p, (size_t)(end - rest->p) };
	rest->len -= line->len + 1;
	rest->p = end + 1;
	return true;
}

static bool
apply_lines(struct reading *r, struct slice op_line, struct slice state_line)
{
	struct json_object *op = parse(op_line), *state = parse(state_line);
	bool good = apply(r, op, state);

	json_object_put(op);
	json_object_put(state);
	return good;
}

/* Each operation is two lines.  The last ones may be incomplete: Filebeat is
 * writing them, or died in doing so and goes by what was before. */
static int
read_log(struct reading *r)
{
	struct slice rest, op, state;
	struct buf b;
	int rc;

	buf_init(&b, FILE_MAX);
	rc = read_file(r, LOG, &b);
	rest = buf_slice(&b);
	while (rc == 0 && next_line(&rest, &op) && next_line(&rest, &state)) {
		if (apply_lines(r, op, state))
			continue;
		buf_addf(r->err, "%s/" LOG ": makes no sense behind operation "
		    "%lld: damaged?", r->folder, (long long)r->transaction);
		rc = -1;
	}
	buf_fini(&b);
	return rc;
}

static int64_t
changed_at(const struct reading *r, int64_t checkpoint)
{
	char *name = xasprintf("%lld.json", (long long)checkpoint);
	struct stat log, sb;
	time_t at = 0;

	if (fstatat(r->dirfd, LOG, &log, 0) == 0)
		at = log.st_mtime;
	if (fstatat(r->dirfd, name, &sb, 0) == 0 && sb.st_mtime > at)
		at = sb.st_mtime;
	free(name);
	return (int64_t)at * 1000;
}

/* The checkpoint of this number, 0 for none, and the log. */
static int
read_both(struct reading *r, int64_t checkpoint)
{
	json_object_put(r->states);
	r->states = xcheck(json_object_new_object());
	r->transaction = r->logged = 0;
	if (checkpoint > 0 && read_checkpoint(r, checkpoint) != 0)
		return -1;
	return read_log(r);
}

/*
 * All states at one moment: the log belongs to the newest checkpoint, so a new
 * one that appears meanwhile makes worthless what was read.  And a log that was
 * cut and grew again in the middle of a reading looks damaged, once.
 */
static int
read_states(struct reading *r, int64_t *changed_ms)
{
	size_t said = r->err->len;
	bool changes = false;

	for (int i = 0; i < TRIES; i++) {
		int64_t n = newest_checkpoint(r);
		int rc;

		if (n < 0)
			return complain(r, ".", strerror(errno));
		buf_cut(r->err, said);
		*changed_ms = changed_at(r, n);
		rc = read_both(r, n);
		if (newest_checkpoint(r) != n)
			changes = true;
		else if (rc == 0)
			return 0;
	}
	if (!changes)
		return -1;
	buf_cut(r->err, said);
	return complain(r, LOG, "changes all the time; try again");
}

/* "filestream::<input>::<identity>::<value>"; false for other states. */
static bool
split_key(const char *key, struct registry_entry *e)
{
	const char *identity, *value;

	if (strncmp(key, PREFIX, strlen(PREFIX)) != 0)
		return false;
	key += strlen(PREFIX);
	identity = strstr(key, SEPARATOR);
	value = identity == NULL ? NULL :
				   strstr(identity + 2, SEPARATOR);
	if (value == NULL)
		return false;
	e->input = xstrndup(key, (size_t)(identity - key));
	e->identity = xstrndup(identity + 2, (size_t)(value - identity - 2));
	e->value = xstrdup(value + 2);
	return true;
}

static void
take_state(struct registry *reg, const char *key, struct json_object *state)
{
	struct json_object *meta = NULL, *cursor = NULL;
	struct registry_entry e = { 0 };
	const char *source;

	if (!split_key(key, &e))
		return;
	json_object_object_get_ex(state, "meta", &meta);
	json_object_object_get_ex(state, "cursor", &cursor);
	source = text_at(meta, "source");
	e.source = xstrdup(source == NULL ? "" : source);
	e.offset = number_at(cursor, "offset");
	if (e.offset < 0)
		e.offset = 0;
	reg->entries[reg->n++] = e;
}

int
registry_read(struct registry *reg, const char *folder, struct buf *err)
{
	struct reading r = { .folder = folder, .err = err };
	int rc = -1;

	*reg = (struct registry){ 0 };
	r.dirfd = fs_open_dir(AT_FDCWD, folder);
	if (r.dirfd < 0) {
		buf_addf(err, "%s: %s", folder, strerror(errno));
		return -1;
	}
	if (check_version(&r) == 0)
		rc = read_states(&r, &reg->changed_ms);
	if (rc == 0) {
		reg->entries = xcalloc((size_t)json_object_object_length(
		    r.states) + 1, sizeof(*reg->entries));
		json_object_object_foreach(r.states, key, state)
			take_state(reg, key, state);
	}
	json_object_put(r.states);
	close(r.dirfd);
	return rc;
}

void
registry_fini(struct registry *reg)
{
	for (size_t i = 0; i < reg->n; i++) {
		struct registry_entry *e = &reg->entries[i];

		free(e->input);
		free(e->identity);
		free(e->value);
		free(e->source);
	}
	free(reg->entries);
	*reg = (struct registry){ 0 };
}
