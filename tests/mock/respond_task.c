#include "config.h"

#include "tests/mock/respond_task.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/agent_text.h"
#include "tests/mock/gen.h"
#include "tests/mock/member.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_filter.h"
#include "tests/mock/respond_script.h"
#include "tests/mock/stamp.h"

/* Of ids that no set of records has. */
enum { ID_TASK = 600, ID_PARENT, ID_PENDING };

void
tasks_free(struct tasks *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->task[i].description);
		free(t->task[i].input);
	}
	free(t->task);
	free(t);
}

static struct task *
add_task(struct console *c, const struct row *agent, const struct script *s,
    struct json_object *data)
{
	struct tasks **at = respond_tasks(c), *t = *at;
	int64_t now = console_now(c);
	uint32_t n;

	if (t == NULL)
		t = *at = xcalloc(1, sizeof(*t));
	n = (uint32_t)t->n;
	t->task = xrealloc(t->task, (t->n + 1) * sizeof(*t->task));
	t->task[n] = (struct task){ .agent = agent->index, .script = s->id,
		.asked = now, .id = world_id(&c->world, now, ID_TASK, n),
		.description = xstrdup(member_text(data, "taskDescription",
		"")),
		.input = xstrdup(member_text(data, "inputParams", "")) };
	t->n++;
	return &t->task[n];
}

static void
begin_task(struct console *c, struct task *t, uint64_t parent)
{
	t->begun = console_now(c);
	t->parent = parent;
}

int64_t
task_end(const struct console *c, const struct task *t)
{
	const struct row *agent = store_row(c->store, SET_AGENT, t->agent);
	int64_t end = t->begun +
	    (int64_t)(respond_number(c, "script_seconds") * 1e6);

	return t->begun != 0 && (agent->kind & AGENT_INACTIVE) == 0 &&
	    console_now(c) >= end ? end : 0;
}

const char *
task_state(const struct console *c, const struct task *t)
{
	static const char *const before[] = { NULL, "created", "pending",
		"scheduled", "in_progress" };
	double whole = respond_number(c, "script_seconds") * 1e6;
	double done = (double)(console_now(c) - t->begun) / whole;

	if (task_end(c, t) != 0)
		return respond_text(c, "script");
	return done < 1 ? before[(int)(done * 5)] : "pending";
}

const struct task *
task_find(const struct console *c, uint64_t id)
{
	const struct tasks *t = *respond_tasks(c);

	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (t->task[i].id == id)
			return &t->task[i];
	return NULL;
}

static void
add_id(struct buf *out, const char *name, uint64_t id)
{
	if (id == 0)
		buf_addf(out, "\"%s\":null,", name);
	else
		buf_addf(out, "\"%s\":\"%llu\",", name,
		    (unsigned long long)id);
}

/* Only where the script fits; nothing is said about the others. */
static size_t
start_tasks(struct console *c, const struct filtered *f,
    const struct script *s, struct json_object *data, uint64_t parent,
    uint64_t pending)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct task *t;
		struct agent a;

		world_agent(&c->world, f->agent[i]->index, &a);
		if (!agent_text_lists(s->os, a.family))
			continue;
		n++;
		t = add_task(c, f->agent[i], s, data);
		t->pending = pending;
		if (pending == 0)
			begin_task(c, t, parent);
	}
	return n;
}

static uint64_t
new_id(const struct console *c, uint32_t what)
{
	const struct tasks *t = *respond_tasks(c);

	return world_id(&c->world, console_now(c), what,
	    t == NULL ? 0 : (uint32_t)t->n);
}

static void
execute(struct exchange *x, const struct filtered *f, const struct script *s,
    struct json_object *data)
{
	struct console *c = x->console;
	bool waits = s->needs_approval || respond_flag(c, "approval") ||
	    member_bool(data, "requiresApproval");
	uint64_t parent = waits ? 0 : new_id(c, ID_PARENT);
	uint64_t pending = waits ? new_id(c, ID_PENDING) : 0;
	int told = (int)respond_number(c, "affected");
	size_t n = start_tasks(c, f, s, data, parent, pending);

	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"affected\":%d,",
	    told < 0 ? (int)n : told);
	add_id(&x->out, respond_text(c, "task_key"),
	    n == 0 || respond_flag(c, "no_task") ? 0 : parent);
	add_id(&x->out, "pendingExecutionId", n == 0 ? 0 : pending);
	buf_addf(&x->out, "\"pending\":%s}}",
	    waits && n > 0 ? "true" : "false");
}

void
respond_execute(struct exchange *x)
{
	static const char *const needed[] = { "scriptId", "outputDestination",
		"taskDescription" };
	struct json_object *data = NULL;
	const char *missing = NULL;
	struct filtered f;
	struct script s;

	if (filter_read(x, &f) != 0)
		return;
	json_object_object_get_ex(f.body, "data", &data);
	for (size_t i = 0; i < 3; i++)
		if (*member_text(data, needed[i], "") == '\0')
			missing = needed[i];
	if (missing != NULL)
		filter_missing(x, missing);
	else if (!script_find(x->console, strtoull(member_text(data,
	    "scriptId", ""), NULL, 10), &s))
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
	else
		execute(x, &f, &s, data);
	filter_fini(&f);
}

static void
add_status(struct exchange *x, const struct task *t, const char *state)
{
	struct console *c = x->console;
	struct buf *out = &x->out;
	char at[STAMP_LEN + 1];
	const char *detail = respond_text(c, "script_detail");
	struct agent a;

	world_agent(&c->world, t->agent, &a);
	stamp_format(t->asked, at);
	buf_adds(out, "{\"agentComputerName\":");
	exchange_string(out, a.host);
	buf_addf(out, ",\"agentId\":\"%llu\",\"agentIsActive\":%s,"
	    "\"agentOsType\":\"%s\",\"createdAt\":\"%s\",\"description\":",
	    (unsigned long long)store_row(c->store, SET_AGENT, t->agent)->id,
	    (store_row(c->store, SET_AGENT, t->agent)->kind &
	    AGENT_INACTIVE) != 0 ? "false" : "true", a.family, at);
	exchange_string(out, t->description);
	buf_adds(out, ",\"detailedStatus\":");
	if (*detail == '\0')
		buf_adds(out, "null");
	else
		exchange_string(out, detail);
	buf_adds(out, ",\"input\":");
	exchange_string(out, t->input);
	buf_addc(out, ',');
	add_id(out, "id", t->id);
	add_id(out, respond_text(c, "task_key"), t->parent);
	buf_addf(out, "\"scriptResultsPath\":null,\"status\":\"%s\","
	    "\"statusCode\":null,\"statusDescription\":\"The task is %s\","
	    "\"type\":\"script_execution\"}", state, state);
}

/* The parent's id that the request asks for, NULL after a reply. */
static const char *
asked_parent(struct exchange *x)
{
	const char *wanted = respond_text(x->console, "task_parameter");
	const char *snake = exchange_arg(x, "parent_task_id");
	const char *camel = exchange_arg(x, "parentTaskId");

	if (strcmp(wanted, "any") == 0 && snake == NULL)
		snake = camel;
	if (strcmp(wanted, "parentTaskId") == 0)
		snake = camel;
	if (snake == NULL)
		filter_missing(x, wanted);
	return snake;
}

void
respond_status(struct exchange *x)
{
	const struct tasks *t = *respond_tasks(x->console);
	const char *asked = asked_parent(x);
	size_t n = 0;

	if (asked == NULL)
		return;
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":[");
	for (size_t i = 0; t != NULL && i < t->n; i++) {
		const char *state = task_state(x->console, &t->task[i]);

		if (state == NULL || t->task[i].parent == 0 ||
		    t->task[i].parent != strtoull(asked, NULL, 10))
			continue;
		if (n++ > 0)
			buf_addc(&x->out, ',');
		add_status(x, &t->task[i], state);
	}
	buf_addf(&x->out, "],\"pagination\":{\"nextCursor\":null,"
	    "\"totalItems\":%zu}}", n);
}

void
respond_pending(struct exchange *x)
{
	static const char *const states[] = { "waiting", "approved",
		"declined" };
	const struct tasks *t = *respond_tasks(x->console);
	size_t n = 0;

	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":[");
	for (size_t i = 0; t != NULL && i < t->n; i++) {
		const struct task *task = &t->task[i];

		if (task->pending == 0)
			continue;
		buf_adds(&x->out, n++ > 0 ? ",{" : "{");
		add_id(&x->out, "id", task->pending);
		add_id(&x->out, "parentTaskId", task->parent);
		add_id(&x->out, "scriptId", task->script);
		buf_addf(&x->out, "\"state\":\"%s\"}",
		    states[task->approval]);
	}
	buf_addf(&x->out, "],\"pagination\":{\"nextCursor\":null,"
	    "\"totalItems\":%zu}}", n);
}

static void
decide(struct exchange *x, struct task *t, bool approve)
{
	t->approval = approve ? TASK_APPROVED : TASK_DECLINED;
	if (approve)
		begin_task(x->console, t, new_id(x->console, ID_PARENT));
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":{\"success\":true}}");
}

void
respond_decide(struct exchange *x)
{
	struct json_object *body = json_tokener_parse(x->in.p), *data = NULL;
	struct tasks *t = *respond_tasks(x->console);
	const char *action;

	json_object_object_get_ex(body, "data", &data);
	action = member_text(data, "action", "");
	reply_error(x, 404, 4040010, "Requested resource was not found", NULL);
	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (t->task[i].pending == x->id && x->id != 0 &&
		    t->task[i].approval == TASK_WAITING)
			decide(x, &t->task[i], strcmp(action, "approve") == 0);
	json_object_put(body);
}
