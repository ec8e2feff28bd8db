/*
 * A shipper's registry of any content: it is read or refused with a message,
 * and what is read stands for no more than the files say.  The input is the
 * log, and what follows a line "%" the checkpoint 7.json.
 */
#include "config.h"

#include <string.h>

#include "spool/registry.h"
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
	const char *text = (const char *)data;
	const char *cut = memmem(text, size, "\n%\n", 3);
	size_t log = cut == NULL ? size : (size_t)(cut - text) + 1;
	struct registry r;
	struct buf err;

	if (dir != NULL)
		scratch_discard(dir);
	else
		atexit(clean_up);
	dir = scratch_make();
	scratch_write(dir, "meta.json", SLICE("{\"version\":\"1\"}"));
	scratch_write(dir, "log.json", (struct slice){ text, log });
	if (cut != NULL)
		scratch_write(dir, "7.json", (struct slice){ cut + 3,
		    size - log - 2 });
	buf_init(&err, 1 << 16);
	if (registry_read(&r, dir, &err) != 0)
		MUST(err.len > 0 && r.n == 0);
	else
		MUST(err.len == 0);
	for (size_t i = 0; i < r.n; i++)
		MUST(r.entries[i].offset >= 0 && r.entries[i].source != NULL);
	registry_fini(&r);
	buf_fini(&err);
	return 0;
}
