#include "config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/conf/conf.h"
#include "collector/conf/conf_dataset.h"
#include "tests/unit/conf_fixture.h"
#include "tests/unit/unit.h"

static void
test_files(void)
{
	begin();
	buf_reset(&err);
	CU_ASSERT_PTR_NULL(conf_load("s1.yml", &err));
	UNIT_TEXT(err.p, "s1.yml: No such file or directory; --config names "
	    "another file\n");
	buf_reset(&err);
	CU_ASSERT_PTR_NULL(conf_load("/", &err));
	UNIT_TEXT(err.p, "/: Is a directory\n");
	put("conf.d", "");
	refused(CONSOLE, "conf.d: Not a directory\n");
	unlink("conf.d");
	end();
}

static void
test_fragments(void)
{
	begin();
	CU_ASSERT_EQUAL(mkdir("conf.d", 0700), 0);
	put("conf.d/20-more.yml",
	    "logging: { level: debug }\n"
	    "consoles:\n"
	    "  - { name: c, url: https://c, api_token_file: /c }\n");
	put("conf.d/10-more.yml",
	    "spool: { segment_idle: 1m }\n"
	    "logging: { level: error }\n"
	    "consoles:\n"
	    "  - { name: b, url: https://b, api_token_file: /b }\n");
	put("conf.d/30-nothing.yml", "# all of it is a comment\n");
	put("conf.d/.hidden.yml", "not: known\n");
	put("conf.d/backup.yml~", "not: known\n");
	put("conf.d/yml", "not: known\n");

	fine("spool: { directory: /x }\nlogging: { format: json }\n" CONSOLE);
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 3);
	UNIT_TEXT(conf->spool.directory, "/x");
	CU_ASSERT_EQUAL(conf->spool.segment_idle, 60000);
	CU_ASSERT_EQUAL(conf->logging.level, LOG_DEBUG);
	CU_ASSERT_EQUAL(conf->logging.format, LOG_JSON);
	UNIT_TEXT(conf->console[0]->name, "acme");
	UNIT_TEXT(conf->console[1]->name, "b");
	UNIT_TEXT(conf->console[2]->name, "c");

	/* The main file may leave the consoles to the others. */
	fine("");
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 2);

	put("conf.d/20-more.yml",
	    "loging: {}\n"
	    "consoles:\n"
	    "  - { name: acme, url: https://c, api_token_file: /c }\n");
	refused("spool: { x: y }\n" CONSOLE,
	    "s1.yml:1:10: unknown option 'x'; known here: directory, max_size, "
	    "min_free, segment_max_size, segment_max_age, segment_idle, "
	    "max_line, compress, hold\n"
	    "conf.d/20-more.yml:1:1: unknown option 'loging'; did you mean "
	    "logging?\n"
	    "conf.d/20-more.yml:3:5: the console name acme is taken by "
	    "s1.yml:3; choose another\n");

	unlink("conf.d/10-more.yml");
	unlink("conf.d/20-more.yml");
	unlink("conf.d/30-nothing.yml");
	unlink("conf.d/.hidden.yml");
	unlink("conf.d/backup.yml~");
	unlink("conf.d/yml");
	end();
}

/* Of a file elsewhere, conf.d is beside it. */
static void
test_fragments_elsewhere(void)
{
	char file[64], fragment[64], want[256];

	begin();
	CU_ASSERT_EQUAL(mkdir("conf.d", 0700), 0);
	put("conf.d/a.yml", "x: y\n");
	put("s1.yml", CONSOLE);
	snprintf(file, sizeof(file), "%s/s1.yml", dir);
	snprintf(fragment, sizeof(fragment), "%s/conf.d/a.yml", dir);
	snprintf(want, sizeof(want), "%s:1:1: unknown option 'x'; known here: "
	    "spool, archive, shippers, state, logging, health, metrics, "
	    "elasticsearch, kibana, respond, consoles\n", fragment);
	CU_ASSERT_EQUAL(chdir("/"), 0);
	CU_ASSERT_PTR_NULL(conf_load(file, &err));
	UNIT_TEXT(err.p, want);
	CU_ASSERT_EQUAL(chdir(dir), 0);
	unlink("conf.d/a.yml");
	end();
}

static void
test_thousand_consoles(void)
{
	struct buf text;

	begin();
	buf_init(&text, 1 << 20);
	buf_adds(&text, "consoles:\n");
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "  - { name: c%d, url: 'https://c%d/', "
		    "api_token_file: /c%d, datasets: { agent: { enabled: no } "
		    "} }\n", i, i, i);
	fine(text.p);
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 1000);
	UNIT_TEXT(conf->console[0]->url, "https://c0");
	UNIT_TEXT(conf->console[999]->url, "https://c999");
	buf_addf(&text, "  - { name: c500, url: 'https://x', "
	    "api_token_file: /x }\n");
	refused(text.p, "s1.yml:1002:5: the console name c500 is taken by "
	    "s1.yml:502; choose another\n");
	buf_fini(&text);
	end();
}

/* A reload restarts the consoles that are not the same: every option that
 * is changed counts, wherever it stands, and how it is written does not. */
#define TAGS "    datasets: { agent: { tags: [ forwarded, sentinel_one-agent"

static void
test_same_console(void)
{
	static const char *const same[] = {
		"    rate_share: 1\n", "    http_client_timeout: 30000ms\n",
		"    datasets: { agent: { interval: 30000ms } }\n",
		TAGS " ] } }\n",
	};
	static const char *const other[] = {
		"    rate_share: 0.5\n", "    namespace: n\n",
		"    site_ids: 1\n", "    max_size: 1GiB\n",
		"    ssl: { curve_types: [P-256] }\n",
		"    ssl: { certificate_authorities: [/ca] }\n",
		"    preserve_original_event: true\n",
		"    datasets: { agent: { enabled: false } }\n",
		"    datasets: { group: { interval: 31s } }\n",
		"    datasets: { agent: { tags: [ forwarded ] } }\n",
		TAGS ", a ] } }\n",
		"    datasets: { unified_alert: { output: raw } }\n",
	};
	struct conf *first;
	char text[1024];

	begin();
	fine(CONSOLE);
	first = conf;
	conf = NULL;
	for (size_t i = 0; i < COUNT(same) + COUNT(other); i++) {
		snprintf(text, sizeof(text), CONSOLE "%s",
		    i < COUNT(same) ? same[i] : other[i - COUNT(same)]);
		fine(text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
		CU_ASSERT_EQUAL(conf_console_same(first->console[0],
		    conf->console[0]), i < COUNT(same));
	}
	conf_free(first);
	end();
}

static const struct unit_test tests[] = {
	{ "files that cannot be read", test_files },
	{ "conf.d", test_fragments },
	{ "conf.d of a file elsewhere", test_fragments_elsewhere },
	{ "a thousand consoles", test_thousand_consoles },
	{ "the same console", test_same_console },
};

UNIT_MAIN("conf_files", tests)
