#include "config.h"

#include "tests/mock/respond_right.h"

#include <string.h>

#include "tests/mock/respond.h"
#include "tests/mock/stamp.h"

#define ROLE_READ UINT64_C(1336793311070729301)
#define ROLE_RESPOND UINT64_C(1336793311070729302)

/* Those of one page stand together. */
static const struct right {
	const char *page, *name, *title;
	enum { DANGEROUS, ACTION, VIEW } kind; /* DANGEROUS: not by itself */
	const char *needs; /* on the same page, NULL: nothing */
} rights[] = {
	{ "Endpoints", "view", "View", VIEW, NULL },
	{ "Endpoints", "disconnectFromNetwork", "Disconnect From Network",
	    ACTION, "view" },
	{ "Endpoints", "reconnectToNetwork", "Reconnect To Network", ACTION,
	    "view" },
	{ "Endpoints", "fileFetch", "File Fetch", ACTION, "view" },
	{ "Endpoints", "shutDown", "Shut Down", DANGEROUS, "view" },
	{ "Endpoints", "uninstall", "Uninstall", DANGEROUS, "view" },
	{ "Endpoints", "remoteShell", "Remote Shell", DANGEROUS, "view" },
	{ "Activity Page", "view", "View", VIEW, NULL },
	{ "Remote Script Orchestration", "view", "View", VIEW, NULL },
	{ "Remote Script Orchestration", "runScript", "Run", ACTION, "view" },
	{ "Remote Script Orchestration", "approvePendingExecution",
	    "Approve Pending Executions", DANGEROUS, "view" },
	{ "Task Management", "view", "View", VIEW, NULL },
	{ "Roles", "view", "View", VIEW, NULL },
	{ "Roles", "edit", "Edit", DANGEROUS, "view" },
};
#define N_RIGHTS (sizeof(rights) / sizeof(rights[0]))

/* With a second token for actions the first only reads. */
static bool
may(const struct exchange *x, const struct right *r)
{
	const struct console *c = x->console;
	char name[100];

	snprintf(name, sizeof(name), "%s.%s", r->page, r->name);
	if (respond_lists(c, "deny", name))
		return false;
	if (respond_lists(c, "grant", name))
		return true;
	return r->kind == VIEW || (r->kind == ACTION &&
	    (c->action_token == NULL || x->is_action));
}

bool
right_has(const struct exchange *x, const char *name)
{
	for (size_t i = 0; name != NULL && i < N_RIGHTS; i++) {
		size_t n = strlen(rights[i].page);

		if (strncmp(name, rights[i].page, n) == 0 && name[n] == '.' &&
		    strcmp(name + n + 1, rights[i].name) == 0)
			return may(x, &rights[i]);
	}
	return true;
}

static uint64_t
role_of(const struct exchange *x)
{
	return x->console->action_token == NULL || x->is_action ?
	    ROLE_RESPOND : ROLE_READ;
}

void
right_user(struct exchange *x)
{
	const struct console *c = x->console;
	const char *name = role_of(x) == ROLE_READ ? "collect" : "respond";
	char from[STAMP_LEN + 1], to[STAMP_LEN + 1];

	stamp_format(c->token_created, from);
	stamp_format(console_token_end(c), to);
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"apiToken\":{\"createdAt\":\"%s\","
	    "\"expiresAt\":\"%s\"},\"canGenerateApiToken\":false,"
	    "\"dateJoined\":\"%s\",\"email\":\"s1-%s@northwind.example\","
	    "\"fullName\":\"s1-%s\",\"id\":\"%llu\",\"lastLogin\":null,"
	    "\"scope\":\"account\",\"scopeRoles\":[{\"accountName\":\""
	    WORLD_ACCOUNT "\",\"id\":\"" WORLD_ACCOUNT_ID "\",\"name\":\""
	    WORLD_ACCOUNT "\",\"roleId\":\"%llu\",\"roleName\":\"%s\","
	    "\"roles\":[\"%s\"]}],\"source\":\"mgmt\","
	    "\"twoFaEnabled\":false}}", from, to, from, name, name,
	    (unsigned long long)role_of(x) + 10,
	    (unsigned long long)role_of(x), name, name);
}

static void
add_right(struct exchange *x, const struct right *r)
{
	bool full = respond_flag(x->console, "full_names");
	struct buf *out = &x->out;

	buf_adds(out, "{\"dependsOn\":[");
	if (r->needs != NULL)
		buf_addf(out, "\"%s%s%s\"", full ? r->page : "",
		    full ? "." : "", r->needs);
	buf_addf(out, "],\"identifier\":\"%s%s%s\",\"title\":\"%s\","
	    "\"value\":%s}", full ? r->page : "", full ? "." : "", r->name,
	    r->title, may(x, r) ? "true" : "false");
}

void
right_role(struct exchange *x)
{
	const char *page = "";

	if (x->id != role_of(x)) {
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
		return;
	}
	reply_begin(x, 200, "application/json");
	buf_addf(&x->out, "{\"data\":{\"description\":null,\"id\":\"%llu\","
	    "\"name\":\"%s\",\"pages\":[", (unsigned long long)x->id,
	    x->id == ROLE_READ ? "collect" : "respond");
	for (size_t i = 0; i < N_RIGHTS; i++) {
		const struct right *r = &rights[i];
		bool begins = strcmp(page, r->page) != 0;

		if (begins)
			buf_addf(&x->out, "%s{\"identifier\":\"%s\","
			    "\"name\":\"%s\",\"permissions\":[",
			    i == 0 ? "" : "]},", r->page, r->page);
		else
			buf_addc(&x->out, ',');
		add_right(x, r);
		page = r->page;
	}
	buf_adds(&x->out, "]}]}}");
}
