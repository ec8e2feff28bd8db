#include "config.h"

#include "collector/walk/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"

static int
write_line(int fd, struct slice record)
{
	struct stat st;
	struct buf line;
	size_t written;

	if (fstat(fd, &st) != 0)
		return -1;
	if (st.st_size + (off_t)record.len >= REJECTS_MAX) {
		errno = EFBIG;
		return -1;
	}
	buf_init(&line, record.len + 1);
	buf_add_slice(&line, record);
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] == '\n' || line.p[i] == '\r')
			line.p[i] = ' ';
	buf_addc(&line, '\n');
	written = fs_write_full(fd, line.p, line.len);
	buf_fini(&line);
	return written == record.len + 1 ? 0 : -1;
}

int
rejects_add(int state_dirfd, const char *console, const char *dataset,
    struct slice record)
{
	char *name = xasprintf("rejected/%s-%s.ndjson", console, dataset);
	int fd, rc, saved;

	if (mkdirat(state_dirfd, "rejected", 0750) != 0 && errno != EEXIST) {
		free(name);
		return -1;
	}
	fd = openat(state_dirfd, name,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	free(name);
	if (fd < 0)
		return -1;
	rc = write_line(fd, record);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}
