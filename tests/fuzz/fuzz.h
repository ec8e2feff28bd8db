/*
 * What the fuzz targets share.  Each is a program of its own: with libFuzzer
 * (configure --enable-fuzzer, clang), else with replay.c, which runs the files
 * named on its command line.
 */
#ifndef S1SPOOL_FUZZ_H
#define S1SPOOL_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; not assert(), which a build may leave out. */
#define MUST(condition)                                                      \
	do {                                                                 \
		if (!(condition)) {                                          \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,     \
			    __LINE__, #condition);                           \
			abort();                                             \
		}                                                            \
	} while (0)

/* Random choices that follow from a byte of the input. */
static inline unsigned
fuzz_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

#endif
