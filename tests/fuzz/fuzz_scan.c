/* The scanner: tokens that hold together, and nothing taken for JSON that
 * json-c refuses. */
#include "config.h"

#include "collector/json/scan.h"
#include "collector/json/text.h"
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct scan s;
	struct buf plain;

	scan_init(&s);
	buf_init(&plain, size);
	if (scan_text(&s, text) < 0) {
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
