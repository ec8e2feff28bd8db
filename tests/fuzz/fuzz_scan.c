/* The scanner: tokens that hold together, and nothing taken for JSON that
 * json-c refuses. */
#include "config.h"

#include "collector/json/scan.h"
#include "collector/json/text.h"
#include "collector/json/wide.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json.h"

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

/* The same once its names are expected, in either width. */
static void
check_learned(struct scan *plain, struct slice text, int result)
{
	struct names names = { .n = 0 };
	struct scan s;
	bool wide = json_wide;

	scan_init(&s);
	s.names = &names;
	for (int i = 0; i < 3; i++) {
		json_wide = wide && i != 1;
		MUST(scan_text(&s, text) == result);
		MUST(result == 0 || (s.error == plain->error &&
		    s.error_at == plain->error_at));
		MUST(result < 0 || (s.n == plain->n &&
		    s.spaced == plain->spaced));
		for (size_t k = 0; k < s.n && result == 0; k++) {
			struct tok t = s.tok[k];

			t.name = 0;
			MUST(memcmp(&t, &plain->tok[k], sizeof(t)) == 0);
			if (t.kind == TOK_OBJECT)
				MUST(scan_has_repeated(&s, k) ==
				    scan_has_repeated(plain, k));
		}
	}
	json_wide = wide;
	scan_fini(&s);
	names_fini(&names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct scan s;
	struct buf plain;
	int result;

	scan_init(&s);
	buf_init(&plain, size);
	result = scan_text(&s, text);
	check_learned(&s, text, result);
	if (result < 0) {
		MUST(s.error != NULL && s.error_at <= size);
		scan_fini(&s);
		return 0;
	}
	MUST(s.n > 0 && s.tok[0].next == s.n);
	for (size_t i = 0; i < s.n; i++) {
		check_token(&s, i, size);
		if (s.tok[i].kind == TOK_OBJECT)
			MUST(scan_has_repeated(&s, i) ==
			    (scan_mark_repeated(&s, i) > 0));
		if (s.tok[i].kind != TOK_STRING)
			continue;
		buf_reset(&plain);
		MUST(json_unescape(&plain, scan_content(&s, &s.tok[i])) == 0);
		MUST(json_same_text(scan_content(&s, &s.tok[i]), true,
		    buf_slice(&plain), false));
	}
	MUST(fuzz_is_json(text));
	buf_fini(&plain);
	scan_fini(&s);
	return 0;
}
