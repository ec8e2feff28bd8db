#include "config.h"

#include "tests/unit/scratch.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"

static char *
make_in(const char *otherwise)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/s1spool-test-XXXXXX",
	    tmp != NULL ? tmp : otherwise);

	if (mkdtemp(dir) == NULL)
		err(99, "%s", dir);
	return dir;
}

char *
scratch_make(void)
{
	return make_in("/tmp");
}

char *
scratch_make_in_memory(void)
{
	return make_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

/* A secret of the tests, as it is or within base64, but not by itself. */
static bool
has_secret(const struct buf *b)
{
	static const char *const forms[] = { "mock-token", "bW9jay10b2tlb",
		"1vY2stdG9rZW", "tb2NrLXRva2Vu" };
	bool by_itself = strcspn(b->p, " \t\n") + 1 >= b->len;
	bool has = false;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		has = has || memmem(b->p, b->len, forms[i],
		    strlen(forms[i])) != NULL;
	return has && !by_itself;
}

static void
look_at(const char *path)
{
	struct buf b;

	buf_init(&b, 1 << 30);
	if (fs_read_file(AT_FDCWD, path, &b) == 0 && has_secret(&b))
		errx(1, "%s: a secret is in it", path);
	buf_fini(&b);
}

static int
look_at_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)ftw;
	if (type == FTW_F)
		look_at(path);
	return 0;
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
scratch_remove(char *dir)
{
	if (nftw(dir, look_at_one, 8, FTW_PHYS) != 0)
		err(99, "%s", dir);
	scratch_discard(dir);
}

void
scratch_discard(char *dir)
{
	if (nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		err(99, "%s", dir);
	free(dir);
}

const char *
scratch_path(const char *dir, const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

static void
put(const char *dir, const char *name, struct slice content, int flags)
{
	const char *path = scratch_path(dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0640);

	if (fd < 0 || fs_write_full(fd, content.p, content.len) < content.len)
		err(99, "%s", path);
	close(fd);
}

void
scratch_write(const char *dir, const char *name, struct slice content)
{
	put(dir, name, content, O_TRUNC);
}

void
scratch_append(const char *dir, const char *name, struct slice content)
{
	put(dir, name, content, O_APPEND);
}

char *
scratch_read(const char *dir, const char *name, size_t *len)
{
	const char *path = scratch_path(dir, name);
	struct buf b;
	char *copy;

	buf_init(&b, 1 << 30);
	if (fs_read_file(AT_FDCWD, path, &b) < 0)
		err(99, "%s", path);
	copy = xmalloc(b.len + 1);
	memcpy(copy, b.p, b.len + 1);
	if (len != NULL)
		*len = b.len;
	buf_fini(&b);
	return copy;
}

static int
is_shown(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

char *
scratch_list(const char *dir, const char *name)
{
	struct dirent **names;
	struct buf b;
	char *list;
	int n;

	n = scandir(scratch_path(dir, name), &names, is_shown, alphasort);
	if (n < 0)
		err(99, "%s/%s", dir, name);
	buf_init(&b, 1 << 20);
	for (int i = 0; i < n; i++) {
		buf_addf(&b, "%s%s", i > 0 ? " " : "", names[i]->d_name);
		free(names[i]);
	}
	free(names);
	list = xstrndup(b.p, b.len);
	buf_fini(&b);
	return list;
}
