/* The configuration: a file is taken or refused with a message. */
#include "config.h"

#include "collector/conf/conf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

static char *dir;

static void
clean_up(void)
{
	scratch_discard(dir);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf err;
	struct conf *conf;

	if (dir == NULL) {
		dir = scratch_make();
		atexit(clean_up);
	}
	scratch_write(dir, "s1spool.yml",
	    (struct slice){ (const char *)data, size });
	buf_init(&err, 1 << 20);
	conf = conf_load(scratch_path(dir, "s1spool.yml"), &err);
	MUST(conf != NULL || err.len > 0);
	conf_free(conf);
	buf_fini(&err);
	return 0;
}
