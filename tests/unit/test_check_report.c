/*
 * The list of findings and its two forms.
 */
#include "config.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/check/report.h"
#include "collector/check/span.h"
#include "tests/unit/unit.h"

static const struct subject disk = { .topic = "disk" };
static const struct subject threat = { "permission", "acme", "threat" };

static void
fill(struct findings *all)
{
	struct finding *f;

	*all = (struct findings){ .order = 7 };
	f = finding_add(all, LEVEL_WARNING, &threat, "not \033[31m%s\n",
	    "allowed");
	finding_mend(f, "ask %s", "somebody");
	all->order = 2;
	f = finding_add(all, LEVEL_OK, &disk, "half full");
	finding_figure(f, "free", INT64_C(1) << 40);
	finding_add(all, LEVEL_ERROR, &disk, "on fire");
	findings_sort(all);
}

/* What a report prints, to be freed. */
static char *
print(const struct findings *all, bool json, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	if (json)
		report_json(all, f);
	else
		report_text(all, f, colour);
	fclose(f);
	return text;
}

static void
test_text(void)
{
	struct findings all;
	char *text;

	fill(&all);
	text = print(&all, false, false);
	CU_ASSERT_STRING_EQUAL(text,
	    "ok      disk          half full\n"
	    "error   disk          on fire\n"
	    "warning permission    acme threat: not  [31mallowed; "
	    "mend: ask somebody\n"
	    "ok: 1, warning: 1, error: 1\n");
	free(text);
	text = print(&all, false, true);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\033[33mwarning\033[0m perm"));
	free(text);
	CU_ASSERT_EQUAL(findings_worst(&all), LEVEL_ERROR);
	findings_fini(&all);
	CU_ASSERT_EQUAL(findings_worst(&all), LEVEL_OK);
}

static const char *
text_at(struct json_object *o, const char *pointer)
{
	struct json_object *found = NULL;

	if (json_pointer_get(o, pointer, &found) != 0)
		return "";
	return json_object_get_string(found);
}

static void
test_json(void)
{
	struct findings all;
	struct json_object *o;
	char *text;

	fill(&all);
	text = print(&all, true, false);
	o = json_tokener_parse(text);
	CU_ASSERT_STRING_EQUAL(text_at(o, "/worst"), "error");
	CU_ASSERT_STRING_EQUAL(text_at(o, "/warning"), "1");
	CU_ASSERT_STRING_EQUAL(text_at(o, "/findings/0/free"),
	    "1099511627776");
	CU_ASSERT_STRING_EQUAL(text_at(o, "/findings/0/mend"), "");
	CU_ASSERT_STRING_EQUAL(text_at(o, "/findings/2/dataset"), "threat");
	CU_ASSERT_STRING_EQUAL(text_at(o, "/findings/2/mend"),
	    "ask somebody");
	json_object_put(o);
	free(text);
	findings_fini(&all);
}

/* Colours are for terminals, and for those who do not refuse them. */
static void
test_colour(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd;
	FILE *terminal, *file = fopen("/dev/null", "w");

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
		puts("no terminals here");
		fclose(file);
		return;
	}
	fd = open(ptsname(master), O_RDWR | O_NOCTTY);
	terminal = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(terminal);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	CU_ASSERT(report_may_colour(terminal));
	CU_ASSERT(!report_may_colour(file));
	setenv("NO_COLOR", "", 1);
	CU_ASSERT(report_may_colour(terminal));
	setenv("NO_COLOR", "1", 1);
	CU_ASSERT(!report_may_colour(terminal));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	CU_ASSERT(!report_may_colour(terminal));
	fclose(terminal);
	fclose(file);
	close(master);
}

static void
test_amounts(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} spans[] = {
		{ 0, "0 s" },
		{ 59999, "59 s" },
		{ 60000, "1 min" },
		{ 3600 * 1000, "1 h 0 min" },
		{ 47 * 3600 * 1000 + 60000, "47 h 1 min" },
		{ 48 * 3600 * 1000, "2 days" },
	};
	char text[NUM_TEXT];

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		CU_ASSERT_STRING_EQUAL(span_text(spans[i].ms, text),
		    spans[i].text);
	CU_ASSERT_STRING_EQUAL(size_text(1023, text), "1023 bytes");
	CU_ASSERT_STRING_EQUAL(size_text(1536, text), "1.5 KiB");
	CU_ASSERT_STRING_EQUAL(size_text(INT64_C(20) << 30, text), "20 GiB");
	CU_ASSERT_STRING_EQUAL(date_text(1772615727481, text), "2026-03-04");
}

static const struct unit_test tests[] = {
	{ "text", test_text },
	{ "json", test_json },
	{ "colour", test_colour },
	{ "amounts", test_amounts },
};

UNIT_MAIN("check_report", tests)
