#include "config.h"

#include "collector/conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/vault.h"

static void
explain_open(const char *what, const char *file, int error, struct buf *err)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		buf_addf(err, "%s: there is no such file; write the %s into "
		    "it, then chmod 0640 it, and chgrp it to the group of "
		    "the user that reads it\n", file, what);
		break;
	case EACCES:
		buf_addf(err, "%s: not readable for user id %ld; chmod 0640 "
		    "it, and chgrp it to a group of that user\n", file,
		    (long)geteuid());
		break;
	default:
		buf_addf(err, "%s: %s\n", file, strerror(error));
	}
}

/* What can be said before anything is read.  0, or -1 with a message. */
static int
check_file(const char *what, const char *file, const struct stat *st,
    struct buf *err)
{
	if (!S_ISREG(st->st_mode)) {
		buf_addf(err, "%s: not a regular file; it must be a file with "
		    "the %s in it\n", file, what);
		return -1;
	}
	if (st->st_mode & S_IRWXO) {
		buf_addf(err, "%s: open to everybody (mode %04o); "
		    "chmod o= it\n", file, (unsigned)st->st_mode & 07777);
		return -1;
	}
	if (st->st_size > SECRET_MAX) {
		buf_addf(err, "%s: %lld bytes are no %s; it must hold "
		    "the %s and nothing else\n", file,
		    (long long)st->st_size, what, what);
		return -1;
	}
	return 0;
}

/* Read until the end or until s is full.  0, or -1 with errno. */
static int
read_text(struct secret *s, int fd)
{
	ssize_t n;

	while (s->len < SECRET_MAX) {
		n = read(fd, s->text + s->len, SECRET_MAX - s->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		s->len += (size_t)n;
	}
	return 0;
}

/* Drop white space at the end; the rest must be one printable word. */
static int
check_text(struct secret *s, const char *what, const char *file,
    struct buf *err)
{
	while (s->len > 0 && strchr(" \t\r\n", s->text[s->len - 1]) != NULL &&
	    s->text[s->len - 1] != '\0')
		s->len--;
	s->text[s->len] = '\0';
	if (s->len == 0) {
		buf_addf(err, "%s: empty; write the %s into it\n", file, what);
		return -1;
	}
	for (size_t i = 0; i < s->len; i++) {
		if (s->text[i] > ' ' && s->text[i] < 0x7f)
			continue;
		buf_addf(err, "%s: byte %zu is a blank or no printable ASCII "
		    "character; it must hold the %s and nothing else\n",
		    file, i + 1, what);
		return -1;
	}
	return 0;
}

static int
load_open(struct secret *s, int fd, const char *what, const char *file,
    struct buf *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		buf_addf(err, "%s: %s\n", file, strerror(errno));
		return -1;
	}
	if (check_file(what, file, &st, err) < 0)
		return -1;
	if (read_text(s, fd) < 0) {
		buf_addf(err, "%s: %s\n", file, strerror(errno));
		return -1;
	}
	return check_text(s, what, file, err);
}

int
secret_load_named(struct secret *s, const char *what, const char *file,
    struct buf *err)
{
	int fd, r = -1;

	*s = (struct secret){ .text = vault_alloc(SECRET_MAX + 1) };
	/* O_NONBLOCK: a FIFO is refused, not waited for. */
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		explain_open(what, file, errno, err);
	} else {
		r = load_open(s, fd, what, file, err);
		close(fd);
	}
	if (r < 0)
		secret_wipe(s);
	return r;
}

int
secret_load(struct secret *s, const char *file, struct buf *err)
{
	return secret_load_named(s, "API token", file, err);
}

void
secret_wipe(struct secret *s)
{
	vault_free(s->text);
	*s = (struct secret){ 0 };
}

void
secret_forbid_core(void)
{
	static const struct rlimit none = { 0, 0 };

	if (getenv("S1SPOOL_ALLOW_CORE") != NULL)
		return;
	setrlimit(RLIMIT_CORE, &none);
	/* Also when core_pattern is a pipe, which asks no limit. */
	prctl(PR_SET_DUMPABLE, 0);
}
