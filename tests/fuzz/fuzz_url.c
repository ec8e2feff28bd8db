/*
 * Requests made with what a console has answered before, cursor and keys of
 * parents: whatever these are, the path is one that HTTP takes, they stay
 * within their parameters, and the cursor arrives as it was meant.  The first
 * byte chooses the request; then cursor and keys, a line each.
 */
#include "config.h"

#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "collector/walk/bounds.h"
#include "collector/walk/url.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"

#define N_TEXTS 4 /* the cursor and three keys */

/* Line by line into owned texts, NULL where the input has no more. */
static void
read_texts(char *text[N_TEXTS], const char *p, size_t n)
{
	for (size_t i = 0; i < N_TEXTS; i++) {
		const char *nl = n > 0 ? memchr(p, '\n', n) : NULL;
		size_t len = nl == NULL ? n : (size_t)(nl - p);

		text[i] = n > 0 ? xstrndup(p, len) : NULL;
		len += nl != NULL;
		p += len;
		n -= len;
	}
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789ABCDEFabcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, c);
	if (at == NULL)
		return -1;
	return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* To be freed; decoding stops at nothing, '+' stays. */
static char *
decoded(const char *text, size_t n)
{
	char *out = xmalloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '%' && i + 2 < n &&
		    hex_digit(text[i + 1]) >= 0 &&
		    hex_digit(text[i + 2]) >= 0) {
			out[len++] = (char)(hex_digit(text[i + 1]) * 16 +
			    hex_digit(text[i + 2]));
			i += 2;
		} else {
			out[len++] = text[i];
		}
	}
	out[len] = '\0';
	return out;
}

static void
check_path(const char *path)
{
	MUST(path[0] == '/');
	for (const char *p = path; *p != '\0'; p++) {
		MUST(*p > ' ' && *p < 0x7f && strchr("#\"\\<>^`{|}", *p) ==
		    NULL);
		MUST(*p != '%' || (hex_digit(p[1]) >= 0 &&
		    hex_digit(p[2]) >= 0));
	}
	MUST(strchr(path, '?') == strrchr(path, '?'));
}

static void
check_cursor(const char *path, const char *cursor)
{
	const char *at = strstr(path, "&cursor=");
	char *want = decoded(cursor, strlen(cursor)), *got;

	MUST(at != NULL);
	at += strlen("&cursor=");
	MUST(strchr(at, '&') == NULL); /* it is the last */
	got = decoded(at, strlen(at));
	MUST(strcmp(got, want) == 0);
	free(got);
	free(want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct walk_row *row;
	const struct walk_request *list, *rq;
	char *text[N_TEXTS];
	struct url_args args;
	struct buf path, body;

	if (size < 1)
		return 0;
	row = &dataset_table[data[0] % DATASET_COUNT]->walk;
	list = rq = &row->list;
	read_texts(text, (const char *)data + 1, size - 1);
	/* Without a first key there is no child to ask for. */
	if (data[0] >= 128 && row->child.path != NULL && text[1] != NULL)
		rq = &row->child;
	args = (struct url_args){ .query = rq->query, .limit = rq->max_page,
		.field = "updatedAt", .lower = data[0] * INT64_C(1000000),
		.upper = INT64_C(1741064767890), .site_ids = "1,2",
		.cursor = text[0],
		.key = rq == list ? NULL : text + 1 };
	buf_init(&path, 1 << 20);
	buf_init(&body, 1 << 20);
	MUST(url_path(&path, rq, &args) == 0);
	check_path(path.p);
	if (rq->body == NULL && text[0] != NULL)
		check_cursor(path.p, text[0]);
	if (rq->body != NULL) {
		MUST(url_body(&body, rq, &args) == 0);
		/* A cursor comes out of JSON and is UTF-8. */
		MUST(text[0] != NULL || fuzz_is_json(buf_slice(&body)));
	}
	buf_fini(&path);
	buf_fini(&body);
	for (size_t i = 0; i < N_TEXTS; i++)
		free(text[i]);
	return 0;
}
