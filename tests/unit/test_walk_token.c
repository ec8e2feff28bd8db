/*
 * How long a token lives: when the console is asked, what is said and when.
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define NOW RIG_START
#define LIFE "/web/api/v2.1/users/api-token-details"
#define USER "/web/api/v2.1/user\n"
#define END (RIG_START + 20 * RIG_DAY + 9 * RIG_HOUR) /* of the token's life, as told */

static const struct token_file one = { 1, 7 }, other = { 2, 7 };

/* Arithmetic. */

static void
test_state(void)
{
	struct token_life l = { 0 };

	CU_ASSERT_EQUAL(token_life_state(&l, NOW), TOKEN_UNTOLD);
	l.expires_ms = NOW + 14 * RIG_DAY + 1;
	CU_ASSERT_EQUAL(token_life_state(&l, NOW), TOKEN_VALID);
	CU_ASSERT_EQUAL(token_life_days(&l, NOW), 14);
	l.expires_ms--;
	CU_ASSERT_EQUAL(token_life_state(&l, NOW), TOKEN_EXPIRING);
	l.expires_ms--;
	CU_ASSERT_EQUAL(token_life_days(&l, NOW), 13);
	l.expires_ms = NOW + 1;
	CU_ASSERT_EQUAL(token_life_state(&l, NOW), TOKEN_EXPIRING);
	CU_ASSERT_EQUAL(token_life_days(&l, NOW), 0);
	CU_ASSERT_EQUAL(token_life_state(&l, NOW + 1), TOKEN_EXPIRED);
	CU_ASSERT_EQUAL(token_life_days(&l, NOW + 2), -1);
	CU_ASSERT_EQUAL(token_life_days(&l, NOW + 2 + RIG_DAY), -2);
}

static void
test_record(void)
{
	static const char *const broken[] = { "", "7", "[1]", "{\"asked\":",
		"{\"v\":1}", "{\"expires\":\"x\",\"warned\":[],\"asked\":{}}" };
	struct token_life l = { 1, 2, 3, 14, { INT64_MAX, 5 } }, back;
	struct buf text;

	buf_init(&text, 1000);
	token_life_print(&text, &l);
	token_life_parse(&back, buf_slice(&text));
	CU_ASSERT_EQUAL(back.created_ms, 1);
	CU_ASSERT_EQUAL(back.expires_ms, 2);
	CU_ASSERT_EQUAL(back.asked_ms, 3);
	CU_ASSERT_EQUAL(back.warned, 14);
	CU_ASSERT_EQUAL(back.file.changed_ns, INT64_MAX);
	CU_ASSERT_EQUAL(back.file.inode, 5);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		token_life_parse(&back, slice_of(broken[i]));
		CU_ASSERT_EQUAL(back.expires_ms, 0);
		CU_ASSERT_EQUAL(back.asked_ms, 0);
		CU_ASSERT_EQUAL(back.warned, 0);
	}
	buf_fini(&text);
}

static void
test_due(void)
{
	struct token_life l = { 0 };

	CU_ASSERT_TRUE(token_life_is_due(&l, &one, NOW));
	CU_ASSERT_TRUE(token_life_told(&l, 0, NOW + 100, &one, NOW));
	CU_ASSERT_FALSE(token_life_is_due(&l, &one, NOW));
	CU_ASSERT_TRUE(token_life_is_due(&l, &other, NOW));
	/* The end has come; it is asked about once. */
	CU_ASSERT_TRUE(token_life_is_due(&l, &one, NOW + 100));
	CU_ASSERT_FALSE(token_life_told(&l, 0, NOW + 100, &one, NOW + 100));
	CU_ASSERT_FALSE(token_life_is_due(&l, &one, NOW + 200));
	CU_ASSERT_FALSE(token_life_is_due(&l, &one, NOW + 99 + RIG_DAY));
	CU_ASSERT_TRUE(token_life_is_due(&l, &one, NOW + 100 + RIG_DAY));
	/* A clock that went back. */
	CU_ASSERT_TRUE(token_life_is_due(&l, &one, NOW));
}

static void
test_warnings(void)
{
	static const struct {
		int64_t before_ms; /* the end */
		int64_t warned;
	} steps[] = {
		{ 15 * RIG_DAY, 0 }, { 14 * RIG_DAY + 1, 0 },
		{ 14 * RIG_DAY, 14 }, { 14 * RIG_DAY, 0 },
		{ 8 * RIG_DAY, 0 }, { 7 * RIG_DAY, 7 }, { 4 * RIG_DAY, 0 },
		{ RIG_DAY / 2, 1 }, { RIG_DAY / 3, 0 }, { 0, 0 }, { -5, 0 },
	};
	struct token_life l = { .expires_ms = END };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		CU_ASSERT_EQUAL(token_life_warn(&l, END - steps[i].before_ms),
		    steps[i].warned);
	/* Told again, it is the same life; another one is warned of anew. */
	CU_ASSERT_FALSE(token_life_told(&l, 0, END, &other, END - 5));
	CU_ASSERT_EQUAL(token_life_warn(&l, END - 5), 0);
	CU_ASSERT_TRUE(token_life_told(&l, 0, END + RIG_DAY, &other, END));
	CU_ASSERT_EQUAL(token_life_warn(&l, END), 1);
	l.expires_ms = 0;
	l.warned = 0;
	CU_ASSERT_EQUAL(token_life_warn(&l, END), 0);
}

/* The watch, at a console that answers as a test wants it. */

static struct answers {
	enum verdict life, user, info;
	int status;
	bool no_token;
	int64_t end; /* 0: not in the answers */
} answers;

static struct rig r;
static int stderr_fd;

static void
print_life(struct buf *b)
{
	char at[ISO8601_LEN];

	if (answers.end == 0) {
		buf_adds(b, "{\"createdAt\":null}");
		return;
	}
	iso8601_format(answers.end, at);
	buf_addf(b, "{\"createdAt\":\"2026-03-01T00:00:00Z\","
	    "\"expiresAt\":\"%.*s\"}", ISO8601_LEN, at);
}

static bool
answer(struct rig *rig, const char *path, const char *body,
    struct fake_reply *reply)
{
	bool life = strcmp(path, LIFE) == 0;

	(void)rig;
	reply->status = answers.status;
	reply->no_token = answers.no_token;
	if (strstr(path, "/system/info") != NULL) {
		reply->verdict = answers.info;
		return true;
	}
	if (!life && strcmp(path, "/web/api/v2.1/user") != 0) {
		reply->verdict = answers.info;
		return answers.info != VERDICT_OK;
	}
	reply->verdict = life ? answers.life : answers.user;
	if (life)
		CU_ASSERT_PTR_NOT_NULL(strstr(body, CALL_TOKEN));
	buf_adds(&reply->body, life ? "{\"data\":" :
	    "{\"data\":{\"apiToken\":");
	print_life(&reply->body);
	buf_adds(&reply->body, life ? "}" : "}}");
	return true;
}

/* How often the log says this. */
static size_t
said(const char *text)
{
	char *log = scratch_read(r.dir, "log", NULL);
	size_t n = 0;

	for (const char *p = log; (p = strstr(p, text)) != NULL; p++)
		n++;
	free(log);
	return n;
}

static void
write_token(const char *text)
{
	scratch_write(r.dir, "token.new", slice_of(text));
	CU_ASSERT_EQUAL_FATAL(renameat(AT_FDCWD, scratch_path(r.dir,
	    "token.new"), AT_FDCWD, r.conf.api_token_file), 0);
}

static void
open_rig(void)
{
	rig_open(&r);
	token_watch_start(&r.tenant->watch, 0);
	fake_run(RIG_MINUTE);
}

static void
begin(int64_t end)
{
	int fd;

	rig_init(&r, &rig_toy);
	r.serve = answer;
	r.set->interval = 5 * RIG_MINUTE;
	r.conf.api_token_file = strdup(scratch_path(r.dir, "token"));
	write_token("the-token");
	scratch_write(r.dir, "log", SLICE(""));
	fd = open(scratch_path(r.dir, "log"), O_WRONLY | O_APPEND);
	CU_ASSERT_FATAL(fd >= 0);
	fflush(stderr);
	stderr_fd = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_setup(LOG_INFO, LOG_TEXT);
	answers = (struct answers){ .end = end };
	open_rig();
}

static void
end(void)
{
	char *file = r.conf.api_token_file;

	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	rig_fini(&r);
	free(file);
}

static enum token_state
state(void)
{
	struct token_view v;

	token_watch_view(&r.tenant->watch, &v);
	return v.state;
}

static void
restart(void)
{
	rig_stop(&r);
	open_rig();
}

static void
test_daily(void)
{
	struct token_view v;

	begin(RIG_START + 100 * RIG_DAY);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 1);
	token_watch_view(&r.tenant->watch, &v);
	CU_ASSERT_EQUAL(v.state, TOKEN_VALID);
	CU_ASSERT_EQUAL(v.days_left, 99);
	CU_ASSERT_EQUAL(v.expires_ms, answers.end);
	CU_ASSERT_EQUAL(v.created_ms, 1772323200000LL);
	CU_ASSERT(v.asked_ms >= RIG_START && v.asked_ms < NOW + RIG_MINUTE);
	for (int i = 0; i < 10; i++) {
		fake_run(2 * RIG_HOUR);
		restart();
	}
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_VALID);
	fake_run(4 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 2);
	fake_run(5 * RIG_DAY);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 7);
	CU_ASSERT_EQUAL(rig_asked(&r, USER), 0);
	CU_ASSERT_EQUAL(said("valid until"), 1);
	CU_ASSERT_EQUAL(said("warn"), 0);
	CU_ASSERT_EQUAL(r.poller->counts.errors, 0);
	end();
}

/* Each once, whatever restarts there are, and then one line of its end. */
static void
test_warned_once(void)
{
	begin(END);
	for (int n = 0; n < 19 * 3 + 2; n++) {
		fake_run(8 * RIG_HOUR - 2 * RIG_MINUTE);
		restart();
		restart();
	}
	CU_ASSERT_EQUAL(said("expires at 2026-03-24T18:00:00Z"), 4);
	CU_ASSERT_EQUAL(said("in less than 14 days"), 1);
	CU_ASSERT_EQUAL(said("in less than 7 days"), 1);
	CU_ASSERT_EQUAL(said("in less than 3 days"), 1);
	CU_ASSERT_EQUAL(said("in less than 1 day:"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_EXPIRING);
	fake_run(RIG_DAY / 2);
	answers.life = answers.user = answers.info = VERDICT_AUTH;
	fake_run(RIG_DAY);
	CU_ASSERT_EQUAL(said("the API token expired at 2026-03-24T18:00:00Z"),
	    0);
	CU_ASSERT_EQUAL(said("though it was to be valid until"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_EXPIRED);
	end();
}

static void
test_expired(void)
{
	begin(NOW + 2 * RIG_DAY);
	fake_run(2 * RIG_DAY - 30 * RIG_SECOND);
	answers.life = answers.user = answers.info = VERDICT_AUTH;
	rig_forget_asked(&r);
	fake_run(10 * RIG_DAY);
	CU_ASSERT_EQUAL(said("the API token expired at 2026-03-06T09:00:00Z"),
	    1);
	CU_ASSERT_EQUAL(said("error"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_EXPIRED);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_NO_TOKEN);
	UNIT_TEXT(r.poller->reason,
	    "the API token expired at 2026-03-06T09:00:00Z");
	/* Neither the data nor the token is asked for. */
	CU_ASSERT(rig_asked(&r, "\n") <= 4);

	/* A new one, in no more than the second between two looks. */
	rig_forget_asked(&r);
	answers = (struct answers){ .end = NOW + 400 * RIG_DAY };
	write_token("another");
	fake_run(3 * RIG_SECOND);
	CU_ASSERT_EQUAL(said("the token works again"), 1);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_VALID);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	end();
}

static void
test_revoked(void)
{
	begin(RIG_START + 100 * RIG_DAY);
	answers.life = answers.user = answers.info = VERDICT_AUTH;
	fake_run(3 * RIG_DAY);
	CU_ASSERT_EQUAL(said("the console refuses the API token, though it "
	    "was to be valid until 2026-06-12T09:00:00Z"), 1);
	CU_ASSERT_EQUAL(said("error"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_REFUSED);
	end();
}

/* A file that is written in place: missing for a while, then another one. */
static void
test_file(void)
{
	begin(RIG_START + 100 * RIG_DAY);
	answers.life = answers.user = answers.info = VERDICT_CONFIG;
	answers.no_token = true;
	unlink(r.conf.api_token_file);
	fake_run(10 * RIG_MINUTE);
	CU_ASSERT_EQUAL(said("error"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_UNUSABLE);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_NO_TOKEN);
	/* Now it is there, and wrong. */
	answers = (struct answers){ VERDICT_AUTH, VERDICT_AUTH, VERDICT_AUTH,
	    401, false, 0 };
	write_token("wrong");
	fake_run(3 * RIG_SECOND);
	CU_ASSERT_EQUAL(said("the console refuses the API token"), 1);
	CU_ASSERT_EQUAL(state(), TOKEN_REFUSED);
	answers = (struct answers){ .end = RIG_START + 50 * RIG_DAY };
	write_token("right");
	fake_run(3 * RIG_SECOND);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT_EQUAL(r.tenant->watch.life.expires_ms, answers.end);

	/* One that works is asked about in a minute. */
	answers.end = RIG_START + 70 * RIG_DAY;
	write_token("a later one");
	fake_run(2 * RIG_MINUTE);
	CU_ASSERT_EQUAL(r.tenant->watch.life.expires_ms, answers.end);
	CU_ASSERT_EQUAL(said("error"), 2);
	end();
}

/* Polling goes on, whatever comes of the question. */
static void
check_soft(enum verdict life, enum verdict user, size_t asked_life,
    size_t asked_user)
{
	begin(RIG_START + 100 * RIG_DAY);
	rig_forget_asked(&r);
	answers.life = life;
	answers.user = user;
	answers.status = 400;
	write_token("another");
	fake_run(3 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), asked_life);
	CU_ASSERT_EQUAL(rig_asked(&r, USER), asked_user);
	CU_ASSERT_EQUAL(r.poller->state, POLLER_IDLE);
	CU_ASSERT_EQUAL(r.poller->counts.errors, 0);
	CU_ASSERT_EQUAL(said("error"), 0);
	CU_ASSERT_EQUAL(said("warn"), 0);
	fake_run(3 * RIG_DAY);
	CU_ASSERT(said("does not tell when its API token expires") <= 1);
	end();
}

static void
test_fails_softly(void)
{
	check_soft(VERDICT_GONE, VERDICT_OK, 1, 1);
	check_soft(VERDICT_DENIED, VERDICT_DENIED, 1, 1);
	check_soft(VERDICT_UNSUPPORTED, VERDICT_BAD, 1, 1);
	/* Refused here, though valid: asked for again every hour. */
	check_soft(VERDICT_AUTH, VERDICT_AUTH, 3, 3);
}

static void
test_not_told(void)
{
	begin(0);
	CU_ASSERT_EQUAL(state(), TOKEN_UNTOLD);
	CU_ASSERT_EQUAL(rig_asked(&r, LIFE), 1);
	CU_ASSERT_EQUAL(rig_asked(&r, USER), 1);
	CU_ASSERT_EQUAL(said("does not tell when its API token expires: its "
	    "answer has no \"expiresAt\""), 1);
	answers.life = VERDICT_RETRY;
	answers.end = END;
	fake_run(RIG_DAY);
	CU_ASSERT_EQUAL(state(), TOKEN_UNTOLD);
	/* Passing trouble is asked about until it has passed. */
	answers.life = VERDICT_OK;
	fake_run(2 * RIG_HOUR);
	CU_ASSERT_EQUAL(state(), TOKEN_VALID);
	/* What was told stays true for the same token. */
	answers.life = answers.user = VERDICT_GONE;
	fake_run(2 * RIG_DAY);
	CU_ASSERT_EQUAL(state(), TOKEN_VALID);
	write_token("another");
	fake_run(2 * RIG_MINUTE);
	CU_ASSERT_EQUAL(state(), TOKEN_UNTOLD);
	end();
}

static const struct unit_test tests[] = {
	{ "states and days", test_state },
	{ "the record in the journal", test_record },
	{ "when to ask", test_due },
	{ "when to warn", test_warnings },
	{ "asked once a day", test_daily },
	{ "warned once of each", test_warned_once },
	{ "a token that expires", test_expired },
	{ "a token that is revoked", test_revoked },
	{ "the token's file", test_file },
	{ "trouble with the question", test_fails_softly },
	{ "a console that does not tell", test_not_told },
};

UNIT_MAIN("walk_token", tests)
