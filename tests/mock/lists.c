#include "config.h"

#include "tests/mock/lists.h"

#include <stdlib.h>

#include "tests/mock/list.h"
#include "tests/mock/software.h"

static const struct param activity_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "activityTypes", PARAM_LIST, LIST_KIND },
	{ "agentIds", PARAM_LIST, LIST_AGENT },
	{ "threatIds", PARAM_LIST, LIST_THREAT },
	{ "includeHidden", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param agent_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ "uuids", PARAM_TEXT, TEXT_UUIDS },
	{ "osTypes", PARAM_TEXT, TEXT_OS },
	{ "networkStatuses", PARAM_TEXT, TEXT_NETWORK },
	{ "computerName", PARAM_TEXT, TEXT_NAME },
	{ "computerName__contains", PARAM_TEXT, TEXT_NAME_PART },
	{ "query", PARAM_TEXT, TEXT_NAME_PART },
	{ "isActive", PARAM_NO_FLAG, AGENT_INACTIVE },
	{ "infected", PARAM_FLAG, AGENT_INFECTED },
	{ "isDecommissioned", PARAM_FLAG, AGENT_DECOMMISSIONED },
	{ "isUninstalled", PARAM_FLAG, AGENT_UNINSTALLED },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param group_params[] = {
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param threat_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "updatedAt", PARAM_RANGE, KEY_UPDATED },
	{ "agentIds", PARAM_LIST, LIST_AGENT },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param alert_params[] = {
	{ "createdAt", PARAM_RANGE, KEY_CREATED },
	{ "severity", PARAM_IGNORED, 0 },
	{ "incidentStatus", PARAM_IGNORED, 0 },
	{ "analystVerdict", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param installation_params[] = {
	{ "applicationName", PARAM_IGNORED, 0 },
	{ "applicationVendor", PARAM_IGNORED, 0 },
	{ "detectionDate", PARAM_RANGE, KEY_CREATED },
	{ NULL, PARAM_IGNORED, 0 },
};

static const struct param risk_params[] = {
	{ "detectionDate", PARAM_RANGE, KEY_CREATED },
	{ "riskUpdatedDate", PARAM_RANGE, KEY_UPDATED },
	{ "includeRemovals", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

/* An application is not at one site: nothing to filter by. */
static const struct param inventory_params[] = {
	{ "siteIds", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

static const char *const alert_sorts[KEY_COUNT] = {
	[KEY_ID] = "id", [KEY_CREATED] = "alertInfoCreatedAt",
};
static const char *const detection_sorts[KEY_COUNT] = {
	[KEY_ID] = "id", [KEY_CREATED] = "detectionDate",
};

#define BY_ID (1u << KEY_ID)
#define BY_CREATED (1u << KEY_CREATED)
#define BY_UPDATED (1u << KEY_UPDATED)
#define BY_KIND (1u << KEY_KIND)
#define BY_TIMES (BY_ID | BY_CREATED | BY_UPDATED)

static const struct list_kind activities = { SET_ACTIVITY,
	{ activity_params, BY_ID | BY_CREATED | BY_KIND, NULL, KEY_ID, 1000 },
	"", false };
static const struct list_kind agents = { SET_AGENT,
	{ agent_params, BY_TIMES, NULL, KEY_ID, 1000 }, "", false };
static const struct list_kind groups = { SET_GROUP,
	{ group_params, BY_TIMES, NULL, KEY_ID, 300 }, "", false };
static const struct list_kind threats = { SET_THREAT,
	{ threat_params, BY_TIMES, NULL, KEY_ID, 1000 }, "ThreatView.", false };
static const struct list_kind alerts = { SET_ALERT,
	{ alert_params, BY_ID | BY_CREATED, alert_sorts, KEY_ID, 1000 },
	"AlertView.", false };
static const struct list_kind inventory = { SET_INVENTORY,
	{ inventory_params, 0, NULL, KEY_ID, 1000 }, "", true };
static const struct list_kind installations = { SET_APPLICATION,
	{ installation_params, 0, NULL, KEY_KIND, 1000 }, "", true };
static const struct list_kind risks = { SET_RISK,
	{ risk_params, BY_ID | BY_CREATED, detection_sorts, KEY_ID, 1000 },
	"", true };

void
list_activities(struct exchange *x)
{
	list_stored(x, &activities);
}

void
list_agents(struct exchange *x)
{
	list_stored(x, &agents);
}

void
list_alerts(struct exchange *x)
{
	list_stored(x, &alerts);
}

void
list_groups(struct exchange *x)
{
	list_stored(x, &groups);
}

void
list_inventory(struct exchange *x)
{
	list_stored(x, &inventory);
}

void
list_risks(struct exchange *x)
{
	list_stored(x, &risks);
}

void
list_threats(struct exchange *x)
{
	list_stored(x, &threats);
}

void
list_installations(struct exchange *x)
{
	const char *name = exchange_arg(x, "applicationName");
	const char *vendor = exchange_arg(x, "applicationVendor");
	uint32_t which;

	if (name == NULL) {
		reply_error(x, 400, 4000010, "Bad Request",
		    "applicationName: Missing data for required field.");
		return;
	}
	which = software_find(name, vendor, x->console->world.n_applications);
	if (which == ROW_NONE && vendor == NULL)
		reply_error(x, 400, 4000010, "Bad Request",
		    "applicationVendor: Missing data for required field.");
	else
		list_stored_of(x, &installations, which);
}
