#include "config.h"

#include "tests/mock/endpoint.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mock/explore.h"
#include "tests/mock/gen.h"
#include "tests/mock/lists.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_right.h"
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

static bool
is_token(const struct console *c, const char *text)
{
	return strcmp(text, c->token) == 0 || (c->action_token != NULL &&
	    strcmp(text, c->action_token) == 0);
}

/* The token that the body asks about: {"data":{"apiToken":"..."}}. */
static bool
asks_for_own_token(const struct exchange *x, struct json_object *body)
{
	struct json_object *data, *token;

	return json_object_object_get_ex(body, "data", &data) &&
	    json_object_object_get_ex(data, "apiToken", &token) &&
	    json_object_is_type(token, json_type_string) &&
	    is_token(x->console, json_object_get_string(token));
}

static void
api_token_details(struct exchange *x)
{
	const struct console *c = x->console;
	struct json_object *body = json_tokener_parse(x->in.p);
	char from[STAMP_LEN + 1], to[STAMP_LEN + 1];

	if (!asks_for_own_token(x, body)) {
		reply_error(x, 400, 4000010, "Bad Request",
		    "apiToken: Missing data for required field.");
	} else {
		stamp_format(c->token_created, from);
		stamp_format(console_token_end(c), to);
		reply_begin(x, 200, "application/json");
		buf_addf(&x->out, "{\"data\":{\"createdAt\":\"%s\","
		    "\"expiresAt\":\"%s\"}}", from, to);
	}
	json_object_put(body);
}

#define INVENTORY "/application-management/inventory"
#define SCRIPTS "/remote-scripts"
#define SEE_SCRIPTS "Remote Script Orchestration.view"

static const struct endpoint endpoints[] = {
	{ "GET", "/activities", "activity", list_activities, AUTH_ANY,
	    "Activity Page.view" },
	{ "GET", "/activities/types", NULL, activity_types, AUTH_ANY, NULL },
	{ "GET", "/agents", "agent", list_agents, AUTH_ANY,
	    "Endpoints.view" },
	{ "GET", INVENTORY, "inventory", list_inventory, AUTH_ANY, NULL },
	{ "GET", INVENTORY "/endpoints", "application", list_installations,
	    AUTH_ANY, NULL },
	{ "GET", "/application-management/risks", "application_risk",
	    list_risks, AUTH_ANY, NULL },
	{ "GET", "/cloud-detection/alerts", "alert", list_alerts, AUTH_ANY, NULL },
	{ "GET", "/groups", "group", list_groups, AUTH_ANY, NULL },
	{ "GET", "/system/info", NULL, system_info, AUTH_ANY, NULL },
	{ "GET", "/system/status", NULL, system_status, AUTH_NONE, NULL },
	{ "GET", "/threats", "threat", list_threats, AUTH_ANY, NULL },
	{ "GET", "/threats/{id}/explore/events", "threat_event",
	    explore_events, AUTH_ANY, NULL },
	{ "GET", "/threats/{id}/timeline", "timeline", explore_timeline,
	    AUTH_ANY, NULL },
	{ "POST", "/unifiedalerts/graphql", "unified_alert", unified_alerts,
	    AUTH_BEARER, NULL },
	{ "POST", "/users/api-token-details", NULL, api_token_details,
	    AUTH_ANY, NULL },

	{ "POST", "/agents/actions/connect", NULL, respond_connect, AUTH_ANY,
	    "Endpoints.reconnectToNetwork" },
	{ "POST", "/agents/actions/disconnect", NULL, respond_disconnect,
	    AUTH_ANY, "Endpoints.disconnectFromNetwork" },
	{ "POST", "/agents/{id}/actions/fetch-files", NULL,
	    respond_fetch_files, AUTH_ANY, "Endpoints.fileFetch" },
	{ "GET", "/agents/{id}/uploads/{id}", NULL, respond_upload, AUTH_ANY,
	    "Endpoints.fileFetch" },
	{ "GET", "/rbac/role/{id}", NULL, right_role, AUTH_ANY,
	    "Roles.view" },
	{ "GET", SCRIPTS, NULL, respond_scripts, AUTH_ANY, SEE_SCRIPTS },
	{ "POST", SCRIPTS "/execute", NULL, respond_execute, AUTH_ANY,
	    "Remote Script Orchestration.runScript" },
	{ "POST", SCRIPTS "/fetch-files", NULL, respond_results, AUTH_ANY,
	    SEE_SCRIPTS },
	{ "POST", SCRIPTS "/guardrails/check", NULL, respond_guardrails,
	    AUTH_ANY, SEE_SCRIPTS },
	{ "GET", SCRIPTS "/pending-executions", NULL, respond_pending,
	    AUTH_ANY, SEE_SCRIPTS },
	{ "PUT", SCRIPTS "/pending-executions/{id}", NULL, respond_decide,
	    AUTH_ANY, "Remote Script Orchestration.approvePendingExecution" },
	{ "GET", SCRIPTS "/status", NULL, respond_status, AUTH_ANY,
	    "Task Management.view" },
	{ "GET", RESPOND_LINK "{id}", NULL, respond_link, AUTH_NONE, NULL },
	{ "GET", "/user", NULL, right_user, AUTH_ANY, NULL },
};

/* Does the path fit the pattern?  Sets what stands for {id}. */
static bool
path_fits(const char *pattern, const char *path, struct exchange *x)
{
	uint64_t *id = &x->id;
	char *end;

	while (*pattern != '\0') {
		if (strncmp(pattern, "{id}", 4) == 0) {
			*id = strtoull(path, &end, 10);
			if (end == path)
				return false;
			id = &x->sub;
			pattern += 4;
			path = end;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct endpoint *
endpoint_find(struct exchange *x)
{
	size_t root = strlen(ENDPOINT_ROOT);

	if (strncmp(x->path, RESPOND_LINK, strlen(RESPOND_LINK)) == 0)
		root = 0;
	else if (strncmp(x->path, ENDPOINT_ROOT, root) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		const struct endpoint *e = &endpoints[i];

		if (strcmp(x->method, e->method) == 0 &&
		    path_fits(e->path, x->path + root, x))
			return e;
	}
	return NULL;
}

static bool
is_authorized(struct exchange *x, enum auth auth)
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

		if (strncmp(x->authorization, schemes[i], n) != 0)
			continue;
		x->is_action = c->action_token != NULL &&
		    strcmp(x->authorization + n, c->action_token) == 0;
		return is_token(c, x->authorization + n);
	}
	return false;
}

/* The paths of scripts call it by another name. */
static void
lacks_right(const struct endpoint *e, struct exchange *x)
{
	if (strncmp(e->path, SCRIPTS, strlen(SCRIPTS)) == 0)
		reply_error(x, 401, 4010010, "Authentication Failed", NULL);
	else
		reply_error(x, 403, 4030010, "Insufficient permissions",
		    "Action is not allowed");
}

void
endpoint_serve(const struct endpoint *e, struct exchange *x)
{
	if (e != NULL && e->right != NULL && strcmp(x->method, "GET") != 0)
		respond_note(x);
	if (e == NULL)
		reply_error(x, 404, 4040010, "Requested resource was not found",
		    NULL);
	else if (!is_authorized(x, e->auth))
		reply_error(x, 401, 4010010, "Authentication Failed", NULL);
	else if (!right_has(x, e->right))
		lacks_right(e, x);
	else
		e->serve(x);
}
