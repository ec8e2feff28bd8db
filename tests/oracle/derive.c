/*
 * The derived fields of each dataset, read from its description a second time.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/tree.h"

#define A "sentinel_one.activity."
#define T "sentinel_one.threat."
#define CLASS "sentinel_one.threat_classification.name"

/* The text of a string, else NULL. */
static const char *
string_at(const struct oracle *o, const char *path)
{
	struct json_object *v = oracle_get(o, path);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : NULL;
}

static void
copy(struct oracle *o, const char *to, const char *from)
{
	struct json_object *v = oracle_get(o, from);

	if (v != NULL)
		oracle_set(o, to, json_object_get(v));
}

static void
copy_text(struct oracle *o, const char *to, const char *from)
{
	struct json_object *text = oracle_text(oracle_get(o, from));

	if (text != NULL)
		oracle_set(o, to, text);
}

static void
add_string(struct oracle *o, const char *to, const char *text)
{
	oracle_set(o, ".string", tree_string(text));
	oracle_add(o, to, ".string");
}

static bool
is_one_of(const char *text, const char *words)
{
	size_t n;

	for (; text != NULL && *words != '\0'; words += n + (words[n] != '\0')) {
		n = strcspn(words, " ");
		if (strlen(text) == n && strncasecmp(text, words, n) == 0)
			return true;
	}
	return false;
}

static bool
contains(const char *text, const char *word)
{
	return text != NULL && strcasestr(text, word) != NULL;
}

/* Domain and name at the first backslash of a text. */
static void
split_user(struct oracle *o, const char *from)
{
	const char *text = string_at(o, from);
	const char *at = text == NULL ? NULL : strchr(text, '\\');
	char *domain;

	if (at == NULL) {
		copy(o, "user.name", from);
		return;
	}
	domain = strndup(text, (size_t)(at - text));
	oracle_set(o, "user.domain",
	    *domain == '\0' ? NULL : tree_string(domain));
	oracle_set(o, "user.name",
	    at[1] == '\0' ? NULL : tree_string(at + 1));
	free(domain);
}

static void
add_all(struct oracle *o, const char *const (*pairs)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		oracle_add(o, pairs[i][0], pairs[i][1]);
}

#define ADD_ALL(o, pairs) add_all(o, pairs, sizeof(pairs) / sizeof((pairs)[0]))

/* The kind of a threat: category and type, two words or NULL. */
static const char *
threat_kind(const char *class, const char **type)
{
	*type = is_one_of(class, "exploit pua") ? "indicator" : "info";
	if (is_one_of(class, "exploit pua"))
		return "threat";
	return is_one_of(class, "malware ransomware trojan downloader") ?
	    "malware" : NULL;
}

static void
activity_of_text(struct oracle *o, const char *text)
{
	bool in = contains(text, "logged in");
	bool out = contains(text, "logged out");
	bool failed = contains(text, "failed to log in");
	bool created = contains(text, "created") || contains(text, "added");
	bool deleted = contains(text, "deleted");
	bool changed = contains(text, "edited") || contains(text, "updated") ||
	    contains(text, "modified");

	if (in || out || failed)
		add_string(o, "event.category", "authentication");
	if (created || deleted || changed || contains(text, "enabled") ||
	    contains(text, "recovery email"))
		add_string(o, "event.category", "configuration");
	if (contains(text, "verification email"))
		add_string(o, "event.category", "email");
	if (in)
		add_string(o, "event.type", "start");
	if (out)
		add_string(o, "event.type", "end");
	if (created)
		add_string(o, "event.type", "creation");
	if (deleted)
		add_string(o, "event.type", "deletion");
	if (changed)
		add_string(o, "event.type", "change");
	if (in || failed)
		oracle_set(o, "event.outcome",
		    tree_string(failed ? "failure" : "success"));
	if (text != NULL && oracle_get(o, "event.type") == NULL)
		add_string(o, "event.type", "info");
}

static void
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

	if (oracle_get(o, A "threat.id") == NULL) {
		activity_of_text(o, string_at(o, ".primary"));
	} else {
		category = threat_kind(string_at(o, CLASS), &kind);
		if (category != NULL) {
			add_string(o, "event.category", category);
			add_string(o, "event.type", kind);
		}
	}
	oracle_set(o, "event.kind", tree_string(is_one_of(string_at(o,
	    A "data.confidence.level"), "suspicious malicious") ? "alert" :
								  "event"));
	copy_text(o, "message", A "description.primary");
	if (type != NULL &&
	    strcmp(json_object_to_json_string(type), "80") == 0 &&
	    oracle_get(o, A "data.downloaded.url") == NULL)
		oracle_keep_empty(o, A "data.downloaded.url");
	ADD_ALL(o, lists);
}

static void
derive_agent(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "related.hosts", "host.name" },
		{ "related.hosts", "host.domain" },
		{ "related.ip", "host.ip" },
		{ "related.ip", "sentinel_one.agent.last_ip_to_mgmt" },
		{ "related.ip", ".gateway_ip" },
		{ "related.ip", ".inet" },
		{ "related.ip", ".inet6" },
		{ "related.user",
		    "sentinel_one.agent.last_logged_in_user_name" },
		{ "related.user", "user.name" },
	};

	split_user(o, ".os_username");
	ADD_ALL(o, lists);
}

static void
derive_group(struct oracle *o)
{
	oracle_add(o, "related.user", "user.full_name");
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
		copy_text(o, "message", T "timeline.primary_description");
	} else {
		f = open_memstream(&text, &len);
		fprintf(f, "Threat Detected: %s (%s)",
		    json_object_get_string(name),
		    json_object_get_string(level));
		fclose(f);
		oracle_set(o, "message", tree_string(text));
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
		copy(o, path, from);
		oracle_unplace(o, from + 1);
	}
	copy(o, to, path);
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

static void
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

	copy(o, "@timestamp", ".updated_at");
	copy(o, "@timestamp", ".timeline_created_at");
	copy(o, "group.id", T "timeline.group.id");
	copy(o, "group.id", T "detection.agent.group.id");
	copy(o, "group.id", T "agent.group.id");
	copy(o, "group.name", T "detection.agent.group.name");
	copy(o, "group.name", T "agent.group.name");
	category = threat_kind(string_at(o, CLASS), &type);
	if (oracle_get(o, T "threat_id") != NULL && category != NULL) {
		add_string(o, "event.category", category);
		add_string(o, "event.type", type);
	}
	derive_threat_message(o);
	derive_threat_rule(o, "description", "Description");
	derive_threat_rule(o, "id", "Id");
	derive_threat_rule(o, "name", "Name");
	split_user(o, oracle_get(o, ".last_user") != NULL ? ".last_user" :
							    T "process_user");
	derive_threat_mac(o);
	ADD_ALL(o, lists);
}

bool
oracle_derive(struct oracle *o, const char *dataset)
{
	static const struct {
		const char *dataset;
		void (*derive)(struct oracle *o);
	} table[] = {
		{ "activity", derive_activity },
		{ "agent", derive_agent },
		{ "group", derive_group },
		{ "threat", derive_threat },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].dataset, dataset) == 0) {
			if (o != NULL)
				table[i].derive(o);
			return true;
		}
	return false;
}
