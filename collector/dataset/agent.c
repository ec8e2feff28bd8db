/*
 * agent: the inventory and state of the endpoints, one document per agent each
 * time its record has changed.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define S "sentinel_one.agent."
#define AD "activeDirectory."
#define NIC "networkInterfaces[]."
#define TAG "tags.sentinelone[]."

static const struct map_row rows[] = {
	{ "missingPermissions", MAP_AS_IS, S "missing_permissions", NULL, 0 },
	{ "accountId", MAP_AS_IS, S "account.id", NULL, 0 },
	{ "accountName", MAP_AS_IS, "sentinel_one.account.name", NULL, 0 },
	{ AD "computerDistinguishedName", MAP_AS_IS,
	    S "active_directory.computer.name", NULL, 0 },
	{ AD "computerMemberOf", MAP_AS_IS,
	    S "active_directory.computer.member_of", NULL, 0 },
	{ AD "lastUserDistinguishedName", MAP_AS_IS,
	    S "active_directory.last_user.distinguished_name", NULL, 0 },
	{ AD "lastUserMemberOf", MAP_AS_IS,
	    S "active_directory.last_user.member_of", NULL, 0 },
	{ AD "userPrincipalName", MAP_AS_IS,
	    S "active_directory.user.principal_name", NULL, 0 },
	{ AD "mail", MAP_AS_IS, S "active_directory.mail", NULL, 0 },
	{ "activeThreats", MAP_LONG, S "active_threats_count", NULL, 0 },
	{ "agentVersion", MAP_AS_IS, "observer.version", NULL, 0 },
	{ "allowRemoteShell", MAP_BOOL, S "allow_remote_shell", NULL, 0 },
	{ "appsVulnerabilityStatus", MAP_AS_IS, S "apps_vulnerability_status",
	    NULL, 0 },
	{ "cloudProviders", MAP_AS_IS, S "cloud_provider", NULL, 0 },
	{ "computerName", MAP_AS_IS, "host.name", NULL, 0 },
	{ "consoleMigrationStatus", MAP_AS_IS, S "console_migration_status",
	    NULL, 0 },
	{ "coreCount", MAP_LONG, S "core.count", NULL, 0 },
	{ "cpuCount", MAP_LONG, S "cpu.count", NULL, 0 },
	{ "cpuId", MAP_AS_IS, S "cpu.id", NULL, 0 },
	{ "createdAt", MAP_DATE, S "created_at", NULL, 0 },
	{ "detectionState", MAP_AS_IS, S "detection_state", NULL, 0 },
	{ "domain", MAP_AS_IS, "host.domain", NULL, 0 },
	{ "encryptedApplications", MAP_BOOL, S "encrypted_application", NULL,
	    0 },
	{ "externalId", MAP_AS_IS, S "external.id", NULL, 0 },
	{ "externalIp", MAP_IP, "host.ip", NULL, MAP_APPEND },
	{ "firewallEnabled", MAP_BOOL, S "firewall_enabled", NULL, 0 },
	{ "firstFullModeTime", MAP_DATE, S "first_full_mode_time", NULL, 0 },
	{ "groupId", MAP_AS_IS, "group.id", NULL, 0 },
	{ "groupIp", MAP_AS_IS, S "group.ip", NULL, 0 },
	{ "groupName", MAP_AS_IS, "group.name", NULL, 0 },
	{ "groupUpdatedAt", MAP_DATE, S "group.updated_at", NULL, 0 },
	{ "id", MAP_AS_IS, S "agent.id", "event.id host.id", 0 },
	{ "infected", MAP_BOOL, S "infected", NULL, 0 },
	{ "inRemoteShellSession", MAP_BOOL, S "in_remote_shell_session", NULL,
	    0 },
	{ "installerType", MAP_AS_IS, S "installer_type", NULL, 0 },
	{ "isActive", MAP_BOOL, S "is_active", NULL, 0 },
	{ "isDecommissioned", MAP_BOOL, S "is_decommissioned", NULL, 0 },
	{ "isPendingUninstall", MAP_BOOL, S "is_pending_uninstall", NULL, 0 },
	{ "isUninstalled", MAP_BOOL, S "is_uninstalled", NULL, 0 },
	{ "isUpToDate", MAP_BOOL, S "is_up_to_date", NULL, 0 },
	{ "lastActiveDate", MAP_DATE, S "last_active_date", NULL, 0 },
	{ "lastIpToMgmt", MAP_IP, S "last_ip_to_mgmt", NULL, 0 },
	{ "lastLoggedInUserName", MAP_AS_IS, S "last_logged_in_user_name",
	    NULL, 0 },
	{ "licenseKey", MAP_AS_IS, S "license.key", NULL, 0 },
	{ "locationEnabled", MAP_BOOL, S "location.enabled", NULL, 0 },
	{ "locations", MAP_AS_IS, S "locations", NULL, 0 },
	{ "locationType", MAP_AS_IS, S "location.type", NULL, 0 },
	{ "machineType", MAP_AS_IS, S "machine.type", NULL, 0 },
	{ "mitigationMode", MAP_AS_IS, S "mitigation_mode", NULL, 0 },
	{ "mitigationModeSuspicious", MAP_AS_IS, S "mitigation_mode_suspicious",
	    NULL, 0 },
	{ "modelName", MAP_AS_IS, S "model_name", NULL, 0 },
	{ NIC "gatewayIp", MAP_IP, S "network_interfaces[].gateway.ip", NULL,
	    0 },
	/* related.ip gets the text even when it is no address. */
	{ NIC "gatewayIp", MAP_TEXT, ".gateway_ip", NULL, MAP_APPEND },
	{ NIC "gatewayMacAddress", MAP_MAC, S "network_interfaces[].gateway.mac",
	    NULL, 0 },
	{ NIC "inet[]", MAP_IP, S "network_interfaces[].inet[]", NULL,
	    MAP_EACH },
	{ NIC "inet[]", MAP_IP, ".inet", NULL,
	    MAP_EACH | MAP_APPEND | MAP_QUIET },
	{ NIC "inet6[]", MAP_IP, S "network_interfaces[].inet6[]", NULL,
	    MAP_EACH },
	{ NIC "inet6[]", MAP_IP, ".inet6", NULL,
	    MAP_EACH | MAP_APPEND | MAP_QUIET },
	{ NIC "physical", MAP_MAC, "host.mac", NULL, MAP_APPEND },
	{ "networkInterfaces", MAP_OBJECTS, S "network_interfaces", NULL,
	    MAP_LIST_ONLY },
	{ "networkQuarantineEnabled", MAP_BOOL, S "network_quarantine_enabled",
	    NULL, 0 },
	{ "networkStatus", MAP_AS_IS, S "network_status", NULL, 0 },
	{ "operationalState", MAP_AS_IS, S "operational_state", NULL, 0 },
	{ "operationalStateExpiration", MAP_AS_IS,
	    S "operational_state_expiration", NULL, 0 },
	{ "osArch", MAP_AS_IS, S "os.arch", "host.architecture", 0 },
	{ "osName", MAP_AS_IS, "host.os.name", NULL, 0 },
	{ "osRevision", MAP_AS_IS, "host.os.version", NULL, 0 },
	{ "osStartTime", MAP_DATE, S "os.start_time", NULL, 0 },
	{ "osType", MAP_OS_TYPE, "host.os.type", NULL, 0 },
	{ "osUsername", MAP_AS_IS, ".os_username", NULL, 0 },
	{ "policyUpdatedAt", MAP_DATE, S "policy.updated_at", NULL, 0 },
	{ "rangerStatus", MAP_AS_IS, S "ranger.status", NULL, 0 },
	{ "rangerVersion", MAP_AS_IS, S "ranger.version", NULL, 0 },
	{ "registeredAt", MAP_DATE, S "registered_at", NULL, 0 },
	{ "remoteProfilingState", MAP_AS_IS, S "remote_profiling_state", NULL,
	    0 },
	{ "remoteProfilingStateExpiration", MAP_AS_IS,
	    S "remote_profiling_state_expiration", NULL, 0 },
	{ "scanAbortedAt", MAP_DATE, S "scan.aborted_at", NULL, 0 },
	{ "scanFinishedAt", MAP_DATE, S "scan.finished_at", NULL, 0 },
	{ "scanStartedAt", MAP_DATE, S "scan.started_at", NULL, 0 },
	{ "scanStatus", MAP_AS_IS, S "scan.status", NULL, 0 },
	{ "siteId", MAP_AS_IS, "sentinel_one.site.id", NULL, 0 },
	{ "siteName", MAP_AS_IS, "sentinel_one.site.name", NULL, 0 },
	{ "storageName", MAP_AS_IS, S "storage.name", NULL, 0 },
	{ "storageType", MAP_AS_IS, S "storage.type", NULL, 0 },
	{ "threatRebootRequired", MAP_BOOL, S "threat_reboot_required", NULL,
	    0 },
	{ "totalMemory", MAP_LONG, S "total_memory", NULL, 0 },
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "userActionsNeeded", MAP_AS_IS, S "user_action_needed", NULL, 0 },
	{ "uuid", MAP_AS_IS, S "uuid", NULL, 0 },
	{ TAG "assignedAt", MAP_DATE, S "tags[].assigned_at", NULL,
	    MAP_QUIET },
	{ TAG "assignedBy", MAP_AS_IS, S "tags[].assigned_by", NULL, 0 },
	{ TAG "assignedById", MAP_AS_IS, S "tags[].assigned_by_id", NULL, 0 },
	{ "tags.sentinelone", MAP_OBJECTS, S "tags", NULL, MAP_LIST_ONLY },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"event\"" },
	{ "event.category", "[\"host\"]" },
	{ "event.type", "[\"info\"]" },
	{ NULL, NULL },
};

enum {
	HOST_NAME,
	HOST_DOMAIN,
	HOST_IP,
	LAST_IP,
	GATEWAY_IP,
	INET,
	INET6,
	OS_USERNAME,
	LAST_USER,
	USER_NAME,
	USER_DOMAIN,
	RELATED_HOSTS,
	RELATED_IP,
	RELATED_USER,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[HOST_NAME] = "host.name",
	[HOST_DOMAIN] = "host.domain",
	[HOST_IP] = "host.ip",
	[LAST_IP] = S "last_ip_to_mgmt",
	[GATEWAY_IP] = ".gateway_ip",
	[INET] = ".inet",
	[INET6] = ".inet6",
	[OS_USERNAME] = ".os_username",
	[LAST_USER] = S "last_logged_in_user_name",
	[USER_NAME] = "user.name",
	[USER_DOMAIN] = "user.domain",
	[RELATED_HOSTS] = "related.hosts",
	[RELATED_IP] = "related.ip",
	[RELATED_USER] = "related.user",
};

static void
derive(struct map_record *r)
{
	map_split_user(r, OS_USERNAME, USER_NAME, USER_DOMAIN);
	map_add(r, RELATED_HOSTS, HOST_NAME);
	map_add(r, RELATED_HOSTS, HOST_DOMAIN);
	map_add(r, RELATED_IP, HOST_IP);
	map_add(r, RELATED_IP, LAST_IP);
	map_add(r, RELATED_IP, GATEWAY_IP);
	map_add(r, RELATED_IP, INET);
	map_add(r, RELATED_IP, INET6);
	map_add(r, RELATED_USER, LAST_USER);
	map_add(r, RELATED_USER, USER_NAME);
}

const struct dataset dataset_agent = {
	.name = "agent",
	.permission = "Endpoints: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/agents",
			.query = "sortBy=updatedAt&sortOrder=asc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/agents",
			.max_page = 1000,
			.site_ids = true,
		},
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
		.resend_query = "sortBy=id&sortOrder=asc",
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
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-agent" },
		.inventory = true,
		.resend = 24 * 3600 * 1000,
	},
};
