#include "config.h"

#include "tests/unit/journal_rig.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "collector/base/xalloc.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

struct journal *
journal_rig_open(const char *dir, bool *damaged)
{
	struct journal *j;
	struct buf why;

	buf_init(&why, 1000);
	j = journal_open(dir, damaged, &why);
	UNIT_TEXT(why.p, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	buf_fini(&why);
	return j;
}

struct journal *
journal_rig_sound(const char *dir)
{
	bool damaged = true;
	struct journal *j = journal_rig_open(dir, &damaged);

	CU_ASSERT_FALSE(damaged);
	return j;
}

static void
print_entry(void *cookie, const char *key, struct slice value)
{
	struct buf *b = cookie;

	buf_addf(b, "%s=%.*s ", key, (int)value.len, value.p);
}

char *
journal_rig_content(const struct journal *j, const char *prefix)
{
	struct buf b;
	char *text;

	buf_init(&b, 1 << 24);
	journal_each(j, prefix, print_entry, &b);
	text = xstrndup(b.p, b.len);
	buf_fini(&b);
	return text;
}

void
journal_rig_check(const struct journal *j, const char *want)
{
	char *text = journal_rig_content(j, "");

	UNIT_TEXT(text, want);
	free(text);
}

void
journal_rig_put(struct journal *j, const char *key, const char *value)
{
	journal_put(j, key, slice_of(value));
}

int64_t
journal_rig_compact(struct journal *j, const char *dir, int *commits)
{
	struct stat sb, last = { 0 };
	char value[2100];

	memset(value, '7', sizeof(value));
	for (*commits = 0; *commits < 5000; ++*commits) {
		journal_put(j, "k", (struct slice){ value, sizeof(value) });
		CU_ASSERT_EQUAL(journal_commit(j), 0);
		CU_ASSERT_EQUAL(stat(scratch_path(dir, "journal"), &sb), 0);
		if (sb.st_size < last.st_size)
			return sb.st_size;
		last = sb;
	}
	return last.st_size;
}
