#include "config.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/respond/action.h"
#include "collector/respond/archive.h"
#include "collector/respond/download.h"
#include "collector/respond/password.h"
#include "collector/respond/store.h"

#define PATHS_MAX 10 /* of one command, for the console */
#define TEXT_MAX ((size_t)64 << 10)
#define UPLOADED "80"
#define REQUESTED "81"
/* The console's clocks need not agree with each other. */
#define SLACK_MS 5000

/* Files on their way. */
struct fetch {
	int dir; /* where they go */
	char password[PASSWORD_LEN + 1];
	char *password_file; /* its name there; NULL: none yet */
	int64_t since_ms;
	struct json_object *known; /* ids of activities that are not ours */
	char *upload; /* id of the activity that tells of ours */
};

/* paths */

static bool
is_absolute(const char *path, const char *os)
{
	if (strncmp(os, "windows", 7) != 0)
		return path[0] == '/';
	return isalpha((unsigned char)path[0]) && path[1] == ':' &&
	    (path[2] == '\\' || path[2] == '/');
}

static const char *
refuse_path(const char *path, const char *os)
{
	for (const char *p = path; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			return "has control characters";
	if (strpbrk(path, "*?") != NULL)
		return "is a pattern; each file has to be named";
	return is_absolute(path, os) ? NULL : "is no absolute path there";
}

static int
check_paths(struct respond *r)
{
	for (size_t i = 0; i < r->n_args; i++) {
		const char *why = refuse_path(r->args[i], r->host.os);

		if (why == NULL)
			continue;
		respond_say(r, "'%s' %s", r->args[i], why);
		return RESPOND_USAGE;
	}
	return RESPOND_GO;
}

static struct json_object *
paths_of(const struct respond *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->n_args; i++)
		json_object_array_add(list, json_object_new_string(r->args[i]));
	return list;
}

static int
permit(struct respond *r)
{
	struct buf what;
	int code;

	buf_init(&what, TEXT_MAX);
	buf_adds(&what, "fetch");
	for (size_t i = 0; i < r->n_args; i++)
		buf_addf(&what, "%s %s", i == 0 ? "" : ",", r->args[i]);
	code = respond_permit(r, what.p);
	buf_fini(&what);
	return code;
}

/* activities */

static bool
is_type(struct json_object *activity, const char *type)
{
	return strcmp(host_text(activity, "activityType"), type) == 0;
}

static const char *
batch_of(struct json_object *activity)
{
	return host_text(json_object_object_get(activity, "data"),
	    "commandBatchUuid");
}

static bool
is_known(const struct fetch *f, struct json_object *activity)
{
	return json_object_object_get(f->known, host_text(activity, "id")) !=
	    NULL;
}

static void
know(struct fetch *f, const char *id)
{
	json_object_object_add(f->known, id, json_object_new_boolean(true));
}

/* Requests and uploads of this host since then.  The array belongs to *answer,
 * to be put; NULL with a line in why. */
static struct json_object *
ask_activities(struct respond *r, const struct fetch *f, int tries,
    struct json_object **answer, struct buf *why)
{
	struct json_object *list;
	struct ask_reply reply;
	char since[ISO8601_LEN + 1];
	struct buf path;

	*answer = NULL;
	buf_init(&path, 4096);
	iso8601_bound(f->since_ms, since);
	buf_addf(&path, "/activities?agentIds=%s&activityTypes=" UPLOADED ","
	    REQUESTED "&sortBy=createdAt&sortOrder=asc&limit=1000"
	    "&createdAt__gte=%s", r->host.id, since);
	ask_get(r->ask, path.p, tries, &reply);
	buf_fini(&path);
	if (reply.verdict == VERDICT_OK)
		*answer = json_object_get(reply.body);
	else
		buf_adds(why, reply.detail.p);
	ask_reply_fini(&reply);
	list = json_object_object_get(*answer, "data");
	return json_object_is_type(list, json_type_array) ? list : NULL;
}

/* What others, or a call before this one, have asked for. */
static int
learn(struct respond *r, struct fetch *f)
{
	struct json_object *answer, *list;
	struct buf why;
	int code = RESPOND_GO;

	f->since_ms = ask_clock(r->ask) - SLACK_MS;
	buf_init(&why, TEXT_MAX);
	list = ask_activities(r, f, 3, &answer, &why);
	if (list == NULL) {
		respond_say(r, "the activities of %s cannot be read, and the "
		    "end would not be seen: %s", r->host.name, why.p);
		code = RESPOND_UNKNOWN;
	}
	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++)
		know(f, host_text(json_object_array_get_idx(list, i), "id"));
	json_object_put(answer);
	buf_fini(&why);
	return code;
}

/* A request that came after us: ours, unless somebody had the same thought. */
static bool
is_ours(const struct fetch *f, struct json_object *list,
    struct json_object *upload)
{
	const char *batch = batch_of(upload);

	for (size_t i = 0; *batch != '\0' &&
	    i < json_object_array_length(list); i++) {
		struct json_object *a = json_object_array_get_idx(list, i);

		if (is_type(a, REQUESTED) && !is_known(f, a) &&
		    strcmp(batch_of(a), batch) == 0)
			return true;
	}
	return false;
}

static struct json_object *
find_upload(const struct fetch *f, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *a = json_object_array_get_idx(list, i);

		if (is_type(a, UPLOADED) && !is_known(f, a) &&
		    is_ours(f, list, a))
			return a;
	}
	return NULL;
}

static int
take_upload(struct respond *r, struct fetch *f, struct json_object *activity)
{
	const char *url = host_text(json_object_object_get(activity, "data"),
	    "downloadUrl");

	respond_fact(r, "activity_id",
	    json_object_new_string(host_text(activity, "id")));
	respond_fact(r, "command_batch_uuid",
	    json_object_new_string(batch_of(activity)));
	free(f->upload);
	f->upload = xstrdup(host_text(activity, "id"));
	if (*url != '\0' && f->upload[strspn(f->upload, "0123456789")] == '\0')
		return RESPOND_DONE;
	respond_say(r, "%s says that it has uploaded, and the console has no "
	    "link to it", r->host.name);
	return RESPOND_FAILED;
}

static int
look(struct respond *r, void *cookie, struct buf *state)
{
	struct fetch *f = cookie;
	struct json_object *answer, *list, *upload;
	int code = RESPOND_GO;

	list = ask_activities(r, f, 1, &answer, state);
	upload = list == NULL ? NULL : find_upload(f, list);
	if (upload != NULL)
		code = take_upload(r, f, upload);
	else if (list != NULL)
		buf_adds(state, "not uploaded yet");
	json_object_put(answer);
	return code;
}

/* the archive */

static int
keep_archive(struct respond *r, struct fetch *f, struct slice zip)
{
	struct json_object *told = json_object_new_object();
	char *name = store_name(r, f->upload, ".password"), *path;
	int code = store_archive(r, f->dir, f->upload, zip, told);

	if (code == 0) {
		if (store_rename(f->dir, f->password_file, name) == 0) {
			free(f->password_file);
			f->password_file = xstrdup(name);
		}
		path = store_path(r, f->password_file);
		json_object_object_add(told, "password_file",
		    json_object_new_string(path));
		json_object_object_add(told, "activity_id",
		    json_object_new_string(f->upload));
		store_tell(r, told);
		free(path);
	}
	free(name);
	json_object_put(told);
	return code;
}

/* It is kept whatever is in it. */
static int
judge(struct respond *r, struct fetch *f, struct slice zip)
{
	static const struct {
		int code;
		const char *text;
	} rows[] = {
		[ARCHIVE_WHOLE] = { RESPOND_DONE, "fetched" },
		[ARCHIVE_PART] = { RESPOND_FAILED,
		    "not all of the files are there: " },
		[ARCHIVE_NOTE] = { RESPOND_FAILED, "none of the files is "
		    "there, the archive has only the reason: " },
		[ARCHIVE_EMPTY] = { RESPOND_FAILED,
		    "there are no files in the archive" },
		[ARCHIVE_BROKEN] = { RESPOND_FAILED, "what was uploaded is " },
	};
	enum archive_kind kind;
	struct buf why;
	int code;

	buf_init(&why, TEXT_MAX);
	kind = archive_look(zip, f->password, r->args, r->n_args, &why);
	if (kind == ARCHIVE_FOREIGN) {
		know(f, f->upload);
		free(f->upload);
		f->upload = NULL;
		buf_fini(&why);
		return RESPOND_GO;
	}
	code = keep_archive(r, f, zip) == 0 ? rows[kind].code :
	    RESPOND_FAILED;
	if (code == rows[kind].code)
		respond_say(r, "%s: %s%s", r->host.name, rows[kind].text,
		    why.p);
	buf_fini(&why);
	return code;
}

static int
receive(struct respond *r, struct fetch *f)
{
	char *path = xasprintf("/agents/%s/uploads/%s", r->host.id, f->upload);
	struct buf zip;
	int code;

	buf_init(&zip, DOWNLOAD_MAX);
	code = download_file(r, path, &zip);
	if (code == RESPOND_GO)
		code = judge(r, f, buf_slice(&zip));
	buf_fini(&zip);
	free(path);
	return code;
}

/* the call */

static struct json_object *
body_of(const struct respond *r, const struct fetch *f)
{
	struct json_object *body = json_object_new_object();
	struct json_object *data = json_object_new_object();

	json_object_object_add(data, "password",
	    json_object_new_string(f->password));
	json_object_object_add(data, "files", paths_of(r));
	json_object_object_add(body, "data", data);
	return body;
}

static int
send_order(struct respond *r, const struct fetch *f)
{
	char *path = xasprintf("/agents/%s/actions/fetch-files", r->host.id);
	struct json_object *answer = NULL, *success;
	struct order order = { .path = path, .body = body_of(r, f),
		.secret = f->password };
	int code = respond_send(r, &order, &answer);

	if (code == RESPOND_GO) {
		success = audit_member(answer, "data.success");
		if (!json_object_get_boolean(success)) {
			respond_say(r, "the console did not accept it");
			code = RESPOND_REJECTED;
		}
	}
	json_object_put(answer);
	json_object_put(order.body);
	free(path);
	return code;
}

/* Before anything is sent: what nobody has the password of is lost. */
static int
keep_password(struct respond *r, struct fetch *f)
{
	char line[PASSWORD_LEN + 2];
	char *name = store_name(r, r->id, ".password");
	int code;

	snprintf(line, sizeof(line), "%s\n", f->password);
	code = store_write(r, f->dir, name, slice_of(line));
	OPENSSL_cleanse(line, sizeof(line));
	if (code == 0)
		f->password_file = name;
	else
		free(name);
	return code == 0 ? RESPOND_GO : RESPOND_REFUSED;
}

/* What goes on without us still has a password. */
static void
part_with_password(const struct respond *r, const struct fetch *f, int code)
{
	char *path;

	if (f->password_file == NULL || f->upload != NULL)
		return;
	if (!r->intended || code == RESPOND_DENIED ||
	    code == RESPOND_REJECTED) {
		unlinkat(f->dir, f->password_file, 0);
		return;
	}
	path = store_path(r, f->password_file);
	fprintf(stderr, "s1spool respond: %s has the password of what the "
	    "host may still upload; the console has it among its activities\n",
	    path);
	free(path);
}

static int
fetch(struct respond *r, struct fetch *f)
{
	int code = respond_has(r, RESPOND_DRY_RUN) ? RESPOND_GO :
	    keep_password(r, f);

	if (code == RESPOND_GO)
		code = learn(r, f);
	if (code == RESPOND_GO)
		code = send_order(r, f);
	while (code == RESPOND_GO) {
		code = respond_follow(r, "fetching of files", look, f);
		if (code == RESPOND_DONE)
			code = receive(r, f);
	}
	part_with_password(r, f, code);
	return code;
}

static int
run(struct respond *r)
{
	struct fetch f = { .dir = -1, .known = json_object_new_object() };
	int code = check_paths(r);

	respond_fact(r, "paths", paths_of(r));
	if (code == RESPOND_GO && (f.dir = store_open(r)) < 0)
		code = RESPOND_USAGE;
	if (code == RESPOND_GO)
		code = permit(r);
	if (code == RESPOND_GO) {
		password_make(f.password);
		code = fetch(r, &f);
	}
	if (f.dir >= 0)
		close(f.dir);
	OPENSSL_cleanse(f.password, sizeof(f.password));
	json_object_put(f.known);
	free(f.password_file);
	free(f.upload);
	return code;
}

static const char *const rights[] = {
	"Endpoints.view", "Endpoints.fileFetch", "Activity.view", NULL
};

const struct action action_get_file = {
	.about = { "get-file", "HOST PATH...", "fetch files, in an archive with "
	    "a password", 2, 1 + PATHS_MAX,
	    1u << RESPOND_CONSOLE | 1u << RESPOND_REASON |
	    1u << RESPOND_DRY_RUN | 1u << RESPOND_YES |
	    1u << RESPOND_EXPECT_NAME | 1u << RESPOND_WAIT |
	    1u << RESPOND_OVERRIDE_LIMIT | 1u << RESPOND_JSON |
	    1u << RESPOND_OUTPUT, true },
	.asks_console = true,
	.has_host = true,
	.category = "file",
	.rights = rights,
	.run = run,
};
