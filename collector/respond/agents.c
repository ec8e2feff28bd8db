#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/respond/action.h"

#define TEXT_MAX ((size_t)64 << 10)
#define TRIES 3
#define PAGES_MAX 1000 /* of a thousand agents each */

static const struct {
	const char *title, *member;
	int width;
} columns[] = {
	{ "id", "id", 19 },
	{ "name", "computerName", 20 },
	{ "system", "osType", 8 },
	{ "network", "networkStatus", 13 },
	{ "site", "siteName", 16 },
	{ "group", "groupName", 16 },
	{ "last seen", "lastActiveDate", 0 },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void
print_row(struct json_object *agent)
{
	struct buf word;

	buf_init(&word, TEXT_MAX);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		buf_reset(&word);
		if (agent == NULL)
			buf_adds(&word, columns[i].title);
		else
			host_add_plain(&word,
			    host_text(agent, columns[i].member));
		printf("%s%-*s", i > 0 ? "  " : "", columns[i].width, word.p);
	}
	putchar('\n');
	buf_fini(&word);
}

static void
print(const struct respond *r, struct json_object *agent)
{
	if (respond_has(r, RESPOND_JSON))
		puts(json_object_to_json_string_ext(agent,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		print_row(agent);
}

static char *
path_of(const struct respond *r, const char *cursor)
{
	struct buf path;
	char *copy;

	buf_init(&path, TEXT_MAX);
	buf_adds(&path, "/agents?limit=1000&isDecommissioned=false");
	if (r->n_args > 0) {
		buf_adds(&path, "&computerName__contains=");
		client_quote(&path, slice_of(r->args[0]));
	}
	if (cursor != NULL) {
		buf_adds(&path, "&cursor=");
		client_quote(&path, slice_of(cursor));
	}
	copy = xstrdup(path.p);
	buf_fini(&path);
	return copy;
}

/* One page; *cursor is that of the next, "" at the end. */
static int
show_page(struct respond *r, char **cursor)
{
	char *path = path_of(r, *cursor);
	struct json_object *answer, *list;
	int code = respond_get(r, path, TRIES, &answer);

	free(path);
	if (code != RESPOND_GO)
		return code;
	list = json_object_object_get(answer, "data");
	if (!json_object_is_type(list, json_type_array)) {
		respond_say(r, "the console's answer has no list of agents");
		code = RESPOND_UNKNOWN;
	}
	for (size_t i = 0; code == RESPOND_GO &&
	    i < json_object_array_length(list); i++)
		print(r, json_object_array_get_idx(list, i));
	free(*cursor);
	*cursor = xstrdup(host_text(json_object_object_get(answer,
	    "pagination"), "nextCursor"));
	json_object_put(answer);
	return code;
}

static int
run(struct respond *r)
{
	char *cursor = NULL;
	int code = RESPOND_GO;

	if (!respond_has(r, RESPOND_JSON))
		print_row(NULL);
	for (int page = 0; code == RESPOND_GO && page < PAGES_MAX &&
	    (cursor == NULL || *cursor != '\0'); page++)
		code = show_page(r, &cursor);
	free(cursor);
	return code == RESPOND_GO ? RESPOND_DONE : code;
}

static const char *const rights[] = { "Endpoints.view", NULL };

const struct action action_agents = {
	.about = { "agents", "[TEXT]", "list hosts, those with TEXT in their "
	    "name", 0, 1, 1u << RESPOND_CONSOLE | 1u << RESPOND_JSON, false },
	.asks_console = true,
	.rights = rights,
	.run = run,
};
