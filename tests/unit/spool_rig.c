#include "config.h"

#include "tests/unit/spool_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "tests/faults/fault.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define BIRTH 1767225600000000 /* 2026-01-01T00:00:00Z */

int64_t rig_now_us, rig_mono_ms;

static int64_t
fake_wall(void)
{
	return rig_now_us;
}

static int64_t
fake_mono(void)
{
	return rig_mono_ms;
}

static const struct clock fake_clock = { fake_wall, fake_mono };

void
rig_reopen(struct spool_rig *f)
{
	struct buf why;

	buf_init(&why, 1000);
	stream_close(f->st);
	spool_close(f->sp);
	f->sp = spool_open(&f->opt, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->sp);
	f->st = stream_open(f->sp, "acme", "threat", &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->st);
	UNIT_TEXT(why.p, "");
	buf_fini(&why);
}

void
rig_setup(struct spool_rig *f)
{
	rig_now_us = BIRTH;
	rig_mono_ms = 1000;
	clock_set(&fake_clock);
	*f = (struct spool_rig){ .dir = scratch_make() };
	f->opt = (struct spool_options){ .directory = f->dir,
		.segment_max_bytes = 1 << 20, .segment_max_age_ms = 60000,
		.segment_idle_ms = 10000 };
	buf_init(&f->batch, 8 << 20);
	rig_reopen(f);
}

void
rig_teardown(struct spool_rig *f)
{
	fault_set(NULL);
	stream_close(f->st);
	spool_close(f->sp);
	buf_fini(&f->batch);
	scratch_remove(f->dir);
	clock_set(NULL);
}

void
rig_begin(struct spool_rig *f)
{
	buf_reset(&f->batch);
	f->n_lines = 0;
	CU_ASSERT_EQUAL_FATAL(stream_begin(f->st, 100), 0);
}

void
rig_line(struct spool_rig *f, const char *id)
{
	CU_ASSERT_EQUAL(stream_prefix(f->st, &f->batch, slice_of(id),
	    SLICE("a"), 0), 0);
	buf_adds(&f->batch, "\"x\":1}\n");
	f->n_lines++;
}

int
rig_append(struct spool_rig *f)
{
	size_t kept = 99;
	int r = stream_append(f->st, buf_slice(&f->batch), f->n_lines, &kept);

	if (r == 0)
		CU_ASSERT_EQUAL(kept, f->n_lines);
	return r == 0 ? (int)kept : -1 - (int)kept;
}

void
rig_append_one(struct spool_rig *f, const char *id)
{
	rig_begin(f);
	rig_line(f, id);
	CU_ASSERT_EQUAL(rig_append(f), 1);
}

bool
rig_collect(void *cookie, const struct stream_line *l)
{
	struct buf *b = cookie;

	buf_addf(b, "%s%.*s", b->len > 0 ? " " : "", (int)l->id.len, l->id.p);
	return true;
}

void
rig_check_back(struct spool_rig *f, const struct stream_pos *from,
    const char *want)
{
	static const struct stream_pos start;
	size_t damaged = 99;
	struct buf ids;

	buf_init(&ids, 1 << 20);
	CU_ASSERT_EQUAL(stream_read_back(f->st, from != NULL ? from : &start,
	    rig_collect, &ids, &damaged), 0);
	CU_ASSERT_EQUAL(damaged, 0);
	UNIT_TEXT(ids.p, want);
	buf_fini(&ids);
}

void
rig_check_files(struct spool_rig *f, const char *want)
{
	char *list = scratch_list(f->dir, FOLDER);

	UNIT_TEXT(list, want);
	free(list);
}

void
rig_check_content(struct spool_rig *f, const char *name, const char *want)
{
	char *text = scratch_read(f->dir, scratch_path(FOLDER, name), NULL);

	UNIT_TEXT(text, want);
	free(text);
}

void
rig_unlink_segment(struct spool_rig *f, const char *name)
{
	CU_ASSERT_EQUAL(unlink(scratch_path(f->dir,
	    scratch_path(FOLDER, name))), 0);
}
