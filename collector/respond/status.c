#include "config.h"

#include "collector/json/tree.h"
#include "collector/respond/action.h"

#define TEXT_MAX ((size_t)256 << 10)
#define TRIES 3

/* Isolated, failed to be, released, file there, file asked for. */
#define TYPES "1001,2010,1002,80,81"

static void
print_activities(struct json_object *list)
{
	struct buf line;

	buf_init(&line, TEXT_MAX);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *a = json_object_array_get_idx(list, i);

		buf_adds(&line, i == 0 ? "activities\n  " : "  ");
		host_add_plain(&line, host_text(a, "createdAt"));
		buf_adds(&line, "  ");
		host_add_plain(&line, host_text(a, "activityType"));
		buf_adds(&line, "  ");
		host_add_plain(&line, host_text(a, "primaryDescription"));
		buf_addc(&line, '\n');
	}
	fputs(line.p, stdout);
	buf_fini(&line);
}

static void
print_text(const struct respond *r, struct json_object *list)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	host_describe(&r->host, &text);
	fputs(text.p, stdout);
	buf_fini(&text);
	print_activities(list);
}

static void
print_json(const struct respond *r, struct json_object *list)
{
	struct json_object *o = tree_object();

	tree_put(o, "agent", json_object_get(r->host.agent));
	tree_put(o, "activities", json_object_get(list));
	puts(tree_print(o, TREE_PLAIN));
	json_object_put(o);
}

static int
run(struct respond *r)
{
	struct json_object *answer, *list;
	struct buf path;
	int code;

	buf_init(&path, 4096);
	buf_addf(&path, "/activities?agentIds=%s&activityTypes=" TYPES
	    "&sortBy=createdAt&sortOrder=desc&limit=20", r->host.id);
	code = respond_get(r, path.p, TRIES, &answer);
	buf_fini(&path);
	if (code != RESPOND_GO)
		return code;
	list = json_object_object_get(answer, "data");
	if (!json_object_is_type(list, json_type_array)) {
		respond_say(r, "the console's answer has no list of "
		    "activities");
		code = RESPOND_UNKNOWN;
	} else {
		code = RESPOND_DONE;
		(respond_has(r, RESPOND_JSON) ? print_json : print_text)(r,
		    list);
	}
	json_object_put(answer);
	return code;
}

static const char *const rights[] = {
	"Endpoints.view", "Activity Page.view", NULL
};

const struct action action_status = {
	.about = { "status", "HOST", "show a host, and what was done to it",
	    1, 1, 1u << RESPOND_CONSOLE | 1u << RESPOND_JSON, false },
	.asks_console = true,
	.has_host = true,
	.rights = rights,
	.run = run,
};
