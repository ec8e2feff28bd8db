/*
 * What of the figures outlives the process: when something was polled and
 * written last, and how much on this day.  The status file tells; without it
 * they begin again.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/walk/status.h"

#define STATUS_MAX (1 << 30)
#define DAY_MS (24 * 3600 * 1000LL)

static struct json_object *
member_of(struct json_object *o, const char *name, enum json_type type)
{
	struct json_object *member;

	return json_object_object_get_ex(o, name, &member) &&
	    json_object_is_type(member, type) ? member : NULL;
}

static bool
says(struct json_object *o, const char *name, const char *text)
{
	struct json_object *member = member_of(o, name, json_type_string);

	return member != NULL &&
	    strcmp(json_object_get_string(member), text) == 0;
}

static int64_t
time_of(struct json_object *o, const char *name)
{
	struct json_object *member = member_of(o, name, json_type_string);
	int64_t ms;

	return member != NULL && iso8601_parse(slice_of(json_object_get_string(
	    member)), &ms) == 0 ? ms : 0;
}

static void
resume(struct poller *p, struct json_object *o)
{
	struct json_object *today = member_of(o, "records_today",
	    json_type_int);
	struct intake_counts *c = &p->intake.counts;

	p->counts.last_poll_ms = time_of(o, "last_poll");
	c->last_at_ms = time_of(o, "last_record");
	c->last_new_ms = time_of(o, "last_new");
	c->day = c->last_new_ms / DAY_MS;
	if (today != NULL && json_object_get_int64(today) > 0)
		c->lines_of_day = (uint64_t)json_object_get_int64(today);
}

/* The pollers in the order of the file, mostly: the search goes on where the
 * last one ended. */
struct search {
	struct poller **pollers;
	size_t n, at;
};

static void
resume_line(struct search *s, struct json_object *o)
{
	for (size_t i = 0; i < s->n; i++) {
		struct poller *p = s->pollers[(s->at + i) % s->n];

		if (!says(o, "console", p->console) ||
		    !says(o, "dataset", p->dataset->name))
			continue;
		s->at = (s->at + i + 1) % s->n;
		if (p->counts.walks == 0 && p->intake.counts.lines == 0)
			resume(p, o);
		return;
	}
}

/* A stream is an object on a line of its own.  A line at a time is parsed: there
 * may be thousands. */
static void
read_line(struct search *s, char *line)
{
	size_t len = strlen(line);
	struct json_object *o;

	if (len > 0 && line[len - 1] == ',')
		line[len - 1] = '\0';
	if (line[0] != '{')
		return;
	o = tree_parse_object(slice_of(line));
	if (o != NULL)
		resume_line(s, o);
	json_object_put(o);
}

static void
add(void *cookie, struct poller *p)
{
	struct search *s = cookie;

	s->pollers = xreallocarray(s->pollers, s->n + 1,
	    sizeof(struct poller *));
	s->pollers[s->n++] = p;
}

void
engine_resume_status(struct engine *e)
{
	struct search s = { NULL, 0, 0 };
	struct buf text;
	char *rest, *line;

	buf_init(&text, STATUS_MAX);
	engine_each(e, add, &s);
	if (s.n > 0 && fs_read_file(e->env.state_dirfd, STATUS_FILE, &text) ==
	    0)
		for (rest = text.p; (line = strsep(&rest, "\n")) != NULL;)
			read_line(&s, line);
	free(s.pollers);
	buf_fini(&text);
}
