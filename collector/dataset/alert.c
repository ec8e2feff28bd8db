/*
 * alert: what the custom detection rules (STAR) found, one document per state
 * of an alert.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define A "sentinel_one.alert."
#define A_INFO A "info."
#define A_TARGET A "target.process."
#define DET "agentDetectionInfo."
#define NOW "agentRealtimeInfo."
#define INFO "alertInfo."
#define KUBE "kubernetesInfo."
#define RULE "ruleInfo."
#define PARENT "sourceParentProcessInfo."
#define PROC "sourceProcessInfo."
#define TARGET "targetProcessInfo."

static const struct map_row rows[] = {
	{ DET "machineType", MAP_AS_IS, "host.type", NULL, 0 },
	{ DET "name", MAP_AS_IS, "host.name", ".detected_name", 0 },
	{ DET "osFamily", MAP_AS_IS, "host.os.family", NULL, 0 },
	{ DET "osRevision", MAP_AS_IS, "host.os.version", NULL, 0 },
	{ DET "siteId", MAP_AS_IS, "sentinel_one.site.id", NULL, 0 },
	{ DET "uuid", MAP_AS_IS, "observer.serial_number", NULL, 0 },
	{ DET "osName", MAP_AS_IS, "host.os.name", NULL, 0 },
	{ DET "version", MAP_AS_IS, "observer.version", NULL, 0 },
	{ NOW "id", MAP_AS_IS, A "agent.id", "host.id", 0 },
	{ NOW "infected", MAP_BOOL, A "agent.infected", NULL, 0 },
	{ NOW "isActive", MAP_BOOL, A "agent.is_active", NULL, 0 },
	{ NOW "isDecommissioned", MAP_BOOL, A "agent.is_decommissioned", NULL,
	    0 },
	{ NOW "machineType", MAP_AS_IS, A "agent.machine_type", NULL, 0 },
	{ NOW "name", MAP_AS_IS, A "agent.computer_name", NULL, 0 },
	{ NOW "name", MAP_AS_IS, ".name_now", NULL, MAP_EMPTY },
	{ NOW "os", MAP_AS_IS, A "agent.os.type", NULL, 0 },
	{ NOW "os", MAP_OS_TYPE, "host.os.type", NULL, 0 },
	{ INFO "createdAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ INFO "srcIp", MAP_IP, "source.ip", NULL, 0 },
	{ INFO "incidentStatus", MAP_AS_IS, A_INFO "status", NULL, 0 },
	{ INFO "registryOldValue", MAP_AS_IS, A_INFO "registry.old_value", NULL,
	    0 },
	{ INFO "alertId", MAP_AS_IS, "event.id", NULL, 0 },
	{ INFO "dstPort", MAP_LONG, "destination.port", NULL, 0 },
	{ INFO "indicatorName", MAP_AS_IS, A_INFO "indicator.name", NULL, 0 },
	{ INFO "registryPath", MAP_AS_IS, "registry.path", NULL, 0 },
	{ INFO "loginType", MAP_AS_IS, A_INFO "login.type", NULL, 0 },
	{ INFO "dstIp", MAP_IP, "destination.ip", NULL, 0 },
	{ INFO "updatedAt", MAP_DATE, A_INFO "updated_at", NULL, 0 },
	{ INFO "indicatorDescription", MAP_AS_IS,
	    A_INFO "indicator.description", NULL, 0 },
	{ INFO "loginsUserName", MAP_AS_IS, ".user", NULL, 0 },
	{ INFO "loginIsSuccessful", MAP_AS_IS, A_INFO "login.is_successful",
	    NULL, 0 },
	{ INFO "indicatorCategory", MAP_AS_IS, A_INFO "indicator.category",
	    NULL, 0 },
	{ INFO "modulePath", MAP_AS_IS, "dll.path", NULL, 0 },
	{ INFO "loginAccountSid", MAP_AS_IS, A_INFO "login.account.sid", NULL,
	    0 },
	{ INFO "dnsResponse", MAP_AS_IS, A_INFO "dns.response", NULL, 0 },
	{ INFO "netEventDirection", MAP_AS_IS, ".direction", NULL, 0 },
	{ INFO "registryValue", MAP_AS_IS, "registry.value", NULL, 0 },
	{ INFO "srcMachineIp", MAP_IP, "host.ip", NULL, MAP_APPEND },
	{ INFO "registryOldValueType", MAP_AS_IS,
	    A_INFO "registry.old_value_type", NULL, 0 },
	{ INFO "eventType", MAP_AS_IS, A_INFO "event_type", NULL, 0 },
	{ INFO "analystVerdict", MAP_AS_IS, A "analyst_verdict", NULL, 0 },
	{ INFO "dvEventId", MAP_AS_IS, A "dv_event.id", NULL, 0 },
	{ INFO "dnsRequest", MAP_AS_IS, "dns.question.name", NULL, 0 },
	{ INFO "loginIsAdministratorEquivalent", MAP_AS_IS,
	    A_INFO "login.is_administrator", NULL, 0 },
	{ INFO "loginAccountDomain", MAP_AS_IS, ".account_domain", NULL, 0 },
	{ INFO "tiIndicatorType", MAP_AS_IS, A_INFO "ti_indicator.type", NULL,
	    0 },
	{ INFO "moduleSha1", MAP_AS_IS, "dll.hash.sha1", NULL, 0 },
	{ INFO "source", MAP_AS_IS, A_INFO "source", NULL, 0 },
	{ INFO "srcPort", MAP_LONG, "source.port", NULL, 0 },
	{ INFO "tiIndicatorValue", MAP_AS_IS, A_INFO "ti_indicator.value", NULL,
	    0 },
	{ INFO "tiIndicatorSource", MAP_AS_IS, A_INFO "ti_indicator.source",
	    NULL, 0 },
	{ INFO "reportedAt", MAP_DATE, A_INFO "reported_at", NULL, 0 },
	{ INFO "registryKeyPath", MAP_AS_IS, "registry.key", NULL, 0 },
	{ INFO "tiIndicatorComparisonMethod", MAP_AS_IS,
	    A_INFO "ti_indicator.comparison_method", NULL, 0 },
	{ INFO "hitType", MAP_AS_IS, A_INFO "hit.type", NULL, 0 },
	{ "containerInfo.id", MAP_AS_IS, "container.id", NULL, 0 },
	{ "containerInfo.image", MAP_AS_IS, "container.image.name", NULL, 0 },
	{ "containerInfo.labels", MAP_AS_IS, A "container.info.labels", NULL,
	    0 },
	{ "containerInfo.name", MAP_AS_IS, "container.name", NULL, 0 },
	{ KUBE "cluster", MAP_AS_IS, "orchestrator.cluster.name", NULL, 0 },
	{ KUBE "controllerKind", MAP_AS_IS, A "kubernetes.controller.kind",
	    NULL, 0 },
	{ KUBE "controllerLabels", MAP_AS_IS, A "kubernetes.controller.labels",
	    NULL, 0 },
	{ KUBE "controllerName", MAP_AS_IS, A "kubernetes.controller.name",
	    NULL, 0 },
	{ KUBE "namespace", MAP_AS_IS, "orchestrator.namespace", NULL, 0 },
	{ KUBE "namespaceLabels", MAP_AS_IS, A "kubernetes.namespace.labels",
	    NULL, 0 },
	{ KUBE "node", MAP_AS_IS, A "kubernetes.node", NULL, 0 },
	{ KUBE "pod", MAP_AS_IS, A "kubernetes.pod.name", NULL, 0 },
	{ KUBE "podLabels", MAP_AS_IS, A "kubernetes.pod.labels", NULL, 0 },
	{ "osName", MAP_AS_IS, "observer.os.name", NULL, 0 },
	{ RULE "type", MAP_AS_IS, "rule.category", NULL, 0 },
	{ RULE "description", MAP_AS_IS, "rule.description", NULL, 0 },
	{ RULE "id", MAP_AS_IS, "rule.id", NULL, 0 },
	{ RULE "name", MAP_AS_IS, "rule.name", NULL, 0 },
	{ RULE "scopeLevel", MAP_AS_IS, A "rule.scope_level", NULL, 0 },
	{ RULE "severity", MAP_AS_IS, A "rule.severity", NULL, 0 },
	{ RULE "treatAsThreat", MAP_AS_IS, A "rule.treat_as_threat", NULL, 0 },
	{ PARENT "commandline", MAP_AS_IS, "process.parent.command_line", NULL,
	    0 },
	{ PARENT "fileHashMd5", MAP_AS_IS, "process.parent.hash.md5", NULL, 0 },
	{ PARENT "fileHashSha1", MAP_AS_IS, "process.parent.hash.sha1", NULL,
	    0 },
	{ PARENT "fileHashSha256", MAP_AS_IS, "process.parent.hash.sha256",
	    NULL, 0 },
	{ PARENT "filePath", MAP_AS_IS, "process.parent.executable", NULL, 0 },
	{ PARENT "fileSignerIdentity", MAP_AS_IS,
	    "process.parent.code_signature.signing_id", NULL, 0 },
	{ PARENT "integrityLevel", MAP_AS_IS,
	    A "process.parent.integrity_level", NULL, 0 },
	{ PARENT "name", MAP_AS_IS, "process.parent.name", NULL, 0 },
	{ PARENT "pid", MAP_LONG, "process.parent.pid", NULL, 0 },
	{ PARENT "pidStarttime", MAP_DATE, "process.parent.start", NULL, 0 },
	{ PARENT "storyline", MAP_AS_IS, A "process.parent.storyline", NULL,
	    0 },
	{ PARENT "subsystem", MAP_AS_IS, A "process.parent.subsystem", NULL,
	    0 },
	{ PARENT "uniqueId", MAP_AS_IS, "process.parent.entity_id", NULL, 0 },
	{ PARENT "user", MAP_AS_IS, "process.parent.user.name", NULL, 0 },
	{ PROC "commandline", MAP_AS_IS, "process.command_line", NULL, 0 },
	{ PROC "fileHashMd5", MAP_AS_IS, "process.hash.md5", NULL, 0 },
	{ PROC "fileHashSha1", MAP_AS_IS, "process.hash.sha1", NULL, 0 },
	{ PROC "fileHashSha256", MAP_AS_IS, "process.hash.sha256", NULL, 0 },
	{ PROC "filePath", MAP_AS_IS, "process.executable", NULL, 0 },
	{ PROC "fileSignerIdentity", MAP_AS_IS,
	    "process.code_signature.signing_id", NULL, 0 },
	{ PROC "integrityLevel", MAP_AS_IS, A "process.integrity_level", NULL,
	    0 },
	{ PROC "name", MAP_AS_IS, "process.name", NULL, 0 },
	{ PROC "pid", MAP_LONG, "process.pid", NULL, 0 },
	{ PROC "pidStarttime", MAP_DATE, "process.start", NULL, 0 },
	{ PROC "storyline", MAP_AS_IS, A "process.storyline", NULL, 0 },
	{ PROC "subsystem", MAP_AS_IS, A "process.subsystem", NULL, 0 },
	{ PROC "uniqueId", MAP_AS_IS, "process.entity_id", NULL, 0 },
	{ PROC "user", MAP_AS_IS, "process.user.name", NULL, 0 },
	{ TARGET "tgtFileCreatedAt", MAP_DATE, "file.created", NULL, 0 },
	{ TARGET "tgtFileIsSigned", MAP_AS_IS, A_TARGET "file.is_signed", NULL,
	    0 },
	{ TARGET "tgtFileOldPath", MAP_AS_IS, A_TARGET "file.old_path", NULL,
	    0 },
	{ TARGET "tgtProcImagePath", MAP_AS_IS, A_TARGET "proc.image_path",
	    NULL, 0 },
	{ TARGET "tgtProcSignedStatus", MAP_AS_IS,
	    A_TARGET "proc.signed_status", NULL, 0 },
	{ TARGET "tgtFileHashSha256", MAP_AS_IS, A_TARGET "file.hash.sha256",
	    NULL, 0 },
	{ TARGET "tgtProcStorylineId", MAP_AS_IS, A_TARGET "proc.storyline_id",
	    NULL, 0 },
	{ TARGET "tgtProcPid", MAP_LONG, A_TARGET "proc.pid", NULL, 0 },
	{ TARGET "tgtProcCmdLine", MAP_AS_IS, A_TARGET "proc.cmdline", NULL,
	    0 },
	{ TARGET "tgtProcName", MAP_AS_IS, A_TARGET "proc.name", NULL, 0 },
	{ TARGET "tgtFileModifiedAt", MAP_DATE, "file.mtime", NULL, 0 },
	{ TARGET "tgtFileId", MAP_AS_IS, A_TARGET "file.id", NULL, 0 },
	{ TARGET "tgtProcIntegrityLevel", MAP_AS_IS,
	    A_TARGET "proc.integrity_level", NULL, 0 },
	{ TARGET "tgtFileHashSha1", MAP_AS_IS, A_TARGET "file.hash.sha1", NULL,
	    0 },
	{ TARGET "tgtProcUid", MAP_AS_IS, A_TARGET "proc.uid", NULL, 0 },
	{ TARGET "tgtProcessStartTime", MAP_DATE, A_TARGET "start_time", NULL,
	    0 },
	{ TARGET "tgtFilePath", MAP_AS_IS, A_TARGET "file.path", "file.path",
	    0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"event\"" },
	{ "event.category", "[\"malware\"]" },
	{ "event.type", "[\"info\"]" },
	{ NULL, NULL },
};

enum {
	HOST_NAME,
	DETECTED_NAME,
	NAME_NOW,
	USER,
	USER_NAME,
	USER_DOMAIN,
	ACCOUNT_DOMAIN,
	DIRECTION_RAW,
	DIRECTION,
	RULE_NAME,
	MESSAGE,
	RULE_SEVERITY,
	SEVERITY,
	SOURCE_IP,
	DESTINATION_IP,
	HOST_IP,
	DLL_SHA1,
	PARENT_MD5,
	PARENT_SHA1,
	PARENT_SHA256,
	PROCESS_MD5,
	PROCESS_SHA1,
	PROCESS_SHA256,
	TARGET_SHA256,
	TARGET_SHA1,
	RELATED_HOSTS,
	RELATED_IP,
	RELATED_USER,
	RELATED_HASH,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[HOST_NAME] = "host.name",
	[DETECTED_NAME] = ".detected_name",
	[NAME_NOW] = ".name_now",
	[USER] = ".user",
	[USER_NAME] = "user.name",
	[USER_DOMAIN] = "user.domain",
	[ACCOUNT_DOMAIN] = ".account_domain",
	[DIRECTION_RAW] = ".direction",
	[DIRECTION] = "network.direction",
	[RULE_NAME] = "rule.name",
	[MESSAGE] = "message",
	[RULE_SEVERITY] = A "rule.severity",
	[SEVERITY] = "event.severity",
	[SOURCE_IP] = "source.ip",
	[DESTINATION_IP] = "destination.ip",
	[HOST_IP] = "host.ip",
	[DLL_SHA1] = "dll.hash.sha1",
	[PARENT_MD5] = "process.parent.hash.md5",
	[PARENT_SHA1] = "process.parent.hash.sha1",
	[PARENT_SHA256] = "process.parent.hash.sha256",
	[PROCESS_MD5] = "process.hash.md5",
	[PROCESS_SHA1] = "process.hash.sha1",
	[PROCESS_SHA256] = "process.hash.sha256",
	[TARGET_SHA256] = A_TARGET "file.hash.sha256",
	[TARGET_SHA1] = A_TARGET "file.hash.sha1",
	[RELATED_HOSTS] = "related.hosts",
	[RELATED_IP] = "related.ip",
	[RELATED_USER] = "related.user",
	[RELATED_HASH] = "related.hash",
};

/* The directions of ECS; others are dropped. */
static const struct map_word directions[] = {
	{ "ingress", NULL },
	{ "egress", NULL },
	{ "inbound", NULL },
	{ "outbound", NULL },
	{ "internal", NULL },
	{ "external", NULL },
	{ "unknown", NULL },
};

/* The lists of related.*, in the order in which they are filled. */
static const int related[][2] = {
	{ RELATED_HOSTS, DETECTED_NAME },
	{ RELATED_IP, SOURCE_IP },
	{ RELATED_IP, DESTINATION_IP },
	{ RELATED_IP, HOST_IP },
	{ RELATED_USER, USER_NAME },
	{ RELATED_HASH, DLL_SHA1 },
	{ RELATED_HASH, PARENT_MD5 },
	{ RELATED_HASH, PARENT_SHA1 },
	{ RELATED_HASH, PARENT_SHA256 },
	{ RELATED_HASH, PROCESS_MD5 },
	{ RELATED_HASH, PROCESS_SHA1 },
	{ RELATED_HASH, PROCESS_SHA256 },
	{ RELATED_HASH, TARGET_SHA256 },
	{ RELATED_HASH, TARGET_SHA1 },
};

/* The name of now takes the other's place even when it is empty. */
static void
derive_host_name(struct map_record *r)
{
	struct slice now = map_string(r, NAME_NOW);

	if (now.p != NULL && now.len == 0)
		map_unset(r, HOST_NAME);
	else
		map_copy(r, HOST_NAME, NAME_NOW);
}

static void
derive(struct map_record *r)
{
	derive_host_name(r);
	/* The integration fails on a record with both domains. */
	map_split_user(r, USER, USER_NAME, USER_DOMAIN);
	map_copy(r, USER_DOMAIN, ACCOUNT_DOMAIN);
	map_translate(r, DIRECTION, DIRECTION_RAW, directions,
	    TABLE_LEN(directions), false);
	map_copy_text(r, MESSAGE, RULE_NAME);
	map_severity(r, SEVERITY, RULE_SEVERITY);
	for (size_t i = 0; i < TABLE_LEN(related); i++)
		map_add(r, related[i][0], related[i][1]);
}

const struct dataset dataset_alert = {
	.name = "alert",
	.permission = "STAR Rule Alerts: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/cloud-detection/alerts",
			.query = "sortBy=alertInfoCreatedAt&sortOrder=asc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/cloud-detection/alerts",
			.max_page = 1000,
			.site_ids = true,
		},
		.bound = WALK_BOUND_ISO,
		.phase = { "createdAt" },
		.time_path = "alertInfo.createdAt",
		.trailing_every = 3600 * 1000,
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .field = { "alertInfo.alertId",
		    "alertInfo.createdAt", "alertInfo.updatedAt" } },
		.at = "alertInfo.createdAt",
		.event_created = true,
	},
	.defaults = {
		.enabled = true,
		.interval = 30 * 1000,
		.initial_interval = 24 * 3600 * 1000,
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-alert" },
		.trailing_window = 7 * 24 * INT64_C(3600000),
	},
};
