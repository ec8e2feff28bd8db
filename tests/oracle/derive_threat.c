/*
 * Derived fields of what happens: activity, threat and threat_event.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/derive.h"
#include "tests/oracle/tree.h"

#define A "sentinel_one.activity."
#define E "sentinel_one.threat_event."
#define T "sentinel_one.threat."
#define CLASS "sentinel_one.threat_classification.name"

/* The kind of a threat: category and type, two words or NULL. */
static const char *
threat_kind(const char *class, const char **type)
{
	bool exploit = derive_is_one_of(class, "exploit pua", true);

	*type = exploit ? "indicator" : "info";
	if (exploit)
		return "threat";
	return derive_is_one_of(class, "malware ransomware trojan downloader",
	    true) ? "malware" : NULL;
}

static void
activity_of_text(struct oracle *o, const char *text)
{
	bool in = derive_contains(text, "logged in");
	bool out = derive_contains(text, "logged out");
	bool failed = derive_contains(text, "failed to log in");
	bool created = derive_contains(text, "created") ||
	    derive_contains(text, "added");
	bool deleted = derive_contains(text, "deleted");
	bool changed = derive_contains(text, "edited") ||
	    derive_contains(text, "updated") ||
	    derive_contains(text, "modified");

	if (in || out || failed)
		derive_add_word(o, "event.category", "authentication");
	if (created || deleted || changed || derive_contains(text, "enabled") ||
	    derive_contains(text, "recovery email"))
		derive_add_word(o, "event.category", "configuration");
	if (derive_contains(text, "verification email"))
		derive_add_word(o, "event.category", "email");
	if (in)
		derive_add_word(o, "event.type", "start");
	if (out)
		derive_add_word(o, "event.type", "end");
	if (created)
		derive_add_word(o, "event.type", "creation");
	if (deleted)
		derive_add_word(o, "event.type", "deletion");
	if (changed)
		derive_add_word(o, "event.type", "change");
	if (in || failed)
		oracle_set(o, "event.outcome",
		    tree_quote(failed ? "failure" : "success"));
	if (text != NULL && oracle_get(o, "event.type") == NULL)
		derive_add_word(o, "event.type", "info");
}

void
derive_activity(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "host.ip", ".ip_address" },
		{ "host.ip", ".external_ip" },
		{ "related.hash", "process.hash.sha1" },
		{ "related.hash", "file.hash.sha1" },
		{ "related.user", "user.full_name" },
		{ "related.user", A "data.user.name" },
		{ "related.ip", ".ip_address" },
		{ "related.ip", ".external_ip" },
		{ "related.hosts", "host.name" },
	};
	struct json_object *type = oracle_get(o, A "type");
	const char *category, *kind;
	bool suspect;

	if (oracle_get(o, A "threat.id") == NULL) {
		activity_of_text(o, derive_string(o, ".primary"));
	} else {
		category = threat_kind(derive_string(o, CLASS), &kind);
		if (category != NULL) {
			derive_add_word(o, "event.category", category);
			derive_add_word(o, "event.type", kind);
		}
	}
	suspect = derive_is_one_of(derive_string(o,
	    A "data.confidence.level"), "suspicious malicious", true);
	oracle_set(o, "event.kind", tree_quote(suspect ? "alert" : "event"));
	derive_copy_text(o, "message", A "description.primary");
	if (type != NULL &&
	    strcmp(json_object_to_json_string(type), "80") == 0 &&
	    oracle_get(o, A "data.downloaded.url") == NULL)
		oracle_keep_empty(o, A "data.downloaded.url");
	DERIVE_LISTS(o, lists);
}

static void
derive_threat_message(struct oracle *o)
{
	struct json_object *name = oracle_text(oracle_get(o, T "name"));
	struct json_object *level = oracle_text(oracle_get(o,
	    T "confidence_level"));
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (name == NULL || level == NULL) {
		derive_copy_text(o, "message",
		    T "timeline.primary_description");
	} else {
		f = open_memstream(&text, &len);
		fprintf(f, "Threat Detected: %s (%s)",
		    json_object_get_string(name),
		    json_object_get_string(level));
		fclose(f);
		oracle_set(o, "message", tree_quote(text));
		free(text);
	}
	json_object_put(name);
	json_object_put(level);
}

static void
derive_threat_rule(struct oracle *o, const char *name, const char *twin)
{
	char path[80], from[80], to[80];

	snprintf(path, sizeof(path), T "rule_%s", name);
	snprintf(from, sizeof(from), ".timeline.data.rule%s", twin);
	snprintf(to, sizeof(to), "rule.%s", name);
	if (oracle_get(o, path) == NULL && oracle_get(o, from) != NULL) {
		derive_copy(o, path, from);
		oracle_unplace(o, from + 1);
	}
	derive_copy(o, to, path);
}

static void
derive_threat_mac(struct oracle *o)
{
	struct json_object *macs = oracle_get(o, "host.mac");

	for (size_t i = 0; macs != NULL && i < json_object_array_length(macs);
	     i++)
		json_object_array_put_idx(macs, i,
		    oracle_mac(json_object_array_get_idx(macs, i)));
}

void
derive_threat(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "related.ip", T "detection.agent.ipv4" },
		{ "related.ip", T "detection.agent.ipv6" },
		{ "related.ip", "host.ip" },
		{ "related.ip", ".inet" },
		{ "related.ip", ".inet6" },
		{ "related.hosts", "host.name" },
		{ "related.user", "user.name" },
		{ "related.user", T "initiating_user.name" },
		{ "related.user", T "process_user" },
		{ "related.user", "user.id" },
		{ "related.hash", "threat.indicator.file.hash.sha1" },
		{ "related.hash", "threat.indicator.file.hash.sha256" },
		{ "related.hash", T "timeline.hash" },
	};
	const char *category, *type;

	derive_copy(o, "@timestamp", ".updated_at");
	derive_copy(o, "@timestamp", ".timeline_created_at");
	derive_copy(o, "group.id", T "timeline.group.id");
	derive_copy(o, "group.id", T "detection.agent.group.id");
	derive_copy(o, "group.id", T "agent.group.id");
	derive_copy(o, "group.name", T "detection.agent.group.name");
	derive_copy(o, "group.name", T "agent.group.name");
	category = threat_kind(derive_string(o, CLASS), &type);
	if (oracle_get(o, T "threat_id") != NULL && category != NULL) {
		derive_add_word(o, "event.category", category);
		derive_add_word(o, "event.type", type);
	}
	derive_threat_message(o);
	derive_threat_rule(o, "description", "Description");
	derive_threat_rule(o, "id", "Id");
	derive_threat_rule(o, "name", "Name");
	derive_user(o, oracle_get(o, ".last_user") != NULL ? ".last_user" :
							    T "process_user");
	derive_threat_mac(o);
	DERIVE_LISTS(o, lists);
}

/* Copied fields come with their rows; what is left are lists and the user. */
void
derive_threat_event(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "related.user", E "logins_user_name" },
		{ "related.user", "process.user.name" },
		{ "related.user", "user.name" },
		{ "related.ip", E "agent.ip" },
		{ "related.ip", "source.ip" },
		{ "related.ip", "destination.ip" },
		{ "related.hash", "file.hash.sha1" },
		{ "related.hash", "file.hash.sha256" },
		{ "related.hash", "file.hash.md5" },
		{ "related.hash", "process.hash.sha1" },
	};

	derive_user(o, E "user");
	DERIVE_LISTS(o, lists);
}
