#include "config.h"

#include "tests/mock/control.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/fault.h"
#include "tests/mock/gen.h"
#include "tests/mock/ledger.h"
#include "tests/mock/member.h"
#include "tests/mock/produce.h"
#include "tests/mock/reqlog.h"
#include "tests/mock/respond.h"
#include "tests/mock/stamp.h"

#define ROOT "/_mock/"

static void
refuse(struct exchange *x, const char *why)
{
	reply_begin(x, 400, "application/json");
	buf_adds(&x->out, "{\"error\":");
	exchange_string(&x->out, why);
	buf_addc(&x->out, '}');
}

static void
reply_data(struct exchange *x, const char *value)
{
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":%s}", value);
}

static int
set_of(struct json_object *o, const char *otherwise, enum set_id *set)
{
	return set_find(member_text(o, "dataset", otherwise), set);
}

static void
fault_list(struct exchange *x, struct json_object *body)
{
	(void)body;
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":");
	faults_list(x->console->faults, &x->out);
	buf_addc(&x->out, '}');
}

static void
fault_add(struct exchange *x, struct json_object *body)
{
	const char *why = "no JSON";

	if (body == NULL ||
	    faults_add(x->console->faults, x->in.p, &why) != 0)
		refuse(x, why);
	else
		fault_list(x, body);
}

static void
fault_clear(struct exchange *x, struct json_object *body)
{
	faults_clear(x->console->faults);
	fault_list(x, body);
}

static void
stats(struct exchange *x, struct json_object *body)
{
	const struct console *c = x->console;
	char now[STAMP_LEN + 1];

	(void)body;
	stamp_format(console_now(c), now);
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"now\":\"%s\",\"pending\":%zu,", now,
	    store_pending(c->store));
	producer_stats(c->producer, &x->out);
	buf_addc(&x->out, ',');
	reqlog_stats(c->log, &x->out);
	buf_addc(&x->out, '}');
}

static void
requests(struct exchange *x, struct json_object *body)
{
	(void)body;
	reply_begin(x, 200, "application/x-ndjson");
	reqlog_lines(x->console->log, &x->out);
}

static void
ledger(struct exchange *x, struct json_object *body)
{
	(void)body;
	if (ledger_reply(x) != 0)
		refuse(x, "no such dataset");
}

static void
record(struct exchange *x, struct json_object *body)
{
	const struct console *c = x->console;
	const char *name = exchange_arg(x, "dataset");
	const char *id = exchange_arg(x, "id");
	const struct row *row = NULL;
	enum set_id set;

	(void)body;
	if (name != NULL && id != NULL && set_find(name, &set) == 0)
		row = store_find(c->store, set, set_read_id(set, id));
	if (row == NULL) {
		refuse(x, "no such record");
		return;
	}
	reply_begin(x, 200, "application/json");
	gen_row(&c->world, c->store, set, row, &x->out);
}

static void
make_batch(struct exchange *x, struct json_object *body, bool is_new)
{
	struct producer *p = x->console->producer;
	struct produce_batch b = {
		.count = (int64_t)member_number(body, "count", 1),
		.age = member_number(body, "age", 0),
		.type = (uint32_t)member_number(body, "type", 0),
		.tie = member_bool(body, "tie"),
	};
	int64_t now = console_now(x->console);

	if (set_of(body, is_new ? "activity" : "agent", &b.set) != 0 ||
	    !producer_can(b.set, is_new)) {
		refuse(x, "dataset: not for this");
		return;
	}
	if (b.type != 0 && (!is_new || b.set != SET_ACTIVITY ||
	    !gen_activity_is(b.type))) {
		refuse(x, "type: no such activity");
		return;
	}
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":");
	if (is_new)
		producer_add(p, &b, now, &x->out);
	else
		producer_update(p, &b, now, &x->out);
	buf_addc(&x->out, '}');
}

static void
produce(struct exchange *x, struct json_object *body)
{
	const struct produce_options o = {
		.rate = member_number(body, "rate", 0),
		.seconds = member_number(body, "seconds", 0),
		.late_fraction = member_number(body, "late_fraction", 0),
		.late_max = member_number(body, "late_max", 0),
		.future_fraction = member_number(body, "future_fraction", 0),
		.burst_every = member_number(body, "burst_every", 0),
		.burst = (int64_t)member_number(body, "burst", 200),
	};

	if (json_object_object_get_ex(body, "count", NULL)) {
		make_batch(x, body, true);
		return;
	}
	if (o.rate <= 0 && !member_bool(body, "stop")) {
		refuse(x, "rate, count or stop");
		return;
	}
	producer_start(x->console->producer, &o, console_now(x->console));
	reply_data(x, "null");
}

static void
update(struct exchange *x, struct json_object *body)
{
	make_batch(x, body, false);
}

/* {"dataset":..., "ids":[...]} */
static void
delete_rows(struct exchange *x, struct json_object *body)
{
	const struct console *c = x->console;
	struct json_object *ids;
	enum set_id set;
	size_t n = 0;

	if (set_of(body, "threat", &set) != 0 ||
	    !json_object_object_get_ex(body, "ids", &ids) ||
	    !json_object_is_type(ids, json_type_array)) {
		refuse(x, "dataset and ids");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(ids); i++) {
		struct json_object *id = json_object_array_get_idx(ids, i);

		n += store_delete(c->store, set,
		    set_read_id(set, json_object_get_string(id)),
		    console_now(c));
	}
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"affected\":%zu}}", n);
}

static void
move_clock(struct exchange *x, struct json_object *body)
{
	double seconds = member_number(body, "advance", 0);
	char now[STAMP_LEN + 1];

	x->console->clock_shift += (int64_t)(seconds * 1e6);
	stamp_format(console_now(x->console), now);
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":\"%s\"}", now);
}

static void
respond_get(struct exchange *x, struct json_object *body)
{
	(void)body;
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":");
	respond_settings(x->console, &x->out);
	buf_addc(&x->out, '}');
}

static void
respond_post(struct exchange *x, struct json_object *body)
{
	if (respond_set(x->console, body) != 0)
		refuse(x, "not a setting's name or type");
	else
		respond_get(x, body);
}

static void
respond_delete(struct exchange *x, struct json_object *body)
{
	respond_reset(x->console);
	respond_get(x, body);
}

static void
actions(struct exchange *x, struct json_object *body)
{
	(void)body;
	reply_begin(x, 200, "application/x-ndjson");
	respond_actions(x->console, &x->out);
}

/* A token takes the place of the one there is, which is revoked by that; its
 * end is so many seconds from now, or was. */
static void
set_token(struct exchange *x, struct json_object *body)
{
	struct console *c = x->console;
	const char *token = member_text(body, "token", NULL);
	int64_t now = console_now(c);
	char end[STAMP_LEN + 1];

	if (token != NULL) {
		free(c->token);
		c->token = xstrdup(token);
		c->token_created = now;
		c->token_expires = 0;
	}
	if (json_object_object_get_ex(body, "expires", NULL))
		c->token_expires = now +
		    (int64_t)(member_number(body, "expires", 0) * 1e6);
	stamp_format(console_token_end(c), end);
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"expiresAt\":\"%s\"}}", end);
}

static const struct {
	const char *method, *path;
	void (*serve)(struct exchange *x, struct json_object *body);
	const char *help;
} rows[] = {
	{ "GET", "fault", fault_list, "the faults, how often seen and met" },
	{ "POST", "fault", fault_add, "add one {...} or several [{...}]" },
	{ "DELETE", "fault", fault_clear, "remove all" },
	{ "GET", "stats", stats, "counts, states, last queries by path" },
	{ "GET", "requests", requests, "the last 4096, one a line" },
	{ "GET", "ledger", ledger, "?dataset=[&period=] every version ever visible" },
	{ "GET", "record", record, "?dataset=&id= the record as it is now" },
	{ "POST", "produce", produce,
	    "{rate, seconds, late_fraction, late_max, future_fraction, "
	    "burst_every,\n\t\t\t    burst} or {stop:true} or {dataset, count, "
	    "age, tie, type}" },
	{ "POST", "update", update, "{dataset, count, age, tie}" },
	{ "POST", "delete", delete_rows, "{dataset, ids}" },
	{ "GET", "respond", respond_get, "how response actions go" },
	{ "POST", "respond", respond_post, "{...} change some of that" },
	{ "DELETE", "respond", respond_delete, "as at the start" },
	{ "GET", "actions", actions, "what was asked for, one a line" },
	{ "POST", "token", set_token, "{token, expires} in seconds from now" },
	{ "POST", "time", move_clock, "{advance} seconds" },
};

void
control_help(FILE *to)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(to, "  %-7s" ROOT "%-9s %s\n", rows[i].method,
		    rows[i].path, rows[i].help);
}

bool
control_is(const char *path)
{
	return strncmp(path, ROOT, strlen(ROOT)) == 0;
}

void
control_serve(struct exchange *x)
{
	struct json_object *body = NULL;

	if (x->in.len > 0)
		body = json_tokener_parse(x->in.p);
	refuse(x, "no such path");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(x->method, rows[i].method) == 0 &&
		    strcmp(x->path + strlen(ROOT), rows[i].path) == 0) {
			rows[i].serve(x, body);
			break;
		}
	}
	json_object_put(body);
}
