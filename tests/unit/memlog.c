#include "config.h"

#include "tests/unit/memlog.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int
create(const struct memlog *m, const char *name)
{
	int fd = openat(m->dirfd, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		err(99, "%s", name);
	return fd;
}

static void put(int fd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(int fd, const char *fmt, ...)
{
	char text[1000];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    write(fd, text, (size_t)n) != n)
		err(99, "registry");
}

void
memlog_open(struct memlog *m, const char *folder, int per_checkpoint)
{
	int fd;

	*m = (struct memlog){ .per_checkpoint = per_checkpoint };
	m->dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dirfd < 0)
		err(99, "%s", folder);
	fd = create(m, "meta.json");
	put(fd, "{\"version\":\"1\"}\n");
	close(fd);
	m->log = create(m, "log.json");
}

void
memlog_close(struct memlog *m)
{
	close(m->log);
	close(m->dirfd);
}

/* Written under another name, renamed, and only then the log is cut. */
void
memlog_checkpoint(struct memlog *m)
{
	int64_t old = m->checkpoint;
	char name[40];
	int fd = create(m, "checkpoint.new");

	put(fd, "[");
	for (int i = 0; i < m->n; i++)
		put(fd, "%s{\"_key\":\"%s\",%s", i > 0 ? "," : "",
		    m->states[i].key, m->states[i].value + 1);
	put(fd, "]");
	close(fd);
	m->checkpoint = ++m->transaction;
	snprintf(name, sizeof(name), "%" PRId64 ".json", m->checkpoint);
	if (renameat(m->dirfd, "checkpoint.new", m->dirfd, name) != 0 ||
	    ftruncate(m->log, 0) != 0)
		err(99, "%s", name);
	fd = create(m, "active.dat");
	put(fd, "/somewhere/%s", name);
	close(fd);
	snprintf(name, sizeof(name), "%" PRId64 ".json", old);
	unlinkat(m->dirfd, name, 0);
	m->in_log = 0;
}

static int
find(const struct memlog *m, const char *key)
{
	int i = 0;

	while (i < m->n && strcmp(m->states[i].key, key) != 0)
		i++;
	return i;
}

static void
note(struct memlog *m)
{
	if (++m->in_log == m->per_checkpoint)
		memlog_checkpoint(m);
}

void
memlog_set(struct memlog *m, const char *input, const char *identity,
    const char *value, const char *source, int64_t offset)
{
	char cursor[60] = "null";
	struct memlog_state s;
	int at;

	if (offset >= 0)
		snprintf(cursor, sizeof(cursor),
		    "{\"offset\":%" PRId64 ",\"eof\":false}", offset);
	snprintf(s.key, sizeof(s.key), "filestream::%s::%s::%s", input,
	    identity, value);
	snprintf(s.value, sizeof(s.value),
	    "{\"ttl\":-1,\"updated\":[123456,%lld],\"cursor\":%s,"
	    "\"meta\":{\"source\":\"%s\",\"identifier_name\":\"%s\"}}",
	    (long long)time(NULL), cursor, source, identity);
	at = find(m, s.key);
	if (at == MEMLOG_STATES)
		errx(99, "too many states");
	m->states[at] = s;
	m->n += at == m->n;
	put(m->log, "{\"op\":\"set\",\"id\":%" PRId64 "}\n{\"k\":\"%s\","
	    "\"v\":%s}\n", ++m->transaction, s.key, s.value);
	note(m);
}

void
memlog_remove(struct memlog *m, const char *input, const char *identity,
    const char *value)
{
	char key[200];
	int at;

	snprintf(key, sizeof(key), "filestream::%s::%s::%s", input, identity,
	    value);
	at = find(m, key);
	if (at < m->n)
		m->states[at] = m->states[--m->n];
	put(m->log, "{\"op\":\"remove\",\"id\":%" PRId64 "}\n{\"k\":\"%s\"}\n",
	    ++m->transaction, key);
	note(m);
}
