#include "config.h"

#include "collector/respond/deny.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "collector/respond/host.h"

static bool
fits(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

static bool
fits_id(const char *pattern, struct json_object *agent)
{
	return strcmp(pattern, host_text(agent, "id")) == 0;
}

static bool
fits_name(const char *pattern, struct json_object *agent)
{
	return fits(pattern, host_text(agent, "computerName"));
}

static bool
fits_group(const char *pattern, struct json_object *agent)
{
	return fits(pattern, host_text(agent, "groupName"));
}

static bool
fits_site(const char *pattern, struct json_object *agent)
{
	return fits(pattern, host_text(agent, "siteName"));
}

/* KEY=PATTERN; a pattern alone is one of the key. */
static bool
fits_one_tag(const char *pattern, struct json_object *tag)
{
	const char *key = host_text(tag, "key"), *equal;
	size_t len;

	equal = strchr(pattern, '=');
	if (equal == NULL)
		return fits(pattern, key);
	len = (size_t)(equal - pattern);
	return strlen(key) == len && strncasecmp(pattern, key, len) == 0 &&
	    fits(equal + 1, host_text(tag, "value"));
}

static bool
fits_tag(const char *pattern, struct json_object *agent)
{
	struct json_object *tags, *list;

	if (!json_object_object_get_ex(agent, "tags", &tags) ||
	    !json_object_object_get_ex(tags, "sentinelone", &list) ||
	    !json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (fits_one_tag(pattern, json_object_array_get_idx(list, i)))
			return true;
	return false;
}

static const struct {
	const char *prefix;
	bool (*fits)(const char *pattern, struct json_object *agent);
} kinds[] = {
	{ "id:", fits_id },
	{ "name:", fits_name },
	{ "group:", fits_group },
	{ "site:", fits_site },
	{ "tag:", fits_tag },
};

static bool
is_denied(const char *entry, struct json_object *agent)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].prefix);

		if (strncmp(entry, kinds[i].prefix, n) == 0)
			return kinds[i].fits(entry + n, agent);
	}
	return false;
}

const char *
deny_find(char *const *list, struct json_object *agent)
{
	for (; list != NULL && *list != NULL; list++)
		if (is_denied(*list, agent))
			return *list;
	return NULL;
}

/* Names are compared up to their first dot: one may have its domain. */
bool
deny_is_here(struct json_object *agent)
{
	const char *name = host_text(agent, "computerName");
	char here[256] = "";
	size_t len = strcspn(name, ".");

	if (gethostname(here, sizeof(here) - 1) != 0 || len == 0)
		return false;
	return strcspn(here, ".") == len && strncasecmp(here, name, len) == 0;
}
