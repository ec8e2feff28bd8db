/*
 * application: the inventory of installed applications, one document per
 * application and endpoint.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define A "sentinel_one.application."

static const struct map_row rows[] = {
	{ "accountName", MAP_AS_IS, "sentinel_one.account.name", NULL, 0 },
	{ "applicationInstallationDate", MAP_DATE,
	    A "application_installation_date", "package.installed",
	    MAP_DUPLICATE },
	{ "applicationInstallationPath", MAP_AS_IS,
	    A "application_installation_path", NULL, 0 },
	{ "applicationName", MAP_AS_IS, A "application_name", "package.name",
	    MAP_DUPLICATE },
	{ "applicationVendor", MAP_AS_IS, A "application_vendor", NULL, 0 },
	{ "applicationVersionsCount", MAP_LONG, A "application_versions_count",
	    NULL, 0 },
	{ "coreCount", MAP_LONG, A "core_count", NULL, 0 },
	{ "cpe", MAP_AS_IS, A "cpe", NULL, 0 },
	{ "cpuCount", MAP_LONG, A "cpu_count", NULL, 0 },
	{ "detectionDate", MAP_DATE, A "detection_date", NULL, 0 },
	{ "endpointId", MAP_AS_IS, A "endpoint_id", "host.id", 0 },
	{ "endpointName", MAP_AS_IS, A "endpoint_name", "host.name",
	    MAP_DUPLICATE },
	{ "endpointType", MAP_AS_IS, A "endpoint_type", "host.type",
	    MAP_DUPLICATE },
	{ "endpointUuid", MAP_AS_IS, A "endpoint_uuid", NULL, 0 },
	{ "endpointsCount", MAP_LONG, A "endpoints_count", NULL, 0 },
	{ "estimate", MAP_BOOL, A "estimate", NULL, 0 },
	{ "fileSize", MAP_LONG, A "file_size", "package.size", MAP_DUPLICATE },
	{ "groupName", MAP_AS_IS, A "group_name", "group.name", 0 },
	{ "id", MAP_AS_IS, A "id", "event.id", 0 },
	{ "osArch", MAP_AS_IS, A "os_arch", "host.architecture", 0 },
	{ "osName", MAP_AS_IS, A "os_name", "host.os.name", MAP_DUPLICATE },
	{ "osType", MAP_AS_IS, A "os_type", "host.os.type", MAP_DUPLICATE },
	{ "osVersion", MAP_AS_IS, A "os_version", "host.os.full",
	    MAP_DUPLICATE },
	{ "siteName", MAP_AS_IS, "sentinel_one.site.name", NULL, 0 },
	{ "version", MAP_AS_IS, A "version", "package.version", MAP_DUPLICATE },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"event\"" },
	{ "event.category", "[\"package\"]" },
	{ "event.type", "[\"info\"]" },
	{ NULL, NULL },
};

enum { HOST_NAME, RELATED_HOSTS, SLOTS };

static const char *const slots[SLOTS] = {
	[HOST_NAME] = "host.name",
	[RELATED_HOSTS] = "related.hosts",
};

static void
derive(struct map_record *r)
{
	map_add(r, RELATED_HOSTS, HOST_NAME);
}

#define INVENTORY "/web/api/v2.1/application-management/inventory"

const struct dataset dataset_application = {
	.name = "application",
	.permission = "Applications: view",
	.walk = {
		.list = {
			.path = INVENTORY,
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/application-management/inventory",
			.max_page = 1000,
			.site_ids = true,
			.skip_count = true,
		},
		.child = {
			.path = INVENTORY "/endpoints",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/application-management/inventory",
			.max_page = 1000,
			.site_ids = true,
			.skip_count = true,
			.key_param = { "applicationName",
			    "applicationVendor" },
		},
		.child_mode = WALK_CHILD_RECORDS,
		.parent_key = { "applicationName", "applicationVendor" },
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .record = true },
		.error_fails = true,
	},
	.defaults = {
		.enabled = true,
		.interval = 24 * 3600 * 1000,
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-application" },
		.resend = 24 * 3600 * 1000,
		.custom_duplicates = true,
	},
};
