/*
 * How fast page bytes become lines, beside json-c's parse and print of the same
 * bytes and beside memcpy.  All figures of the table come from one run, so that
 * their ratios hold on a shared machine; nothing passes or fails.
 *
 *   bench [MOCK_CONSOLE [SECONDS_PER_FIGURE]]
 */
#include "config.h"

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "collector/json/scan.h"
#include "collector/json/split.h"
#include "collector/map/map.h"

#define ROUNDS 15
#define PIECE 16384 /* what libcurl hands over at a time */
#define PAGE_RECORDS "1000"

/* Linked with --wrap: every allocation of the project's own code. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static uint64_t allocations;

void *
__wrap_malloc(size_t n)
{
	allocations++;
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	allocations++;
	return __real_realloc(p, n);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What one dataset is measured with. */
struct job {
	const struct dataset *dataset;
	struct buf page;
	struct buf out;
	struct scan scan;
	struct names names;
	struct splitter *to_nothing; /* records are counted */
	struct splitter *to_scan;
	struct splitter *to_lines;
	struct mapper *mapper;
	size_t n_records;
	char *copy;
};

static bool
count_record(void *cookie, struct slice record)
{
	struct job *j = cookie;

	(void)record;
	j->n_records++;
	return true;
}

static bool
scan_record(void *cookie, struct slice record)
{
	struct job *j = cookie;

	return scan_text(&j->scan, record) == 0;
}

static bool
map_record(void *cookie, struct slice record)
{
	struct job *j = cookie;
	struct map_context ctx = { .collected_at_ms = 1700000000000 };
	struct map_ident ident;

	return mapper_scan(j->mapper, record, &ctx, &ident) == 0 &&
	    buf_addc(&j->out, '{') == 0 &&
	    mapper_emit(j->mapper, &j->out, true) == 0 &&
	    buf_addc(&j->out, '\n') == 0;
}

static void
feed(const struct job *j, struct splitter *s)
{
	struct split_page page;

	splitter_reset(s);
	for (size_t at = 0; at < j->page.len; at += PIECE) {
		size_t left = j->page.len - at;

		if (splitter_feed(s, (struct slice){ j->page.p + at,
		    left < PIECE ? left : PIECE }) < 0)
			abort();
	}
	if (splitter_end(s, &page) < 0)
		abort();
}

static void
do_memcpy(struct job *j)
{
	memcpy(j->copy, j->page.p, j->page.len);
	/* Keep the compiler from dropping the copy. */
	__asm__ volatile("" : : "r"(j->copy) : "memory");
}

static void
do_split(struct job *j)
{
	feed(j, j->to_nothing);
}

static void
do_scan(struct job *j)
{
	feed(j, j->to_scan);
}

static void
do_lines(struct job *j)
{
	buf_reset(&j->out);
	feed(j, j->to_lines);
}

static void
do_json_c(struct job *j)
{
	struct json_object *o = json_tokener_parse(j->page.p);

	if (o == NULL || json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN) == NULL)
		abort();
	json_object_put(o);
}

static int
double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum { MEMCPY, SPLIT, SCAN, LINES, JSON_C, PASSES };

static void (*const passes[PASSES])(struct job *j) = {
	[MEMCPY] = do_memcpy,
	[SPLIT] = do_split,
	[SCAN] = do_scan,
	[LINES] = do_lines,
	[JSON_C] = do_json_c,
};

/* Seconds of CPU time for one page. */
static double
time_pass(struct job *j, void (*pass)(struct job *j), double seconds)
{
	double start = now(), spent;
	unsigned n = 0;

	do {
		pass(j);
		n++;
		spent = now() - start;
	} while (spent < seconds);
	return spent / n;
}

/* The median of each; in turns, for what disturbs the machine to disturb all of
 * them alike. */
static void
time_passes(struct job *j, double seconds, double median[PASSES])
{
	double result[PASSES][ROUNDS];

	for (int i = -1; i < ROUNDS; i++)
		for (int k = 0; k < PASSES; k++)
			result[k][i < 0 ? 0 : i] = time_pass(j, passes[k],
			    seconds / ROUNDS);
	for (int k = 0; k < PASSES; k++) {
		qsort(result[k], ROUNDS, sizeof(*result[k]), double_cmp);
		median[k] = result[k][ROUNDS / 2];
	}
}

static void
read_all(int fd, struct buf *b)
{
	for (;;) {
		char *to = buf_reserve(b, 1 << 16);
		ssize_t n = to == NULL ? 0 : read(fd, to, 1 << 16);

		if (n <= 0)
			return;
		buf_commit(b, (size_t)n);
	}
}

/* The page as the mock console prints it. */
static void
load_page(struct job *j, const char *mock)
{
	int out[2], status;
	pid_t pid;

	if (pipe(out) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(mock, mock, "--page", j->dataset->name, PAGE_RECORDS,
		    (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	read_all(out[0], &j->page);
	close(out[0]);
	if (waitpid(pid, &status, 0) < 0 || status != 0) {
		fprintf(stderr, "bench: %s --page %s failed\n", mock,
		    j->dataset->name);
		exit(EXIT_FAILURE);
	}
}

static void
print_row(struct job *j, double seconds)
{
	double mb = (double)j->page.len / 1e6, median[PASSES], records;
	uint64_t before;

	time_passes(j, seconds, median);
	j->n_records = 0;
	do_split(j);
	records = (double)j->n_records;
	before = allocations;
	do_lines(j);
	printf("%-16s %6.0f %8.0f %8.0f %8.0f %8.0f %8.0f %10.0f %7.1f %7.1f "
	    "%7.2f\n", j->dataset->name, (double)j->page.len / records,
	    mb / median[MEMCPY], mb / median[SPLIT], mb / median[SCAN],
	    mb / median[LINES], mb / median[JSON_C], records / median[LINES],
	    median[JSON_C] / median[LINES], median[LINES] / median[MEMCPY],
	    (double)(allocations - before) / records);
	fflush(stdout);
}

static void
run_dataset(const struct dataset *dataset, const char *mock, double seconds)
{
	struct map_options opt = { .name = dataset->name,
		.namespace = "default" };
	const struct walk_row *w = &dataset->walk;
	const struct walk_request *rq = w->child_mode == WALK_CHILD_RECORDS ?
	    &w->child : &w->list;
	struct split_paths paths = { rq->records, rq->cursor, NULL, NULL };
	struct job j = { .dataset = dataset };

	buf_init(&j.page, 256u << 20);
	buf_init(&j.out, 512u << 20);
	scan_init(&j.scan);
	j.scan.names = &j.names;
	load_page(&j, mock);
	j.copy = xmalloc(j.page.len);
	j.mapper = mapper_new(&dataset->map, &opt);
	j.to_nothing = splitter_new(&paths, 16u << 20, count_record, NULL, &j);
	j.to_scan = splitter_new(&paths, 16u << 20, scan_record, NULL, &j);
	j.to_lines = splitter_new(&paths, 16u << 20, map_record, NULL, &j);
	print_row(&j, seconds);
	splitter_free(j.to_nothing);
	splitter_free(j.to_scan);
	splitter_free(j.to_lines);
	mapper_free(j.mapper);
	scan_fini(&j.scan);
	names_fini(&j.names);
	buf_fini(&j.page);
	buf_fini(&j.out);
	free(j.copy);
}

int
main(int argc, char **argv)
{
	const char *mock = argc > 1 ? argv[1] : "tests/mock/mock_console";
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 1.0;

	printf("Page bytes -> lines, one core, pages of " PAGE_RECORDS
	    " records in pieces of %d bytes,\nmedian of %d, in turns. MB/s of page "
	    "bytes; split: records found; scan: and validated;\nlines: and "
	    "mapped to documents; json-c: parse and print of the same "
	    "bytes.\n\n", PIECE, ROUNDS);
	printf("%-16s %6s %8s %8s %8s %8s %8s %10s %7s %7s %7s\n", "dataset",
	    "bytes", "memcpy", "split", "scan", "lines", "json-c", "records/s",
	    "/json-c", "memcpy/", "allocs");
	for (int i = 0; i < DATASET_COUNT; i++)
		run_dataset(dataset_table[i], mock, seconds);
	printf("\nbytes: of one record; /json-c: times as fast as json-c; "
	    "memcpy/: times the cost of\na memcpy; allocs: heap allocations "
	    "per record.\n");
	return EXIT_SUCCESS;
}
