/*
 * The two loops that all text goes through, inline because most texts are
 * shorter than a call.  Once for each width; see wide.h.
 */
#ifndef S1SPOOL_PLAIN_H
#define S1SPOOL_PLAIN_H

#include "collector/base/buf.h"
#include "collector/json/wide.h"

/*
 * Where the plain run at the head of [p, end) stops: at a quote, a backslash,
 * a control character or a byte above 0x7f, or at end.
 */
static inline const char *
json_skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	/* As signed bytes, control characters and everything above 0x7f are
	 * both less than a blank. */
	const __m128i blank = _mm_set1_epi8(' ');

	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(
		    _mm_or_si128(_mm_cmpeq_epi8(v, quote),
			_mm_cmpeq_epi8(v, backslash)),
		    _mm_cmplt_epi8(v, blank));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask != 0)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (signed char)*p >= ' ')
		p++;
	return p;
}

/* Are the first n of 32 bytes the same, or all 32 when n is more?  All are read
 * on both sides. */
static inline bool
json_same32(const char *a, const char *b, size_t n)
{
#ifdef __SSE2__
	const __m128i *x = (const __m128i *)(const void *)a;
	const __m128i *y = (const __m128i *)(const void *)b;
	uint32_t low = (uint32_t)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_loadu_si128(x), _mm_loadu_si128(y)));
	uint32_t high = (uint32_t)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_loadu_si128(x + 1), _mm_loadu_si128(y + 1)));
	uint32_t differ = ~(low | high << 16);

	return (differ & (((uint64_t)1 << n) - 1)) == 0;
#else
	return bytes_eq(a, b, n);
#endif
}

#ifdef __SSE2__

/* Where the compiler does not see them: they are operands in memory then, and
 * not made anew for each string. */
extern const struct wide_bytes {
	__m256i quote;
	__m256i backslash;
	__m256i blank;
} json_wide_bytes;

WIDE_TARGET static inline const char *
json_skip_plain_wide(const char *p, const char *end)
{
	const struct wide_bytes *b = &json_wide_bytes;

	while (end - p >= 32) {
		__m256i v = _mm256_loadu_si256(
		    (const __m256i *)(const void *)p);
		__m256i hit = _mm256_or_si256(
		    _mm256_or_si256(_mm256_cmpeq_epi8(v, b->quote),
			_mm256_cmpeq_epi8(v, b->backslash)),
		    _mm256_cmpgt_epi8(b->blank, v));
		unsigned mask = (unsigned)_mm256_movemask_epi8(hit);

		if (mask != 0)
			return p + __builtin_ctz(mask);
		p += 32;
	}
	return json_skip_plain(p, end);
}

WIDE_TARGET static inline bool
json_same32_wide(const char *a, const char *b, size_t n)
{
	uint32_t differ = ~(uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(
		_mm256_loadu_si256((const __m256i *)(const void *)a),
		_mm256_loadu_si256((const __m256i *)(const void *)b)));

	return _bzhi_u32(differ, (unsigned)n) == 0;
}

#else

static inline const char *
json_skip_plain_wide(const char *p, const char *end)
{
	return json_skip_plain(p, end);
}

static inline bool
json_same32_wide(const char *a, const char *b, size_t n)
{
	return json_same32(a, b, n);
}

#endif

#endif
