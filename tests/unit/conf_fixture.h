/*
 * What the tests of the configuration share: toy datasets, and files in a
 * folder of their own.
 */
#ifndef S1SPOOL_CONF_FIXTURE_H
#define S1SPOOL_CONF_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Toy datasets: all alike but for the options that only some have, which
 * activity is without, and site_ids, which unified_alert is.
 */
#define DATASET(ID, id)                                                      \
	static struct dataset toy_##id = {                                   \
		.name = #id,                                                 \
		.walk = {                                                    \
			.bound = WALK_BOUND_ISO,                             \
			.list = { .site_ids = true },                        \
		},                                                           \
		.defaults = {                                                \
			.enabled = true,                                     \
			.interval = 30000,                                   \
			.initial_interval = 86400000,                        \
			.page_size = 1000,                                   \
			.tags = { "forwarded", "sentinel_one-" #id },        \
		},                                                           \
	};
#include "collector/dataset/dataset.def"
#undef DATASET

const struct dataset *const dataset_table[DATASET_COUNT] = {
#define DATASET(ID, id) [DATASET_##ID] = &toy_##id,
#include "collector/dataset/dataset.def"
#undef DATASET
};

static inline void
set_up_datasets(void)
{
	toy_agent.defaults.inventory = true;
	toy_agent.defaults.resend = 86400000;
	toy_threat.walk.list.site_ids = false;
	toy_threat.walk.child.site_ids = true;
	toy_group.walk.list.max_page = 300;
	toy_group.walk.bound = WALK_BOUND_NONE;
	toy_group.defaults.initial_interval = 0;
	toy_group.defaults.page_size = 200;
	toy_group.defaults.custom_duplicates = true;
	toy_threat.walk.child_option = "enable_star_rule_enrichment";
	toy_alert.defaults.trailing_window = 7 * 86400000;
	toy_unified_alert.defaults.enabled = false;
	toy_unified_alert.walk.list.site_ids = false;
	toy_unified_alert.map.switches[0] = "correct_cloud_fields";
}

/* Each test has its folder, and works in it: messages have short names. */
static char dir[32];
static struct buf err;
static struct conf *conf;

static inline void
begin(void)
{
	set_up_datasets();
	snprintf(dir, sizeof(dir), "/tmp/s1spool-conf-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(dir) != NULL);
	CU_ASSERT_FATAL(chdir(dir) == 0);
	buf_init(&err, 65536);
}

static inline void
end(void)
{
	conf_free(conf);
	conf = NULL;
	buf_fini(&err);
	unlink("s1.yml");
	rmdir("conf.d");
	CU_ASSERT_EQUAL(chdir("/"), 0);
	CU_ASSERT_EQUAL(rmdir(dir), 0);
}

static inline void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static inline void
load(const char *text)
{
	conf_free(conf);
	buf_reset(&err);
	put("s1.yml", text);
	conf = conf_load("s1.yml", &err);
}

/* The text loads without a word. */
static inline void
fine(const char *text)
{
	load(text);
	CU_ASSERT_PTR_NOT_NULL(conf);
	UNIT_TEXT(err.p, "");
}

/* The text is refused with these lines and no others. */
static inline void
refused(const char *text, const char *messages)
{
	load(text);
	CU_ASSERT_PTR_NULL(conf);
	UNIT_TEXT(err.p, messages);
}

#define CONSOLE                                                              \
	"consoles:\n"                                                        \
	"  - name: acme\n"                                                   \
	"    url: https://acme.sentinelone.net\n"                            \
	"    api_token_file: /etc/s1spool/tokens/acme\n"

#define AGENT CONSOLE "    datasets:\n      agent:\n"

#endif
