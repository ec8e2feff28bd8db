#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/record.h"
#include "collector/respond/script.h"

#define TEXT_MAX ((size_t)64 << 10)

void
script_run_fini(struct script_run *run)
{
	free(run->parent);
	free(run->task);
	run->parent = run->task = NULL;
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	tree_put(o, name, tree_text(text));
}

/* approval */

static struct json_object *
guardrail_body(const struct respond *r, const struct script *s)
{
	struct json_object *body = tree_object();
	struct json_object *data = tree_object();
	struct json_object *ids = tree_list();

	tree_push(ids, tree_text(r->host.id));
	tree_put(data, "agentIds", ids);
	add_text(data, "scriptId", s->id);
	tree_put(body, "data", data);
	return body;
}

/* Whether it will have to wait for somebody.  A console that does not know of
 * guardrails has none. */
static int
ask_guardrails(struct respond *r, const struct script *s, bool *approval)
{
	struct json_object *body = guardrail_body(r, s), *answer = NULL;
	int code = respond_query(r, "/remote-scripts/guardrails/check", body,
	    &answer);

	*approval = json_object_get_boolean(audit_member(answer,
	    "data.requiresApproval"));
	json_object_put(answer);
	json_object_put(body);
	return code == RESPOND_REJECTED ? RESPOND_GO : code;
}

static int
permit(struct respond *r, const struct script *s, const struct script_run *run)
{
	bool approval = false;
	struct buf what;
	int code = RESPOND_GO;

	if (!respond_has(r, RESPOND_DRY_RUN))
		code = ask_guardrails(r, s, &approval);
	if (code != RESPOND_GO)
		return code;
	buf_init(&what, TEXT_MAX);
	buf_addf(&what, "%s: script '%s' (%s)", run->what, s->name, s->id);
	if (run->input != NULL)
		buf_addf(&what, " with the input: %s", run->input);
	if (approval)
		buf_adds(&what, "; it will wait for an approval");
	code = respond_permit(r, what.p);
	buf_fini(&what);
	return code;
}

/* the order */

/* The console's own log names the service user: who it was, and why, has to
 * stand here. */
static struct json_object *
describe(const struct respond *r)
{
	char *operator = record_operator();
	struct json_object *o;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_addf(&text, "%s; operator %s; s1spool request %s",
	    r->call->value[RESPOND_REASON], operator, r->id);
	o = tree_text(text.p);
	buf_fini(&text);
	free(operator);
	return o;
}

static struct json_object *
order_body(const struct respond *r, const struct script *s, const char *input)
{
	struct json_object *body = respond_filter(r);
	struct json_object *data = tree_object();

	add_text(data, "scriptId", s->id);
	add_text(data, "outputDestination", "SentinelCloud");
	tree_put(data, "taskDescription", describe(r));
	tree_put(data, "requiresApproval", tree_flag(false));
	if (input != NULL)
		add_text(data, "inputParams", input);
	tree_put(body, "data", data);
	return body;
}

/* "" when there is none. */
static const char *
parent_of(struct json_object *answer)
{
	struct json_object *data = json_object_object_get(answer, "data");
	const char *id = host_text(data, "parentTaskId");

	return *id != '\0' ? id : host_text(data, "parent_task_id");
}

/* Accepted is not begun: no task without its id. */
static int
judge_order(struct respond *r, const struct script *s,
    struct json_object *answer)
{
	struct json_object *n = audit_member(answer, "data.affected");
	const char *pending = host_text(json_object_object_get(answer,
	    "data"), "pendingExecutionId");

	if (json_object_get_boolean(audit_member(answer, "data.pending"))) {
		respond_say(r, "'%s' waits for somebody's approval in the "
		    "console (pending execution %s), and may still be run",
		    s->name, pending);
		return RESPOND_APPROVAL;
	}
	if (!json_object_is_type(n, json_type_int) ||
	    json_object_get_int64(n) > 1) {
		respond_say(r, "the console says that '%s' is run on %s hosts, "
		    "not 1", s->name, n == NULL ? "an unknown number of" :
		    tree_string(n));
		return RESPOND_FAILED;
	}
	if (json_object_get_int64(n) == 1 && *parent_of(answer) != '\0')
		return RESPOND_GO;
	respond_say(r, "the console has begun no task: '%s' does not fit %s",
	    s->name, r->host.name);
	return RESPOND_FAILED;
}

static int
send_order(struct respond *r, const struct script *s, struct script_run *run)
{
	struct json_object *answer = NULL;
	struct order order = { .path = "/remote-scripts/execute",
		.body = order_body(r, s, run->input) };
	int code = respond_send(r, &order, &answer);

	if (code == RESPOND_GO) {
		run->parent = xstrdup(parent_of(answer));
		if (*run->parent != '\0')
			respond_fact(r, "parent_task_id",
			    tree_text(run->parent));
		code = judge_order(r, s, answer);
	}
	json_object_put(answer);
	json_object_put(order.body);
	return code;
}

/* the task */

struct follow {
	struct script_run *run;
	bool other_name; /* the console spells the parameter otherwise */
};

static bool
is_one_of(const char *word, const char *const *list)
{
	while (*list != NULL && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

static const char *
message_of(struct json_object *task)
{
	static const char *const members[] = { "detailedStatus",
		"statusDescription", "status" };
	const char *text = "";

	for (size_t i = 0; i < 3 && *text == '\0'; i++)
		text = host_text(task, members[i]);
	return text;
}

static int
judge_task(struct respond *r, struct script_run *run, struct json_object *task,
    struct buf *state)
{
	static const char *const going[] = { "created", "pending",
		"pending_user_action", "scheduled", "in_progress",
		"partially_completed", NULL };
	static const char *const failed[] = { "failed", "expired", "canceled",
		NULL };
	const char *status = host_text(task, "status");

	if (task == NULL || is_one_of(status, going)) {
		buf_adds(state, task == NULL ? "no task yet" : status);
		return RESPOND_GO;
	}
	free(run->task);
	run->task = xstrdup(host_text(task, "id"));
	respond_fact(r, "task_id", tree_text(run->task));
	respond_fact(r, "task_status", tree_text(status));
	if (strcmp(status, "completed") == 0)
		return RESPOND_DONE;
	respond_say(r, "the %s of %s %s (%s): %s", run->label, r->host.name,
	    is_one_of(status, failed) ? "failed" : "has an unknown status",
	    status, message_of(task));
	return RESPOND_FAILED;
}

static int
look(struct respond *r, void *cookie, struct buf *state)
{
	struct follow *f = cookie;
	char *path = xasprintf("/remote-scripts/status?%s=%s",
	    f->other_name ? "parentTaskId" : "parent_task_id", f->run->parent);
	struct json_object *list;
	struct ask_reply reply;
	int code = RESPOND_GO;

	ask_get(r->ask, path, 1, &reply);
	list = json_object_object_get(reply.body, "data");
	if (reply.verdict == VERDICT_OK &&
	    json_object_is_type(list, json_type_array)) {
		code = judge_task(r, f->run,
		    json_object_array_get_idx(list, 0), state);
	} else {
		buf_adds(state, reply.detail.p);
		/* The documentation has both names. */
		if (reply.status == 400)
			f->other_name = !f->other_name;
	}
	ask_reply_fini(&reply);
	free(path);
	return code;
}

/* It stands in a path, and people are shown it. */
static bool
is_id(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

int
script_run(struct respond *r, const struct script *s, struct script_run *run)
{
	struct follow follow = { .run = run };
	int code = permit(r, s, run);

	respond_fact(r, "script_id", tree_text(s->id));
	respond_fact(r, "script_name", tree_text(s->name));
	if (code == RESPOND_GO)
		code = send_order(r, s, run);
	if (code == RESPOND_GO && !is_id(run->parent)) {
		respond_say(r, "the console's task has no usable id");
		code = RESPOND_UNFINISHED;
	}
	return code == RESPOND_GO ? respond_follow(r, run->label, look,
	    &follow) : code;
}
