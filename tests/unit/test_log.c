#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "tests/unit/unit.h"

static int64_t mono_ms;

static int64_t
fake_wall(void)
{
	return INT64_C(1722470339123456); /* 2024-07-31T23:58:59.123456Z */
}

static int64_t
fake_mono(void)
{
	return mono_ms;
}

static const struct clock fake = { fake_wall, fake_mono };

#define TIME "2024-07-31T23:58:59.123Z"

/*
 * stderr becomes a socket that keeps messages apart: each read is one write,
 * so a line that was written in pieces shows.
 */
static int ends[2], saved_stderr;
static char got[65536];

static void
begin(enum log_level level, enum log_format format)
{
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
	    ends) == 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	mono_ms = 1000;
	clock_set(&fake);
	log_setup(level, format);
}

/* The next line written, "" when there is none. */
static const char *
next_line(void)
{
	ssize_t n = read(ends[0], got, sizeof(got) - 1);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

static void
end(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(ends[0]);
	close(ends[1]);
	clock_set(NULL);
}

static void
test_text(void)
{
	begin(LOG_DEBUG, LOG_TEXT);
	log_event(LOG_WARN, "acme", "threat", "page %d of %s", 3, "x");
	UNIT_TEXT(next_line(), TIME " warn  acme/threat: page 3 of x\n");
	log_event(LOG_ERROR, "acme", NULL, "gone");
	UNIT_TEXT(next_line(), TIME " error acme: gone\n");
	log_event(LOG_INFO, NULL, "threat", "here");
	UNIT_TEXT(next_line(), TIME " info  threat: here\n");
	log_debug("detail");
	UNIT_TEXT(next_line(), TIME " debug detail\n");
	UNIT_TEXT(next_line(), "");
	end();
}

static void
test_level(void)
{
	begin(LOG_WARN, LOG_TEXT);
	log_debug("a");
	log_info("b");
	UNIT_TEXT(next_line(), "");
	log_warn("c");
	UNIT_TEXT(next_line(), TIME " warn  c\n");
	log_error("d");
	UNIT_TEXT(next_line(), TIME " error d\n");
	end();
}

static void
test_journal(void)
{
	static const struct {
		enum log_level level;
		const char *line;
	} rows[] = {
		{ LOG_ERROR, "<3>acme: x\n" },
		{ LOG_WARN, "<4>acme: x\n" },
		{ LOG_INFO, "<6>acme: x\n" },
		{ LOG_DEBUG, "<7>acme: x\n" },
	};
	struct stat st;
	char own[64];

	begin(LOG_DEBUG, LOG_TEXT);
	fstat(STDERR_FILENO, &st);
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", own, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_event(rows[i].level, "acme", NULL, "x");
		UNIT_TEXT(next_line(), rows[i].line);
	}
	/* Inherited, but stderr goes elsewhere. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_info("y");
	UNIT_TEXT(next_line(), TIME " info  y\n");
	unsetenv("JOURNAL_STREAM");
	end();
}

static const char *
member(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v))
		return "(none)";
	return json_object_get_string(v);
}

static void
test_json(void)
{
	struct json_object *o;

	begin(LOG_INFO, LOG_JSON);
	log_event(LOG_WARN, "acme", "threat", "a \"b\" \\ %s", "c\nd\x01");
	UNIT_TEXT(next_line(), "{\"@timestamp\":\"" TIME "\","
	    "\"log.level\":\"warn\","
	    "\"message\":\"a \\\"b\\\" \\\\ c\\u000ad\\u0001\","
	    "\"ecs.version\":\"9.3.0\",\"service.name\":\"s1spool\","
	    "\"event.dataset\":\"s1spool.log\","
	    "\"labels\":{\"console\":\"acme\",\"dataset\":\"threat\"}}\n");
	o = json_tokener_parse(got);
	UNIT_TEXT(member(o, "message"), "a \"b\" \\ c\nd\x01");
	json_object_put(o);
	log_event(LOG_INFO, NULL, "group", "x");
	CU_ASSERT_PTR_NOT_NULL(strstr(next_line(),
	    ",\"labels\":{\"dataset\":\"group\"}}\n"));
	log_info("x");
	CU_ASSERT_PTR_NULL(strstr(next_line(), "labels"));
	end();
}

/* What a server sent neither breaks the line nor its encoding. */
static void
test_foreign_bytes(void)
{
	static const struct {
		const char *text, *clean;
	} rows[] = {
		{ "a\nb\r\tc\x7f", "a b  c " },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xff-\x80", "\xef\xbf\xbd-\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x8f\xbf\xbf",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx" },
	};
	char want[256];

	begin(LOG_INFO, LOG_TEXT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_info("%s", rows[i].text);
		snprintf(want, sizeof(want), TIME " info  %s\n", rows[i].clean);
		UNIT_TEXT(next_line(), want);
	}
	end();
}

static void
test_long_message(void)
{
	static char text[5000];
	size_t len;

	memset(text, '\x01', sizeof(text) - 1);
	begin(LOG_INFO, LOG_JSON);
	log_info("%s", text);
	len = strlen(next_line());
	CU_ASSERT_TRUE(len > 2047 * 6);
	UNIT_TEXT(got + len - 2, "}\n");
	end();
}

static void
fail_once(const char *console, const char *dataset, int n)
{
	log_event(LOG_ERROR, console, dataset, "failed %d", n);
}

static void
test_repeats(void)
{
	begin(LOG_INFO, LOG_TEXT);
	fail_once("acme", "threat", 1);
	UNIT_TEXT(next_line(), TIME " error acme/threat: failed 1\n");
	/* Every 30 seconds: written after one, two more, four more ... */
	for (int n = 2, half_minutes = 2, since = 1; n < 2000; n++, since++) {
		char want[100];

		mono_ms += 30000;
		fail_once("acme", "threat", n);
		if (since < half_minutes) {
			UNIT_TEXT(next_line(), "");
			continue;
		}
		snprintf(want, sizeof(want), TIME " error acme/threat: failed "
		    "%d (repeated %d times)\n", n, half_minutes - 1);
		UNIT_TEXT(next_line(), want);
		since = 0;
		half_minutes *= 2;
		if (half_minutes > 120)
			half_minutes = 120;
	}
	/* Quiet for more than an hour: as if it were new. */
	mono_ms += 3600001;
	fail_once("acme", "threat", 1);
	next_line();
	mono_ms += 30000;
	fail_once("acme", "threat", 2);
	UNIT_TEXT(next_line(), "");
	mono_ms += 30000;
	fail_once("acme", "threat", 3);
	UNIT_TEXT(next_line(),
	    TIME " error acme/threat: failed 3 (repeated 1 times)\n");
	end();
}

/* What does not come again is told all the same. */
static void
test_last_repeats(void)
{
	begin(LOG_INFO, LOG_TEXT);
	for (int n = 1; n <= 5; n++)
		fail_once("acme", "threat", n);
	UNIT_TEXT(next_line(), TIME " error acme/threat: failed 1\n");
	mono_ms += 59999;
	log_repeats(false);
	UNIT_TEXT(next_line(), "");
	mono_ms++;
	log_repeats(false);
	UNIT_TEXT(next_line(),
	    TIME " error acme/threat: failed 5 (repeated 4 times)\n");
	log_repeats(true);
	UNIT_TEXT(next_line(), "");
	/* The next interval is twice as long. */
	fail_once("acme", "threat", 6);
	mono_ms += 119999;
	log_repeats(false);
	UNIT_TEXT(next_line(), "");
	log_repeats(true);
	UNIT_TEXT(next_line(),
	    TIME " error acme/threat: failed 6 (repeated 1 times)\n");
	/* Nothing is kept over a reload. */
	fail_once("acme", NULL, 1);
	fail_once("acme", NULL, 2);
	next_line();
	log_setup(LOG_INFO, LOG_TEXT);
	log_repeats(true);
	UNIT_TEXT(next_line(), "");
	end();
}

static void
test_what_is_a_repeat(void)
{
	begin(LOG_DEBUG, LOG_TEXT);
	fail_once("acme", "threat", 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	fail_once("acme", "threat", 2);
	CU_ASSERT_EQUAL(*next_line(), '\0');
	/* Another dataset, console, split of the names, level or kind. */
	fail_once("acme", "agent", 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	fail_once("acmes", "threat", 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	fail_once("acmet", "hreat", 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	fail_once("acme", NULL, 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	log_event(LOG_WARN, "acme", "threat", "failed %d", 1);
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	log_event(LOG_ERROR, "acme", "threat", "failed twice");
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	/* Where the format says nothing, the text decides. */
	log_error("%s", "one");
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	log_error("%s", "two");
	CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	log_error("%s", "one");
	CU_ASSERT_EQUAL(*next_line(), '\0');
	/* What is no complaint is never held back. */
	for (int i = 0; i < 3; i++) {
		log_info("walk %d", i);
		CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
		log_debug("page %d", i);
		CU_ASSERT_NOT_EQUAL(*next_line(), '\0');
	}
	/* A reload begins anew. */
	log_setup(LOG_INFO, LOG_TEXT);
	fail_once("acme", "threat", 3);
	UNIT_TEXT(next_line(), TIME " error acme/threat: failed 3\n");
	end();
}

/* More kinds than the table holds: the newest are still recognised. */
static void
test_many_kinds(void)
{
	char console[20];
	int written = 0;

	begin(LOG_INFO, LOG_TEXT);
	for (int i = 0; i < 5000; i++) {
		mono_ms++;
		snprintf(console, sizeof(console), "c%d", i);
		fail_once(console, NULL, 1);
		written += *next_line() != '\0';
		fail_once(console, NULL, 2);
		written += *next_line() != '\0';
	}
	CU_ASSERT_EQUAL(written, 5000);
	end();
}

static void
test_json_repeats(void)
{
	begin(LOG_INFO, LOG_JSON);
	fail_once("acme", NULL, 1);
	CU_ASSERT_PTR_NULL(strstr(next_line(), "event.count"));
	for (int i = 0; i < 7; i++) {
		mono_ms += 10000;
		fail_once("acme", NULL, i);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(next_line(), ",\"event.count\":5}\n"));
	end();
}

static void
test_lines(void)
{
	begin(LOG_INFO, LOG_TEXT);
	log_lines(LOG_ERROR, "a.yml:1:2: one\n\na.yml:2:3: %d two\nthree");
	UNIT_TEXT(next_line(), TIME " error a.yml:1:2: one\n");
	UNIT_TEXT(next_line(), TIME " error a.yml:2:3: %d two\n");
	UNIT_TEXT(next_line(), TIME " error three\n");
	log_lines(LOG_ERROR, "");
	UNIT_TEXT(next_line(), "");
	end();
}

static void
test_errno(void)
{
	begin(LOG_INFO, LOG_TEXT);
	errno = ENOENT;
	log_info("open: %m");
	CU_ASSERT_EQUAL(errno, ENOENT);
	UNIT_TEXT(next_line(), TIME " info  open: No such file or directory\n");
	errno = EIO;
	log_debug("not written");
	CU_ASSERT_EQUAL(errno, EIO);
	/* A stderr that takes nothing is nobody's error. */
	close(STDERR_FILENO);
	errno = ENOENT;
	log_info("lost");
	CU_ASSERT_EQUAL(errno, ENOENT);
	end();
}

static const struct unit_test tests[] = {
	{ "text", test_text },
	{ "the level", test_level },
	{ "text for the journal", test_journal },
	{ "JSON", test_json },
	{ "foreign bytes", test_foreign_bytes },
	{ "a message that is too long", test_long_message },
	{ "repeats at growing intervals", test_repeats },
	{ "what was held back last", test_last_repeats },
	{ "what is a repeat", test_what_is_a_repeat },
	{ "more kinds than room", test_many_kinds },
	{ "repeats in JSON", test_json_repeats },
	{ "text of several lines", test_lines },
	{ "errno", test_errno },
};

UNIT_MAIN("log", tests)
