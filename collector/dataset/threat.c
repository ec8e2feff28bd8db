/*
 * threat: detections, one document per state of a threat; with the STAR rule
 * enrichment one per entry of its timeline, which then stands in the record as
 * member `timeline`.
 */
#include "config.h"

#include "collector/dataset/classification.h"
#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define T "sentinel_one.threat."
#define DET "agentDetectionInfo."
#define NOW "agentRealtimeInfo."
#define NIC NOW "networkInterfaces[]."
#define CLASS "sentinel_one.threat_classification."
#define FILE_ "threat.indicator.file."
#define MIT "mitigationStatus[]."
#define COUNT MIT "actionsCounters."
#define T_COUNT T "mitigation_status[].action_counters."
#define INFO "threatInfo."
#define LINE "timeline."
#define SET (MAP_APPEND | MAP_UNIQUE)

static const struct map_row rows[] = {
	{ INFO "updatedAt", MAP_DATE, ".updated_at", NULL, 0 },
	{ INFO "engines", MAP_JOIN, "event.action", NULL, 0 },
	{ DET "accountId", MAP_AS_IS, T "detection.account.id", NULL, 0 },
	{ DET "accountName", MAP_AS_IS, T "detection.account.name", NULL, 0 },
	{ DET "agentDetectionState", MAP_AS_IS, T "detection.state", NULL, 0 },
	{ DET "agentDomain", MAP_AS_IS, T "detection.agent.domain", NULL, 0 },
	{ DET "agentIpV4", MAP_IP_LIST, T "detection.agent.ipv4", NULL, 0 },
	{ DET "agentIpV6", MAP_IP_LIST, T "detection.agent.ipv6", NULL, 0 },
	{ DET "agentLastLoggedInUpn", MAP_AS_IS,
	    T "detection.agent.last_logged_in.upn", NULL, 0 },
	{ DET "agentLastLoggedInUserMail", MAP_AS_IS, "user.email", NULL, 0 },
	{ DET "agentLastLoggedInUserName", MAP_AS_IS, ".last_user", NULL, 0 },
	{ DET "agentMitigationMode", MAP_AS_IS,
	    T "detection.agent.mitigation_mode", NULL, 0 },
	{ DET "agentOsName", MAP_AS_IS, T "detection.agent.os.name", NULL, 0 },
	{ DET "agentOsRevision", MAP_AS_IS, T "detection.agent.os.version",
	    NULL, 0 },
	{ DET "agentRegisteredAt", MAP_DATE, T "detection.agent.registered_at",
	    NULL, 0 },
	{ DET "agentUuid", MAP_AS_IS, T "detection.agent.uuid", NULL, 0 },
	{ DET "agentVersion", MAP_AS_IS, T "detection.agent.version", NULL,
	    0 },
	{ DET "cloudProviders", MAP_AS_IS, T "detection.cloud_providers", NULL,
	    0 },
	{ DET "externalIp", MAP_IP, "host.ip", NULL, MAP_APPEND },
	{ DET "groupId", MAP_AS_IS, T "detection.agent.group.id", NULL, 0 },
	{ DET "groupName", MAP_AS_IS, T "detection.agent.group.name", NULL,
	    0 },
	{ DET "siteId", MAP_AS_IS, "sentinel_one.site.id", NULL, 0 },
	{ DET "siteName", MAP_AS_IS, "sentinel_one.site.name", NULL, 0 },
	{ NOW "accountId", MAP_AS_IS, T "agent.account.id", NULL, 0 },
	{ NOW "accountName", MAP_AS_IS, "sentinel_one.account.name", NULL, 0 },
	{ NOW "activeThreats", MAP_LONG, T "agent.active_threats", NULL, 0 },
	{ NOW "agentComputerName", MAP_AS_IS, "host.name", NULL, 0 },
	{ NOW "agentDecommissionedAt", MAP_BOOL, T "agent.decommissioned_at",
	    NULL, 0 },
	{ NOW "agentDomain", MAP_AS_IS, "host.domain", NULL, 0 },
	{ NOW "agentId", MAP_AS_IS, T "agent.id", "host.id", 0 },
	{ NOW "agentInfected", MAP_BOOL, T "agent.infected", NULL, 0 },
	{ NOW "agentIsActive", MAP_BOOL, T "agent.is_active", NULL, 0 },
	{ NOW "agentIsDecommissioned", MAP_BOOL, T "agent.is_decommissioned",
	    NULL, 0 },
	{ NOW "agentMachineType", MAP_AS_IS, T "agent.machine_type", NULL, 0 },
	{ NOW "agentMitigationMode", MAP_AS_IS, T "agent.mitigation_mode",
	    NULL, 0 },
	{ NOW "agentNetworkStatus", MAP_AS_IS, T "agent.network_status", NULL,
	    0 },
	{ NOW "agentOsName", MAP_AS_IS, "host.os.name", NULL, 0 },
	{ NOW "agentOsRevision", MAP_AS_IS, T "agent.os.version", NULL, 0 },
	{ NOW "agentOsType", MAP_OS_TYPE, "host.os.type", NULL, 0 },
	{ NOW "agentUuid", MAP_AS_IS, T "agent.uuid", NULL, 0 },
	{ NOW "agentVersion", MAP_AS_IS, "observer.version", NULL, 0 },
	{ NOW "groupId", MAP_AS_IS, T "agent.group.id", NULL, 0 },
	{ NOW "groupName", MAP_AS_IS, T "agent.group.name", NULL, 0 },
	{ NIC "inet[]", MAP_IP, T "agent.network_interface[].inet[]", NULL,
	    MAP_EACH },
	{ NIC "inet[]", MAP_IP, ".inet", NULL,
	    MAP_EACH | MAP_APPEND | MAP_QUIET },
	{ NIC "inet6[]", MAP_IP, T "agent.network_interface[].inet6[]", NULL,
	    MAP_EACH },
	{ NIC "inet6[]", MAP_IP, ".inet6", NULL,
	    MAP_EACH | MAP_APPEND | MAP_QUIET },
	/* Duplicates are told by the raw text; see derive(). */
	{ NIC "physical", MAP_TEXT, "host.mac", NULL, SET },
	{ NOW "networkInterfaces", MAP_OBJECTS, T "agent.network_interface",
	    NULL, MAP_LIST_ONLY },
	{ NOW "operationalState", MAP_AS_IS, T "agent.operational_state", NULL,
	    0 },
	{ NOW "rebootRequired", MAP_BOOL, T "agent.reboot_required", NULL, 0 },
	{ NOW "scanAbortedAt", MAP_DATE, T "agent.scan.aborted_at", NULL, 0 },
	{ NOW "scanFinishedAt", MAP_DATE, T "agent.scan.finished_at", NULL,
	    0 },
	{ NOW "scanStartedAt", MAP_DATE, T "agent.scan.started_at", NULL, 0 },
	{ NOW "scanStatus", MAP_AS_IS, T "agent.scan.status", NULL, 0 },
	{ NOW "siteId", MAP_AS_IS, T "agent.site.id", NULL, 0 },
	{ NOW "siteName", MAP_AS_IS, T "agent.site.name", NULL, 0 },
	{ NOW "storageName", MAP_AS_IS, T "agent.storage.name", NULL, 0 },
	{ NOW "storageType", MAP_AS_IS, T "agent.storage.type", NULL, 0 },
	{ NOW "userActionsNeeded", MAP_AS_IS, T "agent.user_action_needed",
	    NULL, 0 },
	{ "containerInfo.id", MAP_AS_IS, "container.id", NULL, 0 },
	{ "containerInfo.image", MAP_AS_IS, "container.image.name", NULL, 0 },
	{ "containerInfo.labels", MAP_AS_IS, T "container.labels", NULL, 0 },
	{ "containerInfo.name", MAP_AS_IS, "container.name", NULL, 0 },
	{ "description", MAP_AS_IS, T "description", NULL, 0 },
	{ "id", MAP_AS_IS, T "id", "event.id", 0 },
	{ "indicators[].category", MAP_AS_IS, T "indicators[].category.name",
	    NULL, 0 },
	{ "indicators[].categoryId", MAP_AS_IS, T "indicators[].category.id",
	    NULL, 0 },
	{ "indicators[].ids[]", MAP_TEXT, "threat.tactic.id",
	    "threat.indicator.id", SET },
	{ "indicators[].tactics[].name", MAP_TEXT, "threat.tactic.name", NULL,
	    SET },
	{ "indicators[].tactics[].source", MAP_TEXT, "threat.framework", NULL,
	    SET },
	{ "indicators[].tactics[].techniques[].link", MAP_TEXT,
	    "threat.technique.reference", NULL, SET },
	{ "indicators[].tactics[].techniques[].name", MAP_TEXT,
	    "threat.technique.id", NULL, SET },
	{ "indicators", MAP_OBJECTS, T "indicators", NULL, 0 },
	{ "kubernetesInfo.cluster", MAP_AS_IS, T "kubernetes.cluster", NULL,
	    0 },
	{ "kubernetesInfo.controllerKind", MAP_AS_IS,
	    T "kubernetes.controller.kind", NULL, 0 },
	{ "kubernetesInfo.controllerLabels", MAP_AS_IS,
	    T "kubernetes.controller.labels", NULL, 0 },
	{ "kubernetesInfo.controllerName", MAP_AS_IS,
	    T "kubernetes.controller.name", NULL, 0 },
	{ "kubernetesInfo.namespace", MAP_AS_IS, T "kubernetes.namespace.name",
	    NULL, 0 },
	{ "kubernetesInfo.namespaceLabels", MAP_AS_IS,
	    T "kubernetes.namespace.labels", NULL, 0 },
	{ "kubernetesInfo.node", MAP_AS_IS, T "kubernetes.node", NULL, 0 },
	{ "kubernetesInfo.pod", MAP_AS_IS, T "kubernetes.pod.name", NULL, 0 },
	{ "kubernetesInfo.podLabels", MAP_AS_IS, T "kubernetes.pod.labels",
	    NULL, 0 },
	{ COUNT "failed", MAP_LONG, T_COUNT "failed", NULL, 0 },
	{ COUNT "notFound", MAP_LONG, T_COUNT "not_found", NULL, 0 },
	{ COUNT "pendingReboot", MAP_LONG, T_COUNT "pending_reboot", NULL, 0 },
	{ COUNT "success", MAP_LONG, T_COUNT "success", NULL, 0 },
	{ COUNT "total", MAP_LONG, T_COUNT "total", NULL, 0 },
	{ MIT "agentSupportsReport", MAP_BOOL,
	    T "mitigation_status[].agent_supports_report", NULL, 0 },
	{ MIT "groupNotFound", MAP_BOOL,
	    T "mitigation_status[].group_not_found", NULL, 0 },
	{ MIT "lastUpdate", MAP_DATE, T "mitigation_status[].last_update",
	    NULL, MAP_QUIET },
	{ MIT "latestReport", MAP_AS_IS, T "mitigation_status[].latest_report",
	    NULL, 0 },
	{ MIT "reportId", MAP_AS_IS, T "mitigation_status[].report_id", NULL,
	    0 },
	{ MIT "mitigationEndedAt", MAP_DATE,
	    T "mitigation_status[].mitigation_ended_at", NULL, MAP_QUIET },
	{ MIT "mitigationStartedAt", MAP_DATE,
	    T "mitigation_status[].mitigation_started_at", NULL, MAP_QUIET },
	{ "mitigationStatus", MAP_OBJECTS, T "mitigation_status", NULL,
	    MAP_LIST_ONLY },
	{ INFO "analystVerdict", MAP_AS_IS, T "analysis.verdict", NULL, 0 },
	{ INFO "analystVerdictDescription", MAP_AS_IS, T "analysis.description",
	    NULL, 0 },
	{ INFO "automaticallyResolved", MAP_BOOL, T "automatically_resolved",
	    NULL, 0 },
	{ INFO "browserType", MAP_AS_IS, T "browser_type", NULL, 0 },
	{ INFO "certificateId", MAP_AS_IS, T "certificate.id", NULL, 0 },
	{ INFO "classification", MAP_AS_IS, CLASS "name", NULL, 0 },
	{ INFO "classificationSource", MAP_AS_IS, CLASS "source", NULL, 0 },
	{ INFO "cloudFilesHashVerdict", MAP_AS_IS, T "cloudfiles_hash_verdict",
	    NULL, 0 },
	{ INFO "collectionId", MAP_AS_IS, T "collection.id", NULL, 0 },
	{ INFO "confidenceLevel", MAP_AS_IS, T "confidence_level", NULL, 0 },
	{ INFO "createdAt", MAP_DATE, T "created_at", NULL, 0 },
	{ INFO "detectionEngines", MAP_AS_IS, T "detection.engines", NULL, 0 },
	{ INFO "detectionType", MAP_AS_IS, T "detection.type", NULL, 0 },
	{ INFO "engines", MAP_AS_IS, T "engines", NULL, 0 },
	{ INFO "externalTicketExists", MAP_BOOL, T "external_ticket.exist",
	    NULL, 0 },
	{ INFO "externalTicketId", MAP_AS_IS, T "external_ticket.id", NULL,
	    0 },
	{ INFO "failedActions", MAP_BOOL, T "failed_actions", NULL, 0 },
	{ INFO "fileExtension", MAP_AS_IS, FILE_ "extension", NULL, 0 },
	{ INFO "fileExtensionType", MAP_AS_IS, T "file.extension.type", NULL,
	    0 },
	{ INFO "filePath", MAP_AS_IS, FILE_ "path", "file.path", 0 },
	{ INFO "fileSize", MAP_LONG, FILE_ "size", NULL, 0 },
	{ INFO "fileVerificationType", MAP_AS_IS, T "file.verification_type",
	    NULL, 0 },
	{ INFO "identifiedAt", MAP_DATE, T "file.identified_at", NULL, 0 },
	{ INFO "incidentStatus", MAP_AS_IS, T "incident.status", NULL, 0 },
	{ INFO "incidentStatusDescription", MAP_AS_IS,
	    T "incident.status_description", NULL, 0 },
	{ INFO "initiatedBy", MAP_AS_IS, T "initiated.name", NULL, 0 },
	{ INFO "initiatedByDescription", MAP_AS_IS, T "initiated.description",
	    NULL, 0 },
	{ INFO "initiatingUserId", MAP_AS_IS, T "initiating_user.id", NULL,
	    0 },
	{ INFO "initiatingUsername", MAP_AS_IS, T "initiating_user.name", NULL,
	    0 },
	{ INFO "isFileless", MAP_BOOL, T "is_fileless", NULL, 0 },
	{ INFO "isValidCertificate", MAP_BOOL, T "is_valid_certificate", NULL,
	    0 },
	{ INFO "maliciousProcessArguments", MAP_AS_IS,
	    T "malicious_process_arguments", NULL, 0 },
	{ INFO "md5", MAP_AS_IS, FILE_ "hash.md5", NULL, 0 },
	{ INFO "mitigatedPreemptively", MAP_BOOL, T "mitigated_preemptively",
	    NULL, 0 },
	{ INFO "mitigationStatus", MAP_AS_IS, T "mitigation.status", NULL, 0 },
	{ INFO "mitigationStatusDescription", MAP_AS_IS,
	    T "mitigation.description", NULL, 0 },
	{ INFO "originatorProcess", MAP_AS_IS, T "originator_process",
	    "process.name", 0 },
	{ INFO "pendingActions", MAP_BOOL, T "pending_actions", NULL, 0 },
	{ INFO "processUser", MAP_AS_IS, T "process_user", NULL, 0 },
	{ INFO "publisherName", MAP_AS_IS, T "publisher.name", NULL, 0 },
	{ INFO "reachedEventsLimit", MAP_BOOL, T "reached_events_limit", NULL,
	    0 },
	{ INFO "rebootRequired", MAP_BOOL, T "reboot_required", NULL, 0 },
	{ INFO "sha1", MAP_AS_IS, FILE_ "hash.sha1", NULL, 0 },
	{ INFO "sha256", MAP_AS_IS, FILE_ "hash.sha256", NULL, 0 },
	{ INFO "storyline", MAP_AS_IS, T "storyline", NULL, 0 },
	{ INFO "threatId", MAP_AS_IS, T "threat_id", NULL, 0 },
	{ INFO "threatName", MAP_AS_IS, T "name", NULL, 0 },
	{ "whiteningOptions", MAP_AS_IS, T "whitening_option", NULL, 0 },
	/* From here on only with the enrichment. */
	{ LINE "createdAt", MAP_DATE, ".timeline_created_at", NULL, 0 },
	{ LINE "activityType", MAP_AS_IS, T "timeline.activity_type", NULL,
	    0 },
	{ LINE "primaryDescription", MAP_AS_IS, T "timeline.primary_description",
	    NULL, 0 },
	{ LINE "secondaryDescription", MAP_AS_IS,
	    T "timeline.secondary_description", NULL, 0 },
	{ LINE "id", MAP_AS_IS, T "timeline.id", NULL, 0 },
	{ LINE "data.ruledescription", MAP_AS_IS, T "rule_description", NULL,
	    0 },
	{ LINE "data.ruleid", MAP_AS_IS, T "rule_id", NULL, 0 },
	{ LINE "data.rulename", MAP_AS_IS, T "rule_name", NULL, 0 },
	/* Stay in data unless the lower-case twin is missing; see derive(). */
	{ LINE "data.ruleDescription", MAP_AS_IS, NULL, NULL, 0 },
	{ LINE "data.ruleId", MAP_AS_IS, NULL, NULL, 0 },
	{ LINE "data.ruleName", MAP_AS_IS, NULL, NULL, 0 },
	{ LINE "accountId", MAP_AS_IS, T "timeline.account.id", NULL, 0 },
	{ LINE "agentId", MAP_AS_IS, T "timeline.agent.id", NULL, 0 },
	{ LINE "agentUpdatedVersion", MAP_AS_IS,
	    T "timeline.agent_updated_version", NULL, 0 },
	/* Converted twice upstream: a bad one gives two entries. */
	{ LINE "createdAt", MAP_DATE, T "timeline.created_at", NULL, 0 },
	{ LINE "groupId", MAP_AS_IS, T "timeline.group.id", NULL, 0 },
	{ LINE "hash", MAP_AS_IS, T "timeline.hash", NULL, 0 },
	{ LINE "osFamily", MAP_AS_IS, T "timeline.os_family",
	    "host.os.family", 0 },
	{ LINE "siteId", MAP_AS_IS, T "timeline.site.id", NULL, 0 },
	{ LINE "updatedAt", MAP_DATE, T "timeline.updated_at", NULL, 0 },
	{ LINE "userId", MAP_AS_IS, T "timeline.user.id", "user.id", 0 },
	{ LINE "data", MAP_REST, T "timeline.data", NULL, 0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"alert\"" },
	{ NULL, NULL },
};

enum {
	TIMESTAMP,
	UPDATED,
	LINE_CREATED,
	THREAT_ID,
	CLASSIFICATION,
	CATEGORY,
	TYPE,
	NAME,
	CONFIDENCE,
	LINE_TEXT,
	MESSAGE,
	LAST_USER,
	PROCESS_USER,
	INITIATING_USER,
	USER_NAME,
	USER_DOMAIN,
	USER_ID,
	GROUP_ID,
	GROUP_NAME,
	NOW_GROUP_ID,
	NOW_GROUP_NAME,
	DET_GROUP_ID,
	DET_GROUP_NAME,
	LINE_GROUP_ID,
	HOST_NAME,
	HOST_IP,
	HOST_MAC,
	IPV4,
	IPV6,
	INET,
	INET6,
	SHA1,
	SHA256,
	LINE_HASH,
	T_RULE_DESCRIPTION,
	T_RULE_ID,
	T_RULE_NAME,
	TWIN_DESCRIPTION,
	TWIN_ID,
	TWIN_NAME,
	RULE_DESCRIPTION,
	RULE_ID,
	RULE_NAME,
	RELATED_IP,
	RELATED_HOSTS,
	RELATED_USER,
	RELATED_HASH,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[TIMESTAMP] = "@timestamp",
	[UPDATED] = ".updated_at",
	[LINE_CREATED] = ".timeline_created_at",
	[THREAT_ID] = T "threat_id",
	[CLASSIFICATION] = CLASS "name",
	[CATEGORY] = "event.category",
	[TYPE] = "event.type",
	[NAME] = T "name",
	[CONFIDENCE] = T "confidence_level",
	[LINE_TEXT] = T "timeline.primary_description",
	[MESSAGE] = "message",
	[LAST_USER] = ".last_user",
	[PROCESS_USER] = T "process_user",
	[INITIATING_USER] = T "initiating_user.name",
	[USER_NAME] = "user.name",
	[USER_DOMAIN] = "user.domain",
	[USER_ID] = "user.id",
	[GROUP_ID] = "group.id",
	[GROUP_NAME] = "group.name",
	[NOW_GROUP_ID] = T "agent.group.id",
	[NOW_GROUP_NAME] = T "agent.group.name",
	[DET_GROUP_ID] = T "detection.agent.group.id",
	[DET_GROUP_NAME] = T "detection.agent.group.name",
	[LINE_GROUP_ID] = T "timeline.group.id",
	[HOST_NAME] = "host.name",
	[HOST_IP] = "host.ip",
	[HOST_MAC] = "host.mac",
	[IPV4] = T "detection.agent.ipv4",
	[IPV6] = T "detection.agent.ipv6",
	[INET] = ".inet",
	[INET6] = ".inet6",
	[SHA1] = FILE_ "hash.sha1",
	[SHA256] = FILE_ "hash.sha256",
	[LINE_HASH] = T "timeline.hash",
	[T_RULE_DESCRIPTION] = T "rule_description",
	[T_RULE_ID] = T "rule_id",
	[T_RULE_NAME] = T "rule_name",
	[TWIN_DESCRIPTION] = "." LINE "data.ruleDescription",
	[TWIN_ID] = "." LINE "data.ruleId",
	[TWIN_NAME] = "." LINE "data.ruleName",
	[RULE_DESCRIPTION] = "rule.description",
	[RULE_ID] = "rule.id",
	[RULE_NAME] = "rule.name",
	[RELATED_IP] = "related.ip",
	[RELATED_HOSTS] = "related.hosts",
	[RELATED_USER] = "related.user",
	[RELATED_HASH] = "related.hash",
};

/* Values that are the first set of several, best first. */
static const struct {
	int to;
	int from[3];
	int n;
} first_of[] = {
	{ TIMESTAMP, { LINE_CREATED, UPDATED }, 2 },
	{ GROUP_ID, { NOW_GROUP_ID, DET_GROUP_ID, LINE_GROUP_ID }, 3 },
	{ GROUP_NAME, { NOW_GROUP_NAME, DET_GROUP_NAME }, 2 },
};

static const struct {
	int rule;
	int target;
	int twin;
} rule_fields[] = {
	{ T_RULE_DESCRIPTION, RULE_DESCRIPTION, TWIN_DESCRIPTION },
	{ T_RULE_ID, RULE_ID, TWIN_ID },
	{ T_RULE_NAME, RULE_NAME, TWIN_NAME },
};

/* The lists of related.*, in the order in which they are filled. */
static const int related[][2] = {
	{ RELATED_IP, IPV4 },
	{ RELATED_IP, IPV6 },
	{ RELATED_IP, HOST_IP },
	{ RELATED_IP, INET },
	{ RELATED_IP, INET6 },
	{ RELATED_HOSTS, HOST_NAME },
	{ RELATED_USER, USER_NAME },
	{ RELATED_USER, INITIATING_USER },
	{ RELATED_USER, PROCESS_USER },
	{ RELATED_USER, USER_ID },
	{ RELATED_HASH, SHA1 },
	{ RELATED_HASH, SHA256 },
	{ RELATED_HASH, LINE_HASH },
};

static void
derive_message(struct map_record *r)
{
	struct slice name = map_scalar(r, NAME);
	struct slice confidence = map_scalar(r, CONFIDENCE);

	if (name.p == NULL || confidence.p == NULL) {
		map_copy_text(r, MESSAGE, LINE_TEXT);
		return;
	}
	map_set_joined(r, MESSAGE, (const struct slice[]){
	    SLICE("Threat Detected: "), name, SLICE(" ("), confidence,
	    SLICE(")") }, 5);
}

static void
derive_rules(struct map_record *r)
{
	for (size_t i = 0; i < TABLE_LEN(rule_fields); i++) {
		if (!map_has(r, rule_fields[i].rule))
			map_move(r, rule_fields[i].rule, rule_fields[i].twin);
		map_copy(r, rule_fields[i].target, rule_fields[i].rule);
	}
}

static void
derive(struct map_record *r)
{
	for (size_t i = 0; i < TABLE_LEN(first_of); i++)
		for (int k = first_of[i].n; k-- > 0;)
			map_copy(r, first_of[i].to, first_of[i].from[k]);
	if (map_has(r, THREAT_ID))
		classification_derive(r, CLASSIFICATION, CATEGORY, TYPE);
	derive_message(r);
	derive_rules(r);
	map_split_user(r, map_has(r, LAST_USER) ? LAST_USER : PROCESS_USER,
	    USER_NAME, USER_DOMAIN);
	map_mac_list(r, HOST_MAC);
	for (size_t i = 0; i < TABLE_LEN(related); i++)
		map_add(r, related[i][0], related[i][1]);
}

const struct dataset dataset_threat = {
	.name = "threat",
	.permission = "Threats: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/threats",
			.query = "sortBy=updatedAt&sortOrder=asc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/threats",
			.max_page = 1000,
			.site_ids = true,
		},
		.child = {
			.path = "/web/api/v2.1/threats/{id}/timeline",
			.query = "sortBy=createdAt&sortOrder=desc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/threats/",
			.max_page = 1000,
		},
		.child_mode = WALK_CHILD_MERGE,
		.merge_as = "timeline",
		.parent_id_as = "threatId",
		.child_option = "enable_star_rule_enrichment",
		.parent_key = { "id" },
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "threatInfo.updatedAt",
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = {
			.field = { "id", "threatInfo.createdAt",
			    "threatInfo.updatedAt" },
			.when = "timeline.id",
			.field_when = { "id", "timeline.createdAt",
			    "timeline.id", "timeline.updatedAt" },
		},
		.at = "threatInfo.updatedAt",
		.prune_first = true,
		.event_created = true,
	},
	.defaults = {
		.enabled = true,
		.interval = 30 * 1000,
		.initial_interval = 24 * 3600 * 1000,
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-threat" },
	},
};
