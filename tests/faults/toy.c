#include "config.h"

#include "tests/faults/toy.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/crashpoint.h"
#include "collector/base/xalloc.h"
#include "spool/idset.h"
#include "spool/journal.h"
#include "spool/spool.h"
#include "spool/stream.h"
#include "tests/unit/scratch.h"

#define KEY "acme/threat"
#define PAGE 4 /* rows */
#define COMMIT 2 /* pages */
#define SNAPSHOT 2 /* commits: in the middle of a segment */
#define SEGMENT_BYTES 1700 /* three pages: commits end in the middle */

struct toy {
	struct journal *journal;
	struct spool *spool;
	struct stream *stream;
	struct idset *seen;
	struct buf batch;
	int next; /* row to ask for */
	int committed; /* what next was in the last commit */
	int commits;
};

static const struct stream_pos start_pos;

static struct idset_key
row_key(int row)
{
	char id[16];

	snprintf(id, sizeof(id), "row %d", row);
	return idset_key(slice_of(id), 0);
}

static bool
note_seen(void *cookie, const struct stream_line *line)
{
	idset_add(cookie, idset_key(line->id, line->resend), 0);
	return true;
}

/* What the last commit says; the beginning without one. */
static void
load_position(struct toy *t, struct stream_pos *pos)
{
	struct slice v = journal_get(t->journal, KEY);
	char text[300];

	*pos = start_pos;
	if (v.p == NULL)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)v.len, v.p);
	if (sscanf(text, "[%d,%" SCNd64 ",\"%127[^\"]\"]", &t->next,
	    &pos->offset, pos->segment) < 2)
		abort();
	t->committed = t->next;
}

static void
save_position(struct toy *t)
{
	struct stream_pos pos;
	char text[300];

	stream_end(t->stream, &pos);
	snprintf(text, sizeof(text), "[%d,%" PRId64 ",\"%s\"]", t->next,
	    pos.offset, pos.segment);
	journal_put(t->journal, KEY, slice_of(text));
}

/* The ids up to the snapshot come from it, those behind from the spool. */
static int
recall(struct toy *t)
{
	struct stream_pos pos, committed;
	size_t damaged;

	load_position(t, &committed);
	if (idset_load(t->seen, journal_dirfd(t->journal), "ids", &pos) < 0)
		pos = start_pos;
	return stream_read_back(t->stream, &pos, note_seen, t->seen, &damaged);
}

static void
toy_close(struct toy *t)
{
	stream_close(t->stream);
	spool_close(t->spool);
	journal_close(t->journal);
	idset_free(t->seen);
	buf_fini(&t->batch);
}

static int
toy_open(struct toy *t, const char *dir)
{
	char *spool_dir = xasprintf("%s/spool", dir);
	char *state_dir = xasprintf("%s/state", dir);
	const struct spool_options opt = { .directory = spool_dir,
		.segment_max_bytes = SEGMENT_BYTES };
	bool damaged;
	struct buf why;
	int r = -1;

	*t = (struct toy){ .seen = idset_new(1000) };
	buf_init(&t->batch, 1 << 20);
	buf_init(&why, 1000);
	t->journal = journal_open(state_dir, &damaged, &why);
	if (t->journal != NULL && !damaged)
		t->spool = spool_open(&opt, &why);
	if (t->spool != NULL)
		t->stream = stream_open(t->spool, "acme", "threat", &why);
	if (t->stream != NULL)
		r = recall(t);
	if (r < 0)
		toy_close(t);
	free(spool_dir);
	free(state_dir);
	buf_fini(&why);
	return r;
}

/* Put the rows of a page that were not seen into the batch. */
static size_t
make_batch(struct toy *t, int first, int rows[PAGE])
{
	size_t n = 0;
	char id[16];

	buf_reset(&t->batch);
	for (int row = first; row < first + PAGE && row < TOY_ROWS; row++) {
		if (idset_has(t->seen, row_key(row)))
			continue;
		snprintf(id, sizeof(id), "row %d", row);
		if (stream_prefix(t->stream, &t->batch, slice_of(id),
		    SLICE(""), 0) < 0)
			abort();
		buf_addf(&t->batch, "\"pad\":\"%060d\"}\n", row);
		rows[n++] = row;
	}
	return n;
}

static int
collect_page(struct toy *t)
{
	size_t n, kept;
	int rows[PAGE], r;

	if (stream_begin(t->stream, 400) < 0)
		return -1;
	n = make_batch(t, t->next, rows);
	r = stream_append(t->stream, buf_slice(&t->batch), n, &kept);
	for (size_t i = 0; i < kept; i++)
		idset_add(t->seen, row_key(rows[i]), 0);
	if (r == 0)
		t->next += PAGE;
	return r;
}

/* What was appended since the last commit has to come again. */
static void
go_back(struct toy *t)
{
	for (int row = t->committed; row < t->next + PAGE; row++)
		idset_remove(t->seen, row_key(row));
	t->next = t->committed;
}

static int
commit(struct toy *t)
{
	struct stream_pos pos;

	if (stream_sync(t->stream) < 0) {
		go_back(t);
		return -1;
	}
	save_position(t);
	if (journal_commit(t->journal) < 0)
		return -1;
	t->committed = t->next;
	if (++t->commits % SNAPSHOT != 0)
		return 0;
	stream_end(t->stream, &pos);
	return idset_save(t->seen, journal_dirfd(t->journal), "ids", &pos);
}

static int
collect(struct toy *t)
{
	for (int i = 0; i < COMMIT && t->next < TOY_ROWS; i++)
		if (collect_page(t) < 0)
			return -1;
	return commit(t);
}

int
toy_run(const char *dir, int max_failures)
{
	struct toy t;
	int failures = 0;

	while (toy_open(&t, dir) < 0)
		if (++failures > max_failures)
			return -1;
	while (t.committed < TOY_ROWS && failures <= max_failures)
		if (collect(&t) < 0)
			failures++;
	toy_close(&t);
	return failures <= max_failures ? 0 : -1;
}

static bool
count_row(void *cookie, const struct stream_line *line)
{
	int *counts = cookie, row;

	if (sscanf(line->id.p, "row %d\"", &row) == 1 && row < TOY_ROWS)
		counts[row]++;
	return true;
}

int
toy_count(const char *dir, size_t *lost, size_t *doubled)
{
	int counts[TOY_ROWS] = { 0 };
	struct toy t;
	size_t damaged;
	int r;

	*lost = *doubled = 0;
	if (toy_open(&t, dir) < 0)
		return -1;
	r = stream_read_back(t.stream, &start_pos, count_row, counts,
	    &damaged);
	toy_close(&t);
	for (int i = 0; i < TOY_ROWS; i++) {
		*lost += counts[i] == 0;
		*doubled += counts[i] > 1 ? (size_t)counts[i] - 1 : 0;
	}
	return r < 0 || damaged > 0 ? -1 : 0;
}

char *
toy_make_dirs(void)
{
	char *dir = scratch_make_in_memory();

	if (mkdir(scratch_path(dir, "spool"), 0700) < 0 ||
	    mkdir(scratch_path(dir, "state"), 0700) < 0)
		err(99, "%s", dir);
	return dir;
}

pid_t
toy_start(const char *dir, const char *point)
{
	pid_t pid = fork();

	if (pid < 0)
		err(99, "fork");
	if (pid > 0)
		return pid;
	if (crash_point_set(point) < 0)
		_exit(98);
	_exit(toy_run(dir, 0) == 0 ? 0 : 1);
}

int
toy_finish(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : status;
}
