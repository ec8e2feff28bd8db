#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/respond/action.h"

#define PATH_MAX_BYTES ((size_t)64 << 10)
#define TRIES 3
#define CURSOR_MAX ((size_t)16 << 10) /* percent-encoded it is three times so
					* long, and fits into the path */
#define EMPTY_MAX 2 /* pages without a row; a filter may leave some */

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

/* Where a walk is. */
struct at {
	char *cursor; /* of the next page; "" at the beginning and at the end */
	int empty; /* pages without a row, one after the other */
};

/* What is wrong with the cursor of a page; NULL: nothing. */
static const char *
fault_of(const struct at *at, struct json_object *cursor, const char *text)
{
	if (cursor != NULL && !json_object_is_type(cursor, json_type_string))
		return "a cursor that is no string";
	if ((size_t)json_object_get_string_len(cursor) != strlen(text))
		return "a cursor with a NUL in it";
	if (strlen(text) > CURSOR_MAX)
		return "a cursor that is too long";
	if (*text != '\0' && strcmp(text, at->cursor) == 0)
		return "the same cursor again";
	return *text != '\0' && at->empty > EMPTY_MAX ?
	    "page after page with nothing on it" : NULL;
}

static int
go_on(struct respond *r, struct at *at, struct json_object *answer)
{
	struct json_object *cursor = json_object_object_get(
	    json_object_object_get(answer, "pagination"), "nextCursor");
	const char *text = json_object_is_type(cursor, json_type_string) ?
	    json_object_get_string(cursor) : "";
	const char *fault = fault_of(at, cursor, text);

	if (fault != NULL) {
		respond_say(r, "%s: the console's answer has %s: what is "
		    "behind it is missing", r->console.name, fault);
		return RESPOND_UNKNOWN;
	}
	free(at->cursor);
	at->cursor = xstrdup(text);
	return RESPOND_GO;
}

/* The rows of an answer; *more: there may be others to come. */
static int
read_rows(struct respond *r, const struct pages *p, struct at *at,
    struct json_object *answer, bool *more)
{
	struct json_object *list = json_object_object_get(answer, "data");
	size_t n;

	if (!json_object_is_type(list, json_type_array)) {
		respond_say(r, "%s: the console's answer has no list of %s",
		    r->console.name, p->what);
		return RESPOND_UNKNOWN;
	}
	n = json_object_array_length(list);
	for (size_t i = 0; *more && i < n; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		if (json_object_is_type(row, json_type_object))
			*more = p->fn(p->cookie, row);
	}
	at->empty = n == 0 ? at->empty + 1 : 0;
	return *more ? go_on(r, at, answer) : RESPOND_GO;
}

static int
read_page(struct respond *r, const struct pages *p, struct at *at, bool *more)
{
	struct json_object *answer;
	int code = ask_page(r, p->path, at->cursor, &answer);

	*more = code == RESPOND_GO;
	if (code != RESPOND_GO)
		return code;
	code = read_rows(r, p, at, answer, more);
	*more = *more && code == RESPOND_GO && *at->cursor != '\0';
	json_object_put(answer);
	return code;
}

int
respond_each(struct respond *r, const struct pages *p)
{
	struct at at = { .cursor = xstrdup("") };
	int code = RESPOND_GO;
	bool more = true;

	for (int page = 0; more && page < p->most; page++)
		code = read_page(r, p, &at, &more);
	free(at.cursor);
	return code;
}
