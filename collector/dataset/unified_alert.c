/*
 * unified_alert: the alerts of all products, asked for with GraphQL, one
 * document per state of an alert.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define NOW "realTime.scope."
#define DET "detectionTime."
#define DET_ASSETS DET "assets[]."
#define ASSET DET "assets[0].asset."
#define CLOUD DET "assets[0].cloud."
#define DETAILS CLOUD "providerDetails."
#define KUBE DET "assets[0].kubernetes."
#define RESOLVE "sloDetails.timeToResolveData."
#define RESPONSE "sloDetails.timeToResponseData."

/* The whole record stays, under names in snake_case; most rows copy. */
static const struct map_row rows[] = {
	{ "", MAP_REST, "sentinel_one.unified_alert", NULL, MAP_SNAKE },
	{ NOW "site.id", MAP_AS_IS, NULL, "sentinel_one.site.id", 0 },
	{ NOW "site.name", MAP_AS_IS, NULL, "sentinel_one.site.name", 0 },
	{ NOW "account.name", MAP_AS_IS, NULL, "sentinel_one.account.name", 0 },
	{ NOW "account.id", MAP_AS_IS, NULL, "sentinel_one.account.id", 0 },
	{ "classification", MAP_AS_IS, NULL,
	    "sentinel_one.threat_classification.name", 0 },
	{ "createdAt", MAP_DATE, NULL, "event.created", MAP_DUPLICATE },
	{ "assets", MAP_OBJECTS, NULL, NULL, 0 },
	{ "assets[].accessible", MAP_BOOL, NULL, NULL, 0 },
	{ "assets[].decommissioned", MAP_BOOL, NULL, NULL, 0 },
	{ "assets[].pendingReboot", MAP_BOOL, NULL, NULL, 0 },
	{ "detectedAt", MAP_DATE, NULL, NULL, 0 },
	{ DET "assets", MAP_OBJECTS, NULL, NULL, 0 },
	{ DET_ASSETS "accessible", MAP_BOOL, NULL, NULL, 0 },
	{ ASSET "consoleIpAddress", MAP_IP, NULL, ".console_ip", 0 },
	{ ASSET "ipV4", MAP_IP, NULL, ".ip_v4", 0 },
	{ ASSET "ipV6", MAP_IP, NULL, ".ip_v6", 0 },
	{ DET_ASSETS "asset.subscriptionTime", MAP_DATE, NULL, NULL,
	    MAP_QUIET },
	{ DET "attacker.ip", MAP_IP, NULL, "source.ip", MAP_DUPLICATE },
	{ "firstSeenAt", MAP_DATE, NULL, "event.start", MAP_DUPLICATE },
	{ "lastSeenAt", MAP_DATE, NULL, "event.end", MAP_DUPLICATE },
	{ "noteExists", MAP_BOOL, NULL, NULL, 0 },
	{ RESOLVE "actionComplete", MAP_BOOL, NULL, NULL, 0 },
	{ RESOLVE "actionDue", MAP_LONG, NULL, NULL, 0 },
	{ RESOLVE "completion", MAP_LONG, NULL, NULL, 0 },
	{ RESOLVE "completionTime", MAP_DATE, NULL, NULL, 0 },
	{ RESOLVE "target", MAP_LONG, NULL, NULL, 0 },
	{ RESOLVE "targetTime", MAP_DATE, NULL, NULL, 0 },
	{ RESPONSE "actionComplete", MAP_BOOL, NULL, NULL, 0 },
	{ RESPONSE "actionDue", MAP_LONG, NULL, NULL, 0 },
	{ RESPONSE "completion", MAP_LONG, NULL, NULL, 0 },
	{ RESPONSE "completionTime", MAP_DATE, NULL, NULL, 0 },
	{ RESPONSE "target", MAP_LONG, NULL, NULL, 0 },
	{ RESPONSE "targetTime", MAP_DATE, NULL, NULL, 0 },
	{ "updatedAt", MAP_DATE, NULL, "@timestamp", MAP_DUPLICATE },
	{ "name", MAP_AS_IS, NULL, ".name", 0 },
	{ "id", MAP_AS_IS, NULL, "event.id", MAP_DUPLICATE },
	{ "result", MAP_AS_IS, NULL, ".result", 0 },
	{ "severity", MAP_AS_IS, NULL, ".severity", 0 },
	{ NOW "group.name", MAP_AS_IS, NULL, "group.name", MAP_DUPLICATE },
	{ NOW "group.id", MAP_AS_IS, NULL, "group.id", MAP_DUPLICATE },
	{ DET "attacker.host", MAP_AS_IS, NULL, "source.domain",
	    MAP_DUPLICATE },
	{ DET "targetUser.domain", MAP_AS_IS, NULL, "user.domain",
	    MAP_DUPLICATE },
	{ DET "targetUser.emailAddress", MAP_AS_IS, NULL, "user.email",
	    MAP_DUPLICATE },
	{ DET "targetUser.name", MAP_AS_IS, NULL, "user.name", MAP_DUPLICATE },
	{ "assets[0].agentUuid", MAP_AS_IS, NULL, "observer.serial_number",
	    MAP_DUPLICATE },
	{ "assets[0].agentVersion", MAP_AS_IS, NULL, "observer.version",
	    MAP_DUPLICATE },
	{ "assets[0].id", MAP_AS_IS, NULL, ".asset_id", 0 },
	{ "assets[0].name", MAP_AS_IS, NULL, "host.name", MAP_DUPLICATE },
	{ "assets[0].subcategory", MAP_AS_IS, NULL, "host.type",
	    MAP_DUPLICATE },
	{ "assets[0].lastLoggedInUser", MAP_AS_IS, NULL, ".asset_user", 0 },
	{ ASSET "lastLoggedInUser", MAP_AS_IS, NULL, ".detected_user", 0 },
	{ ASSET "osName", MAP_AS_IS, NULL, "host.os.name", MAP_DUPLICATE },
	{ ASSET "osRevision", MAP_AS_IS, NULL, "host.os.version",
	    MAP_DUPLICATE },
	{ ASSET "osType", MAP_OS_TYPE, "host.os.type", NULL, MAP_STAYS },
	{ CLOUD "accountId", MAP_AS_IS, NULL, "cloud.account.name",
	    MAP_DUPLICATE },
	{ CLOUD "cloudProvider", MAP_AS_IS, NULL, "cloud.provider",
	    MAP_DUPLICATE },
	{ CLOUD "instanceId", MAP_AS_IS, NULL, "cloud.instance.id",
	    MAP_DUPLICATE },
	{ CLOUD "instanceSize", MAP_AS_IS, NULL, "cloud.machine.type",
	    MAP_DUPLICATE },
	{ CLOUD "location", MAP_AS_IS, NULL, "cloud.region", MAP_DUPLICATE },
	{ DETAILS "accountId", MAP_AS_IS, NULL, "cloud.account.id",
	    MAP_DUPLICATE },
	{ DETAILS "projectId", MAP_AS_IS, NULL, "cloud.project.id",
	    MAP_DUPLICATE },
	{ DETAILS "serviceAccount", MAP_AS_IS, NULL, ".service_account",
	    MAP_DUPLICATE },
	{ DETAILS "subscriptionId", MAP_AS_IS, NULL, ".subscription_id",
	    MAP_DUPLICATE },
	{ DETAILS "instanceId", MAP_AS_IS, NULL, ".details_id", 0 },
	{ DETAILS "instanceType", MAP_AS_IS, NULL, ".details_type", 0 },
	{ DETAILS "region", MAP_AS_IS, NULL, ".details_region", 0 },
	{ KUBE "clusterName", MAP_AS_IS, NULL, "orchestrator.cluster.name",
	    MAP_DUPLICATE },
	{ KUBE "containerId", MAP_AS_IS, NULL, "container.id", MAP_DUPLICATE },
	{ KUBE "containerImageName", MAP_AS_IS, NULL, "container.image.name",
	    0 },
	{ KUBE "containerName", MAP_AS_IS, NULL, "container.name",
	    MAP_DUPLICATE },
	{ KUBE "controllerType", MAP_AS_IS, NULL,
	    "orchestrator.resource.parent.type", MAP_DUPLICATE },
	{ KUBE "namespaceName", MAP_AS_IS, NULL, "orchestrator.namespace",
	    MAP_DUPLICATE },
	{ KUBE "podLabels", MAP_AS_IS, NULL, "orchestrator.resource.label",
	    MAP_DUPLICATE },
	{ KUBE "podName", MAP_AS_IS, NULL, "orchestrator.resource.name",
	    MAP_DUPLICATE },
	{ "process.cmdLine", MAP_AS_IS, NULL, "process.command_line",
	    MAP_DUPLICATE },
	{ "process.parentName", MAP_AS_IS, NULL, "process.parent.name",
	    MAP_DUPLICATE },
	{ "process.file.md5", MAP_AS_IS, NULL, "file.hash.md5", MAP_DUPLICATE },
	{ "process.file.name", MAP_AS_IS, NULL, "file.name", MAP_DUPLICATE },
	{ "process.file.path", MAP_AS_IS, NULL, "file.path", MAP_DUPLICATE },
	{ "process.file.sha1", MAP_AS_IS, NULL, "file.hash.sha1",
	    MAP_DUPLICATE },
	{ "process.file.sha256", MAP_AS_IS, NULL, "file.hash.sha256",
	    MAP_DUPLICATE },
	{ "assignee.email", MAP_AS_IS, NULL, ".assignee_email", 0 },
	{ "assignee.fullName", MAP_AS_IS, NULL, ".assignee_name", 0 },
	{ "assignee.userId", MAP_AS_IS, NULL, ".assignee_id", 0 },
	{ "exclusionHash", MAP_AS_IS, NULL, ".exclusion_hash", 0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"alert\"" },
	{ "event.type", "[\"info\"]" },
	{ NULL, NULL },
};

enum {
	CLASS,
	CATEGORY,
	RESULT,
	OUTCOME,
	ALERT_SEVERITY,
	SEVERITY,
	NAME,
	MESSAGE,
	OS_TYPE,
	CONSOLE_IP,
	IPV4,
	IPV6,
	HOST_IP,
	SOURCE_IP,
	ASSET_ID,
	HOST_NAME,
	SOURCE_DOMAIN,
	ASSET_USER,
	DETECTED_USER,
	USER_EMAIL,
	USER_NAME,
	ASSIGNEE_EMAIL,
	ASSIGNEE_NAME,
	ASSIGNEE_ID,
	FILE_MD5,
	FILE_SHA1,
	FILE_SHA256,
	EXCLUSION_HASH,
	ACCOUNT_NAME,
	ACCOUNT_ID,
	SERVICE_ACCOUNT,
	SUBSCRIPTION_ID,
	PROVIDER,
	INSTANCE_ID,
	DETAILS_ID,
	MACHINE_TYPE,
	DETAILS_TYPE,
	PROJECT_ID,
	REGION,
	DETAILS_REGION,
	CLUSTER_NAME,
	CONTAINER_ID,
	CONTAINER_IMAGE,
	CONTAINER_NAME,
	PARENT_TYPE,
	ORCHESTRATOR_NAMESPACE,
	RESOURCE_LABEL,
	RESOURCE_NAME,
	RELATED_HOSTS,
	RELATED_IP,
	RELATED_USER,
	RELATED_HASH,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[CLASS] = "sentinel_one.threat_classification.name",
	[CATEGORY] = "event.category",
	[RESULT] = ".result",
	[OUTCOME] = "event.outcome",
	[ALERT_SEVERITY] = ".severity",
	[SEVERITY] = "event.severity",
	[NAME] = ".name",
	[MESSAGE] = "message",
	[OS_TYPE] = "host.os.type",
	[CONSOLE_IP] = ".console_ip",
	[IPV4] = ".ip_v4",
	[IPV6] = ".ip_v6",
	[HOST_IP] = "host.ip",
	[SOURCE_IP] = "source.ip",
	[ASSET_ID] = ".asset_id",
	[HOST_NAME] = "host.name",
	[SOURCE_DOMAIN] = "source.domain",
	[ASSET_USER] = ".asset_user",
	[DETECTED_USER] = ".detected_user",
	[USER_EMAIL] = "user.email",
	[USER_NAME] = "user.name",
	[ASSIGNEE_EMAIL] = ".assignee_email",
	[ASSIGNEE_NAME] = ".assignee_name",
	[ASSIGNEE_ID] = ".assignee_id",
	[FILE_MD5] = "file.hash.md5",
	[FILE_SHA1] = "file.hash.sha1",
	[FILE_SHA256] = "file.hash.sha256",
	[EXCLUSION_HASH] = ".exclusion_hash",
	[ACCOUNT_NAME] = "cloud.account.name",
	[ACCOUNT_ID] = "cloud.account.id",
	[SERVICE_ACCOUNT] = ".service_account",
	[SUBSCRIPTION_ID] = ".subscription_id",
	[PROVIDER] = "cloud.provider",
	[INSTANCE_ID] = "cloud.instance.id",
	[DETAILS_ID] = ".details_id",
	[MACHINE_TYPE] = "cloud.machine.type",
	[DETAILS_TYPE] = ".details_type",
	[PROJECT_ID] = "cloud.project.id",
	[REGION] = "cloud.region",
	[DETAILS_REGION] = ".details_region",
	[CLUSTER_NAME] = "orchestrator.cluster.name",
	[CONTAINER_ID] = "container.id",
	[CONTAINER_IMAGE] = "container.image.name",
	[CONTAINER_NAME] = "container.name",
	[PARENT_TYPE] = "orchestrator.resource.parent.type",
	[ORCHESTRATOR_NAMESPACE] = "orchestrator.namespace",
	[RESOURCE_LABEL] = "orchestrator.resource.label",
	[RESOURCE_NAME] = "orchestrator.resource.name",
	[RELATED_HOSTS] = "related.hosts",
	[RELATED_IP] = "related.ip",
	[RELATED_USER] = "related.user",
	[RELATED_HASH] = "related.hash",
};

static const struct map_word categories[] = {
	{ "MALWARE", "[\"malware\"]" },
	{ "RANSOMWARE", "[\"malware\"]" },
	{ "TROJAN", "[\"malware\"]" },
	{ "DOWNLOADER", "[\"malware\"]" },
	{ "WORM", "[\"malware\"]" },
	{ "VIRUS", "[\"malware\"]" },
	{ "SPYWARE", "[\"malware\"]" },
	{ "KEYLOGGER", "[\"malware\"]" },
	{ "INFO_STEALER", "[\"malware\"]" },
	{ "ROOTKIT", "[\"malware\"]" },
	{ "BACKDOOR", "[\"malware\"]" },
	{ "DROPPER", "[\"malware\"]" },
	{ "COINMINER", "[\"malware\"]" },
	{ "CRYPTOMINER", "[\"malware\"]" },
	{ "MINER", "[\"malware\"]" },
	{ "PACKED", "[\"malware\"]" },
	{ "LINUX_MALWARE", "[\"malware\"]" },
	{ "MALICIOUS_OFFICE_DOC", "[\"malware\"]" },
	{ "MALICIOUS_PDF", "[\"malware\"]" },
	{ "GENERIC_HEURISTIC", "[\"malware\"]" },
	{ "PUA", "[\"malware\"]" },
	{ "ROGUE", "[\"malware\"]" },
	{ "TOOLBAR", "[\"malware\"]" },
	{ "COMMAND_AND_CONTROL", "[\"intrusion_detection\"]" },
	{ "EXPLOIT", "[\"intrusion_detection\"]" },
	{ "HACKTOOL", "[\"intrusion_detection\"]" },
	{ "ENUMERATION", "[\"intrusion_detection\"]" },
	{ "INTERACTIVE_SHELL", "[\"intrusion_detection\"]" },
	{ "REMOTE_SHELL", "[\"intrusion_detection\"]" },
	{ "LATERAL_MOVEMENT", "[\"intrusion_detection\"]" },
	{ "MANUAL", "[\"intrusion_detection\"]" },
	{ "NETWORK", "[\"network\"]" },
	{ "PHISHING", "[\"email\"]" },
};

static const struct map_word outcomes[] = {
	{ "mitigated", "\"success\"" },
	{ "unmitigated", "\"failure\"" },
};

/* What a record whose operating system is known does not get, unless
 * correct_cloud_fields is on. */
static const int cloud_fields[] = {
	ACCOUNT_NAME,
	ACCOUNT_ID,
	PROVIDER,
	INSTANCE_ID,
	MACHINE_TYPE,
	PROJECT_ID,
	REGION,
	CLUSTER_NAME,
	CONTAINER_ID,
	CONTAINER_IMAGE,
	CONTAINER_NAME,
	PARENT_TYPE,
	ORCHESTRATOR_NAMESPACE,
	RESOURCE_LABEL,
	RESOURCE_NAME,
};

/* ... and what stands in for a value that is missing. */
static const int fall_back[][2] = {
	{ INSTANCE_ID, DETAILS_ID },
	{ MACHINE_TYPE, DETAILS_TYPE },
	{ REGION, DETAILS_REGION },
};

/* The lists, in the order in which they are filled; the values of the first
 * asset are added whether or not they are there. */
static const struct {
	int list;
	int value;
	bool always;
} related[] = {
	{ HOST_IP, CONSOLE_IP, true },
	{ HOST_IP, IPV4, true },
	{ HOST_IP, IPV6, true },
	{ RELATED_IP, CONSOLE_IP, true },
	{ RELATED_IP, IPV4, true },
	{ RELATED_IP, IPV6, true },
	{ RELATED_IP, SOURCE_IP, false },
	{ RELATED_HOSTS, ASSET_ID, true },
	{ RELATED_HOSTS, HOST_NAME, true },
	{ RELATED_HOSTS, SOURCE_DOMAIN, false },
	{ RELATED_USER, ASSET_USER, true },
	{ RELATED_USER, DETECTED_USER, true },
	{ RELATED_USER, USER_EMAIL, false },
	{ RELATED_USER, USER_NAME, false },
	{ RELATED_USER, ASSIGNEE_EMAIL, false },
	{ RELATED_USER, ASSIGNEE_NAME, false },
	{ RELATED_USER, ASSIGNEE_ID, false },
	{ RELATED_HASH, FILE_MD5, false },
	{ RELATED_HASH, FILE_SHA1, false },
	{ RELATED_HASH, FILE_SHA256, false },
	{ RELATED_HASH, EXCLUSION_HASH, false },
};

enum { CORRECT_CLOUD_FIELDS };

static void
derive_cloud(struct map_record *r)
{
	map_copy(r, ACCOUNT_ID, SERVICE_ACCOUNT);
	map_copy(r, ACCOUNT_ID, SUBSCRIPTION_ID);
	if (map_switch(r, CORRECT_CLOUD_FIELDS)) {
		for (size_t i = 0; i < TABLE_LEN(fall_back); i++)
			if (!map_has(r, fall_back[i][0]))
				map_copy(r, fall_back[i][0], fall_back[i][1]);
		return;
	}
	if (!map_has(r, OS_TYPE))
		return;
	for (size_t i = 0; i < TABLE_LEN(cloud_fields); i++)
		map_unset(r, cloud_fields[i]);
}

static void
derive(struct map_record *r)
{
	map_translate(r, CATEGORY, CLASS, categories, TABLE_LEN(categories),
	    false);
	map_translate(r, OUTCOME, RESULT, outcomes, TABLE_LEN(outcomes), true);
	map_severity(r, SEVERITY, ALERT_SEVERITY);
	map_copy_text(r, MESSAGE, NAME);
	derive_cloud(r);
	for (size_t i = 0; i < TABLE_LEN(related); i++)
		(related[i].always ? map_append_to : map_add)(r,
		    related[i].list, related[i].value);
}

#define SCOPE "scope{accountId accountName groupName siteName}"
#define SLO                                                                  \
	"{actionComplete actionDue completion completionTime status target " \
	"targetTime}"

#define QUERY                                                                \
	"query GetAllUnifiedAlerts($after: String, $filters: [FilterInput!], " \
	"$first: Int, $sort: SortInput) {"                                   \
	"alerts(after: $after, filters: $filters, first: $first, "           \
	"sort: $sort) {"                                                     \
	"totalCount "                                                        \
	"pageInfo{hasNextPage hasPreviousPage startCursor endCursor} "       \
	"edges{cursor node{"                                                 \
	"id aiInvestigation{purpleAiStatus status verdict} analystVerdict "  \
	"analytics{category name typeValue uid} "                            \
	"assets{accessible agentUuid agentVersion assetTypeClassifier "      \
	"category connectivityToConsole decommissioned id lastLoggedInUser " \
	"name origin osType osVersion pendingReboot policy role status "     \
	"subcategory} "                                                      \
	"assignee{email fullName userId} "                                   \
	"attackSurfaces availableActionIds classification confidenceLevel "  \
	"createdAt dataSources description detectedAt "                      \
	"detectionSource{product vendor} "                                   \
	"detectionTime{assets{accessible "                                   \
	"asset{agentVersion consoleIpAddress domain ipV4 ipV6 "              \
	"lastLoggedInUser osName osRevision osType policy subscriptionTime} " \
	"cloud{accountId cloudProvider image instanceId instanceSize "       \
	"location network providerDetails{"                                  \
	"... on DetectionAws{accountId imageId instanceId instanceType "     \
	"region role securityGroups subnetIds tags vpcId} "                  \
	"... on DetectionAzure{imageId instanceId instanceType region "      \
	"resourceGroup subscriptionId tags} "                                \
	"... on DetectionGcp{imageId instanceId instanceType projectId "     \
	"serviceAccount tags vpcId zone}} tags} "                            \
	"kubernetes{clusterName containerId containerImageName "             \
	"containerLabels containerName controllerLabels controllerName "     \
	"controllerType namespaceLabels namespaceName nodeLabels nodeName "  \
	"podLabels podName} origin " SCOPE "} "                              \
	"attacker{host ip} " SCOPE " targetUser{domain emailAddress name}} " \
	"exclusionHash externalId firstSeenAt lastSeenAt name noteExists "   \
	"process{cmdLine file{certSubject md5 name path sha1 sha256} "       \
	"parentName} "                                                       \
	"realTime{scope{account{id name} group{id name} site{id name}}} "    \
	"result severity "                                                   \
	"sloDetails{timeToResolveData" SLO " timeToResponseData" SLO "} "    \
	"status storylineId ticketId updatedAt}}}}"

/* Members in alphabetical order at every level, as the integration sends
 * them. */
#define BODY                                                                 \
	"{\"query\":\"" QUERY "\",\"variables\":{@AFTER@"                    \
	"\"filters\":[{\"dateTimeRange\":{\"end\":@END@,\"start\":@START@,"  \
	"\"startInclusive\":false},\"fieldId\":\"@FIELD@\"}],"               \
	"\"first\":@LIMIT@,\"sort\":{\"by\":\"@FIELD@\",\"order\":\"ASC\"}}}"

const struct dataset dataset_unified_alert = {
	.name = "unified_alert",
	.permission = "Unified Alerts: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/unifiedalerts/graphql",
			.body = BODY,
			.records = "data.alerts.edges[].node",
			.cursor = "data.alerts.pageInfo.endCursor",
			.more = "data.alerts.pageInfo.hasNextPage",
			.errors = "errors",
			.rate_class = "/unifiedalerts",
			.max_page = 1000,
		},
		.bound = WALK_BOUND_BODY_MS,
		.phase = { "detectedAt", "updatedAt" },
		.time_path = "updatedAt",
		.bearer = true,
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .field = { "detectedAt", "externalId", "id",
		    "updatedAt" } },
		.at = "updatedAt",
		.error_fails = true,
		.switches = { [CORRECT_CLOUD_FIELDS] =
		    "correct_cloud_fields" },
	},
	.defaults = {
		.interval = 60 * 1000,
		.initial_interval = 24 * 3600 * 1000,
		.page_size = 500,
		.tags = { "forwarded", "sentinel_one-unified_alert" },
		.custom_duplicates = true,
	},
};
