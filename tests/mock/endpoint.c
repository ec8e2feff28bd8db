#include "config.h"

#include "tests/mock/endpoint.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mock/explore.h"
#include "tests/mock/gen.h"
#include "tests/mock/lists.h"
#include "tests/mock/stamp.h"
#include "tests/mock/unified.h"

static void
system_info(struct exchange *x)
{
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":{\"build\":\"163\","
	    "\"latestAgentVersion\":\"24.2.3.471\",\"patch\":\"SP4\","
	    "\"release\":\"W\",\"version\":\"W-24.2.4#163\"}}");
}

static void
system_status(struct exchange *x)
{
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":{\"health\":\"ok\"}}");
}

static void
activity_types(struct exchange *x)
{
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"data\":[");
	gen_activity_types(&x->out);
	buf_adds(&x->out, "]}");
}

/* The token that the body asks about: {"data":{"apiToken":"..."}}. */
static bool
asks_for_own_token(const struct exchange *x, struct json_object *body)
{
	struct json_object *data, *token;

	return json_object_object_get_ex(body, "data", &data) &&
	    json_object_object_get_ex(data, "apiToken", &token) &&
	    json_object_is_type(token, json_type_string) &&
	    strcmp(json_object_get_string(token), x->console->token) == 0;
}

static void
api_token_details(struct exchange *x)
{
	const struct console *c = x->console;
	struct json_object *body = json_tokener_parse(x->in.p);
	int64_t expires = c->token_expires > 0 ? c->token_expires :
	    c->token_created + 180 * STAMP_DAY;
	char from[STAMP_LEN + 1], to[STAMP_LEN + 1];

	if (!asks_for_own_token(x, body)) {
		reply_error(x, 400, 4000010, "Bad Request",
		    "apiToken: Missing data for required field.");
	} else {
		stamp_format(c->token_created, from);
		stamp_format(expires, to);
		reply_begin(x, 200, "application/json");
		buf_addf(&x->out, "{\"data\":{\"createdAt\":\"%s\","
		    "\"expiresAt\":\"%s\"}}", from, to);
	}
	json_object_put(body);
}

#define INVENTORY "/application-management/inventory"

static const struct endpoint endpoints[] = {
	{ "GET", "/activities", "activity", list_activities, AUTH_ANY },
	{ "GET", "/activities/types", NULL, activity_types, AUTH_ANY },
	{ "GET", "/agents", "agent", list_agents, AUTH_ANY },
	{ "GET", INVENTORY, "inventory", list_inventory, AUTH_ANY },
	{ "GET", INVENTORY "/endpoints", "application", list_installations,
	    AUTH_ANY },
	{ "GET", "/application-management/risks", "application_risk",
	    list_risks, AUTH_ANY },
	{ "GET", "/cloud-detection/alerts", "alert", list_alerts, AUTH_ANY },
	{ "GET", "/groups", "group", list_groups, AUTH_ANY },
	{ "GET", "/system/info", NULL, system_info, AUTH_ANY },
	{ "GET", "/system/status", NULL, system_status, AUTH_NONE },
	{ "GET", "/threats", "threat", list_threats, AUTH_ANY },
	{ "GET", "/threats/{id}/explore/events", "threat_event",
	    explore_events, AUTH_ANY },
	{ "GET", "/threats/{id}/timeline", "timeline", explore_timeline,
	    AUTH_ANY },
	{ "POST", "/unifiedalerts/graphql", "unified_alert", unified_alerts,
	    AUTH_BEARER },
	{ "POST", "/users/api-token-details", NULL, api_token_details,
	    AUTH_ANY },
};

/* Does the path fit the pattern?  Sets *id to what stands for {id}. */
static bool
path_fits(const char *pattern, const char *path, uint64_t *id)
{
	char *end;

	for (; *pattern != '\0'; pattern++, path++) {
		if (strncmp(pattern, "{id}", 4) == 0) {
			*id = strtoull(path, &end, 10);
			if (end == path)
				return false;
			pattern += 4;
			path = end;
		}
		if (*pattern != *path)
			return false;
	}
	return *path == '\0';
}

const struct endpoint *
endpoint_find(struct exchange *x)
{
	size_t root = strlen(ENDPOINT_ROOT);

	if (strncmp(x->path, ENDPOINT_ROOT, root) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		const struct endpoint *e = &endpoints[i];

		if (strcmp(x->method, e->method) == 0 &&
		    path_fits(e->path, x->path + root, &x->id))
			return e;
	}
	return NULL;
}

static bool
is_authorized(const struct exchange *x, enum auth auth)
{
	static const char *const schemes[] = { "Bearer ", "ApiToken " };
	size_t n_schemes = auth == AUTH_BEARER ? 1 : 2;
	const struct console *c = x->console;

	if (auth == AUTH_NONE)
		return true;
	if (x->authorization == NULL ||
	    (c->token_expires > 0 && console_now(c) >= c->token_expires))
		return false;
	for (size_t i = 0; i < n_schemes; i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(x->authorization, schemes[i], n) == 0)
			return strcmp(x->authorization + n, c->token) == 0;
	}
	return false;
}

void
endpoint_serve(const struct endpoint *e, struct exchange *x)
{
	if (e == NULL)
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
	else if (!is_authorized(x, e->auth))
		reply_error(x, 401, 4010010, "Authentication Failed", NULL);
	else
		e->serve(x);
}
