/*
 * What of the figures outlives the process: when something was polled and
 * written last, and how much on this day.  The status file tells; without it
 * they begin again.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/walk/status.h"

#define STATUS_MAX (1 << 30)
#define DAY_MS (24 * 3600 * 1000LL)

static bool
says(struct json_object *o, const char *name, const char *text)
{
	return strcmp(tree_get_text(o, name, ""), text) == 0;
}

static void
resume(struct poller *p, struct json_object *o)
{
	int64_t today = tree_get_int(o, "records_today", 0);
	struct intake_counts *c = &p->intake.counts;

	p->counts.last_poll_ms = tree_get_time(o, "last_poll", 0);
	c->last_at_ms = tree_get_time(o, "last_record", 0);
	c->last_new_ms = tree_get_time(o, "last_new", 0);
	c->day = c->last_new_ms / DAY_MS;
	if (today > 0)
		c->lines_of_day = (uint64_t)today;
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
