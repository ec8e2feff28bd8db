/*
 * The one loop that all text goes through, inline because most texts are
 * shorter than a call.
 */
#ifndef S1SPOOL_PLAIN_H
#define S1SPOOL_PLAIN_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#endif
