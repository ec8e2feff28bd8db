#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/vault.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/elastic.h"

#define FILE_NAME "shipper.api_key"
#define MESSAGE_MAX 8192

static const char *
member(struct json_object *o, const char *name)
{
	struct json_object *v = json_object_object_get(o, name);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : NULL;
}

/* As Filebeat wants it: id:key.  0, or -1 with the reason in err. */
static int
write_key(int fd, struct json_object *body, struct buf *err)
{
	const char *id = member(body, "id"), *key = member(body, "api_key");
	char *line;
	size_t len;
	int r = 0;

	if (id == NULL || key == NULL) {
		buf_adds(err, "the answer has no id and api_key");
		return -1;
	}
	line = vault_printf("%s:%s\n", id, key);
	len = strlen(line);
	if (fs_write_full(fd, line, len) != len || fsync(fd) != 0) {
		buf_addf(err, "%s; revoke the API key %s", strerror(errno),
		    id);
		r = -1;
	}
	vault_free(line);
	return r;
}

static int
ask(struct elastic *e, int fd, struct json_object *wanted, struct buf *err)
{
	struct http_call call = {
		.method = "POST",
		.path = "/_security/api_key",
		.body = slice_of(tree_print(wanted, TREE_PLAIN)),
	};
	struct http_answer answer;
	int r = http_send(e->http, &call, &answer, err);

	if (r == 0 && !http_is_ok(&answer)) {
		http_explain(e->http, &call, &answer, err);
		r = -1;
	}
	/* A dry run has no file, and no key to put there. */
	if (r == 0 && fd >= 0)
		r = write_key(fd, answer.body, err);
	explicit_bzero(answer.text.p, answer.text.len);
	http_answer_fini(&answer);
	return r;
}

static void
make(struct elastic *e, const char *file, int fd)
{
	struct json_object *wanted = elastic_asset(e, "", "api_key");
	struct buf err;

	if (wanted == NULL)
		return;
	buf_init(&err, MESSAGE_MAX);
	if (ask(e, fd, wanted, &err) == 0) {
		setup_report(e->setup, SETUP_CREATED, "API key in %s", file);
	} else {
		if (fd >= 0)
			unlink(file);
		buf_cut(&err, strcspn(err.p, "\n"));
		setup_report(e->setup, SETUP_FAILED, "API key: %s", err.p);
	}
	buf_fini(&err);
	json_object_put(wanted);
}

void
elastic_key(struct elastic *e)
{
	char *file = xasprintf("%s/" FILE_NAME,
	    e->setup->conf->state.directory);
	int fd = -1;

	/* The file first: a key that cannot be kept is not asked for. */
	if (access(file, F_OK) == 0)
		setup_report(e->setup, SETUP_SAME, "API key: %s is there; "
		    "remove it for another key", file);
	else if (http_is_dry(e->http))
		make(e, file, -1);
	else if ((fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600)) < 0)
		setup_report(e->setup, SETUP_FAILED, "API key: %s: %s", file,
		    strerror(errno));
	else
		make(e, file, fd);
	if (fd >= 0)
		close(fd);
	free(file);
}
