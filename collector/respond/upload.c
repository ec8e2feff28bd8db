#include "config.h"

#include "collector/respond/upload.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"

#define TEXT_MAX ((size_t)64 << 10)
#define UPLOADED "80"
#define REQUESTED "81"
/* The console's clocks need not agree with each other. */
#define SLACK_MS 5000

void
uploads_fini(struct uploads *u)
{
	json_object_put(u->known);
	free(u->id);
	*u = (struct uploads){ 0 };
}

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
is_known(const struct uploads *u, struct json_object *activity)
{
	return json_object_object_get(u->known, host_text(activity, "id")) !=
	    NULL;
}

static void
know(struct uploads *u, const char *id)
{
	tree_put(u->known, id, tree_flag(true));
}

/* Requests and uploads of this host since then.  The array belongs to *answer,
 * to be put; NULL with a line in why. */
static struct json_object *
ask_activities(struct respond *r, const struct uploads *u, int tries,
    struct json_object **answer, struct buf *why)
{
	struct json_object *list;
	struct ask_reply reply;
	char since[ISO8601_LEN + 1];
	struct buf path;

	*answer = NULL;
	buf_init(&path, 4096);
	iso8601_bound(u->since_ms, since);
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
int
uploads_learn(struct respond *r, struct uploads *u)
{
	struct json_object *answer, *list;
	struct buf why;
	int code = RESPOND_GO;

	u->known = tree_object();
	u->since_ms = ask_clock(r->ask) - SLACK_MS;
	buf_init(&why, TEXT_MAX);
	list = ask_activities(r, u, 3, &answer, &why);
	if (list == NULL) {
		respond_say(r, "the activities of %s cannot be read, and the "
		    "end would not be seen: %s", r->host.name, why.p);
		code = RESPOND_UNKNOWN;
	}
	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++)
		know(u, host_text(json_object_array_get_idx(list, i), "id"));
	json_object_put(answer);
	buf_fini(&why);
	return code;
}

/* A request that came after us: ours, unless somebody had the same thought. */
static bool
is_ours(const struct uploads *u, struct json_object *list,
    struct json_object *upload)
{
	const char *batch = batch_of(upload);

	for (size_t i = 0; *batch != '\0' &&
	    i < json_object_array_length(list); i++) {
		struct json_object *a = json_object_array_get_idx(list, i);

		if (is_type(a, REQUESTED) && !is_known(u, a) &&
		    strcmp(batch_of(a), batch) == 0)
			return true;
	}
	return false;
}

static struct json_object *
find_upload(const struct uploads *u, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *a = json_object_array_get_idx(list, i);

		if (is_type(a, UPLOADED) && !is_known(u, a) &&
		    is_ours(u, list, a))
			return a;
	}
	return NULL;
}

static int
take_upload(struct respond *r, struct uploads *u, struct json_object *activity)
{
	const char *url = host_text(json_object_object_get(activity, "data"),
	    "downloadUrl");

	respond_fact(r, "activity_id", tree_text(host_text(activity, "id")));
	respond_fact(r, "command_batch_uuid", tree_text(batch_of(activity)));
	free(u->id);
	u->id = xstrdup(host_text(activity, "id"));
	if (*url != '\0' && u->id[strspn(u->id, "0123456789")] == '\0')
		return RESPOND_DONE;
	respond_say(r, "%s says that it has uploaded, and the console has no "
	    "link to it", r->host.name);
	return RESPOND_FAILED;
}

int
uploads_look(struct respond *r, void *cookie, struct buf *state)
{
	struct uploads *u = cookie;
	struct json_object *answer, *list, *upload;
	int code = RESPOND_GO;

	list = ask_activities(r, u, 1, &answer, state);
	upload = list == NULL ? NULL : find_upload(u, list);
	if (upload != NULL)
		code = take_upload(r, u, upload);
	else if (list != NULL)
		buf_adds(state, "not uploaded yet");
	json_object_put(answer);
	return code;
}

void
uploads_pass(struct uploads *u)
{
	know(u, u->id);
	free(u->id);
	u->id = NULL;
}
