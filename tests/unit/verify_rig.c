#include "config.h"

#include "tests/unit/verify_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

void
verify_rig_message(void *cookie, enum verify_level level, const char *file,
    uint64_t line, const char *text)
{
	buf_addf(cookie, "%s %s:%d: %s\n", level == VERIFY_ERROR ? "E" : "W",
	    file, (int)line, text);
}

void
verify_rig_stream(void *cookie, const struct verify_stream *s)
{
	buf_addf(cookie, "= %s %d files %d lines %d bytes", s->name,
	    (int)s->files, (int)s->lines, (int)s->bytes);
	if (s->first_ms <= s->last_ms)
		buf_addf(cookie, " %lld-%lld", (long long)s->first_ms / 1000,
		    (long long)s->last_ms / 1000);
	buf_addc(cookie, '\n');
}

/* Take a text out wherever it stands. */
static void
strip(struct buf *b, const char *text)
{
	char *at;

	while ((at = strstr(b->p, text)) != NULL) {
		memmove(at, at + strlen(text), strlen(at + strlen(text)) + 1);
		buf_cut(b, b->len - strlen(text));
	}
}

void
verify_rig_look(const char *dir, const char *name, struct buf *got)
{
	const char *path = *name == '\0' ? dir : scratch_path(dir, name);
	char *folder = xasprintf("%s/", dir);
	const struct verify_sink sink = { verify_rig_message,
		verify_rig_stream, NULL, got };

	CU_ASSERT_EQUAL(verify_path(path, &sink), 0);
	strip(got, folder);
	free(folder);
}

void
verify_rig_below(const char *dir, const char *name, const char *want)
{
	struct buf got;

	buf_init(&got, 1 << 20);
	verify_rig_look(dir, name, &got);
	UNIT_TEXT(got.p, want);
	buf_fini(&got);
}

void
verify_rig_check(const char *dir, const char *want)
{
	verify_rig_below(dir, "", want);
}

char *
verify_rig_spool(void)
{
	char *dir = scratch_make();

	mkdir(scratch_path(dir, "acme"), 0750);
	mkdir(scratch_path(dir, "acme/threat"), 0750);
	mkdir(scratch_path(dir, "acme/archive"), 0750);
	mkdir(scratch_path(dir, "acme/archive/threat"), 0750);
	return dir;
}

void
verify_rig_pack(const char *dir, const char *name, const char *folder)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *to = xasprintf("%s.gz", strrchr(name, '/') + 1);
	struct pack_info info;

	CU_ASSERT_EQUAL(pack_file(dirfd, name, folder, folder, to, &info), 0);
	CU_ASSERT_EQUAL(unlinkat(dirfd, name, 0), 0);
	free(to);
	close(dirfd);
}

void
verify_rig_one(const char *dir, const char *name, const char *finding,
    const char *stream)
{
	char *want = xasprintf("%s= %s 1 files 1 lines %zu bytes "
	    "1767323045-1767323045\n", finding, stream,
	    strlen(LINE("10-1", "a", "")));

	verify_rig_below(dir, name, want);
	free(want);
}

char *
verify_rig_archive(void)
{
	char *dir = verify_rig_spool();

	scratch_write(dir, FIRST, SLICE(LINE("10-1", "a", "")));
	verify_rig_pack(dir, FIRST, "acme/archive/threat");
	return dir;
}
