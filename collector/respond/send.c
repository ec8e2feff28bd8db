#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/client/redact.h"
#include "collector/json/tree.h"
#include "collector/respond/action.h"
#include "collector/respond/order.h"
#include "collector/respond/record.h"

#define TEXT_MAX ((size_t)1 << 20)

struct json_object *
respond_filter(const struct respond *r)
{
	struct json_object *body = tree_object();
	struct json_object *filter = tree_object();
	struct json_object *ids = tree_list();

	tree_push(ids, tree_text(r->host.id));
	tree_put(filter, "ids", ids);
	tree_put(body, "filter", filter);
	return body;
}

/* All that this command posts passes here. */
static int
post(struct respond *r, const char *path, struct json_object *body,
    struct ask_reply *reply)
{
	const char *text = tree_print(body, TREE_PLAIN);
	struct buf why;
	int code;

	buf_init(&why, 4096);
	code = order_check(path, text, r->host.id, &why);
	if (code != 0)
		respond_say(r, "%s", why.p);
	else
		ask_post(r->ask, path, text, reply);
	buf_fini(&why);
	return code == 0 ? RESPOND_GO : RESPOND_REFUSED;
}

/* The body as it may be shown. */
static void
show(const struct order *o, struct buf *text)
{
	buf_adds(text, tree_print(o->body, TREE_PLAIN));
	if (o->secret != NULL)
		redact_secret(text, slice_of(o->secret));
}

static int
print_order(struct respond *r, const struct order *o)
{
	struct buf text, why;
	int code = RESPOND_DONE;

	buf_init(&text, TEXT_MAX);
	buf_init(&why, 4096);
	show(o, &text);
	if (order_check(o->path,
	    tree_print(o->body, TREE_PLAIN), r->host.id, &why) != 0) {
		respond_say(r, "%s", why.p);
		code = RESPOND_REFUSED;
	} else {
		printf("POST %s%s%s\n%s\n", r->console.url, ASK_ROOT, o->path,
		    text.p);
	}
	buf_fini(&why);
	buf_fini(&text);
	return code;
}

static void
take_facts(struct respond *r, struct json_object *body)
{
	static const struct {
		const char *path, *fact;
	} rows[] = {
		{ "data.affected", "affected" },
		{ "data.parentTaskId", "parent_task_id" },
		{ "data.pendingExecutionId", "pending_execution_id" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_object *v = audit_member(body, rows[i].path);

		if (v != NULL)
			respond_fact(r, rows[i].fact, json_object_get(v));
	}
}

static int
judge(struct respond *r, const struct order *o, struct ask_reply *reply)
{
	struct json_object *n = audit_member(reply->body, "data.affected");

	if (reply->verdict != VERDICT_OK && ask_exit(reply) == RESPOND_UNKNOWN) {
		respond_say(r, "%s; whether it was done is unknown and it is "
		    "not sent again: see s1spool respond status %s",
		    reply->detail.p, r->host.id);
		return RESPOND_UNKNOWN;
	}
	if (reply->verdict != VERDICT_OK) {
		respond_say(r, "refused by the console: %s", reply->detail.p);
		return ask_exit(reply);
	}
	if (!o->counts || (json_object_is_type(n, json_type_int) &&
	    json_object_get_int64(n) == 1))
		return RESPOND_GO;
	respond_say(r, "the console says that it affects %s hosts, not 1",
	    n == NULL ? "it does not know how many" :
	    tree_string(n));
	return RESPOND_FAILED;
}

/* The clock that the console tells has seconds: an activity of the same second
 * may be an older one's end. */
static void
look_before(struct respond *r, const char *types)
{
	struct json_object *activity;
	struct buf why;

	if (types == NULL)
		return;
	buf_init(&why, TEXT_MAX);
	respond_activity(r, types, &activity, &why);
	if (activity != NULL)
		r->before = xstrdup(host_text(activity, "id"));
	json_object_put(activity);
	buf_fini(&why);
}

int
respond_send(struct respond *r, const struct order *order,
    struct json_object **answer)
{
	struct ask_reply reply;
	struct buf shown;
	int code;

	if (respond_has(r, RESPOND_DRY_RUN))
		return print_order(r, order);
	/* From here on Ctrl-C must not leave people without a word. */
	ask_catch(r->ask);
	look_before(r, order->types);
	r->sent_ms = ask_clock(r->ask);
	buf_init(&shown, TEXT_MAX);
	show(order, &shown);
	code = record_intent(r, order->path, shown.p);
	buf_fini(&shown);
	if (code == RESPOND_GO)
		code = post(r, order->path, order->body, &reply);
	if (code != RESPOND_GO)
		return code;
	take_facts(r, reply.body);
	record_answer(r, &reply);
	code = judge(r, order, &reply);
	if (code == RESPOND_GO && answer != NULL)
		*answer = json_object_get(reply.body);
	ask_reply_fini(&reply);
	return code;
}

/* what changes nothing */

static int
take_answer(struct respond *r, struct ask_reply *reply,
    struct json_object **answer)
{
	int code = RESPOND_GO;

	if (reply->verdict == VERDICT_OK) {
		*answer = json_object_get(reply->body);
	} else {
		respond_say(r, "%s", reply->detail.p);
		code = ask_exit(reply);
	}
	ask_reply_fini(reply);
	return code;
}

int
respond_query(struct respond *r, const char *path, struct json_object *body,
    struct json_object **answer)
{
	struct ask_reply reply;
	int code = post(r, path, body, &reply);

	return code == RESPOND_GO ? take_answer(r, &reply, answer) : code;
}

int
respond_get(struct respond *r, const char *path, int tries,
    struct json_object **answer)
{
	struct ask_reply reply;

	ask_get(r->ask, path, tries, &reply);
	return take_answer(r, &reply, answer);
}
