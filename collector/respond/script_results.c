#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/json/tree.h"
#include "collector/respond/download.h"
#include "collector/respond/script.h"

/* A link may come a while after the end of the task. */
#define TRIES 5

static struct json_object *
body_of(const char *task)
{
	struct json_object *body = tree_object();
	struct json_object *data = tree_object();
	struct json_object *ids = tree_list();

	tree_push(ids, tree_text(task));
	tree_put(data, "taskIds", ids);
	tree_put(body, "data", data);
	return body;
}

/* All forms that are told of: one level deeper, and either spelling. */
static struct json_object *
links_of(struct json_object *answer)
{
	static const char *const forms[] = { "data.download_links",
		"data.downloadLinks", "data.data.download_links",
		"data.data.downloadLinks" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct json_object *list = audit_member(answer, forms[i]);

		if (json_object_is_type(list, json_type_array))
			return list;
	}
	return NULL;
}

/* "" when there is none for the task. */
static const char *
link_of(struct json_object *answer, const char *task)
{
	struct json_object *list = links_of(answer);

	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (strcmp(host_text(one, "taskId"), task) == 0)
			return host_text(one, "downloadUrl");
	}
	return "";
}

/* RESPOND_DONE: it is here; RESPOND_GO: not yet. */
static int
try_once(struct respond *r, const char *task, struct buf *zip)
{
	struct json_object *body = body_of(task), *answer = NULL;
	const char *link;
	int code = respond_query(r, "/remote-scripts/fetch-files", body,
	    &answer);

	json_object_put(body);
	if (code != RESPOND_GO)
		return code == RESPOND_UNKNOWN ? RESPOND_GO : code;
	link = link_of(answer, task);
	if (*link != '\0')
		code = download_link(r, link, zip);
	json_object_put(answer);
	return code;
}

int
script_results(struct respond *r, const struct script_run *run,
    struct buf *zip)
{
	int code = RESPOND_GO;

	for (int i = 0; code == RESPOND_GO && i < TRIES &&
	    !ask_is_interrupted(r->ask); i++) {
		if (i > 0)
			ask_pause(r->ask, r->conf->respond.poll_interval);
		code = try_once(r, run->task, zip);
	}
	if (code == RESPOND_DONE)
		return RESPOND_GO;
	if (code != RESPOND_GO)
		return code;
	respond_say(r, "the %s of %s is completed, but its results are not to "
	    "be had (task %s): the console has no usable link, or they have "
	    "expired", run->label, r->host.name, run->task);
	return RESPOND_FAILED;
}
