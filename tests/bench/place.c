#include "config.h"

#include "tests/bench/place.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char root[PATH_MAX];

double
bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void
bench_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *f)
{
	(void)sb;
	(void)type;
	return f->level == 0 ? 0 : remove(path);
}

void
bench_clear(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
remove_root(void)
{
	bench_clear();
	remove(root);
}

const char *
bench_place(const char *top)
{
	snprintf(root, sizeof(root), "%s/bench.XXXXXX", top);
	if (mkdtemp(root) == NULL)
		bench_die(root);
	atexit(remove_root);
	return root;
}
