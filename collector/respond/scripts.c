#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/json/tree.h"
#include "collector/respond/script.h"

#define TEXT_MAX ((size_t)64 << 10)

static const struct {
	const char *title, *member;
	int width;
} columns[] = {
	{ "id", "id", 19 },
	{ "type", "scriptType", 18 },
	{ "systems", "osTypes", 19 },
	{ "approval", "requiresApproval", 8 },
	{ "by", "creator", 20 },
	{ "name", "scriptName", 0 },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* A list with commas; yes or no; or the text. */
static void
add_value(struct buf *word, struct json_object *row, const char *member)
{
	struct json_object *v = json_object_object_get(row, member);

	if (json_object_is_type(v, json_type_boolean)) {
		buf_adds(word, json_object_get_boolean(v) ? "yes" : "no");
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			const char *one = json_object_get_string(
			    json_object_array_get_idx(v, i));

			buf_adds(word, i > 0 ? "," : "");
			host_add_plain(word, one == NULL ? "" : one);
		}
	} else {
		host_add_plain(word, host_text(row, member));
	}
}

static void
print_row(struct json_object *row)
{
	struct buf word;

	buf_init(&word, TEXT_MAX);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		buf_reset(&word);
		if (row == NULL)
			buf_adds(&word, columns[i].title);
		else
			add_value(&word, row, columns[i].member);
		printf("%s%-*s", i > 0 ? "  " : "", columns[i].width, word.p);
	}
	putchar('\n');
	buf_fini(&word);
}

static bool
print_text(void *cookie, struct json_object *row)
{
	(void)cookie;
	print_row(row);
	return true;
}

static bool
print_json(void *cookie, struct json_object *row)
{
	(void)cookie;
	puts(tree_print(row, TREE_PLAIN));
	return true;
}

static int
check_system(struct respond *r, const char *os)
{
	static const char *const all[] = { "windows", "macos", "linux" };

	for (size_t i = 0; i < 3; i++)
		if (strcmp(all[i], os) == 0)
			return RESPOND_GO;
	respond_say(r, "--os %s is none of windows, macos, linux", os);
	return RESPOND_USAGE;
}

static int
run(struct respond *r)
{
	const char *os = r->call->value[RESPOND_OS];
	bool json = respond_has(r, RESPOND_JSON);
	struct buf query;
	int code = os == NULL ? RESPOND_GO : check_system(r, os);

	if (code != RESPOND_GO)
		return code;
	buf_init(&query, TEXT_MAX);
	buf_adds(&query, "&sortBy=scriptName&sortOrder=asc");
	if (os != NULL)
		buf_addf(&query, "&osTypes=%s", os);
	if (!json)
		print_row(NULL);
	code = script_each(r, query.p, json ? print_json : print_text, NULL);
	buf_fini(&query);
	return code == RESPOND_GO ? RESPOND_DONE : code;
}

static const char *const rights[] = {
	"Remote Script Orchestration.view", NULL
};

const struct action action_scripts = {
	.about = { "scripts", "", "list the scripts of the console", 0, 0,
	    1u << RESPOND_CONSOLE | 1u << RESPOND_OS | 1u << RESPOND_JSON,
	    false },
	.asks_console = true,
	.rights = rights,
	.run = run,
};
