/*
 * activity: the console's audit trail and the agents' and threats' activity
 * log, one document per activity.
 */
#include "config.h"

#include "collector/dataset/classification.h"
#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define A "sentinel_one.activity."
#define D A "data."
#define CLASS "sentinel_one.threat_classification."

#define FILE_FETCHED "80" /* activityType */

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, A "updated_at", NULL, 0 },
	{ "description", MAP_AS_IS, A "description_value", NULL, 0 },
	{ "hash", MAP_AS_IS, "process.hash.sha1", NULL, 0 },
	{ "osFamily", MAP_AS_IS, "observer.os.family", NULL, 0 },
	{ "agentUpdatedVersion", MAP_AS_IS, "observer.version", NULL, 0 },
	{ "groupId", MAP_AS_IS, "user.group.id", "group.id", 0 },
	{ "groupName", MAP_AS_IS, "user.group.name", "group.name", 0 },
	{ "accountId", MAP_AS_IS, A "account.id", NULL, 0 },
	{ "userId", MAP_AS_IS, "user.id", NULL, 0 },
	{ "accountName", MAP_AS_IS, "sentinel_one.account.name", NULL, 0 },
	{ "agentId", MAP_AS_IS, A "agent.id", "host.id", 0 },
	{ "comments", MAP_AS_IS, A "comments", NULL, 0 },
	{ "createdAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "primaryDescription", MAP_AS_IS, A "description.primary", NULL, 0 },
	/* For event.type an empty description is one. */
	{ "primaryDescription", MAP_AS_IS, ".primary", NULL, MAP_EMPTY },
	{ "secondaryDescription", MAP_AS_IS, A "description.secondary", NULL,
	    0 },
	{ "id", MAP_AS_IS, A "id", "event.id", 0 },
	{ "siteId", MAP_AS_IS, "sentinel_one.site.id", NULL, 0 },
	{ "siteName", MAP_AS_IS, "sentinel_one.site.name", NULL, 0 },
	{ "threatId", MAP_AS_IS, A "threat.id", NULL, 0 },
	{ "activityType", MAP_LONG, A "type", NULL, 0 },
	{ "data.accountId", MAP_STRING_JAVA, D "account.id", NULL, 0 },
	{ "data.accountName", MAP_AS_IS, D "account.name", NULL, 0 },
	{ "data.fullScopeDetails", MAP_AS_IS, D "fullscope.details", NULL, 0 },
	{ "data.fullScopeDetailsPath", MAP_AS_IS, D "fullscope.details_path",
	    NULL, 0 },
	{ "data.groupName", MAP_AS_IS, D "group_name", NULL, 0 },
	{ "data.scopeLevel", MAP_AS_IS, D "scope.level", NULL, 0 },
	{ "data.scopeName", MAP_AS_IS, D "scope.name", NULL, 0 },
	{ "data.siteName", MAP_AS_IS, D "site.name", NULL, 0 },
	{ "data.username", MAP_AS_IS, "user.full_name", NULL, 0 },
	{ "data.byUser", MAP_AS_IS, D "user.name", NULL, 0 },
	{ "data.role", MAP_AS_IS, D "role", NULL, 0 },
	{ "data.roleName", MAP_AS_IS, D "role_name", NULL, 0 },
	{ "data.scopeLevelName", MAP_AS_IS, D "scope_level.name", NULL, 0 },
	{ "data.userScope", MAP_AS_IS, D "user.scope", NULL, 0 },
	{ "data.newValue", MAP_STRING_JAVA, D "new.value", NULL, 0 },
	/* Checked only; host.ip and related.ip are made of them. */
	{ "data.externalIp", MAP_IP, ".external_ip", NULL, 0 },
	{ "data.ipAddress", MAP_IP, ".ip_address", NULL, 0 },
	{ "data.reason", MAP_AS_IS, D "reason", NULL, 0 },
	{ "data.source", MAP_AS_IS, D "source", NULL, 0 },
	{ "data.recoveryEmail", MAP_AS_IS, "user.email", NULL, 0 },
	{ "data.computerName", MAP_AS_IS, "host.name", NULL, 0 },
	{ "data.system", MAP_BOOL, D "system", NULL, 0 },
	{ "data.uuid", MAP_AS_IS, D "uuid", NULL, 0 },
	{ "data.group", MAP_AS_IS, D "group", NULL, 0 },
	/* Spelled so upstream. */
	{ "data.optionalGroups", MAP_AS_IS, D "optionals_groups", NULL, 0 },
	/* The only converted one that stays among the leftovers too. */
	{ "data.createdAt", MAP_DATE, D "created_at", NULL, MAP_STAYS },
	{ "data.status", MAP_AS_IS, D "status", NULL, 0 },
	{ "data.fileContentHash", MAP_AS_IS, "file.hash.sha1", NULL, 0 },
	{ "data.osFamily", MAP_AS_IS, "host.os.family", NULL, 0 },
	{ "data.osFamily", MAP_OS_TYPE, "host.os.type", NULL, 0 },
	{ "data.confidenceLevel", MAP_AS_IS, D "confidence.level", NULL, 0 },
	{ "data.escapedMaliciousProcessArguments", MAP_AS_IS,
	    D "malicious.process.arguments", NULL, 0 },
	{ "data.fileDisplayName", MAP_AS_IS, "file.name", NULL, 0 },
	{ "data.filePath", MAP_AS_IS, "file.path", NULL, 0 },
	{ "data.threatClassification", MAP_AS_IS, CLASS "name", NULL, 0 },
	{ "data.threatClassificationSource", MAP_AS_IS, CLASS "source", NULL,
	    0 },
	{ "data.globalStatus", MAP_AS_IS, D "global.status", NULL, 0 },
	{ "data.newStatus", MAP_AS_IS, D "new.status", NULL, 0 },
	{ "data.originalStatus", MAP_AS_IS, D "original.status", NULL, 0 },
	{ "data.downloadUrl", MAP_AS_IS, D "downloaded.url", NULL, 0 },
	{ "data.description", MAP_AS_IS, D "description", NULL, 0 },
	{ "data.policy", MAP_AS_IS, D "policy", NULL, 0 },
	{ "data.policyName", MAP_STRING_JAVA, D "policy_name", NULL, 0 },
	{ "data.changedKeys", MAP_AS_IS, D "changed_keys", NULL, 0 },
	{ "data.newConfidenceLevel", MAP_AS_IS, D "new.confidence_level", NULL,
	    0 },
	{ "data.oldConfidenceLevel", MAP_AS_IS, D "old.confidence_level", NULL,
	    0 },
	{ "data.attr", MAP_AS_IS, D "attr", NULL, 0 },
	{ "data.ruledescription", MAP_AS_IS, A "rule_description",
	    "rule.description", 0 },
	{ "data.ruleid", MAP_AS_IS, A "rule_id", "rule.id", 0 },
	{ "data.rulename", MAP_AS_IS, A "rule_name", "rule.name", 0 },
	{ "data.severity", MAP_AS_IS, A "severity", NULL, 0 },
	{ "data", MAP_REST, D "flattened", NULL, 0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ NULL, NULL },
};

enum {
	THREAT_ID,
	CLASSIFICATION,
	PRIMARY,
	DESCRIPTION,
	CONFIDENCE,
	NUMBER,
	DOWNLOAD,
	IP_ADDRESS,
	EXTERNAL_IP,
	PROCESS_SHA1,
	FILE_SHA1,
	USER_FULL_NAME,
	BY_USER,
	HOST_NAME,
	MESSAGE,
	KIND,
	CATEGORY,
	TYPE,
	OUTCOME,
	HOST_IP,
	RELATED_HASH,
	RELATED_USER,
	RELATED_IP,
	RELATED_HOSTS,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[THREAT_ID] = A "threat.id",
	[CLASSIFICATION] = CLASS "name",
	[PRIMARY] = ".primary",
	[DESCRIPTION] = A "description.primary",
	[CONFIDENCE] = D "confidence.level",
	[NUMBER] = A "type",
	[DOWNLOAD] = D "downloaded.url",
	[IP_ADDRESS] = ".ip_address",
	[EXTERNAL_IP] = ".external_ip",
	[PROCESS_SHA1] = "process.hash.sha1",
	[FILE_SHA1] = "file.hash.sha1",
	[USER_FULL_NAME] = "user.full_name",
	[BY_USER] = D "user.name",
	[HOST_NAME] = "host.name",
	[MESSAGE] = "message",
	[KIND] = "event.kind",
	[CATEGORY] = "event.category",
	[TYPE] = "event.type",
	[OUTCOME] = "event.outcome",
	[HOST_IP] = "host.ip",
	[RELATED_HASH] = "related.hash",
	[RELATED_USER] = "related.user",
	[RELATED_IP] = "related.ip",
	[RELATED_HOSTS] = "related.hosts",
};

/* What the primary description may contain, as bits of map_words(). */
static const char *const words[] = {
	"logged in",
	"logged out",
	"failed to log in",
	"created",
	"added",
	"deleted",
	"edited",
	"updated",
	"modified",
	"enabled",
	"recovery email",
	"verification email",
};

#define LOGGED_IN (1u << 0)
#define LOGGED_OUT (1u << 1)
#define LOGIN_FAILED (1u << 2)
#define CREATED (1u << 3 | 1u << 4)
#define DELETED (1u << 5)
#define CHANGED (1u << 6 | 1u << 7 | 1u << 8)
#define ENABLED (1u << 9)
#define RECOVERY (1u << 10)
#define VERIFICATION (1u << 11)

/*
 * Without a threat the kind of event is read from the text.  In this order,
 * each line that applies; upstream's rules, and their oddities with them
 * ("failed to log in" is no start).
 */
static const struct {
	uint32_t any_of;
	int slot;
	const char *value;
} text_rules[] = {
	{ LOGGED_IN | LOGGED_OUT | LOGIN_FAILED, CATEGORY,
	    "\"authentication\"" },
	{ LOGGED_IN, TYPE, "\"start\"" },
	{ LOGGED_IN, OUTCOME, "\"success\"" },
	{ LOGGED_OUT, TYPE, "\"end\"" },
	{ CREATED | DELETED | CHANGED | ENABLED | RECOVERY, CATEGORY,
	    "\"configuration\"" },
	{ CREATED, TYPE, "\"creation\"" },
	{ DELETED, TYPE, "\"deletion\"" },
	{ CHANGED, TYPE, "\"change\"" },
	{ VERIFICATION, CATEGORY, "\"email\"" },
	{ LOGIN_FAILED, OUTCOME, "\"failure\"" },
};

static void
derive_from_text(struct map_record *r)
{
	struct slice text = map_string(r, PRIMARY);
	uint32_t found = map_words(text, words,
	    sizeof(words) / sizeof(words[0]));

	for (size_t i = 0; i < sizeof(text_rules) / sizeof(text_rules[0]); i++)
		if ((found & text_rules[i].any_of) == 0)
			continue;
		else if (text_rules[i].slot == OUTCOME)
			map_set_json(r, OUTCOME, text_rules[i].value);
		else
			map_add_json(r, text_rules[i].slot,
			    text_rules[i].value);
	if (text.p != NULL && !map_has(r, TYPE))
		map_add_json(r, TYPE, "\"info\"");
}

static void
derive(struct map_record *r)
{
	static const char *const alerting[] = { "suspicious", "malicious" };

	if (map_has(r, THREAT_ID))
		classification_derive(r, CLASSIFICATION, CATEGORY, TYPE);
	else
		derive_from_text(r);
	map_set_json(r, KIND, map_is_one_of(map_string(r, CONFIDENCE),
	    alerting, 2) ? "\"alert\"" : "\"event\"");
	map_copy_text(r, MESSAGE, DESCRIPTION);
	/* Kibana's response actions stop with an error, for other actions
	 * too, when a file that was fetched has no such object. */
	if (slice_is(map_scalar(r, NUMBER), FILE_FETCHED) &&
	    !map_has(r, DOWNLOAD))
		map_set_json(r, DOWNLOAD, "\"\"");
	map_add(r, HOST_IP, IP_ADDRESS);
	map_add(r, HOST_IP, EXTERNAL_IP);
	map_add(r, RELATED_HASH, PROCESS_SHA1);
	map_add(r, RELATED_HASH, FILE_SHA1);
	map_add(r, RELATED_USER, USER_FULL_NAME);
	map_add(r, RELATED_USER, BY_USER);
	map_add(r, RELATED_IP, IP_ADDRESS);
	map_add(r, RELATED_IP, EXTERNAL_IP);
	map_add(r, RELATED_HOSTS, HOST_NAME);
}

const struct dataset dataset_activity = {
	.name = "activity",
	.permission = "Activity Page: view",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/activities",
			.query = "sortBy=createdAt&sortOrder=asc",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/activities",
			.max_page = 1000,
			.site_ids = true,
		},
		.bound = WALK_BOUND_ISO,
		.phase = { "createdAt" },
		.time_path = "createdAt",
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .field = { "createdAt", "id", "updatedAt" } },
		.at = "createdAt",
		.event_created = true,
	},
	.defaults = {
		.enabled = true,
		.interval = 30 * 1000,
		.initial_interval = 24 * 3600 * 1000,
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-activity" },
	},
};
