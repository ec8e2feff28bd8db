/*
 * How cost grows with size: each row measures one thing at some sizes and
 * divides by the size.  What is linear costs the same at each; CPU time, median
 * of 3.  Memory is what the C library has given out at the largest size.
 *
 *   growth [DIRECTORY]     . by default; what it writes is removed
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "collector/json/split.h"
#include "collector/map/map.h"
#include "spool/idset.h"
#include "spool/journal.h"
#include "spool/spool.h"
#include "spool/stream.h"
#include "spool/usage.h"
#include "tests/bench/place.h"

#define SIZES 5
#define ROUNDS 3
#define PIECE 16384 /* the smallest that libcurl hands over */
#define MAX (256u << 20)

static const char *root;
static int dirfd;
static size_t memory; /* of the last round */

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static size_t
allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Records through splitter and mapper. */
struct way {
	struct mapper *mapper;
	struct splitter *splitter;
	struct buf page, out;
	size_t n_lines;
};

static bool
map_record(void *cookie, struct slice record)
{
	struct map_context ctx = { .collected_at_ms = 1700000000000 };
	struct map_ident ident;
	struct way *w = cookie;

	buf_reset(&w->out);
	if (mapper_scan(w->mapper, record, &ctx, &ident) == 0 &&
	    mapper_emit(w->mapper, &w->out, false) == 0)
		w->n_lines++;
	return true;
}

/* One page, in pieces; its records must all have become lines. */
static void
map_page(struct way *w, size_t n_records)
{
	struct split_page page;

	w->n_lines = 0;
	splitter_reset(w->splitter);
	for (size_t at = 0; at < w->page.len; at += PIECE) {
		size_t left = w->page.len - at;

		splitter_feed(w->splitter, (struct slice){ w->page.p + at,
		    left < PIECE ? left : PIECE });
	}
	if (splitter_end(w->splitter, &page) != 0 || w->n_lines != n_records)
		bench_die("growth: a page");
}

/* The time of one page, after a first one, from so many that a clock sees it. */
static double
pass(struct way *w, size_t n_records)
{
	size_t times = 1 + (1 << 20) / w->page.len;
	const struct map_options opt = { .name = "threat",
		.namespace = "default" };
	const struct split_paths paths = { "data[]", "pagination.nextCursor",
		NULL, NULL };
	size_t before = allocated();
	double start;

	buf_init(&w->out, MAX);
	w->mapper = mapper_new(&dataset_find(SLICE("threat"))->map, &opt);
	w->splitter = splitter_new(&paths, MAX, map_record, NULL, w);
	map_page(w, n_records);
	start = now();
	for (size_t i = 0; i < times; i++)
		map_page(w, n_records);
	start = (now() - start) / (double)times;
	memory = allocated() - before;
	splitter_free(w->splitter);
	mapper_free(w->mapper);
	buf_fini(&w->out);
	buf_fini(&w->page);
	return start;
}

static void
begin_page(struct way *w)
{
	buf_init(&w->page, MAX);
	buf_adds(&w->page, "{\"data\":[");
}

static void
end_page(struct way *w)
{
	buf_adds(&w->page, "],\"pagination\":{\"nextCursor\":null}}");
}

static void
add_record(struct way *w, size_t n)
{
	buf_addf(&w->page, "%s{\"id\":\"%zu\",\"agentRealtimeInfo\":{"
	    "\"agentComputerName\":\"host-%zu\",\"agentOsType\":\"linux\"},"
	    "\"threatInfo\":{\"createdAt\":\"2026-01-01T00:00:00.000000Z\","
	    "\"updatedAt\":\"2026-01-01T00:00:00.000000Z\"", n == 0 ? "" : ",",
	    n, n);
}

/* A string of so many bytes, some of them escaped. */
static double
long_string(size_t n)
{
	struct way w;

	begin_page(&w);
	add_record(&w, 0);
	buf_adds(&w.page, ",\"filePath\":\"");
	for (size_t i = 0; i < n; i += 16)
		buf_adds(&w.page, "C:\\\\abcdefghijkl");
	buf_adds(&w.page, "\"}}");
	end_page(&w);
	return pass(&w, 1);
}

/* So many members, in objects of a list. */
static double
many_members(size_t n)
{
	struct way w;

	begin_page(&w);
	add_record(&w, 0);
	buf_adds(&w.page, "},\"indicators\":[");
	for (size_t i = 0; i < n; i += 4)
		buf_addf(&w.page, "%s{\"category\":\"c%zu\",\"description\":"
		    "\"d%zu\",\"ids\":[1,2],\"tactics\":[]}", i == 0 ? "" : ",",
		    i, i);
	buf_adds(&w.page, "]}");
	end_page(&w);
	return pass(&w, 1);
}

/* A thousand lists of such a depth. */
static double
deep(size_t n)
{
	struct way w;

	begin_page(&w);
	add_record(&w, 0);
	buf_adds(&w.page, "},\"deep\":[0");
	for (int i = 0; i < 1000; i++) {
		buf_addc(&w.page, ',');
		for (size_t d = 0; d < n; d++)
			buf_addc(&w.page, '[');
		for (size_t d = 0; d < n; d++)
			buf_addc(&w.page, ']');
	}
	buf_adds(&w.page, "]}");
	end_page(&w);
	return pass(&w, 1);
}

static double
page_size(size_t n)
{
	struct way w;

	begin_page(&w);
	for (size_t i = 0; i < n; i++) {
		add_record(&w, i);
		buf_adds(&w.page, "}}");
	}
	end_page(&w);
	return pass(&w, n);
}

static struct idset_key
key_of(uint64_t n)
{
	uint64_t x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (struct idset_key){ { x ^ (x >> 27), n } };
}

/* Each is looked for, added, and found. */
static double
ids(size_t n)
{
	struct idset *s = idset_new(n);
	double start = now();

	for (size_t i = 0; i < n; i++)
		if (idset_has(s, key_of(i)) || !idset_add(s, key_of(i), 1) ||
		    !idset_has(s, key_of(i)))
			bench_die("growth: ids");
	start = now() - start;
	memory = idset_memory_bytes(s);
	idset_free(s);
	return start;
}

static void
put_all(struct journal *j, size_t n)
{
	char key[40];

	for (size_t i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "c%zu/threat", i);
		journal_put(j, key, SLICE("{\"segment\":\"threat-20260101T"
		    "000000.000000Z-000000000001.ndjson\",\"offset\":1}"));
	}
	if (journal_commit(j) != 0)
		bench_die("growth: journal");
}

/* Each of so many streams commits ten positions, ten at a time. */
static double
streams(size_t n)
{
	size_t before = allocated();
	struct journal *j;
	struct buf err;
	bool damaged;
	double start;
	char key[40];

	buf_init(&err, 4096);
	j = journal_open(root, &damaged, &err);
	if (j == NULL)
		bench_die(err.p);
	start = now();
	put_all(j, n);
	for (size_t i = 0; i < n * 10; i++) {
		snprintf(key, sizeof(key), "c%zu/threat", i % n);
		journal_put(j, key, SLICE("{\"segment\":\"threat-20260101T"
		    "000000.000000Z-000000000001.ndjson\",\"offset\":2}"));
		if (i % 10 == 9 && journal_commit(j) != 0)
			bench_die("growth: journal");
	}
	start = now() - start;
	memory = allocated() - before;
	journal_close(j);
	buf_fini(&err);
	bench_clear();
	return start;
}

static void
make_segments(size_t n)
{
	char path[STREAM_NAME_MAX + 20];
	int fd;

	if (fs_mkdirs(dirfd, "c/threat", 0750) != 0)
		bench_die("growth: folder");
	for (size_t i = 1; i <= n; i++) {
		snprintf(path, sizeof(path), "c/threat/threat-20260101T%02zu"
		    "%02zu%02zu.000000Z-%012zu.ndjson", i / 3600 % 24,
		    i / 60 % 60, i % 60, i);
		fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
		if (fd < 0)
			bench_die(path);
		close(fd);
	}
}

/* A stream is opened in a folder with so many files, and the disk measured. */
static double
segments(size_t n)
{
	const struct spool_options opt = { .directory = root };
	struct usage u = { .streams = NULL };
	size_t before = allocated();
	struct stream *st = NULL;
	struct spool *sp;
	struct buf err;
	double start;

	make_segments(n);
	buf_init(&err, 4096);
	start = now();
	sp = spool_open(&opt, &err);
	if (sp != NULL)
		st = stream_open(sp, "c", "threat", &err);
	if (st == NULL)
		bench_die(err.p);
	if (usage_measure(&u, spool_dirfd(sp)) != 0)
		bench_die("growth: usage");
	start = now() - start;
	memory = allocated() - before;
	usage_fini(&u);
	stream_close(st);
	spool_close(sp);
	buf_fini(&err);
	bench_clear();
	return start;
}

static const struct growth {
	const char *what, *unit;
	size_t size[SIZES];
	double (*run)(size_t size); /* seconds; sets `memory' */
	size_t units; /* per size */
} rows[] = {
	{ "record of one long string", "byte",
	    { 1 << 10, 8 << 10, 64 << 10, 1 << 20, 8 << 20 }, long_string, 1 },
	{ "record of many members", "member",
	    { 20, 200, 2000, 20000, 200000 }, many_members, 1 },
	{ "record with 1000 lists so deep", "bracket",
	    { 4, 8, 16, 32, 60 }, deep, 2000 },
	{ "page of so many records", "record",
	    { 10, 100, 1000, 10000, 100000 }, page_size, 1 },
	{ "ids remembered", "id",
	    { 1000, 10000, 100000, 1000000, 4000000 }, ids, 1 },
	{ "streams in the journal", "commit of 10",
	    { 10, 50, 200, 1000, 3000 }, streams, 1 },
	{ "segments in a folder", "segment",
	    { 10, 100, 1000, 4000, 10000 }, segments, 1 },
};

static int
double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const struct growth *g, size_t size)
{
	double result[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		result[i] = g->run(size);
	qsort(result, ROUNDS, sizeof(*result), double_cmp);
	return result[ROUNDS / 2];
}

int
main(int argc, char **argv)
{
	root = bench_place(argc > 1 ? argv[1] : ".");
	dirfd = fs_open_dir(AT_FDCWD, root);
	if (dirfd < 0)
		bench_die(root);
	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		const struct growth *g = &rows[r];

		printf("%-31s", g->what);
		for (int i = 0; i < SIZES; i++)
			printf(" %9zu", g->size[i]);
		printf("\n  ns a %-24s", g->unit);
		for (int i = 0; i < SIZES; i++) {
			printf(" %9.1f", median(g, g->size[i]) * 1e9 /
			    (double)(g->size[i] * g->units));
			fflush(stdout);
		}
		printf("\n  memory at the end, KiB %50zu\n", memory >> 10);
	}
	close(dirfd);
	return EXIT_SUCCESS;
}
