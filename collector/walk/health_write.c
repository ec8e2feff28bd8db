#include "config.h"

#include "collector/walk/health_write.h"

#include <stdlib.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/walk/health.h"
#include "collector/walk/health_doc.h"

#define DOCUMENT_MAX (1 << 20)

/* Adopts the document.  Two hosts may tell of the same. */
static void
add(struct health *h, const struct health_teller *t, const char *dataset,
    struct json_object *doc)
{
	char *name = xasprintf("%s %s", t->hostname, dataset);
	struct buf text;

	buf_init(&text, DOCUMENT_MAX);
	if (buf_adds(&text, tree_print(doc, TREE_PLAIN)) == 0)
		health_add(h, name, t->at_ms, text.p);
	buf_fini(&text);
	json_object_put(doc);
	free(name);
}

/* Of one console; its datasets begin at s, and are n. */
static void
write_console(struct tenant *t, const struct figures *f,
    const struct figures_console *c, const struct figures_stream *s, size_t n,
    const char *hostname)
{
	struct health_teller teller = { hostname, t->conf->namespace,
		f->at_ms };

	if (t->health == NULL)
		t->health = health_open(t->env, t->conf->name);
	if (t->health == NULL || !health_begin(t->health))
		return;
	add(t->health, &teller, "", health_doc_console(&teller, f, c));
	for (size_t i = 0; i < n; i++)
		add(t->health, &teller, s[i].dataset,
		    health_doc_stream(&teller, &s[i]));
	health_end(t->health);
}

void
health_write(struct engine *e)
{
	char hostname[256] = "";
	struct figures f;
	size_t at = 0, n;

	/* The reserve is not for us. */
	if (e->budget.limit == BUDGET_NO_DISK)
		return;
	gethostname(hostname, sizeof(hostname) - 1);
	figures_take(&f, e);
	for (size_t i = 0; i < f.n_consoles; i++) {
		for (n = 0; at + n < f.n_streams && strcmp(f.consoles[i].name,
		    f.streams[at + n].console) == 0; n++)
			;
		write_console(e->tenant[i], &f, &f.consoles[i],
		    &f.streams[at], n, hostname);
		at += n;
	}
	figures_fini(&f);
}
