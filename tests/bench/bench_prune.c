/*
 * What s1spool prune costs, on the disk that holds the given directory: packing
 * one large segment, and a run over many small ones that are all shipped.  Wall
 * time, since a disk is waited for; nothing passes or fails.
 *
 *   bench_prune [DIRECTORY [SEGMENTS]]     . and 10000
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "spool/pack.h"
#include "spool/prune.h"
#include "tests/bench/place.h"

#define FOLDER "bench/threat"
#define LARGE (64 << 20)
#define SMALL 4096
#define REGISTRY_MAX (64 << 20)

static const char *root;
static int dirfd;

static void
make_folders(const char *top)
{
	root = bench_place(top);
	dirfd = fs_open_dir(AT_FDCWD, root);
	if (dirfd < 0 || fs_mkdirs(dirfd, FOLDER, 0750) != 0 ||
	    fs_mkdirs(dirfd, "work", 0750) != 0 ||
	    fs_mkdirs(dirfd, "registry", 0750) != 0)
		bench_die(root);
}

static void
put(const char *path, struct slice content)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0 || fs_write_full(fd, content.p, content.len) < content.len)
		bench_die(path);
	close(fd);
}

/* Lines as documents are: names that come again and values that do not. */
static void
make_lines(struct buf *b, size_t bytes, uint64_t segment)
{
	uint64_t x = segment + 1;

	for (int i = 1; b->len < bytes; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		buf_addf(b, "{\"spool\":{\"seq\":\"%012" PRIx64 "-%d\",\"id\":"
		    "\"%016" PRIx64 "\",\"at\":\"2026-01-01T00:00:00Z\"},"
		    "\"event\":{\"kind\":\"event\",\"category\":[\"threat\"],"
		    "\"id\":\"%" PRIu64 "\"},\"host\":{\"name\":\"host-%u\","
		    "\"ip\":[\"192.0.2.%u\"],\"os\":{\"family\":\"windows\"}},"
		    "\"file\":{\"hash\":{\"sha1\":\"%016" PRIx64 "%016" PRIx64
		    "\"},\"path\":\"C:\\\\Users\\\\u%u\\\\a.exe\"}}\n",
		    segment, i, x, x >> 8, (unsigned)(x >> 50),
		    (unsigned)(x >> 56), x ^ (x >> 7), x ^ (x >> 23),
		    (unsigned)(x >> 55));
	}
}

static void
bench_packing(void)
{
	struct pack_info info;
	double start, packed, checked;
	struct buf b;

	buf_init(&b, 2 * LARGE);
	make_lines(&b, LARGE, 0);
	put("large.ndjson", buf_slice(&b));
	start = bench_now();
	if (pack_file(dirfd, "large.ndjson", "work", "work", "large.ndjson.gz",
	    &info) != 0)
		bench_die("pack");
	packed = bench_now();
	if (pack_check(dirfd, "work/large.ndjson.gz", &info) != 0)
		bench_die("check");
	checked = bench_now();
	printf("%-38s %8.2f %8.0f %8.1f\n", "one segment of 64 MiB, packed",
	    packed - start, (double)b.len / 1e6 / (packed - start),
	    (double)info.unpacked / (double)info.packed);
	printf("%-38s %8.2f %8.0f\n", "and read back once more", checked -
	    packed, (double)b.len / 1e6 / (checked - packed));
	buf_fini(&b);
}

static void
name_segment(char name[STREAM_NAME_MAX], int64_t n)
{
	snprintf(name, STREAM_NAME_MAX, "threat-20260101T%02d%02d%02d."
	    "%06dZ-%012" PRId64 ".ndjson", (int)(n / 3600 % 24),
	    (int)(n / 60 % 60), (int)(n % 60), (int)(n / 86400), n);
}

/* The segments, and a registry by which all of them are shipped. */
static void
make_segments(int64_t n)
{
	char name[STREAM_NAME_MAX], path[STREAM_NAME_MAX + 20];
	struct buf b, states;

	buf_init(&b, 2 * SMALL);
	buf_init(&states, REGISTRY_MAX);
	for (int64_t i = 1; i <= n; i++) {
		buf_reset(&b);
		make_lines(&b, SMALL, (uint64_t)i);
		name_segment(name, i);
		snprintf(path, sizeof(path), FOLDER "/%s", name);
		put(path, buf_slice(&b));
		buf_addf(&states, "%c{\"_key\":\"filestream::s1spool::path::"
		    "%s/%s\",\"cursor\":{\"offset\":%zu},\"meta\":{\"source\":"
		    "\"%s/%s\"}}", i == 1 ? '[' : ',', root, path, b.len, root,
		    path);
	}
	buf_addc(&states, ']');
	put("registry/meta.json", SLICE("{\"version\":\"1\"}"));
	put("registry/log.json", SLICE(""));
	put("registry/1.json", buf_slice(&states));
	buf_fini(&states);
	buf_fini(&b);
}

static void
forget(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	(void)cookie;
	if (level == PRUNE_ERROR)
		fprintf(stderr, "bench_prune: %s: %s\n", path, text);
}

static void
run(const struct prune_options *opt, int64_t n, const char *what)
{
	char last[STREAM_NAME_MAX];
	struct prune_published pub = { .sealed = last };
	double start = bench_now(), spent;
	struct prune *p;
	struct buf err;

	name_segment(last, n);
	name_segment(pub.needed.segment, n + 1);
	buf_init(&err, 4096);
	p = prune_begin(opt, forget, NULL, &err);
	if (p == NULL)
		bench_die(err.p);
	prune_stream(p, "bench", "threat", &pub);
	prune_archives(p);
	spent = bench_now() - start;
	printf("%-38s %8.2f %8s %8s %10.0f\n", what, spent, "", "",
	    (double)n / spent);
	fflush(stdout);
	prune_end(p);
	buf_fini(&err);
}

static void
bench_runs(int64_t n)
{
	char *folder = xasprintf("%s/registry", root);
	const struct shipper_options sopt = { .name = "filebeat",
		.registry = folder, .fingerprint_length = 64 };
	struct shipper *shipper;
	struct prune_options opt = { .directory = root, .shippers = &shipper,
		.n_shippers = 1, .dry_run = true };
	double start;
	struct buf err;

	buf_init(&err, 4096);
	make_segments(n);
	start = bench_now();
	shipper = shipper_read(&sopt, &err);
	if (shipper == NULL)
		bench_die(err.p);
	printf("%-38s %8.2f\n", "a registry that knows them, read",
	    bench_now() - start);
	run(&opt, n, "asked whether they are shipped");
	opt.dry_run = false;
	run(&opt, n, "packed into the archive");
	opt.archive_max_bytes = 1;
	run(&opt, n, "removed from it");
	shipper_free(shipper);
	buf_fini(&err);
	free(folder);
}

int
main(int argc, char **argv)
{
	int64_t n = 10000;

	if (argc > 2 && num_int(slice_of(argv[2]), 1, 1000000, &n) != 0) {
		fprintf(stderr, "bench_prune: how many are %s?\n", argv[2]);
		return EXIT_FAILURE;
	}
	make_folders(argc > 1 ? argv[1] : ".");
	printf("\ns1spool prune, wall time, %" PRId64 " segments of %d KiB:\n\n"
	    "%-38s %8s %8s %8s %10s\n", n, SMALL >> 10, "", "seconds", "MB/s",
	    "ratio", "segments/s");
	bench_packing();
	bench_runs(n);
	close(dirfd);
	return EXIT_SUCCESS;
}
