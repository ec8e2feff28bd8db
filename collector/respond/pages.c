#include "config.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/respond/action.h"

#define PATH_MAX_BYTES ((size_t)64 << 10)
#define TRIES 3

static int
ask_page(struct respond *r, const char *path, const char *cursor,
    struct json_object **answer)
{
	struct buf whole;
	int code;

	buf_init(&whole, PATH_MAX_BYTES);
	buf_adds(&whole, path);
	if (*cursor != '\0') {
		buf_adds(&whole, "&cursor=");
		client_quote(&whole, slice_of(cursor));
	}
	code = respond_get(r, whole.p, TRIES, answer);
	buf_fini(&whole);
	return code;
}

/* One page; *cursor is that of the next, "" at the end. */
static int
read_page(struct respond *r, const struct pages *p, char **cursor)
{
	struct json_object *answer, *list;
	bool more = true;
	int code = ask_page(r, p->path, *cursor, &answer);

	if (code != RESPOND_GO)
		return code;
	list = json_object_object_get(answer, "data");
	if (!json_object_is_type(list, json_type_array)) {
		respond_say(r, "the console's answer has no list of %s",
		    p->what);
		json_object_put(answer);
		return RESPOND_UNKNOWN;
	}
	for (size_t i = 0; more && i < json_object_array_length(list); i++)
		more = p->fn(p->cookie, json_object_array_get_idx(list, i));
	free(*cursor);
	*cursor = xstrdup(more ? host_text(json_object_object_get(answer,
	    "pagination"), "nextCursor") : "");
	json_object_put(answer);
	return RESPOND_GO;
}

int
respond_each(struct respond *r, const struct pages *p)
{
	char *cursor = xstrdup("");
	int code = RESPOND_GO;

	for (int page = 0; page < p->most; page++) {
		code = read_page(r, p, &cursor);
		if (code != RESPOND_GO || *cursor == '\0')
			break;
	}
	free(cursor);
	return code;
}
