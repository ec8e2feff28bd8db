#include "config.h"

#include "collector/setup/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"

/* Nothing of ours is longer. */
#define FILE_MAX (16u << 20)
#define MARK_WITHIN 256
#define FILE_MODE 0644
#define FOLDER_MODE 0755

static bool
is_ours(const struct buf *old)
{
	size_t n = old->len < MARK_WITHIN ? old->len : MARK_WITHIN;

	return memmem(old->p, n, SETUP_FILE_MARK,
	    sizeof(SETUP_FILE_MARK) - 1) != NULL;
}

/* What would become of the file; -1 with errno when it cannot be read. */
static int
compare(const char *path, struct slice content)
{
	int result = -1;
	struct buf old;

	buf_init(&old, FILE_MAX);
	if (fs_read_file(AT_FDCWD, path, &old) == 0)
		result = slice_eq(buf_slice(&old), content) ? SETUP_SAME :
		    is_ours(&old) ? SETUP_UPDATED : SETUP_REFUSED;
	else if (errno == ENOENT)
		result = SETUP_CREATED;
	else if (errno == EFBIG)
		result = SETUP_REFUSED;
	buf_fini(&old);
	return result;
}

/* 0, or -1 with errno. */
static int
replace(const char *path, struct slice content)
{
	char *for_dir = xstrdup(path), *for_base = xstrdup(path);
	const char *dir = dirname(for_dir);
	int dirfd = -1, rc = fs_mkdirs(AT_FDCWD, dir, FOLDER_MODE);

	if (rc == 0)
		rc = dirfd = fs_open_dir(AT_FDCWD, dir);
	if (dirfd >= 0) {
		rc = fs_replace(dirfd, basename(for_base), content, FILE_MODE);
		close(dirfd);
	}
	free(for_dir);
	free(for_base);
	return rc;
}

int
setup_file(struct setup *s, const char *dir, const char *name,
    struct slice content)
{
	char *path = dir == NULL ? xstrdup(name) :
				   xasprintf("%s/%s", dir, name);
	int result = compare(path, content);
	int rc = result < 0 ? -1 : 0;

	if ((result == SETUP_CREATED || result == SETUP_UPDATED) &&
	    !s->dry_run)
		rc = replace(path, content);
	if (rc != 0)
		fprintf(stderr, "s1spool setup: %s: %s\n", path,
		    strerror(errno));
	else if (result == SETUP_REFUSED)
		setup_report(s, result, "%s: s1spool has not made it; move it "
		    "away, or name another", path);
	else
		setup_report(s, (enum setup_result)result, "%s", path);
	free(path);
	return rc;
}
