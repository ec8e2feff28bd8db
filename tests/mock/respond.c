#include "config.h"

#include "tests/mock/respond.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/member.h"
#include "tests/mock/respond_fetch.h"
#include "tests/mock/respond_task.h"
#include "tests/mock/stamp.h"

static const struct {
	const char *name, *value; /* JSON: what it is at the start */
	const char *help;
} rows[] = {
	{ "deny", "[]", "rights that the token lacks, such as Endpoints.view" },
	{ "grant", "[]", "rights that it has beside the usual ones" },
	{ "full_names", "false", "rights are told with their page's name" },
	{ "affected", "-1", "agents that an action says it met; -1: the truth" },
	{ "network", "\"ok\"", "disconnect: ok, fail, stuck" },
	{ "network_seconds", "0.3", "in `connecting' or `disconnecting'" },
	{ "fetch_success", "true", "what fetch-files answers" },
	{ "upload", "\"ok\"", "ok, no-url, never; files named *missing* are not "
	    "there" },
	{ "upload_seconds", "0.3", "until the agent has uploaded" },
	{ "activity_seconds", "0", "until the request's activity is seen" },
	{ "scripts", "30", "the customer's own, beside the known ones" },
	{ "approval", "false", "all scripts need an approval" },
	{ "no_task", "false", "execute answers without a task" },
	{ "script", "\"completed\"", "the state in which tasks end" },
	{ "script_detail", "\"\"", "its detailedStatus" },
	{ "script_seconds", "0.3", "until then, through four other states" },
	{ "task_key", "\"parentTaskId\"", "how answers spell it" },
	{ "task_parameter", "\"parent_task_id\"", "what /status wants: that, "
	    "parentTaskId or any" },
	{ "results", "\"ok\"", "ok, none, expired" },
	{ "results_seconds", "0", "after the end until there is a link" },
	{ "results_shape", "\"flat\"", "flat, nested, camel" },
	{ "link", "\"\"", "the link to answer in place of a good one" },
	{ "csv", "\"\"", "the process list in place of a made-up one" },
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

struct event {
	int64_t at;
	void (*fire)(struct console *c, size_t n);
	size_t n;
};

struct respond {
	struct json_object *settings;
	struct json_object *actions; /* array */
	struct event *event;
	size_t n_events;
	struct fetches *fetches;
	struct tasks *tasks;
};

static struct json_object *
defaults(void)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < N_ROWS; i++)
		json_object_object_add(o, rows[i].name,
		    json_tokener_parse(rows[i].value));
	return o;
}

void
respond_help(FILE *to)
{
	for (size_t i = 0; i < N_ROWS; i++)
		fprintf(to, "  %-18s%s (%s)\n", rows[i].name, rows[i].help,
		    rows[i].value);
}

struct respond *
respond_new(void)
{
	struct respond *r = xcalloc(1, sizeof(*r));

	r->settings = defaults();
	r->actions = json_object_new_array();
	return r;
}

void
respond_free(struct respond *r)
{
	if (r == NULL)
		return;
	json_object_put(r->settings);
	json_object_put(r->actions);
	free(r->event);
	fetches_free(r->fetches);
	tasks_free(r->tasks);
	free(r);
}

struct fetches **
respond_fetches(const struct console *c)
{
	return &c->respond->fetches;
}

struct tasks **
respond_tasks(const struct console *c)
{
	return &c->respond->tasks;
}

/* One at a time: what is done may add more. */
void
respond_run(struct console *c)
{
	struct respond *r = c->respond;
	int64_t now = console_now(c);

	for (size_t i = 0; i < r->n_events;) {
		struct event e = r->event[i];

		if (e.at > now) {
			i++;
			continue;
		}
		r->event[i] = r->event[--r->n_events];
		e.fire(c, e.n);
	}
}

void
respond_after(struct console *c, double seconds,
    void (*fire)(struct console *c, size_t n), size_t n)
{
	struct respond *r = c->respond;

	r->event = xrealloc(r->event, (r->n_events + 1) * sizeof(*r->event));
	r->event[r->n_events++] = (struct event){ .fire = fire, .n = n,
		.at = console_now(c) + (int64_t)(seconds * 1e6) };
}

double
respond_number(const struct console *c, const char *name)
{
	return member_number(c->respond->settings, name, 0);
}

bool
respond_flag(const struct console *c, const char *name)
{
	return member_bool(c->respond->settings, name);
}

const char *
respond_text(const struct console *c, const char *name)
{
	return member_text(c->respond->settings, name, "");
}

bool
respond_lists(const struct console *c, const char *name, const char *word)
{
	struct json_object *list = json_object_object_get(
	    c->respond->settings, name);

	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(
		    json_object_array_get_idx(list, i)), word) == 0)
			return true;
	return false;
}

void
respond_settings(const struct console *c, struct buf *out)
{
	buf_adds(out, json_object_to_json_string_ext(c->respond->settings,
	    JSON_C_TO_STRING_PLAIN));
}

void
respond_reset(struct console *c)
{
	json_object_put(c->respond->settings);
	c->respond->settings = defaults();
}

static bool
is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}

/* A misspelt member would make a test that tests nothing. */
static bool
fits(const struct respond *r, const char *name, struct json_object *value)
{
	struct json_object *old;

	if (!json_object_object_get_ex(r->settings, name, &old))
		return false;
	return json_object_get_type(old) == json_object_get_type(value) ||
	    (is_number(old) && is_number(value));
}

int
respond_set(struct console *c, struct json_object *body)
{
	struct respond *r = c->respond;

	if (!json_object_is_type(body, json_type_object))
		return -1;
	json_object_object_foreach(body, name, value) {
		if (!fits(r, name, value))
			return -1;
		json_object_object_add(r->settings, name,
		    json_object_get(value));
	}
	return 0;
}

void
respond_note(struct exchange *x)
{
	struct json_object *o = json_object_new_object();
	char at[STAMP_LEN + 1];

	stamp_format(console_now(x->console), at);
	json_object_object_add(o, "at", json_object_new_string(at));
	json_object_object_add(o, "method", json_object_new_string(x->method));
	json_object_object_add(o, "path", json_object_new_string(x->path));
	json_object_object_add(o, "body", json_tokener_parse(x->in.p));
	json_object_array_add(x->console->respond->actions, o);
}

void
respond_actions(const struct console *c, struct buf *out)
{
	struct json_object *all = c->respond->actions;

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		buf_adds(out, json_object_to_json_string_ext(
		    json_object_array_get_idx(all, i),
		    JSON_C_TO_STRING_PLAIN));
		buf_addc(out, '\n');
	}
}
