#include "config.h"

#include "tests/unit/memlog.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(o, name, &member) ?
	    json_object_get_string(member) : NULL;
}

static void
forget(struct memlog *m, const char *key)
{
	for (int i = 0; key != NULL && i < m->n; i++)
		if (strcmp(m->states[i].key, key) == 0)
			m->states[i--] = m->states[--m->n];
}

static void
keep(struct memlog *m, const char *key, struct json_object *value)
{
	struct memlog_state *s;

	forget(m, key);
	if (m->n == MEMLOG_STATES)
		errx(99, "too many states");
	s = &m->states[m->n++];
	snprintf(s->key, sizeof(s->key), "%s", key);
	snprintf(s->value, sizeof(s->value), "%s",
	    json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* The one with the highest number is the newest. */
static void
find_checkpoint(struct memlog *m, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	char *end;

	if (dir == NULL)
		err(99, "%s", folder);
	while ((e = readdir(dir)) != NULL) {
		long long n = strtoll(e->d_name, &end, 10);

		if (n > m->checkpoint && strcmp(end, ".json") == 0)
			m->checkpoint = n;
	}
	closedir(dir);
	m->transaction = m->checkpoint;
}

static void
load_checkpoint(struct memlog *m, const char *folder)
{
	struct json_object *list, *o;
	char path[4200];

	if (m->checkpoint == 0)
		return;
	snprintf(path, sizeof(path), "%s/%lld.json", folder,
	    (long long)m->checkpoint);
	list = json_object_from_file(path);
	if (list == NULL)
		errx(99, "%s: no JSON", path);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		char key[200];

		o = json_object_array_get_idx(list, i);
		snprintf(key, sizeof(key), "%s", text_of(o, "_key"));
		json_object_object_del(o, "_key");
		keep(m, key, o);
	}
	json_object_put(list);
}

static struct json_object *
next_line(FILE *f)
{
	struct json_object *o = NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, f);

	if (len > 0 && line[len - 1] == '\n')
		o = json_tokener_parse(line);
	free(line);
	return o;
}

/* One operation, of two lines.  False when there is no more whole one. */
static bool
load_operation(struct memlog *m, FILE *f)
{
	struct json_object *op = next_line(f), *what = next_line(f), *member;
	bool whole = op != NULL && what != NULL;

	if (whole && json_object_object_get_ex(op, "id", &member) &&
	    json_object_get_int64(member) > m->transaction) {
		m->transaction = json_object_get_int64(member);
		if (json_object_object_get_ex(what, "v", &member))
			keep(m, text_of(what, "k"), member);
		else
			forget(m, text_of(what, "k"));
	}
	json_object_put(op);
	json_object_put(what);
	return whole;
}

static void
load_log(struct memlog *m, const char *folder)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/log.json", folder);
	f = fopen(path, "re");
	if (f == NULL)
		err(99, "%s", path);
	while (load_operation(m, f))
		;
	fclose(f);
}

void
memlog_resume(struct memlog *m, const char *folder, int per_checkpoint)
{
	*m = (struct memlog){ .per_checkpoint = per_checkpoint };
	m->dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dirfd < 0)
		err(99, "%s", folder);
	m->log = openat(m->dirfd, "log.json",
	    O_WRONLY | O_APPEND | O_CLOEXEC);
	if (m->log < 0) {
		close(m->dirfd);
		memlog_open(m, folder, per_checkpoint);
		return;
	}
	find_checkpoint(m, folder);
	load_checkpoint(m, folder);
	load_log(m, folder);
	memlog_checkpoint(m);
}
