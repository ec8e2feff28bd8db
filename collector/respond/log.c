#include "config.h"

#include <errno.h>
#include <string.h>

#include "collector/respond/action.h"

struct showing {
	const struct respond *r;
	size_t damaged;
};

static const char *
text_at(struct json_object *doc, const char *path)
{
	struct json_object *v = audit_member(doc, path);

	return v == NULL ? "" : json_object_get_string(v);
}

static void
print(struct json_object *doc)
{
	struct buf line;

	buf_init(&line, (size_t)64 << 10);
	host_add_plain(&line, text_at(doc, "@timestamp"));
	buf_addf(&line, "  %-8s  ", text_at(doc, "event.outcome"));
	host_add_plain(&line, text_at(doc, "message"));
	puts(line.p);
	buf_fini(&line);
}

static bool
show(void *cookie, const char *console, struct slice line,
    struct json_object *doc)
{
	struct showing *s = cookie;
	const char *only = s->r->call->value[RESPOND_CONSOLE];

	if (only != NULL && strcmp(only, console) != 0)
		return true;
	if (doc == NULL)
		s->damaged++;
	else if (respond_has(s->r, RESPOND_JSON))
		printf("%.*s\n", (int)line.len, line.p);
	else
		print(doc);
	return true;
}

static int
run(struct respond *r)
{
	const char *directory = r->conf->respond.directory;
	struct showing s = { r, 0 };

	if (audit_each(directory, 0, show, &s) != 0) {
		respond_say(r, "%s: %s", directory, strerror(errno));
		return RESPOND_REFUSED;
	}
	if (s.damaged == 0)
		return RESPOND_DONE;
	respond_say(r, "%s: %zu lines are damaged", directory, s.damaged);
	return RESPOND_FAILED;
}

static const char *const rights[] = { NULL };

const struct action action_log = {
	.about = { "log", "", "show what was asked for, refused and done",
	    0, 0, 1u << RESPOND_CONSOLE | 1u << RESPOND_JSON, false },
	.rights = rights,
	.run = run,
};
