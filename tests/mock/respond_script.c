#include "config.h"

#include "tests/mock/respond_script.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/agent_text.h"
#include "tests/mock/member.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_filter.h"

#define FIRST_ID UINT64_C(1500000000000000001)
#define MAX_LIMIT 1000
#define NAME_MAX_LEN 40
#define ALL "windows,macos,linux"

/* Some look like the ones that are searched for, and are not. */
static const struct script known[] = {
	{ 0, "Terminate Sessions", "Terminate the sessions of users", "action",
	    ALL, "SentinelOne", "-Terminate -Sessions <names>", true, false,
	    true },
	{ 0, "Terminate Processes (own)", "Terminate processes by name",
	    "action", ALL, "Ana Martin", "-Terminate -Processes <names>",
	    false, false, true },
	{ 0, "Terminate Processes", "Terminate processes by name", "action",
	    "windows", "SentinelOne",
	    "-Terminate -Processes <names> [-Force]", true, false, true },
	{ 0, "Terminate Processes", "Terminate processes by name", "action",
	    "macos,linux", "SentinelOne",
	    "--terminate --processes <names> [--force]", true, false, true },
	{ 0, "Process list with hashes", "Ours", "dataCollection", ALL,
	    "Ana Martin", NULL, false, false, false },
	{ 0, "Process list", "List the running processes", "dataCollection",
	    "macos,linux", "SentinelOne", NULL, true, false, false },
	{ 0, "Collect logs", "System \"and\" application logs",
	    "artifactCollection", ALL, "SentinelOne", NULL, true, false,
	    false },
	{ 0, "Echo", "Print the input", "action", ALL, "Ana Martin",
	    "any text", false, false, true },
	{ 0, "Réinitialiser le proxy", "", "action", ALL, "Étienne Lefèvre",
	    NULL, false, true, false },
	{ 0, "Windows inventory", "", "dataCollection", "windows",
	    "Ana Martin", NULL, false, false, false },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* The n-th script; its name is in `name` if it is one of many. */
static struct script
nth(size_t n, char name[NAME_MAX_LEN])
{
	static const char *const systems[] = { "windows", "macos", "linux",
		ALL };
	struct script s;

	if (n < N_KNOWN) {
		s = known[n];
	} else {
		snprintf(name, NAME_MAX_LEN, "Site script %03zu", n);
		s = (struct script){ .name = name, .description = "",
			.type = "action", .os = systems[n % 4],
			.creator = "Ana Martin" };
	}
	s.id = FIRST_ID + n;
	return s;
}

static size_t
count(const struct console *c)
{
	return N_KNOWN + (size_t)respond_number(c, "scripts");
}

bool
script_find(const struct console *c, uint64_t id, struct script *s)
{
	static char name[NAME_MAX_LEN];

	if (id < FIRST_ID || id >= FIRST_ID + count(c))
		return false;
	*s = nth(id - FIRST_ID, name);
	return true;
}

/* A request for scripts. */
struct page {
	const char *ids, *query, *systems, *type;
	long limit;
	size_t from;
	bool by_name, desc;
};

static int
read_limit(const char *text, long *limit)
{
	char *end;

	*limit = strtol(text, &end, 10);
	return *end == '\0' && *limit >= 1 && *limit <= MAX_LIMIT ? 0 : -1;
}

static int
read_arg(struct page *p, const struct arg *arg)
{
	static const char ignored[] = ",siteIds,groupIds,accountIds,skipCount,"
	    "isAvailableForArs,countOnly";
	const char *value = arg->value == NULL ? "" : arg->value;

	if (strcmp(arg->name, "ids") == 0)
		p->ids = value;
	else if (strcmp(arg->name, "query") == 0)
		p->query = value;
	else if (strcmp(arg->name, "osTypes") == 0)
		p->systems = value;
	else if (strcmp(arg->name, "scriptType") == 0)
		p->type = value;
	else if (strcmp(arg->name, "limit") == 0)
		return read_limit(value, &p->limit);
	else if (strcmp(arg->name, "cursor") == 0)
		p->from = strtoul(value + strspn(value, "c-"), NULL, 10);
	else if (strcmp(arg->name, "sortBy") == 0)
		p->by_name = strcmp(value, "scriptName") == 0;
	else if (strcmp(arg->name, "sortOrder") == 0)
		p->desc = strcmp(value, "desc") == 0;
	else
		return agent_text_lists(ignored, arg->name) ? 0 : -1;
	return 0;
}

static bool
has_system(const char *wanted, const char *os)
{
	static const char *const all[] = { "windows", "macos", "linux" };

	for (size_t i = 0; i < 3; i++)
		if (agent_text_lists(wanted, all[i]) &&
		    agent_text_lists(os, all[i]))
			return true;
	return false;
}

static bool
matches(const struct page *p, const struct script *s)
{
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)s->id);
	return (p->ids == NULL || agent_text_lists(p->ids, id)) &&
	    (p->query == NULL || strcasestr(s->name, p->query) != NULL ||
	    strcasestr(s->description, p->query) != NULL) &&
	    (p->systems == NULL || has_system(p->systems, s->os)) &&
	    (p->type == NULL || strcmp(p->type, s->type) == 0);
}

static void
add_text(struct buf *out, const char *name, const char *text)
{
	buf_addf(out, "\"%s\":", name);
	if (text == NULL)
		buf_adds(out, "null");
	else
		exchange_string(out, text);
	buf_addc(out, ',');
}

static void
add_systems(struct buf *out, const char *os)
{
	buf_adds(out, "\"osTypes\":[\"");
	for (; *os != '\0'; os++) {
		if (*os == ',')
			buf_adds(out, "\",\"");
		else
			buf_addc(out, *os);
	}
	buf_adds(out, "\"],");
}

static void
add_script(struct buf *out, const struct script *s)
{
	buf_addf(out, "{\"bucketName\":null,\"createdAt\":"
	    "\"2026-01-12T07:31:05.112233Z\",\"creatorId\":\"%s\","
	    "\"futureKey\":{\"a\":[1,null]},\"id\":\"%llu\","
	    "\"inputRequired\":%s,\"requiresApproval\":%s,"
	    "\"scopeId\":\"" WORLD_ACCOUNT_ID "\",\"scopeLevel\":\"account\","
	    "\"scopeName\":\"" WORLD_ACCOUNT "\","
	    "\"scriptRuntimeTimeoutSeconds\":3600,\"version\":\"1.2.0\",",
	    s->is_vendors ? "-1" : "1336793311070729208",
	    (unsigned long long)s->id, s->needs_input ? "true" : "false",
	    s->needs_approval ? "true" : "false");
	add_systems(out, s->os);
	add_text(out, "creator", s->creator);
	add_text(out, "inputExample", s->instructions);
	add_text(out, "inputInstructions", s->instructions);
	add_text(out, "scriptDescription", s->description);
	add_text(out, "scriptName", s->name);
	add_text(out, "scriptType", s->type);
	buf_adds(out, "\"shortFileName\":\"run.sh\"}");
}

static int
by_name(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	char nx[NAME_MAX_LEN], ny[NAME_MAX_LEN];
	int r = strcmp(nth(x, nx).name, nth(y, ny).name);

	return r != 0 ? r : x < y ? -1 : x > y;
}

static void
list(struct exchange *x, const struct page *p, const size_t *at, size_t n)
{
	size_t end = p->from + (size_t)p->limit < n ?
	    p->from + (size_t)p->limit : n;
	char name[NAME_MAX_LEN];

	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":[");
	for (size_t i = p->from; i < end; i++) {
		struct script s = nth(at[p->desc ? n - 1 - i : i], name);

		if (i > p->from)
			buf_addc(&x->out, ',');
		add_script(&x->out, &s);
	}
	buf_adds(&x->out, "],\"pagination\":{\"nextCursor\":");
	if (end < n)
		buf_addf(&x->out, "\"c-%zu\"", end);
	else
		buf_adds(&x->out, "null");
	buf_addf(&x->out, ",\"totalItems\":%zu}}", n);
}

void
respond_scripts(struct exchange *x)
{
	struct page p = { .limit = 10 };
	size_t all = count(x->console), n = 0;
	size_t *at;
	char name[NAME_MAX_LEN];

	for (size_t i = 0; i < x->n_args; i++) {
		if (read_arg(&p, &x->arg[i]) != 0) {
			reply_error(x, 400, 4000010, "Validation Error",
			    x->arg[i].name);
			return;
		}
	}
	at = xcalloc(all, sizeof(*at));
	for (size_t i = 0; i < all; i++) {
		struct script s = nth(i, name);

		if (matches(&p, &s))
			at[n++] = i;
	}
	if (p.by_name)
		qsort(at, n, sizeof(*at), by_name);
	list(x, &p, at, n);
	free(at);
}

void
respond_guardrails(struct exchange *x)
{
	struct json_object *body = json_tokener_parse(x->in.p), *data = NULL;
	struct script s;
	const char *id;

	json_object_object_get_ex(body, "data", &data);
	id = member_text(data, "scriptId", "");
	if (!script_find(x->console, strtoull(id, NULL, 10), &s)) {
		filter_missing(x, "scriptId");
	} else {
		reply_begin(x, 200, "application/json");
		buf_addf(&x->out, "{\"data\":{\"requiresApproval\":%s}}",
		    s.needs_approval || respond_flag(x->console, "approval") ?
		    "true" : "false");
	}
	json_object_put(body);
}
