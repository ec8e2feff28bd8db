/*
 * What the tests of setup share: a configuration, what a target makes of it,
 * and looking at that as Filebeat would.
 */
#ifndef S1SPOOL_SETUP_FIXTURE_H
#define S1SPOOL_SETUP_FIXTURE_H

#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "collector/setup/setup.h"
#include "collector/setup/target.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"
#include "tests/unit/yaml_flat.h"

/* One console; more options of it may follow. */
#define CONSOLE(name)                                                        \
	"  - name: " name "\n"                                               \
	"    url: https://" name ".sentinelone.net\n"                        \
	"    api_token_file: /etc/s1spool/tokens/" name "\n"

/* Consoles of other namespaces and forms have inputs of their own, and the
 * first ones keep their ids. */
#define MIXED                                                                \
	"consoles:\n" CONSOLE("acme") CONSOLE("beta")                        \
	"    namespace: prod\n"                                              \
	CONSOLE("gamma") "    output: raw\n"

static char *dir, *assets;
static struct setup s;
static struct conf *conf;
static struct buf flat;
static char *text; /* what was made */

static inline void
begin(const char *configuration)
{
	const char *top = getenv("top_srcdir");
	struct buf err;

	dir = scratch_make();
	assets = xasprintf("%s/filebeat", top == NULL ? "." : top);
	scratch_write(dir, "s1.yml", slice_of(configuration));
	buf_init(&err, 65536);
	conf = conf_load(scratch_path(dir, "s1.yml"), &err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	buf_fini(&err);
	buf_init(&flat, 1 << 20);
	s = (struct setup){ .conf = conf, .assets = assets };
}

static inline void
end(void)
{
	free(text);
	text = NULL;
	free(assets);
	buf_fini(&flat);
	conf_free(conf);
	scratch_remove(dir);
}

/* Make it, with the report of the file kept off the test's output. */
static inline int
run(int (*target)(struct setup *))
{
	char *file = xstrdup(scratch_path(dir, "out.yml"));
	int code;

	s.ship.file = file;
	code = target(&s);
	free(file);
	return code;
}

/* Make it and read it. */
static inline void
make(int (*target)(struct setup *))
{
	CU_ASSERT_EQUAL_FATAL(run(target), EX_OK);
	free(text);
	text = scratch_read(dir, "out.yml", NULL);
	buf_reset(&flat);
	CU_ASSERT_EQUAL(yaml_flat(slice_of(text), &flat), 0);
}

static inline void
has(const char *path, const char *value)
{
	bool found = yaml_flat_has(&flat, path, value);

	CU_ASSERT_TRUE(found);
	if (!found)
		fprintf(stderr, "missing: %s=%s\n", path, value);
}

static inline void
has_not(const char *path)
{
	bool found = yaml_flat_begins(&flat, path);

	CU_ASSERT_FALSE(found);
	if (found)
		fprintf(stderr, "should not be there: %s\n", path);
}

/* "<list>[n].<rest>" has the value. */
/* The line's own fields come last, so that they win. */
static inline void
check_processors(const char *prefix)
{
	static const struct {
		const char *path, *value;
	} chain[] = {
		{ "[0].rename.fields[0].from", "message" },
		{ "[0].rename.fields[0].to", "s1spool_line" },
		{ "[0].rename.ignore_missing", "true" },
		{ "[1].decode_json_fields.fields[0]", "s1spool_line" },
		{ "[1].decode_json_fields.target", "" },
		{ "[1].decode_json_fields.overwrite_keys", "true" },
		{ "[1].decode_json_fields.max_depth", "1" },
		{ "[1].decode_json_fields.document_id", "spool.id" },
		{ "[2].drop_fields.fields[0]", "s1spool_line" },
		{ "[2].drop_fields.fields[1]", "spool" },
	};

	for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++) {
		char *path = xasprintf("%s%s", prefix, chain[i].path);

		has(path, chain[i].value);
		free(path);
	}
}

#endif
