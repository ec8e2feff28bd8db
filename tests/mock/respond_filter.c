#include "config.h"

#include "tests/mock/respond_filter.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/agent_text.h"

void
filter_missing(struct exchange *x, const char *name)
{
	char detail[100];

	snprintf(detail, sizeof(detail),
	    "%s: Missing data for required field.", name);
	reply_error(x, 400, 4000010, "Validation Error", detail);
}

/* A list, or a text with commas, as words with commas; NULL: not given. */
static char *
words_of(struct json_object *filter, const char *name)
{
	struct json_object *o;
	struct buf b;
	char *words;

	if (!json_object_object_get_ex(filter, name, &o))
		return NULL;
	if (!json_object_is_type(o, json_type_array))
		return xstrdup(json_object_get_string(o));
	buf_init(&b, EXCHANGE_MAX_IN);
	for (size_t i = 0; i < json_object_array_length(o); i++)
		buf_addf(&b, "%s%s", i == 0 ? "" : ",",
		    json_object_get_string(json_object_array_get_idx(o, i)));
	words = xstrdup(b.p);
	buf_fini(&b);
	return words;
}

static bool
is_listed(const struct row *row, const char *ids)
{
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)row->id);
	return agent_text_lists(ids, id);
}

static void
find_agents(const struct console *c, struct filtered *f, const char *ids,
    const char *uuids)
{
	const char *const text[TEXT_COUNT] = { [TEXT_UUIDS] = uuids };
	struct view v = store_view(c->store, SET_AGENT, KEY_ID);

	f->agent = xcalloc(v.n + 1, sizeof(*f->agent));
	for (size_t i = 0; i < v.n; i++)
		if ((ids == NULL || is_listed(v.at[i], ids)) &&
		    agent_text_match(text, c, v.at[i]))
			f->agent[f->n++] = v.at[i];
}

int
filter_read(struct exchange *x, struct filtered *f)
{
	struct json_object *filter;
	char *ids, *uuids;

	*f = (struct filtered){ .body = json_tokener_parse(x->in.p) };
	if (!json_object_object_get_ex(f->body, "filter", &filter) ||
	    !json_object_is_type(filter, json_type_object)) {
		filter_missing(x, "filter");
		filter_fini(f);
		return -1;
	}
	ids = words_of(filter, "ids");
	uuids = words_of(filter, "uuids");
	find_agents(x->console, f, ids, uuids);
	free(ids);
	free(uuids);
	return 0;
}

void
filter_fini(struct filtered *f)
{
	json_object_put(f->body);
	free(f->agent);
}
