/*
 * The token: whose it is, what it may see, and how long it lives.
 */
#include "config.h"

#include <inttypes.h>

#include "collector/base/clock.h"
#include "collector/check/ask.h"
#include "collector/check/span.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define WARNING_MS (14 * DAY_MS)
#define ERROR_MS DAY_MS
#define TEXT_MAX 2048

static void
add_roles(struct buf *text, const struct token_details *t)
{
	for (size_t i = 0; i < t->n_roles; i++) {
		const struct token_role *r = &t->role[i];

		buf_addf(text, ", role %s", r->name != NULL ? r->name : "?");
		if (r->where != NULL)
			buf_addf(text, " of %s", r->where);
	}
}

/* All that is known of it but its end. */
static void
describe(struct buf *text, const struct token_details *t)
{
	const char *who = token_details_who(t);
	char date[NUM_TEXT];

	buf_adds(text, who != NULL ? who : "whose it is was not told");
	if (t->scope != NULL)
		buf_addf(text, ", scope %s", t->scope);
	add_roles(text, t);
	if (t->created_ms > 0)
		buf_addf(text, ", made on %s", date_text(t->created_ms, date));
}

static void
judge_life(struct inquiry *a, const struct subject *about, const char *what)
{
	int64_t now = clock_wall_us() / 1000 + a->c->skew_ms[a->place];
	int64_t ends = a->token.expires_ms, left = ends - now;
	enum level level = left <= ERROR_MS ? LEVEL_ERROR :
	    left <= WARNING_MS ? LEVEL_WARNING : LEVEL_OK;
	char span[NUM_TEXT], date[NUM_TEXT];
	struct finding *f;

	if (left <= 0)
		f = finding_add(&a->c->found, level, about,
		    "%s; expired on %s", what, date_text(ends, date));
	else
		f = finding_add(&a->c->found, level, about, "%s; expires in "
		    "%s, on %s", what, span_text(left, span),
		    date_text(ends, date));
	finding_figure(f, "days_left", left / DAY_MS);
	if (level != LEVEL_OK)
		finding_mend(f, "make a new one, which ends this one at once, "
		    "and write it into %s: it is taken without a restart",
		    a->conf->api_token_file);
}

static void
judge(struct inquiry *a, const struct question *q, const struct answer *answer,
    struct slice body)
{
	const struct subject about = { "token", a->conf->name, NULL };
	struct buf text;

	(void)q;
	if (answer->verdict == VERDICT_OK)
		(void)token_details_life(&a->token, body);
	buf_init(&text, TEXT_MAX);
	describe(&text, &a->token);
	if (a->token.expires_ms > 0)
		judge_life(a, &about, text.p);
	else
		finding_add(&a->c->found, LEVEL_WARNING, &about, "%s; the "
		    "console does not tell when it expires: %s", text.p,
		    answer->verdict == VERDICT_OK ? "it knows no date" :
		    answer->detail);
	buf_fini(&text);
}

static void
judge_user(struct inquiry *a, const struct question *q,
    const struct answer *answer, struct slice body)
{
	(void)q;
	/* Some consoles tell strangers nothing: that is not needed. */
	if (answer->verdict == VERDICT_OK)
		(void)token_details_user(&a->token, body);
	ask(a, &(struct question){
		.path = TOKEN_LIFE_PATH,
		.rate_class = TOKEN_LIFE_CLASS,
		.post = TOKEN_LIFE_BODY,
		.posts_token = true,
		.wants_body = true,
		.order = ASK_TOKEN,
		.judge = judge,
	});
}

void
ask_token(struct inquiry *a)
{
	ask(a, &(struct question){
		.path = TOKEN_USER_PATH,
		.rate_class = TOKEN_USER_CLASS,
		.wants_body = true,
		.order = ASK_TOKEN,
		.judge = judge_user,
	});
}
