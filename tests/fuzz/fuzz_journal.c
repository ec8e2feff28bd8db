/*
 * The journal: from any file it begins, and what it then holds it holds after
 * the next start as well.  The first byte chooses between a file that is the
 * input and a sound one that the input damages: offset and value by turns.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "spool/journal.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

static char *dir;

static void
clean_up(void)
{
	scratch_discard(dir);
}

static struct journal *
open_journal(bool *damaged)
{
	struct journal *j;
	struct buf err;

	buf_init(&err, 1 << 16);
	j = journal_open(dir, damaged, &err);
	MUST(j != NULL || errno == EPROTONOSUPPORT);
	buf_fini(&err);
	return j;
}

static void
put_some(struct journal *j)
{
	journal_put(j, "acme/threat", SLICE("{\"cursor\":\"abc\"}"));
	journal_put(j, "acme/agent", SLICE("{\"lines\":[1,2,3]}"));
	MUST(journal_commit(j) == 0);
	journal_put(j, "acme/threat", SLICE("{\"cursor\":\"def\"}"));
	journal_remove(j, "acme/agent");
	MUST(journal_commit(j) == 0);
}

static void
damage(const uint8_t *data, size_t size)
{
	bool damaged;
	struct journal *j;
	size_t len;
	char *bytes;

	scratch_write(dir, "journal", SLICE(""));
	j = open_journal(&damaged);
	put_some(j);
	journal_close(j);
	bytes = scratch_read(dir, "journal", &len);
	for (size_t i = 0; i + 1 < size && len > 0; i += 2)
		bytes[data[i] % len] ^= (char)data[i + 1];
	scratch_write(dir, "journal", (struct slice){ bytes, len });
	free(bytes);
}

static void
list_entry(void *cookie, const char *key, struct slice value)
{
	buf_addf(cookie, "%s=%.*s\n", key, (int)value.len, value.p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf before, after;
	struct journal *j;
	bool damaged;

	if (size < 1)
		return 0;
	if (dir != NULL)
		scratch_discard(dir);
	else
		atexit(clean_up);
	dir = scratch_make();
	if (data[0] % 2 == 0)
		scratch_write(dir, "journal", (struct slice){
		    (const char *)data + 1, size - 1 });
	else
		damage(data + 1, size - 1);
	j = open_journal(&damaged);
	if (j == NULL)
		return 0; /* of a later version */
	buf_init(&before, 16 << 20);
	buf_init(&after, 16 << 20);
	put_some(j);
	journal_each(j, "", list_entry, &before);
	journal_close(j);
	j = open_journal(&damaged);
	MUST(j != NULL && !damaged);
	journal_each(j, "", list_entry, &after);
	journal_close(j);
	MUST(slice_eq(buf_slice(&before), buf_slice(&after)));
	buf_fini(&before);
	buf_fini(&after);
	return 0;
}
