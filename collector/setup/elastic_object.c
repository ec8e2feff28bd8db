#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/elastic.h"

#define MESSAGE_MAX 8192
#define SUFFIX ".json"

struct json_object *
elastic_asset(const struct elastic *e, const char *folder, const char *name)
{
	char *path = xasprintf("elasticsearch/%s%s%s" SUFFIX, folder,
	    folder[0] != '\0' ? "/" : "", name);
	struct json_object *o = setup_asset_json(e->setup, path);

	free(path);
	return o;
}

static int
is_asset(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return entry->d_name[0] != '.' && len > suffix &&
	    strcmp(entry->d_name + len - suffix, SUFFIX) == 0;
}

int
elastic_names(const struct elastic *e, const char *folder, char ***names)
{
	char *path = xasprintf("%s/elasticsearch/%s", e->setup->assets, folder);
	struct dirent **entry = NULL;
	int n = scandir(path, &entry, is_asset, alphasort);

	if (n < 0)
		setup_report(e->setup, SETUP_FAILED, "%s: %s; --assets names "
		    "the folder", path, strerror(errno));
	free(path);
	*names = xcalloc(n > 0 ? (size_t)n : 1, sizeof(**names));
	for (int i = 0; i < n; i++) {
		(*names)[i] = xstrndup(entry[i]->d_name,
		    strlen(entry[i]->d_name) - strlen(SUFFIX));
		free(entry[i]);
	}
	free(entry);
	return n;
}

void
elastic_names_free(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* Report a call that failed; err is freed. */
static void
failed(struct elastic *e, const struct elastic_kind *kind, const char *name,
    struct buf *err)
{
	while (err->len > 0 && err->p[err->len - 1] == '\n')
		buf_cut(err, err->len - 1);
	setup_report(e->setup, SETUP_FAILED, "%s %s: %s", kind->what, name,
	    err->p);
	buf_fini(err);
}

/* The object in the answer to a GET; borrowed, NULL when it is not there. */
static struct json_object *
find(const struct elastic_kind *kind, const char *name,
    struct json_object *body)
{
	struct json_object *o;

	if (kind->list == NULL)
		return json_object_object_get(body, name);
	o = json_object_object_get(body, kind->list);
	if (kind->whole)
		return o;
	if (elastic_length(o) == 0)
		return NULL;
	o = json_object_array_get_idx(o, 0);
	return kind->item == NULL ? o : json_object_object_get(o, kind->item);
}

int
elastic_get(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object **object)
{
	char *path = xasprintf("%s%s", kind->path, name);
	struct http_call call = { .method = "GET", .path = path };
	struct http_answer answer;
	struct buf err;
	int r;

	*object = NULL;
	buf_init(&err, MESSAGE_MAX);
	r = http_send(e->http, &call, &answer, &err);
	if (r == 0 && http_is_ok(&answer) &&
	    json_object_is_type(answer.body, json_type_object)) {
		*object = json_object_get(find(kind, name, answer.body));
	} else if (r == 0 && answer.status != 404) {
		http_explain(e->http, &call, &answer, &err);
		r = -1;
	}
	if (r != 0)
		failed(e, kind, name, &err);
	buf_fini(&err);
	http_answer_fini(&answer);
	free(path);
	return r;
}

int
elastic_call(struct elastic *e, const struct elastic_kind *kind,
    const char *name, const char *method, const char *path,
    struct json_object *body)
{
	struct http_call call = { .method = method, .path = path };
	struct http_answer answer;
	struct buf err;
	int r;

	if (body != NULL)
		call.body = slice_of(tree_print(body, TREE_PLAIN));
	buf_init(&err, MESSAGE_MAX);
	r = http_send(e->http, &call, &answer, &err);
	if (r == 0 && !http_is_ok(&answer)) {
		http_explain(e->http, &call, &answer, &err);
		r = -1;
	}
	if (r != 0)
		failed(e, kind, name, &err);
	buf_fini(&err);
	http_answer_fini(&answer);
	return r;
}

size_t
elastic_length(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ?
	    json_object_array_length(list) : 0;
}

bool
elastic_is_ours(struct json_object *object)
{
	struct json_object *meta, *owner;

	return json_object_object_get_ex(object, "_meta", &meta) &&
	    json_object_object_get_ex(meta, "owner", &owner) &&
	    json_object_is_type(owner, json_type_string) &&
	    strcmp(json_object_get_string(owner), "s1spool") == 0;
}

int
elastic_put(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object *wanted)
{
	char *path = xasprintf("%s%s%s", kind->path, name,
	    kind->query != NULL ? kind->query : "");
	int r = elastic_call(e, kind, name, "PUT", path, wanted);

	free(path);
	return r;
}

void
elastic_ensure(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object *wanted)
{
	struct json_object *got;

	if (elastic_get(e, kind, name, &got) != 0)
		return;
	if (got != NULL && !elastic_is_ours(got)) {
		setup_report(e->setup, SETUP_REFUSED, "%s %s: it is there, and "
		    "not made by s1spool (_meta.owner)", kind->what, name);
	} else if (got != NULL && elastic_same(wanted, got)) {
		setup_report(e->setup, SETUP_SAME, "%s %s", kind->what, name);
	} else if (elastic_put(e, kind, name, wanted) == 0) {
		setup_report(e->setup, got == NULL ? SETUP_CREATED :
		    SETUP_UPDATED, "%s %s", kind->what, name);
		tree_put(e->changed, name, NULL);
	}
	json_object_put(got);
}
