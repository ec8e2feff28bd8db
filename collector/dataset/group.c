/*
 * group: the groups of endpoints of a site, one document per group and change.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define G "sentinel_one.group."

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "createdAt", MAP_DATE, G "created_at", NULL, 0 },
	{ "creator", MAP_AS_IS, "user.full_name", NULL, 0 },
	{ "creatorId", MAP_AS_IS, G "creator.id", NULL, 0 },
	{ "filterId", MAP_AS_IS, G "filter.id", NULL, 0 },
	{ "filterName", MAP_AS_IS, G "filter.name", NULL, 0 },
	{ "id", MAP_AS_IS, "group.id", NULL, 0 },
	{ "inherits", MAP_BOOL, G "inherits", NULL, 0 },
	{ "isDefault", MAP_BOOL, G "is_default", NULL, 0 },
	{ "name", MAP_AS_IS, "group.name", NULL, 0 },
	{ "rank", MAP_LONG, G "rank", NULL, 0 },
	{ "registrationToken", MAP_AS_IS, G "registration_token", NULL, 0 },
	{ "siteId", MAP_AS_IS, "sentinel_one.site.id", NULL, 0 },
	{ "totalAgents", MAP_LONG, G "agent.count", NULL, 0 },
	{ "type", MAP_AS_IS, G "type", NULL, 0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"event\"" },
	{ "event.category", "[\"iam\"]" },
	{ "event.type", "[\"info\"]" },
	{ NULL, NULL },
};

enum { USER_FULL_NAME, RELATED_USER, SLOTS };

static const char *const slots[SLOTS] = {
	[USER_FULL_NAME] = "user.full_name",
	[RELATED_USER] = "related.user",
};

static void
derive(struct map_record *r)
{
	map_add(r, RELATED_USER, USER_FULL_NAME);
}

const struct dataset dataset_group = {
	.name = "group",
	.permission = "Groups: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/groups",
			.query = "sortBy=updatedAt&sortOrder=asc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/groups",
			/* 300 in the 2024 specification, 200 in use. */
			.max_page = 200,
			.site_ids = true,
		},
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .field = { "createdAt", "id", "updatedAt" } },
		.at = "updatedAt",
		.event_created = true,
	},
	.defaults = {
		.enabled = true,
		.interval = 30 * 1000,
		.initial_interval = 24 * 3600 * 1000,
		.page_size = 200,
		.tags = { "forwarded", "sentinel_one-group" },
		.inventory = true,
	},
};
