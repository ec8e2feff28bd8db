#include "config.h"

#include "collector/respond/host.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/exit.h"

#define ID_MIN 16 /* of an agent; shorter digits may be a name */
#define ID_MAX 20
#define UUID_HEX 32
#define NAME_MAX_LEN 255
#define TRIES 3

/* More than fit into a list that people read. */
#define LISTED 50

/* selector */

static bool
is_id(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!isdigit((unsigned char)text.p[i]))
			return false;
	return text.len >= 1 && text.len <= ID_MAX;
}

/* With dashes or without. */
static bool
is_uuid(struct slice text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '-')
			continue;
		if (!isxdigit((unsigned char)text.p[i]))
			return false;
		digits++;
	}
	return digits == UUID_HEX &&
	    (text.len == UUID_HEX || text.len == UUID_HEX + 4);
}

static bool
is_name(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (iscntrl((unsigned char)text.p[i]))
			return false;
	return text.len > 0 && text.len <= NAME_MAX_LEN;
}

static const struct {
	const char *prefix;
	bool (*may_be)(struct slice text);
	const char *parameter; /* of GET /agents */
	const char *member; /* of an agent */
} kinds[] = {
	[SELECT_ID] = { "id:", is_id, "ids", "id" },
	[SELECT_UUID] = { "uuid:", is_uuid, "uuids", "uuid" },
	[SELECT_NAME] = { "name:", is_name, "computerName", "computerName" },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

int
selector_parse(const char *word, struct selector *s)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		size_t n = strlen(kinds[i].prefix);

		if (strncmp(word, kinds[i].prefix, n) != 0)
			continue;
		s->kind = (enum selector_kind)i;
		s->text = slice_of(word + n);
		return kinds[i].may_be(s->text) ? 0 : -1;
	}
	s->text = slice_of(word);
	s->kind = SELECT_NAME;
	if (is_id(s->text) && s->text.len >= ID_MIN)
		s->kind = SELECT_ID;
	else if (is_uuid(s->text))
		s->kind = SELECT_UUID;
	return is_name(s->text) ? 0 : -1;
}

bool
selector_fits(const struct selector *s, struct json_object *agent)
{
	const char *value = host_text(agent, kinds[s->kind].member);

	if (strlen(value) != s->text.len)
		return false;
	if (s->kind == SELECT_UUID)
		return strncasecmp(value, s->text.p, s->text.len) == 0;
	return slice_is(s->text, value);
}

/* an agent */

const char *
host_text(const struct json_object *agent, const char *member)
{
	struct json_object *v;

	if (!json_object_object_get_ex(agent, member, &v) || v == NULL ||
	    json_object_is_type(v, json_type_object) ||
	    json_object_is_type(v, json_type_array))
		return "";
	return tree_string(v);
}

bool
host_is(const struct json_object *agent, const char *member)
{
	struct json_object *v;

	return json_object_object_get_ex(agent, member, &v) &&
	    json_object_is_type(v, json_type_boolean) &&
	    json_object_get_boolean(v);
}

void
host_fini(struct host *h)
{
	json_object_put(h->agent);
	*h = (struct host){ 0 };
}

static void
take(struct host *h, struct json_object *agent)
{
	host_fini(h);
	*h = (struct host){
		.agent = json_object_get(agent),
		.id = host_text(agent, "id"),
		.name = host_text(agent, "computerName"),
		.os = host_text(agent, "osType"),
		.network = host_text(agent, "networkStatus"),
	};
}

void
host_add_plain(struct buf *text, const char *word)
{
	for (; *word != '\0'; word++)
		buf_addc(text, iscntrl((unsigned char)*word) ? '?' : *word);
}

static void
add_row(struct buf *text, const char *label, const char *value)
{
	if (*value == '\0')
		return;
	buf_addf(text, "  %-10s ", label);
	host_add_plain(text, value);
	buf_addc(text, '\n');
}

void
host_describe(const struct host *h, struct buf *text)
{
	static const struct {
		const char *label, *member;
	} rows[] = {
		{ "name", "computerName" },
		{ "id", "id" },
		{ "account", "accountName" },
		{ "site", "siteName" },
		{ "group", "groupName" },
		{ "system", "osName" },
		{ "last user", "lastLoggedInUserName" },
		{ "address", "lastIpToMgmt" },
		{ "outside", "externalIp" },
		{ "network", "networkStatus" },
		{ "last seen", "lastActiveDate" },
		{ "agent", "agentVersion" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add_row(text, rows[i].label,
		    host_text(h->agent, rows[i].member));
	if (!host_is(h->agent, "isActive"))
		add_row(text, "note", "not active: an action waits until it "
		    "comes back, and cannot be cancelled");
	if (host_is(h->agent, "isPendingUninstall"))
		add_row(text, "note", "its agent is about to be uninstalled");
}

/* look-up */

static bool
is_gone(struct json_object *agent)
{
	return host_is(agent, "isDecommissioned") ||
	    host_is(agent, "isUninstalled");
}

static struct json_object *
list_of(const struct ask_reply *reply)
{
	struct json_object *list;

	if (json_object_object_get_ex(reply->body, "data", &list) &&
	    json_object_is_type(list, json_type_array))
		return list;
	return NULL;
}

static void
list_candidate(struct json_object *agent, struct buf *why)
{
	static const char *const members[] = {
		"id", "computerName", "siteName", "groupName", "osName",
		"lastActiveDate"
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		buf_adds(why, "  ");
		host_add_plain(why, host_text(agent, members[i]));
	}
	buf_adds(why, is_gone(agent) ? "  (decommissioned)\n" : "\n");
}

/* Whether or not the server understood the filter: only what fits counts. */
static int
choose(const struct selector *s, struct json_object *list, struct host *h,
    struct buf *why)
{
	struct json_object *found = NULL;
	size_t n = 0, fit = 0;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *agent = json_object_array_get_idx(list, i);

		if (!selector_fits(s, agent))
			continue;
		fit++;
		if (is_gone(agent))
			continue;
		found = agent;
		n++;
	}
	if (n == 1 && is_id(slice_of(host_text(found, "id")))) {
		take(h, found);
		return RESPOND_GO;
	}
	if (fit == 0)
		buf_addf(why, "no host with the %s %.*s is there for this "
		    "token\n", kinds[s->kind].member, (int)s->text.len,
		    s->text.p);
	else if (n == 0)
		buf_addf(why, "%.*s is decommissioned\n", (int)s->text.len,
		    s->text.p);
	else
		buf_addf(why, "%zu hosts are called %.*s; name one by its "
		    "id:\n", n, (int)s->text.len, s->text.p);
	for (size_t i = 0; n > 1 && i < json_object_array_length(list) &&
	    i < LISTED; i++)
		if (selector_fits(s, json_object_array_get_idx(list, i)))
			list_candidate(json_object_array_get_idx(list, i),
			    why);
	return RESPOND_NO_HOST;
}

static int
look_up(struct ask *a, const struct selector *s, int tries, struct host *h,
    struct buf *why)
{
	struct ask_reply reply;
	struct buf path;
	int code;

	buf_init(&path, 4096);
	buf_addf(&path, "/agents?%s=", kinds[s->kind].parameter);
	client_quote(&path, s->text);
	buf_adds(&path, "&limit=1000");
	ask_get(a, path.p, tries, &reply);
	if (reply.verdict != VERDICT_OK) {
		buf_addf(why, "%s\n", reply.detail.p);
		code = ask_exit(&reply);
	} else if (list_of(&reply) == NULL) {
		buf_adds(why, "the console's answer has no list of agents\n");
		code = RESPOND_UNKNOWN;
	} else {
		code = choose(s, list_of(&reply), h, why);
	}
	ask_reply_fini(&reply);
	buf_fini(&path);
	return code;
}

int
host_find(struct ask *a, const char *word, struct host *h, struct buf *why)
{
	struct selector s;

	*h = (struct host){ 0 };
	if (selector_parse(word, &s) != 0) {
		buf_addf(why, "'%s' is no agent's id, no uuid and no computer "
		    "name\n", word);
		return RESPOND_USAGE;
	}
	return look_up(a, &s, TRIES, h, why);
}

int
host_again(struct ask *a, struct host *h, int tries, struct buf *why)
{
	char *id = xstrdup(h->id);
	struct selector s = { SELECT_ID, slice_of(id) };
	int code = look_up(a, &s, tries, h, why);

	free(id);
	return code;
}
