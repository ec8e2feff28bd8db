/*
 * The snapshot of remembered ids: any file is loaded or refused, and what is
 * loaded is saved as the same.  The first byte chooses between a file that is
 * the input and a sound one that the input damages: offset and value by turns.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "spool/idset.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

#define ENTRIES_MAX 64
#define NAME "ids"

static char *dir;
static int dirfd;

static void
clean_up(void)
{
	close(dirfd);
	scratch_discard(dir);
}

static void
open_folder(void)
{
	dir = scratch_make();
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(dirfd >= 0);
	atexit(clean_up);
}

static void
write_damaged(const uint8_t *data, size_t size)
{
	static const struct stream_pos pos = { .segment = "a-1.ndjson",
		.offset = 77 };
	struct idset *s = idset_new(ENTRIES_MAX);
	size_t len;
	char *bytes;

	for (int i = 0; i < 5; i++) {
		char id[] = "0AAAAAAAAAAAAAAAAAAAAAAAAAA=";

		id[0] = (char)('0' + i);
		idset_add(s, idset_key(slice_of(id), i / 3), 1000 * i);
	}
	MUST(idset_save(s, dirfd, NAME, &pos) == 0);
	idset_free(s);
	bytes = scratch_read(dir, NAME, &len);
	for (size_t i = 0; i + 1 < size && len > 0; i += 2)
		bytes[data[i] % len] ^= (char)data[i + 1];
	scratch_write(dir, NAME, (struct slice){ bytes, len });
	free(bytes);
}

static void
check_again(const struct idset *s, const struct stream_pos *pos)
{
	struct idset *again = idset_new(ENTRIES_MAX);
	struct stream_pos there;

	MUST(idset_save(s, dirfd, NAME, pos) == 0);
	MUST(idset_load(again, dirfd, NAME, &there) == 0);
	MUST(idset_count(again) == idset_count(s));
	MUST(strcmp(there.segment, pos->segment) == 0);
	MUST(there.offset == pos->offset);
	idset_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct idset *s;
	struct stream_pos pos;

	if (size < 1)
		return 0;
	if (dir == NULL)
		open_folder();
	if (data[0] % 2 == 0)
		scratch_write(dir, NAME, (struct slice){
		    (const char *)data + 1, size - 1 });
	else
		write_damaged(data + 1, size - 1);
	s = idset_new(ENTRIES_MAX);
	if (idset_load(s, dirfd, NAME, &pos) == 0) {
		MUST(memchr(pos.segment, '\0', sizeof(pos.segment)) != NULL);
		check_again(s, &pos);
	} else {
		MUST(errno == EBADMSG || errno == EPROTONOSUPPORT);
		MUST(idset_count(s) == 0);
	}
	idset_free(s);
	return 0;
}
