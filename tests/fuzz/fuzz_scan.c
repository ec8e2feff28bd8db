/*
 * The scanner: it takes RFC 8259 and nothing else, its tokens hold together
 * and do not depend on where the text lies in memory, and texts mean what they
 * say.
 */
#include "config.h"

#include <string.h>

#include "collector/json/scan.h"
#include "collector/json/text.h"
#include "collector/json/wide.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"
#include "tests/fuzz/valid.h"

static void
check_token(const struct scan *s, size_t i, size_t size)
{
	const struct tok *t = &s->tok[i];

	MUST((size_t)t->start + t->len <= size);
	MUST(t->next > i && t->next <= s->n);
	if (t->kind < TOK_OBJECT) {
		MUST(t->next == i + 1);
		return;
	}
	for (size_t k = i + 1; k < t->next; k = s->tok[k].next) {
		MUST(s->tok[k].start >= t->start);
		MUST(s->tok[k].start + s->tok[k].len < t->start + t->len);
		if (t->kind == TOK_OBJECT) {
			MUST(s->tok[k].kind == TOK_STRING);
			k++;
			MUST(k < t->next);
		}
	}
}

/* Unescaped and escaped again it is the same text, with the same hash. */
static void
check_text(struct slice content, struct buf *plain, struct buf *again)
{
	struct slice text;

	buf_reset(plain);
	buf_reset(again);
	MUST(json_unescape(plain, content) == 0);
	text = buf_slice(plain);
	MUST(json_same_text(content, true, text, false));
	MUST(json_hash_text(content, true) == json_hash_text(text, false));
	MUST(json_escape(again, text) == 0);
	MUST(json_same_text(buf_slice(again), true, text, false));
	MUST(json_hash_text(buf_slice(again), true) ==
	    json_hash_text(text, false));
}

static void
check_tokens(const struct scan *s, size_t size)
{
	struct buf plain, again;

	buf_init(&plain, size + 1);
	buf_init(&again, 6 * size + 1);
	MUST(s->n > 0 && s->tok[0].next == s->n);
	for (size_t i = 0; i < s->n; i++) {
		check_token(s, i, size);
		if (s->tok[i].kind == TOK_STRING)
			check_text(scan_content(s, &s->tok[i]), &plain,
			    &again);
	}
	buf_fini(&plain);
	buf_fini(&again);
}

static bool
is_same_token(const struct tok *a, const struct tok *b)
{
	return a->start == b->start && a->len == b->len &&
	    a->next == b->next && a->kind == b->kind && a->flags == b->flags;
}

static void
check_same(const struct scan *a, const struct scan *b, int result)
{
	MUST((a->error == NULL) == (b->error == NULL));
	if (result != 0) {
		MUST(a->error_at == b->error_at);
		MUST(strcmp(a->error, b->error) == 0);
		return;
	}
	MUST(a->n == b->n && a->spaced == b->spaced);
	for (size_t i = 0; i < a->n; i++)
		MUST(is_same_token(&a->tok[i], &b->tok[i]));
}

/* Where it says that no name stands twice, none does. */
static void
check_unique(struct scan *s)
{
	bool unique = s->unique;

	s->unique = false;
	MUST(scan_mark_repeated(s) == 0 || !unique);
}

/* The same text elsewhere, its end at the end of the memory; once its names
 * are expected; and in the other width. */
static void
check_moved(const struct scan *s, int result, struct slice text)
{
	size_t pad = 1 + text.len % 31;
	char *copy = malloc(pad + text.len);
	bool wide = json_wide;
	struct names names = { .n = 0 };
	struct scan moved;

	memcpy(copy + pad, text.p, text.len);
	text.p = copy + pad;
	scan_init(&moved);
	for (int i = 0; i < 4; i++) {
		json_wide = wide && i != 2;
		MUST(scan_text(&moved, text) == result);
		check_same(&moved, s, result);
		if (result == 0)
			check_unique(&moved);
		moved.names = &names;
	}
	json_wide = wide;
	scan_fini(&moved);
	names_fini(&names);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct scan s;
	int result;

	scan_init(&s);
	result = scan_text(&s, text);
	MUST((result == 0) == valid_json(text, SCAN_DEPTH_MAX));
	check_moved(&s, result, text);
	if (result == 0) {
		MUST(fuzz_is_json(text));
		check_tokens(&s, size);
	} else {
		MUST(s.error != NULL && s.error_at <= size);
	}
	scan_fini(&s);
	return 0;
}
