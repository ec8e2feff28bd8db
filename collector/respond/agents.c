#include "config.h"

#include <stdio.h>

#include "collector/json/tree.h"
#include "collector/respond/action.h"

#define TEXT_MAX ((size_t)64 << 10)
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

static bool
print(void *cookie, struct json_object *agent)
{
	if (respond_has(cookie, RESPOND_JSON))
		puts(tree_print(agent, TREE_PLAIN));
	else
		print_row(agent);
	return true;
}

static int
run(struct respond *r)
{
	struct buf path;
	int code;

	buf_init(&path, TEXT_MAX);
	buf_adds(&path, "/agents?limit=1000&isDecommissioned=false");
	if (r->n_args > 0) {
		buf_adds(&path, "&computerName__contains=");
		client_quote(&path, slice_of(r->args[0]));
	}
	if (!respond_has(r, RESPOND_JSON))
		print_row(NULL);
	code = respond_each(r, &(struct pages){ path.p, "agents", PAGES_MAX,
	    print, r });
	buf_fini(&path);
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
