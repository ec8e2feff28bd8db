/*
 * Blocks of bytes at once, in two widths: SSE2, which every x86-64 has, and
 * AVX2 with what came along with it, where the CPU at hand has it.  Elsewhere
 * plain C does the same byte by byte.
 */
#ifndef S1SPOOL_WIDE_H
#define S1SPOOL_WIDE_H

#include <stdbool.h>

#ifdef __SSE2__
#include <immintrin.h>
#define WIDE_TARGET __attribute__((target("avx2,bmi,bmi2,pclmul,popcnt")))
#else
#define WIDE_TARGET
#endif

/* For functions that are there once for each width: they end up in both. */
#define WIDE_INLINE static inline __attribute__((always_inline))

/* Does this CPU have the wider one?  Set before main(); tests clear it. */
extern bool json_wide;

#endif
