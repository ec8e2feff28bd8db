#include "config.h"

#include "tests/mock/respond_fetch.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/gen.h"
#include "tests/mock/history.h"
#include "tests/mock/member.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_filter.h"
#include "tests/mock/respond_zip.h"

#define MAX_FILES 10
#define MIN_PASSWORD 10

struct fetch {
	uint32_t agent; /* index */
	uint64_t upload; /* id of the upload's activity, 0: not yet */
	char *password;
	struct json_object *files; /* paths */
};

struct fetches {
	struct fetch *fetch;
	size_t n;
};

void
fetches_free(struct fetches *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->fetch[i].password);
		json_object_put(f->fetch[i].files);
	}
	free(f->fetch);
	free(f);
}

static struct row *
add_activity(struct console *c, uint32_t type, size_t n, double seconds)
{
	struct fetches *f = *respond_fetches(c);
	struct row *agent = store_row(c->store, SET_AGENT, f->fetch[n].agent);
	int64_t now = console_now(c);
	struct row *row = history_add_about(c->store, &c->world, now, type,
	    agent);

	row->command = (uint32_t)n + 1;
	store_publish(c->store, SET_ACTIVITY, row, row->updated,
	    now + (int64_t)(seconds * 1e6));
	store_advance(c->store, now);
	return row;
}

static void
finish_upload(struct console *c, size_t n)
{
	struct fetches *f = *respond_fetches(c);
	struct row *row = add_activity(c, ACTIVITY_UPLOADED, n, 0);

	f->fetch[n].upload = row->id;
	if (strcmp(respond_text(c, "upload"), "no-url") == 0) {
		row->state = UPLOAD_WITHOUT_LINK;
		store_forget(c->store, row);
	}
}

static bool
is_absolute(const char *path)
{
	return path[0] == '/' || (isalpha((unsigned char)path[0]) &&
	    path[1] == ':' && path[2] == '\\');
}

static bool
is_strong(const char *password)
{
	bool lower = false, upper = false, digit = false, other = false;

	for (const char *p = password; *p != '\0'; p++) {
		lower |= islower((unsigned char)*p) != 0;
		upper |= isupper((unsigned char)*p) != 0;
		digit |= isdigit((unsigned char)*p) != 0;
		other |= ispunct((unsigned char)*p) != 0;
	}
	return lower && upper && digit && other &&
	    strlen(password) >= MIN_PASSWORD;
}

/* What is wrong, NULL: nothing. */
static const char *
judge(struct json_object *files, const char *password)
{
	size_t n = files == NULL ? 0 : json_object_array_length(files);

	if (n < 1 || n > MAX_FILES)
		return "files: Length must be between 1 and 10.";
	for (size_t i = 0; i < n; i++)
		if (!is_absolute(json_object_get_string(
		    json_object_array_get_idx(files, i))))
			return "files: Not an absolute path.";
	return is_strong(password) ? NULL :
	    "password: Must have 10 characters of four classes.";
}

static size_t
add_fetch(struct console *c, struct row *agent, struct json_object *files,
    const char *password)
{
	struct fetches **at = respond_fetches(c), *f = *at;

	if (f == NULL)
		f = *at = xcalloc(1, sizeof(*f));
	f->fetch = xrealloc(f->fetch, (f->n + 1) * sizeof(*f->fetch));
	f->fetch[f->n] = (struct fetch){ .agent = agent->index,
		.password = xstrdup(password),
		.files = json_object_get(files) };
	return f->n++;
}

static void
begin_fetch(struct exchange *x, struct row *agent, struct json_object *files,
    const char *password)
{
	struct console *c = x->console;
	bool success = respond_flag(c, "fetch_success");

	if (success) {
		size_t n = add_fetch(c, agent, files, password);

		add_activity(c, ACTIVITY_FETCH, n,
		    respond_number(c, "activity_seconds"));
		if ((agent->kind & AGENT_INACTIVE) == 0 &&
		    strcmp(respond_text(c, "upload"), "never") != 0)
			respond_after(c, respond_number(c, "upload_seconds"),
			    finish_upload, n);
	}
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"success\":%s}}",
	    success ? "true" : "false");
}

void
respond_fetch_files(struct exchange *x)
{
	struct row *agent = store_find(x->console->store, SET_AGENT, x->id);
	struct json_object *body = json_tokener_parse(x->in.p), *data = NULL,
	    *files = NULL;
	const char *password, *why;

	json_object_object_get_ex(body, "data", &data);
	json_object_object_get_ex(data, "files", &files);
	password = member_text(data, "password", "");
	why = judge(json_object_is_type(files, json_type_array) ? files : NULL,
	    password);
	if (agent == NULL)
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
	else if (why != NULL)
		reply_error(x, 400, 4000010, "Validation Error", why);
	else
		begin_fetch(x, agent, files, password);
	json_object_put(body);
}

static const char *
base_name(const char *path)
{
	const char *base = path;

	for (const char *p = path; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			base = p + 1;
	return base;
}

/* A file that is not there has a note with the reason in its place. */
static struct zip_file
member_of(const char *path)
{
	if (strstr(path, "missing") == NULL)
		return (struct zip_file){ xstrdup(base_name(path)),
			xasprintf("what %s holds\n", path) };
	return (struct zip_file){ xasprintf("%s_error.json", base_name(path)),
		xstrdup("{\"error\":\"File not found\"}\n") };
}

static int
archive(const struct fetch *f, struct buf *out)
{
	struct zip_file file[MAX_FILES];
	size_t n = json_object_array_length(f->files);
	int r;

	for (size_t i = 0; i < n; i++)
		file[i] = member_of(json_object_get_string(
		    json_object_array_get_idx(f->files, i)));
	r = respond_zip(file, n, f->password, out);
	for (size_t i = 0; i < n; i++) {
		free(file[i].name);
		free(file[i].text);
	}
	return r;
}

static const struct fetch *
find_upload(const struct console *c, uint64_t agent, uint64_t upload)
{
	const struct fetches *f = *respond_fetches(c);

	for (size_t i = 0; f != NULL && i < f->n; i++)
		if (f->fetch[i].upload == upload && upload != 0 &&
		    store_row(c->store, SET_AGENT, f->fetch[i].agent)->id ==
		    agent)
			return &f->fetch[i];
	return NULL;
}

void
respond_upload(struct exchange *x)
{
	const struct fetch *f = find_upload(x->console, x->id, x->sub);

	if (f == NULL) {
		reply_error(x, 404, 4100010, "Resource not found", NULL);
		return;
	}
	reply_begin(x, 200, "application/octet-stream");
	if (archive(f, &x->out) != 0)
		reply_error(x, 500, 5000010, "Internal server error", NULL);
}
