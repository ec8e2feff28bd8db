#include "config.h"

#include "collector/respond/order.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"

#define ID_LEN_MAX 20

/* Where a POST names its host. */
enum names {
	NAMES_FILTER, /* filter.ids, of one id */
	NAMES_PATH, /* the id in its path */
	NAMES_AGENTS, /* data.agentIds, of one id; asks only */
	NAMES_TASKS /* data.taskIds, of one id; asks only */
};

/* All that may ever be posted: what is not here is not sent. */
static const struct {
	const char *before, *after; /* of the path: in front of the id, and
				     * behind it; NULL: there is none in it */
	enum names names;
	bool has_data;
} orders[] = {
	{ "/agents/actions/disconnect", NULL, NAMES_FILTER, false },
	{ "/agents/actions/connect", NULL, NAMES_FILTER, false },
	{ "/agents/", "/actions/fetch-files", NAMES_PATH, true },
	{ "/remote-scripts/execute", NULL, NAMES_FILTER, true },
	{ "/remote-scripts/guardrails/check", NULL, NAMES_AGENTS, true },
	{ "/remote-scripts/fetch-files", NULL, NAMES_TASKS, true },
};
#define N_ORDERS (sizeof(orders) / sizeof(orders[0]))

static bool
is_digits(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return n > 0 && n <= ID_LEN_MAX;
}

static bool
is_path(size_t order, const char *path, const char *id)
{
	char *want;
	bool same;

	if (orders[order].after == NULL)
		return strcmp(path, orders[order].before) == 0;
	want = xasprintf("%s%s%s", orders[order].before, id,
	    orders[order].after);
	same = strcmp(path, want) == 0;
	free(want);
	return same;
}

/* ["id"], and with id NULL any one id. */
static bool
is_one_id(struct json_object *list, const char *id)
{
	struct json_object *one;

	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) != 1)
		return false;
	one = json_object_array_get_idx(list, 0);
	if (!json_object_is_type(one, json_type_string) ||
	    !is_digits(json_object_get_string(one)))
		return false;
	return id == NULL || strcmp(json_object_get_string(one), id) == 0;
}

static bool
names_host(enum names names, struct json_object *o, const char *id)
{
	struct json_object *filter = json_object_object_get(o, "filter");
	struct json_object *data = json_object_object_get(o, "data");

	switch (names) {
	case NAMES_FILTER:
		return json_object_is_type(filter, json_type_object) &&
		    json_object_object_length(filter) == 1 &&
		    is_one_id(json_object_object_get(filter, "ids"), id);
	case NAMES_PATH:
		return filter == NULL;
	case NAMES_AGENTS:
		return filter == NULL &&
		    is_one_id(json_object_object_get(data, "agentIds"), id);
	case NAMES_TASKS:
		return filter == NULL &&
		    is_one_id(json_object_object_get(data, "taskIds"), NULL);
	}
	return false;
}

/* No members but these two, each once: a second "filter" in the text would be
 * the one that counts, or the one that does not. */
static bool
is_plain(struct json_object *o, const char *body, size_t order)
{
	bool filter = orders[order].names == NAMES_FILTER;
	struct buf text;
	bool same;

	if (json_object_object_length(o) !=
	    (int)filter + (int)orders[order].has_data)
		return false;
	if (orders[order].has_data &&
	    !json_object_is_type(json_object_object_get(o, "data"),
		json_type_object))
		return false;
	/* What was parsed is all that there is in the text. */
	buf_init(&text, 1 << 20);
	buf_adds(&text, tree_print(o, TREE_PLAIN));
	same = slice_is(buf_slice(&text), body);
	buf_fini(&text);
	return same;
}

int
order_check(const char *path, const char *body, const char *id,
    struct buf *why)
{
	struct json_object *o = NULL;
	size_t i = 0;
	bool good;

	while (i < N_ORDERS && !is_path(i, path, id))
		i++;
	good = i < N_ORDERS && is_digits(id) &&
	    (o = tree_parse_object(slice_of(body))) != NULL &&
	    is_plain(o, body, i) && names_host(orders[i].names, o, id);
	json_object_put(o);
	if (good)
		return 0;
	buf_addf(why, "a request to %s does not name exactly the host %s, and "
	    "is not sent; this is a defect of s1spool\n", path, id);
	return -1;
}
