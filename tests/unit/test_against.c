#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#include "collector/base/xalloc.h"
#include "collector/cmd/against.h"
#include "collector/cmd/raw_file.h"
#include "collector/json/scan.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define GROUP(id) "{\"id\":\"" id "\",\"createdAt\":\"2025-01-20T10:00:00Z\"}"

static const struct dataset *
dataset(const char *name)
{
	return dataset_find(slice_of(name));
}

static void
print_record(void *cookie, struct slice record, uint64_t line)
{
	buf_addf(cookie, "%" PRIu64 "=%.*s ", line, (int)record.len, record.p);
}

/* What is read of a file with this content: its records, what it returned, and
 * what is wrong. */
static void
check_content(const char *name, struct slice content, const char *want)
{
	char *dir = scratch_make();
	struct buf got;
	struct raw_file f = { .dataset = dataset(name),
		.record = print_record, .cookie = &got };
	int r;

	buf_init(&got, 1 << 20);
	scratch_write(dir, "raw", content);
	r = raw_file_read(&f, scratch_path(dir, "raw"));
	if (r != 0)
		buf_addf(&got, "%d at %" PRIu64 ": %s", r, f.line, f.error);
	UNIT_TEXT(got.p, want);
	buf_fini(&got);
	scratch_remove(dir);
}

static void
check_text(const char *text, const char *want)
{
	check_content("group", slice_of(text), want);
}

static void
test_forms(void)
{
	check_text("", "");
	check_text(" \n\t\r\n", "");
	check_text("{\"a\":1}\n{\"a\":2}\n", "1={\"a\":1} 2={\"a\":2} ");
	check_text("\xef\xbb\xbf{}{}\n\n{}", "1={} 1={} 3={} ");
	check_text("{\"a\":\n\"}\"\n}\n{}", "1={\"a\":\n\"}\"\n} 4={} ");
	check_text("[]", "");
	check_text("[{},\n{}\n,{\"a\":[{}]}]\n[{}]",
	    "1={} 2={} 3={\"a\":[{}]} 4={} ");
	/* Answers, one or more; pages of a list are taken, too. */
	check_text("{\"pagination\":{\"nextCursor\":null},\"data\":[{\"a\":1},"
	    "\n{\"a\":2}]}\n{\"data\":[{\"a\":3}]}",
	    "1={\"a\":1} 2={\"a\":2} 3={\"a\":3} ");
	check_text("[{\"data\":[]},{\"data\":[{}]}]", "1={} ");
	/* No list, no answer. */
	check_text("{\"data\":{\"a\":1}}", "1={\"data\":{\"a\":1}} ");
	check_text("{\"data\":null}", "1={\"data\":null} ");
	check_text("{\"x\":{\"data\":[{}]}}", "1={\"x\":{\"data\":[{}]}} ");
	/* What is no object in an answer, the mapper refuses. */
	check_text("{\"data\":[1,{}]}", "1=1 1={} ");
	check_content("unified_alert", SLICE("{\"data\":{\"alerts\":{\"edges\":["
	    "{\"cursor\":\"x\",\"node\":{\"id\":\"1\"}},\n"
	    "{\"node\":{\"id\":\"2\"}}]}}}\n{\"id\":\"3\"}"),
	    "1={\"id\":\"1\"} 2={\"id\":\"2\"} 3={\"id\":\"3\"} ");
}

static void
test_broken(void)
{
	check_text("{}\nx\n{}", "1={} 1 at 2: this is no JSON object");
	check_text("\"a\"", "1 at 1: this is no JSON object");
	check_text("[{}\n{}]", "1={} 1 at 2: this is no JSON object");
	check_text("[{},]", "1={} 1 at 1: this is no JSON object");
	check_text("[[{}]]", "1 at 1: this is no JSON object");
	check_text("{},{}", "1={} 1 at 1: this is no JSON object");
	check_text("[{},\n{}", "1={} 2={} 1 at 2: the list has no end");
	check_text("{}\n{\"a\":\n\n", "1={} 1 at 2: this object has no end");
	check_content("group", (struct slice){ "\0", 1 },
	    "1 at 1: this is no JSON object");
	/* As a whole it is an object. */
	check_text("{a}", "1={a} ");
}

/* Longer than what is read at a time, and than what is taken at all. */
static void
test_sizes(void)
{
	size_t n = 200000;
	char *text = xmalloc(SCAN_BYTES_MAX + 100), *want;

	memset(text, ' ', SCAN_BYTES_MAX + 100);
	text[0] = '{';
	text[n] = '}';
	text[n + 1] = '\n';
	memcpy(text + n + 2, "{}", 2);
	want = xasprintf("1=%.*s 2={} ", (int)n + 1, text);
	check_content("group", (struct slice){ text, n + 4 }, want);
	free(want);

	text[n] = text[n + 1] = ' ';
	memset(text + n + 2, ' ', 2);
	check_content("group", (struct slice){ text, SCAN_BYTES_MAX + 100 },
	    "1 at 1: this object is too large");
	free(text);
}

static void
test_packed(void)
{
	char *dir = scratch_make();
	const char *path = scratch_path(dir, "raw.gz");
	gzFile gz = gzopen(path, "wb");
	struct buf got;
	struct raw_file f = { .dataset = dataset("group"),
		.record = print_record, .cookie = &got };
	size_t len;
	char *packed;

	gzputs(gz, "{\"a\":1}\n{\"a\":2}\n");
	CU_ASSERT_EQUAL(gzclose(gz), Z_OK);
	buf_init(&got, 1 << 20);
	CU_ASSERT_EQUAL(raw_file_read(&f, path), 0);
	UNIT_TEXT(got.p, "1={\"a\":1} 2={\"a\":2} ");

	packed = scratch_read(dir, "raw.gz", &len);
	scratch_write(dir, "raw.gz", (struct slice){ packed, len - 4 });
	CU_ASSERT_EQUAL(raw_file_read(&f, path), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
	CU_ASSERT_EQUAL(raw_file_read(&f, scratch_path(dir, "none")), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	free(packed);
	buf_fini(&got);
	scratch_remove(dir);
}

/* against */

static void
print_message(void *cookie, enum verify_level level, const char *file,
    uint64_t line, const char *text)
{
	const char *slash = strrchr(file, '/');

	CU_ASSERT_EQUAL(level, VERIFY_ERROR);
	buf_addf(cookie, "%s:%" PRIu64 ": %s\n",
	    slash != NULL ? slash + 1 : file, line, text);
}

struct against_rig {
	char *dir;
	char *path[2]; /* of what was given */
	int n_paths;
	struct map_context ctx;
	struct against *a;
	struct buf got;
	struct verify_sink sink;
};

static void
setup(struct against_rig *r, const char *name)
{
	*r = (struct against_rig){ .dir = scratch_make() };
	buf_init(&r->got, 1 << 20);
	r->sink = (struct verify_sink){ .message = print_message,
		.cookie = &r->got };
	r->a = against_new(dataset(name), &r->ctx);
}

static void
give(struct against_rig *r, const char *name, const char *content)
{
	char *path = xasprintf("%s/%s", r->dir, name);

	scratch_write(r->dir, name, slice_of(content));
	CU_ASSERT_EQUAL(against_read(r->a, path, &r->sink), 0);
	r->path[r->n_paths++] = path;
}

/* The report and the counts; the rig ends. */
static void
check(struct against_rig *r, const char *want)
{
	struct against_counts c;

	against_report(r->a, &r->sink, &c);
	buf_addf(&r->got, "%d given %d different %d present %d missing %d "
	    "doubled", (int)c.given, (int)c.different, (int)c.present,
	    (int)c.missing, (int)c.doubled);
	UNIT_TEXT(r->got.p, want);
	against_free(r->a);
	while (r->n_paths > 0)
		free(r->path[--r->n_paths]);
	buf_fini(&r->got);
	scratch_remove(r->dir);
}

/* The ids of GROUP("1") to GROUP("3"). */
#define ID1 "isR3SXEsQ+i1fUe8Fcqke45Dp2c="
#define ID2 "S7+V7RmPMamDNmA0Ae48B7Y7X1E="
#define ID3 "CsJEt3nt8SZtdt0xa5sKbXfJzwg="

static const struct verify_stream acme = { .name = "acme/group",
	.dataset = { "group", 5 } };
static const struct verify_stream beta = { .name = "beta/group",
	.dataset = { "group", 5 } };
static const struct verify_stream other = { .name = "acme/agent",
	.dataset = { "agent", 5 } };
static const struct verify_stream unnamed = { .name = "x.gz" };

static void
line(struct against_rig *r, const struct verify_stream *s, const char *id,
    bool again)
{
	against_line(r->a, s, slice_of(id), again);
}

static void
test_once(void)
{
	struct against_rig r;

	setup(&r, "group");
	give(&r, "a", GROUP("1") "\n" GROUP("2") "\n" GROUP("1"));
	give(&r, "b", "[" GROUP("2") "," GROUP("3") "]");
	line(&r, &acme, ID1, false);
	line(&r, &acme, ID3, false);
	line(&r, &acme, "another", false);
	against_stream(r.a, &acme);
	line(&r, &unnamed, ID2, false);
	against_stream(r.a, &unnamed);
	check(&r, "5 given 3 different 3 present 0 missing 0 doubled");

	/* Re-sent on purpose is not twice. */
	setup(&r, "group");
	give(&r, "a", GROUP("1"));
	line(&r, &acme, ID1, false);
	line(&r, &acme, ID1, false);
	against_stream(r.a, &acme);
	check(&r, "1 given 1 different 1 present 0 missing 0 doubled");
}

static void
test_missing(void)
{
	struct against_rig r;

	setup(&r, "group");
	give(&r, "a", GROUP("1") "\n" GROUP("2"));
	/* Another dataset's line of that id is another document. */
	line(&r, &other, ID1, false);
	against_stream(r.a, &other);
	line(&r, &acme, ID2, false);
	against_stream(r.a, &acme);
	check(&r, "a:1: acme/group: id " ID1 " is missing\n"
	    "2 given 2 different 1 present 1 missing 0 doubled");

	setup(&r, "group");
	give(&r, "a", GROUP("1"));
	against_stream(r.a, &acme);
	against_stream(r.a, &beta);
	check(&r, "a:1: group: id " ID1 " is missing from all of 2 streams\n"
	    "1 given 1 different 0 present 1 missing 0 doubled");
}

static void
test_doubled(void)
{
	struct against_rig r;

	setup(&r, "group");
	give(&r, "a", GROUP("1") "\n" GROUP("2"));
	line(&r, &acme, ID1, false);
	line(&r, &acme, ID1, true);
	line(&r, &acme, ID1, true);
	line(&r, &acme, ID2, false);
	against_stream(r.a, &acme);
	line(&r, &beta, ID2, false);
	against_stream(r.a, &beta);
	check(&r, "a:1: acme/group: id " ID1 " is there 3 times\n"
	    "a:2: beta/group: id " ID2 " is there 2 times\n"
	    "2 given 2 different 0 present 0 missing 2 doubled");
}

static void
test_no_record(void)
{
	struct against_rig r;

	setup(&r, "group");
	give(&r, "a", GROUP("1") "\n{a}\n" GROUP("2") "\nnonsense\n"
	    GROUP("3"));
	line(&r, &acme, ID1, false);
	line(&r, &acme, ID2, false);
	against_stream(r.a, &acme);
	check(&r, "a:2: no record: expected a member name at byte 2\n"
	    "a:4: this is no JSON object; nothing behind it is looked at\n"
	    "2 given 2 different 2 present 0 missing 0 doubled");
}

/* The table grows, and finds each. */
static void
test_many(void)
{
	struct against_counts c;
	struct against_rig r;
	struct buf b;

	setup(&r, "group");
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_addf(&b, "{\"id\":\"%d\",\"createdAt\":"
		    "\"2025-01-20T10:00:00Z\"}\n", i % 4000);
	give(&r, "a", b.p);
	buf_fini(&b);
	line(&r, &acme, ID1, false);
	line(&r, &acme, ID3, false);
	against_stream(r.a, &acme);
	against_report(r.a, &r.sink, &c);
	CU_ASSERT_EQUAL(c.given, 5000);
	CU_ASSERT_EQUAL(c.different, 4000);
	CU_ASSERT_EQUAL(c.present, 2);
	CU_ASSERT_EQUAL(c.missing, 3998);
	CU_ASSERT_PTR_NULL(strstr(r.got.p, ID1));
	CU_ASSERT_PTR_NOT_NULL(strstr(r.got.p, "a:3: acme/group: id " ID2
	    " is missing"));
	buf_reset(&r.got);
	against_free(r.a);
	r.a = against_new(dataset("group"), &r.ctx);
	check(&r, "0 given 0 different 0 present 0 missing 0 doubled");
}

/* What ids depend on beside the record: the parent, the time of the sweep. */
static void
test_context(void)
{
	static const struct verify_stream event = { .name = "acme/threat_event",
		.dataset = { "threat_event", 12 } };
	static const struct verify_stream risk = {
		.name = "acme/application_risk",
		.dataset = { "application_risk", 16 } };
	struct against_rig r;

	setup(&r, "threat_event");
	r.ctx.parent_id = SLICE("77");
	give(&r, "a", GROUP("1"));
	line(&r, &event, "cBYp+P20zcFOSJi/u5fVk/TZO4Y=", false);
	against_stream(r.a, &event);
	check(&r, "1 given 1 different 1 present 0 missing 0 doubled");

	setup(&r, "application_risk");
	r.ctx.sweep_start_ms = INT64_C(3) * 24 * 3600 * 1000 + 5;
	give(&r, "a", "{ \"id\": \"1\" }");
	line(&r, &risk, "T91meDztTDbeCX9XqC4tsEuhDTk=", false);
	against_stream(r.a, &risk);
	check(&r, "1 given 1 different 1 present 0 missing 0 doubled");
}

static const struct unit_test tests[] = {
	{ "forms of raw files", test_forms },
	{ "broken raw files", test_broken },
	{ "large records", test_sizes },
	{ "packed raw files", test_packed },
	{ "records that are there once", test_once },
	{ "missing records", test_missing },
	{ "doubled records", test_doubled },
	{ "what is no record", test_no_record },
	{ "many records", test_many },
	{ "context", test_context },
};

UNIT_MAIN("against", tests)
