/*
 * Runs a fuzz target over files: each as a whole and cut short.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "collector/base/fsutil.h"
#include "tests/fuzz/fuzz.h"

#define CUTS_MAX 200

/* In memory of just that size, so that a sanitizer sees what is read beyond. */
static void
run(const char *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	if (copy == NULL)
		exit(99);
	memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

int
main(int argc, char **argv)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	for (int i = 1; i < argc; i++) {
		size_t step;

		buf_reset(&b);
		if (fs_read_file(AT_FDCWD, argv[i], &b) < 0) {
			perror(argv[i]);
			return 99;
		}
		run(b.p, b.len);
		step = b.len / CUTS_MAX + 1;
		for (size_t n = 0; n < b.len; n += step)
			run(b.p, n);
	}
	buf_fini(&b);
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 99;
}
