#include "config.h"

#include "tests/unit/prune_rig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define BIRTH 1767225600000000 /* of FIRST */

const struct prune_options prune_rig_plain = {
	.compress = PRUNE_COMPRESS_ARCHIVE,
};
struct prune_counts prune_rig_counts;

void
prune_rig_begin(struct spool_rig *r)
{
	rig_setup(r);
	rig_now_us = BIRTH;
	for (int i = 0; i < 3; i++) {
		rig_append_one(r, (char[]){ (char)('a' + i), '\0' });
		CU_ASSERT_EQUAL(stream_sync(r->st), 0);
		stream_seal(r->st, true);
	}
	rig_now_us = ((int64_t)time(NULL) + 60) * 1000000;
}

void
prune_rig_message(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	buf_addf(cookie, "%c %s: %s\n", "IWE"[level], path, text);
}

void
prune_rig_run(struct spool_rig *r, const struct prune_options *options,
    const char *sealed, const char *needed, const char *want)
{
	struct prune_options opt = *options;
	struct prune_published pub = { .sealed = sealed,
		.needed.offset = LINE_LEN };
	const struct prune_counts *c;
	struct prune *p;
	struct buf got;

	if (opt.directory == NULL)
		opt.directory = r->dir;
	snprintf(pub.needed.segment, sizeof(pub.needed.segment), "%s", needed);
	buf_init(&got, 1 << 20);
	p = prune_begin(&opt, prune_rig_message, &got, &got);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	prune_stream(p, "acme", "threat", &pub);
	prune_archives(p);
	c = prune_counts(p);
	buf_addf(&got, "%d archived %d packed %d removed %d waiting %d failed",
	    (int)c->archived, (int)c->packed, (int)c->removed, (int)c->waiting,
	    (int)c->failed);
	UNIT_TEXT(got.p, want);
	prune_rig_counts = *c;
	prune_end(p);
	buf_fini(&got);
}

static void
check_folder(struct spool_rig *r, const char *folder, const char *want)
{
	bool is_there = faccessat(spool_dirfd(r->sp), folder, F_OK, 0) == 0;
	char *names = is_there ? scratch_list(r->dir, folder) : xstrdup("");

	UNIT_TEXT(names, want);
	free(names);
}

void
prune_rig_check(struct spool_rig *r, const char *plain, const char *archived)
{
	check_folder(r, FOLDER, plain);
	check_folder(r, ARCHIVE, archived);
	rig_check_back(r, NULL, "a b c");
}
