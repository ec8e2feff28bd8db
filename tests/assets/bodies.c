#include "config.h"

#include "tests/assets/bodies.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/assets/evidence.h"
#include "tests/assets/fault.h"

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static const char *
element(struct json_object *list, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(list, i));
}

/* The datasets of index patterns, each "logs-sentinel_one.NAME-*". */
static evidence_set
datasets_of(struct json_object *patterns)
{
	evidence_set set = 0;

	for (size_t i = 0; patterns != NULL &&
	    i < json_object_array_length(patterns); i++) {
		const char *pattern = element(patterns, i);
		size_t n = strlen(pattern);
		evidence_set one = 0;

		if (n > 7 && strncmp(pattern, "logs-", 5) == 0 &&
		    strcmp(pattern + n - 2, "-*") == 0) {
			char *name = xstrndup(pattern + 5, n - 7);

			one = evidence_dataset(name);
			free(name);
		}
		if (one == 0)
			fault("no data stream: %s", pattern);
		set |= one;
	}
	return set;
}

static bool
has_element(struct json_object *list, const char *text)
{
	for (size_t i = 0; list != NULL && i < json_object_array_length(list);
	    i++)
		if (strcmp(element(list, i), text) == 0)
			return true;
	return false;
}

static const char *const severities[] = { "low", "medium", "high", "critical",
	NULL };

static void
check_severity(struct json_object *from)
{
	const char *severity = fault_text(from, "severity");

	if (!is_one_of(severity, severities))
		fault("no severity: %s", severity);
}

static void
check_mapping(struct json_object *mapping, evidence_set set)
{
	for (size_t i = 0; mapping != NULL &&
	    i < json_object_array_length(mapping); i++) {
		struct json_object *one = json_object_array_get_idx(mapping,
		    i);

		check_severity(one);
		if (strcmp(fault_text(one, "operator"), "equals") != 0)
			fault("another operator than equals");
		evidence_value(set, fault_text(one, "field"),
		    fault_text(one, "value"));
	}
}

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '@' || c == '.';
}

/*
 * The fields of a query in ES|QL: each word with a point or "@" in it that is
 * no text.  A column that a query makes has neither.
 */
static void
check_columns(evidence_set set, const char *query)
{
	for (const char *p = query; *p != '\0'; p++) {
		size_t n = 0;
		char *word;

		if (*p == '"')
			p = strchr(p + 1, '"');
		while (p != NULL && is_name(p[n]))
			n++;
		if (p == NULL || n == 0) {
			if (p == NULL)
				return;
			continue;
		}
		word = xstrndup(p, n);
		if (strpbrk(word, ".@") != NULL)
			evidence_field(set, word, EVIDENCE_VALUES);
		free(word);
		p += n - 1;
	}
}

/* "FROM <pattern> | ..." */
static void
check_esql(struct json_object *rule)
{
	const char *query = fault_text(rule, "query"), *rest;
	struct json_object *patterns = json_object_new_array();

	if (strncmp(query, "FROM ", 5) != 0)
		fault("ES|QL: no FROM");
	query += strcspn(query, " ") + (strchr(query, ' ') != NULL);
	rest = query + strcspn(query, " ");
	json_object_array_add(patterns, json_object_new_string_len(query,
	    (int)(rest - query)));
	check_columns(datasets_of(patterns), rest);
	json_object_put(patterns);
	/* The streams are there only once somebody wants them. */
	if (json_object_get_boolean(fault_need(rule, "enabled",
	    json_type_boolean)))
		fault("ES|QL fails without its streams: not to be switched "
		    "on");
}

static void
check_kuery(struct json_object *rule)
{
	evidence_set set = datasets_of(fault_need(rule, "index",
	    json_type_array));

	if (strcmp(fault_text(rule, "type"), "query") != 0 ||
	    strcmp(fault_text(rule, "language"), "kuery") != 0)
		fault("no query in KQL");
	if (evidence_query(set, fault_text(rule, "query")) != set)
		fault("the query is about other data streams than the rule");
	check_mapping(fault_need(rule, "severity_mapping", json_type_array),
	    set);
	evidence_field(set, fault_text(rule, "rule_name_override"),
	    EVIDENCE_SHOWN);
	evidence_field(set, fault_text(rule, "timestamp_override"),
	    EVIDENCE_DATE);
}

void
bodies_check_rule(struct json_object *rule)
{
	fault_text(rule, "rule_id");
	fault_text(rule, "name");
	fault_text(rule, "description");
	fault_need(rule, "enabled", json_type_boolean);
	fault_need(rule, "risk_score", json_type_int);
	check_severity(rule);
	if (strcmp(fault_text(rule, "type"), "esql") == 0)
		check_esql(rule);
	else
		check_kuery(rule);
	/* By this, setup knows its own. */
	if (!has_element(fault_need(rule, "tags", json_type_array), "s1spool"))
		fault("no tag s1spool");
}

/* Members of a query: the fields that it asks for. */
static void
check_query(struct json_object *query, evidence_set set)
{
	if (json_object_is_type(query, json_type_array))
		for (size_t i = 0; i < json_object_array_length(query); i++)
			check_query(json_object_array_get_idx(query, i), set);
	if (!json_object_is_type(query, json_type_object))
		return;
	json_object_object_foreach(query, name, member) {
		if (strcmp(name, "exists") == 0)
			evidence_field(set, fault_text(member, "field"),
			    EVIDENCE_SHOWN);
		else
			check_query(member, set);
	}
}

void
bodies_check_transform(struct json_object *transform)
{
	evidence_set set = datasets_of(fault_need(transform, "source.index",
	    json_type_array));
	struct json_object *key = fault_need(transform, "latest.unique_key",
	    json_type_array);

	for (size_t i = 0; key != NULL && i < json_object_array_length(key);
	    i++)
		evidence_field(set, element(key, i), EVIDENCE_VALUES);
	evidence_field(set, fault_text(transform, "latest.sort"),
	    EVIDENCE_DATE);
	evidence_field(set, fault_text(transform, "sync.time.field"),
	    EVIDENCE_DATE);
	evidence_field(set, fault_text(transform,
	    "retention_policy.time.field"), EVIDENCE_DATE);
	fault_text(transform, "dest.index");
	check_query(fault_get(transform, "source.query"), set);
}

void
bodies_check_connector(struct json_object *connector)
{
	if (strcmp(fault_text(connector, "connector_type_id"),
	    ".sentinelone") != 0)
		fault("another type");
	fault_text(connector, "name");
	fault_text(connector, "config.url");
	fault_text(connector, "secrets.token");
	if (json_object_object_length(fault_get(connector, "config")) != 1 ||
	    json_object_object_length(fault_get(connector, "secrets")) != 1)
		fault("a member that Kibana refuses");
}
