#include "config.h"

#include <ctype.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/respond/archive.h"
#include "collector/respond/csv.h"
#include "collector/respond/download.h"
#include "collector/respond/password.h"
#include "collector/respond/process_name.h"
#include "collector/respond/store.h"
#include "tests/mock/respond_zip.h"
#include "tests/unit/unit.h"

#define SECRET "Example-Pass-1"

static struct buf
zip_of(const char *const *member, const char *password)
{
	struct zip_file file[8];
	struct buf zip;
	size_t n = 0;

	for (; member[2 * n] != NULL; n++) {
		file[n].name = strdup(member[2 * n]);
		file[n].text = strdup(member[2 * n + 1]);
	}
	buf_init(&zip, 1 << 20);
	CU_ASSERT_EQUAL(respond_zip(file, n, password, &zip), 0);
	while (n-- > 0) {
		free(file[n].name);
		free(file[n].text);
	}
	return zip;
}

static const char note[] = "{\"error\":\"no\"}\nmore";

static void
test_archive_kinds(void)
{
	static char a[] = "C:\\Temp\\a.txt", b[] = "/etc/b.json";
	char *const paths[] = { a, b };
	static const struct {
		const char *member[7];
		enum archive_kind kind;
		const char *why;
	} rows[] = {
		{ { "a.txt", "x", "b.json", "x", NULL }, ARCHIVE_WHOLE, "" },
		{ { "Temp/A.TXT", "x", NULL }, ARCHIVE_WHOLE, "" },
		{ { "etc\\b.json", "x", NULL }, ARCHIVE_WHOLE, "" },
		{ { "renamed.bin", "x", NULL }, ARCHIVE_WHOLE, "" },
		{ { "error.json", note, NULL }, ARCHIVE_NOTE,
		    "{\"error\":\"no\"}" },
		{ { "1.json", note, "2.json", note, NULL }, ARCHIVE_NOTE,
		    "{\"error\":\"no\"}; {\"error\":\"no\"}" },
		{ { "a.txt", "x", "2.json", note, NULL }, ARCHIVE_PART,
		    "{\"error\":\"no\"}" },
		{ { "dir/", "", NULL }, ARCHIVE_EMPTY, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf zip = zip_of(rows[i].member, SECRET), why;

		buf_init(&why, 4096);
		CU_ASSERT_EQUAL(archive_look(buf_slice(&zip), SECRET, paths,
		    2, &why), rows[i].kind);
		CU_ASSERT_STRING_EQUAL(why.p, rows[i].why);
		buf_fini(&why);
		buf_fini(&zip);
	}
}

static void
test_archive_trouble(void)
{
	static const char *const member[] = { "a", "text", "x/out.CSV", "1,2",
		NULL };
	static char a[] = "/a";
	char *const paths[] = { a };
	struct buf zip = zip_of(member, SECRET), why, out, small;

	buf_init(&why, 4096);
	buf_init(&out, 4096);
	buf_init(&small, 2);
	CU_ASSERT_EQUAL(archive_look(buf_slice(&zip), "another", paths, 1,
	    &why), ARCHIVE_FOREIGN);
	CU_ASSERT_EQUAL(archive_look((struct slice){ zip.p, zip.len / 2 },
	    SECRET, paths, 1, &why), ARCHIVE_BROKEN);
	CU_ASSERT_EQUAL(archive_look(SLICE(""), SECRET, paths, 1, &why),
	    ARCHIVE_EMPTY);
	CU_ASSERT_EQUAL(archive_read(buf_slice(&zip), ".csv", &out, &why), -1);
	buf_fini(&zip);
	zip = zip_of(member, NULL);
	CU_ASSERT_EQUAL(archive_read(buf_slice(&zip), ".csv", &out, &why), 0);
	CU_ASSERT_STRING_EQUAL(out.p, "1,2");
	CU_ASSERT_EQUAL(archive_read(buf_slice(&zip), ".csv", &small, &why),
	    -1);
	CU_ASSERT_EQUAL(archive_read(buf_slice(&zip), ".txt", &out, &why), -1);
	buf_fini(&zip);
	buf_fini(&why);
	buf_fini(&out);
	buf_fini(&small);
}

static void
test_csv(void)
{
	static const struct {
		const char *text, *rows;
	} cases[] = {
		{ "", "[]" },
		{ "\n\r\n", "[]" },
		{ "a,b\n1,2\n", "[[\"a\",\"b\"],[\"1\",\"2\"]]" },
		{ "\xef\xbb\xbf" "a\r\nb", "[[\"a\"],[\"b\"]]" },
		{ "\"a,\"\"b\"\"\",\"c\nd\"\n,\n",
		    "[[\"a,\\\"b\\\"\",\"c\\nd\"],[\"\",\"\"]]" },
		{ "\"open", "[[\"open\"]]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *rows = csv_parse(slice_of(cases[i].text));

		CU_ASSERT_STRING_EQUAL(json_object_to_json_string_ext(rows,
		    JSON_C_TO_STRING_PLAIN), cases[i].rows);
		json_object_put(rows);
	}
}

static void
test_csv_told(void)
{
	struct json_object *rows = csv_parse(slice_of(
	    "PID,User,Command\n1,\xc3\xa9t\xc3\xa9,a\x1b[2J\n22,r\n"));
	struct json_object *objects = csv_objects(rows);
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	csv_print(rows, f);
	fclose(f);
	CU_ASSERT_STRING_EQUAL(text, "PID  User  Command\n"
	    "1    \xc3\xa9t\xc3\xa9   a?[2J\n22   r\n");
	CU_ASSERT_STRING_EQUAL(json_object_to_json_string_ext(
	    json_object_array_get_idx(objects, 1), JSON_C_TO_STRING_PLAIN),
	    "{\"PID\":\"22\",\"User\":\"r\",\"Command\":\"\"}");
	CU_ASSERT_EQUAL(json_object_array_length(objects), 2);
	free(text);
	json_object_put(objects);
	json_object_put(rows);
}

static void
test_password(void)
{
	char one[PASSWORD_LEN + 1], other[PASSWORD_LEN + 1];

	password_make(other);
	for (int i = 0; i < 1000; i++) {
		unsigned kinds = 0;

		password_make(one);
		CU_ASSERT_EQUAL(strlen(one), PASSWORD_LEN);
		CU_ASSERT_STRING_NOT_EQUAL(one, other);
		for (const char *p = one; *p != '\0'; p++)
			kinds |= isupper((unsigned char)*p) ? 1u :
			    islower((unsigned char)*p) ? 2u :
			    isdigit((unsigned char)*p) ? 4u :
			    strchr("\"'\\/", *p) == NULL ? 8u : 16u;
		CU_ASSERT_EQUAL(kinds, 15);
		memcpy(other, one, sizeof(other));
	}
}

static void
test_process_name(void)
{
	static const char *const good[] = { "xmrig", "a.exe", "My Tool (x86)",
		"kworker/0:1", "[kthreadd]", "a+b_c-d@e#f" };
	static const char *const bad[] = { "", " ", "..", " a", "a ", "-a",
		"a\"", "a'", "a`", "a$b", "a\\", "a*", "a?", "a,b", "a;b",
		"a|b", "a&b", "a<b", "a>b", "a%b", "a!b", "a^b", "a\nb",
		"a\tb", "a\x7f", "\xe2\x80\x9cz" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CU_ASSERT_PTR_NULL(process_name_refuse(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(process_name_refuse(bad[i]));
}

/* A call of get-file into a folder of its own. */
struct rig {
	char folder[32];
	int dir;
	struct respond_call call;
	struct respond r;
};

static void
rig_init(struct rig *g)
{
	*g = (struct rig){ .folder = "/tmp/s1spool-test-XXXXXX" };
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(g->folder));
	g->call.value[RESPOND_OUTPUT] = g->folder;
	g->r.call = &g->call;
	g->r.host.name = "../WS 1\n";
	buf_init(&g->r.said, 4096);
	g->dir = store_open(&g->r);
	CU_ASSERT_TRUE_FATAL(g->dir >= 0);
}

static void
rig_fini(struct rig *g)
{
	close(g->dir);
	rmdir(g->folder);
	buf_fini(&g->r.said);
}

static void
test_store(void)
{
	mode_t mask = umask(0);
	struct rig g;
	struct stat st;
	char *name;

	rig_init(&g);
	name = store_name(&g.r, "77", ".zip");
	CU_ASSERT_STRING_EQUAL(name, "_._WS_1_-77.zip");
	CU_ASSERT_EQUAL(store_write(&g.r, g.dir, name, SLICE("one")), 0);
	CU_ASSERT_EQUAL(fstatat(g.dir, name, &st, 0), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
	CU_ASSERT_EQUAL(store_write(&g.r, g.dir, name, SLICE("other")), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(g.r.said.p, "File exists"));
	CU_ASSERT_EQUAL(fstatat(g.dir, name, &st, 0), 0);
	CU_ASSERT_EQUAL(st.st_size, 3);
	/* Nor through a link that somebody has put there. */
	CU_ASSERT_EQUAL(symlinkat("target", g.dir, "link"), 0);
	CU_ASSERT_EQUAL(store_write(&g.r, g.dir, "link", SLICE("x")), -1);
	CU_ASSERT_EQUAL(store_rename(g.dir, name, "link"), -1);
	CU_ASSERT_EQUAL(store_rename(g.dir, name, "new"), 0);
	CU_ASSERT_EQUAL(faccessat(g.dir, "target", F_OK, 0), -1);
	CU_ASSERT_EQUAL(unlinkat(g.dir, "new", 0), 0);
	CU_ASSERT_EQUAL(unlinkat(g.dir, "link", 0), 0);
	free(name);
	rig_fini(&g);
	umask(mask);
}

/* Nothing of this is asked for over any network. */
static void
test_links(void)
{
	static const char *const bad[] = { "", "x", "/results/1",
		"ftp://127.0.0.1/x", "file:///etc/passwd", "http://192.0.2.1/x",
		"http://127.0.0.1.example.net/x", "//127.0.0.1/x",
		"https://user:pw@192.0.2.1/x", "https://192.0.2.1/a b",
		"https://192.0.2.1/\n", "https://", "javascript:x" };
	struct rig g;
	struct buf to;

	rig_init(&g);
	buf_init(&to, 4096);
	for (int https = 0; https < 2; https++) {
		char url[32];

		snprintf(url, sizeof(url), "http%s://127.0.0.1:1",
		    https ? "s" : "");
		g.r.console.url = url;
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			CU_ASSERT_EQUAL(download_link(&g.r, bad[i], &to),
			    RESPOND_FAILED);
		if (https)
			CU_ASSERT_EQUAL(download_link(&g.r,
			    "http://127.0.0.1:1/x", &to), RESPOND_FAILED);
		CU_ASSERT_PTR_NOT_NULL(strstr(g.r.said.p, "not followed"));
	}
	buf_fini(&to);
	rig_fini(&g);
}

static const struct unit_test tests[] = {
	{ "what an archive holds", test_archive_kinds },
	{ "and what it does not", test_archive_trouble },
	{ "comma-separated values", test_csv },
	{ "and how they are told", test_csv_told },
	{ "each password is another, of four kinds", test_password },
	{ "names of processes", test_process_name },
	{ "a file is written once, for its owner", test_store },
	{ "links that are not followed", test_links },
};

UNIT_MAIN("respond_results", tests)
