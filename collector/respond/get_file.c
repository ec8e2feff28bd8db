#include "config.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/action.h"
#include "collector/respond/archive.h"
#include "collector/respond/download.h"
#include "collector/respond/password.h"
#include "collector/respond/store.h"
#include "collector/respond/upload.h"

#define PATHS_MAX 10 /* of one command, for the console */
#define TEXT_MAX ((size_t)64 << 10)

/* Files on their way. */
struct fetch {
	int dir; /* where they go */
	char password[PASSWORD_LEN + 1];
	char *password_file; /* its name there; NULL: none yet */
	bool accepted; /* by the console */
	struct uploads uploads;
	bool kept; /* the archive, with its password */
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
	struct json_object *list = tree_list();

	for (size_t i = 0; i < r->n_args; i++)
		tree_push(list, tree_text(r->args[i]));
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

/* the archive */

static int
keep_archive(struct respond *r, struct fetch *f, struct slice zip)
{
	struct json_object *told = tree_object();
	char *name = store_name(r, f->uploads.id, ".password"), *path;
	int code = store_archive(r, f->dir, f->uploads.id, zip, told);

	if (code == 0) {
		if (store_rename(f->dir, f->password_file, name) == 0) {
			free(f->password_file);
			f->password_file = xstrdup(name);
		}
		path = store_path(r, f->password_file);
		tree_put(told, "password_file", tree_text(path));
		tree_put(told, "activity_id", tree_text(f->uploads.id));
		store_tell(r, told);
		free(path);
		f->kept = true;
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
		uploads_pass(&f->uploads);
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
	char *path = xasprintf("/agents/%s/uploads/%s", r->host.id, f->uploads.id);
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
	struct json_object *body = tree_object();
	struct json_object *data = tree_object();

	tree_put(data, "password", tree_text(f->password));
	tree_put(data, "files", paths_of(r));
	tree_put(body, "data", data);
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

	if (f->password_file == NULL || f->kept)
		return;
	if (!r->intended || (!f->accepted && code != RESPOND_UNKNOWN)) {
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
		code = uploads_learn(r, &f->uploads);
	if (code == RESPOND_GO)
		code = send_order(r, f);
	f->accepted = code == RESPOND_GO;
	while (code == RESPOND_GO) {
		code = respond_follow(r, "fetching of files", uploads_look,
		    &f->uploads);
		if (code == RESPOND_DONE)
			code = receive(r, f);
	}
	part_with_password(r, f, code);
	return code;
}

static int
run(struct respond *r)
{
	struct fetch f = { .dir = -1 };
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
	uploads_fini(&f.uploads);
	free(f.password_file);
	return code;
}

static const char *const rights[] = {
	"Endpoints.view", "Endpoints.fileFetch", "Activity Page.view", NULL
};

const struct action action_get_file = {
	.about = { "get-file", "HOST PATH...", "fetch files, in an archive with "
	    "a password", 2, 1 + PATHS_MAX,
	    ACTION_CHANGES | 1u << RESPOND_JSON | 1u << RESPOND_OUTPUT, true },
	.asks_console = true,
	.has_host = true,
	.category = "file",
	.rights = rights,
	.run = run,
};
