#include "config.h"

#include "tests/unit/beat_rig.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collector/base/xalloc.h"
#include "tests/unit/unit.h"

void
beat_move(struct beat *b, const char *dir, const char *pattern)
{
	free((char *)(uintptr_t)b->opt.registry);
	b->opt.registry = xasprintf("%s/%s", dir, pattern);
}

void
beat_begin(struct beat *b, const char *dir)
{
	*b = (struct beat){
		.opt = {
			.name = "beat",
			.type = SHIPPER_FILEBEAT,
			.fingerprint_length = 64,
		},
	};
	beat_move(b, dir, "registry");
	mkdir(b->opt.registry, 0700);
	memlog_open(&b->log, b->opt.registry, 0);
}

void
beat_end(struct beat *b)
{
	shipper_free(b->shipper);
	memlog_close(&b->log);
	free((char *)(uintptr_t)b->opt.registry);
}

struct shipper *
beat_read(struct beat *b)
{
	struct buf err;

	buf_init(&err, 4096);
	shipper_free(b->shipper);
	b->shipper = shipper_read(&b->opt, &err);
	UNIT_TEXT(err.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->shipper);
	buf_fini(&err);
	return b->shipper;
}
