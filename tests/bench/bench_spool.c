/*
 * What durability costs, on the disk that holds the given directory: appending
 * with and without syncs, reading back after a death, remembering ids.  Wall
 * time, since a disk is waited for; nothing passes or fails.
 *
 *   bench_spool [DIRECTORY [MEBIBYTES]]     . and 1024
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "spool/idset.h"
#include "spool/journal.h"
#include "spool/spool.h"
#include "spool/stream.h"
#include "tests/bench/place.h"

#define PAGE_LINES 1000
#define BODY_LEN 920 /* with its prefix a line has about 1 KiB */
#define GROUP_COMMIT_MS 200 /* as collector/walk/commit.c */
#define NEVER INT64_MAX
#define IDS 300000

static const char *root;

/* 28 characters of Base64, as those of documents, other ones for every n. */
static void
make_id(uint64_t n, char id[29])
{
	uint64_t x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	snprintf(id, 29, "%016" PRIx64 "%011" PRIx32 "=", x ^ (x >> 31),
	    (uint32_t)n);
}

/* A spool with one stream, and a journal for its position. */
struct rig {
	struct spool *spool;
	struct stream *stream;
	struct journal *journal;
	struct buf batch;
	uint64_t n_lines;
};

static void
rig_open(struct rig *r)
{
	char *spool = xasprintf("%s/spool", root);
	char *state = xasprintf("%s/state", root);
	struct spool_options opt = { .directory = spool,
		.segment_max_bytes = 64 << 20 };
	struct buf err;
	bool damaged;

	*r = (struct rig){ .n_lines = 0 };
	buf_init(&err, 4096);
	buf_init(&r->batch, 16 << 20);
	if (fs_mkdirs(AT_FDCWD, spool, 0750) != 0 ||
	    fs_mkdirs(AT_FDCWD, state, 0750) != 0)
		bench_die(root);
	if ((r->journal = journal_open(state, &damaged, &err)) == NULL ||
	    (r->spool = spool_open(&opt, &err)) == NULL ||
	    (r->stream = stream_open(r->spool, "bench", "threat", &err)) ==
	    NULL) {
		fprintf(stderr, "bench_spool: %s\n", err.p);
		exit(EXIT_FAILURE);
	}
	buf_fini(&err);
	free(spool);
	free(state);
}

static void
rig_close(struct rig *r)
{
	stream_close(r->stream);
	spool_close(r->spool);
	journal_close(r->journal);
	buf_fini(&r->batch);
}

static void
make_page(struct rig *r)
{
	static char body[BODY_LEN];
	char id[29];

	memset(body, 'x', sizeof(body));
	buf_reset(&r->batch);
	if (stream_begin(r->stream, PAGE_LINES * (BODY_LEN + 100)) != 0)
		bench_die("begin");
	for (int i = 0; i < PAGE_LINES; i++) {
		make_id(r->n_lines++, id);
		if (stream_prefix(r->stream, &r->batch, slice_of(id),
		    SLICE("2026-01-01T00:00:00.000000Z"), 0) != 0)
			bench_die("prefix");
		buf_adds(&r->batch, "\"message\":\"");
		buf_add(&r->batch, body, sizeof(body));
		buf_adds(&r->batch, "\"}\n");
	}
}

static void
append_page(struct rig *r)
{
	size_t kept;

	make_page(r);
	if (stream_append(r->stream, buf_slice(&r->batch), PAGE_LINES,
	    &kept) != 0)
		bench_die("append");
}

/* The order of a commit: lines, then the position that counts on them. */
static void
commit(struct rig *r)
{
	struct stream_pos end;
	struct buf value;

	if (stream_sync(r->stream) != 0)
		bench_die("sync");
	stream_end(r->stream, &end);
	buf_init(&value, 4096);
	buf_addf(&value, "{\"segment\":\"%s\",\"offset\":%" PRId64 "}",
	    end.segment, end.offset);
	journal_put(r->journal, "bench/threat", buf_slice(&value));
	if (journal_commit(r->journal) != 0)
		bench_die("journal");
	buf_fini(&value);
}

static void
print_row(const struct rig *r, int64_t bytes, double seconds, uint64_t commits,
    const char *what)
{
	printf("%-38s %8.0f %10.0f %9.0f\n", what,
	    (double)bytes / 1e6 / seconds, (double)r->n_lines / seconds,
	    (double)commits / seconds);
	fflush(stdout);
}

/* Append so many bytes with a commit every so many milliseconds. */
static void
bench_append(const char *what, int64_t bytes, int64_t commit_ms)
{
	uint64_t commits = 0;
	int64_t written = 0;
	double start, last;
	struct rig r;

	rig_open(&r);
	start = last = bench_now();
	while (written < bytes) {
		append_page(&r);
		written += (int64_t)r.batch.len;
		if (commit_ms == NEVER ||
		    (bench_now() - last) * 1000 < (double)commit_ms)
			continue;
		commit(&r);
		commits++;
		last = bench_now();
	}
	print_row(&r, written, bench_now() - start, commits, what);
	rig_close(&r);
	bench_clear();
}

/* The same bytes by write(2) alone. */
static void
bench_write(int64_t bytes)
{
	char *path = xasprintf("%s/plain", root);
	int64_t written = 0;
	double start, spent;
	struct rig r;
	int fd;

	rig_open(&r);
	make_page(&r);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0)
		bench_die(path);
	r.n_lines = 0;
	for (start = bench_now(); written < bytes; r.n_lines += PAGE_LINES) {
		if (fs_write_full(fd, r.batch.p, r.batch.len) < r.batch.len)
			bench_die(path);
		written += (int64_t)r.batch.len;
	}
	spent = bench_now() - start;
	print_row(&r, written, spent, 0, "write(2) of the same bytes, no sync");
	close(fd);
	rig_close(&r);
	bench_clear();
	free(path);
}

static bool
remember(void *cookie, const struct stream_line *line)
{
	idset_add(cookie, idset_key(line->id, line->resend), 0);
	return true;
}

/* What a start does that finds no position at all. */
static void
bench_recovery(int64_t bytes)
{
	struct idset *ids = idset_new(4u << 20);
	struct stream_pos from = { .offset = 0 };
	int64_t written = 0;
	size_t damaged;
	double start;
	struct rig r;

	for (rig_open(&r); written < bytes;
	     written += (int64_t)r.batch.len)
		append_page(&r);
	if (stream_sync(r.stream) != 0)
		bench_die("sync");
	rig_close(&r);
	rig_open(&r);
	start = bench_now();
	if (stream_read_back(r.stream, &from, remember, ids, &damaged) != 0)
		bench_die("read back");
	printf("\nReading back a tail of %" PRId64 " MiB, not cached: %.2f s, "
	    "%zu ids\n", bytes >> 20, bench_now() - start, idset_count(ids));
	rig_close(&r);
	idset_free(ids);
	bench_clear();
}

static void
fill(struct idset *ids)
{
	char id[29];

	for (uint64_t i = 0; i < IDS; i++) {
		make_id(i, id);
		idset_add(ids, idset_key(slice_of(id), 0), (int64_t)i);
	}
}

static void
bench_ids(void)
{
	struct idset *ids = idset_new(4u << 20), *back = idset_new(4u << 20);
	struct stream_pos pos = { .offset = 0 };
	double start, filled, saved, loaded;
	struct stat sb;
	int dirfd;

	if (fs_mkdirs(AT_FDCWD, root, 0750) != 0 ||
	    (dirfd = fs_open_dir(AT_FDCWD, root)) < 0)
		bench_die(root);
	start = bench_now();
	fill(ids);
	filled = bench_now();
	if (idset_save(ids, dirfd, "ids", &pos) != 0)
		bench_die("save");
	saved = bench_now();
	if (idset_load(back, dirfd, "ids", &pos) != 0 ||
	    fstatat(dirfd, "ids", &sb, 0) != 0)
		bench_die("load");
	loaded = bench_now();
	printf("%d ids: %.1f MiB in memory (%.0f bytes an id), %.1f MiB on "
	    "disk;\nadded in %.0f ms, saved and synced in %.0f ms, loaded in "
	    "%.0f ms\n", IDS, (double)idset_memory_bytes(ids) / 1048576,
	    (double)idset_memory_bytes(ids) / IDS,
	    (double)sb.st_size / 1048576, (filled - start) * 1e3,
	    (saved - filled) * 1e3, (loaded - saved) * 1e3);
	close(dirfd);
	idset_free(ids);
	idset_free(back);
	bench_clear();
}

int
main(int argc, char **argv)
{
	const char *top = argc > 1 ? argv[1] : ".";
	int64_t mib = 1024;

	if (argc > 2 && num_int(slice_of(argv[2]), 1, 1 << 20, &mib) != 0) {
		fprintf(stderr, "bench_spool: how many MiB is %s?\n", argv[2]);
		return EXIT_FAILURE;
	}
	root = bench_place(top);
	printf("\nLines -> disk, wall time, pages of %d lines of 1 KiB, %"
	    PRId64 " MiB a figure:\n\n%-38s %8s %10s %9s\n", PAGE_LINES, mib, "",
	    "MB/s", "lines/s", "commits/s");
	bench_write(mib << 20);
	bench_append("append, no sync", mib << 20, NEVER);
	bench_append("append, group commit (200 ms)", mib << 20,
	    GROUP_COMMIT_MS);
	bench_append("append, a commit for each page", mib << 20, 0);
	bench_recovery(mib << 20);
	bench_ids();
	return EXIT_SUCCESS;
}
