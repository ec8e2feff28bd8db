#include "config.h"

#include "tests/oracle/derive.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/oracle/convert.h"
#include "tests/oracle/tree.h"

const char *
derive_string(const struct oracle *o, const char *path)
{
	struct json_object *v = oracle_get(o, path);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : NULL;
}

void
derive_copy(struct oracle *o, const char *to, const char *from)
{
	struct json_object *v = oracle_get(o, from);

	if (v != NULL)
		oracle_set(o, to, json_object_get(v));
}

void
derive_copy_text(struct oracle *o, const char *to, const char *from)
{
	struct json_object *text = oracle_text(oracle_get(o, from));

	if (text != NULL)
		oracle_set(o, to, text);
}

void
derive_add_word(struct oracle *o, const char *to, const char *text)
{
	oracle_set(o, ".word", tree_quote(text));
	oracle_add(o, to, ".word", true);
}

bool
derive_is_one_of(const char *text, const char *words, bool fold)
{
	size_t n;

	for (; text != NULL && *words != '\0';
	     words += n + (words[n] != '\0')) {
		n = strcspn(words, " ");
		if (strlen(text) == n && (fold ? strncasecmp : strncmp)(text,
		    words, n) == 0)
			return true;
	}
	return false;
}

bool
derive_contains(const char *text, const char *word)
{
	return text != NULL && strcasestr(text, word) != NULL;
}

void
derive_user(struct oracle *o, const char *from)
{
	const char *text = derive_string(o, from);
	const char *at = text == NULL ? NULL : strchr(text, '\\');
	char *domain;

	if (at == NULL) {
		derive_copy(o, "user.name", from);
		return;
	}
	domain = strndup(text, (size_t)(at - text));
	oracle_set(o, "user.domain",
	    *domain == '\0' ? NULL : tree_quote(domain));
	oracle_set(o, "user.name",
	    at[1] == '\0' ? NULL : tree_quote(at + 1));
	free(domain);
}

void
derive_severity(struct oracle *o, const char *from)
{
	static const char *const words[][2] = { { "low", "21" },
		{ "medium", "47" }, { "high", "73" }, { "critical", "99" } };
	const char *text = derive_string(o, from);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (derive_is_one_of(text, words[i][0], true))
			oracle_set(o, "event.severity",
			    tree_number(words[i][1]));
}

void
derive_outcome(struct oracle *o, const char *from, const char *success,
    const char *failure)
{
	const char *text = derive_string(o, from);

	if (derive_is_one_of(text, success, true))
		oracle_set(o, "event.outcome", tree_quote("success"));
	if (derive_is_one_of(text, failure, true))
		oracle_set(o, "event.outcome", tree_quote("failure"));
}

void
derive_lists(struct oracle *o, const char *const (*pairs)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		oracle_add(o, pairs[i][0], pairs[i][1], true);
}

/* the datasets */

static const struct {
	const char *dataset;
	void (*derive)(struct oracle *o);
} datasets[] = {
	{ "activity", derive_activity },
	{ "agent", derive_agent },
	{ "alert", derive_alert },
	{ "application", derive_application },
	{ "application_risk", derive_application_risk },
	{ "group", derive_group },
	{ "threat", derive_threat },
	{ "threat_event", derive_threat_event },
	{ "unified_alert", derive_unified_alert },
};

bool
oracle_derives(const char *dataset)
{
	for (size_t i = 0; i < sizeof(datasets) / sizeof(datasets[0]); i++)
		if (strcmp(datasets[i].dataset, dataset) == 0)
			return true;
	return false;
}

void
oracle_derive(struct oracle *o, const char *dataset)
{
	for (size_t i = 0; i < sizeof(datasets) / sizeof(datasets[0]); i++)
		if (strcmp(datasets[i].dataset, dataset) == 0)
			datasets[i].derive(o);
}
