#include "config.h"

#include "collector/json/skip.h"

#include "collector/json/wide.h"

size_t
skip_value_bytes(struct skip *k, const char *p, size_t n, bool *done)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		bool escaped = k->escaped;

		k->escaped = c == '\\' && !escaped;
		if (c == '"' && !escaped)
			k->in_string = !k->in_string;
		else if (!k->in_string && (c == '{' || c == '['))
			k->depth++;
		else if (!k->in_string && (c == '}' || c == ']'))
			k->depth--;
		else
			continue;
		if (k->depth == 0 && !k->in_string) {
			*done = true;
			return i + 1;
		}
	}
	*done = false;
	return n;
}

#ifdef __SSE2__

/* One bit a byte of a block of 64. */
struct masks {
	uint64_t quote;
	uint64_t backslash;
	uint64_t open;
	uint64_t close;
};

/* '[' | 0x20 is '{' and ']' | 0x20 is '}'; nothing else becomes one of them
 * that may stand outside a string. */
#define FOLD 0x20

static inline void
load_narrow(struct masks *m, const char *p)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i fold = _mm_set1_epi8(FOLD);
	const __m128i open = _mm_set1_epi8('{');
	const __m128i close = _mm_set1_epi8('}');

	*m = (struct masks){ 0, 0, 0, 0 };
	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128(
		    (const __m128i *)(const void *)(p + 16 * i));
		__m128i f = _mm_or_si128(v, fold);
		int at = 16 * i;

#define MASK(a, b) \
	((uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) << at)
		m->quote |= MASK(v, quote);
		m->backslash |= MASK(v, backslash);
		m->open |= MASK(f, open);
		m->close |= MASK(f, close);
#undef MASK
	}
}

WIDE_TARGET static inline void
load_wide(struct masks *m, const char *p)
{
	const __m256i *from = (const __m256i *)(const void *)p;
	__m256i low = _mm256_loadu_si256(from);
	__m256i high = _mm256_loadu_si256(from + 1);
	__m256i low_f = _mm256_or_si256(low, _mm256_set1_epi8(FOLD));
	__m256i high_f = _mm256_or_si256(high, _mm256_set1_epi8(FOLD));

#define MASK(a, b, c) \
	((unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, \
	    _mm256_set1_epi8(c))) | \
	    (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, \
	    _mm256_set1_epi8(c))) << 32)
	m->quote = MASK(low, high, '"');
	m->backslash = MASK(low, high, '\\');
	m->open = MASK(low_f, high_f, '{');
	m->close = MASK(low_f, high_f, '}');
#undef MASK
}

/* Bit i is the exclusive or of bits 0 to i. */
static inline uint64_t
prefix_xor_narrow(uint64_t x)
{
	for (int shift = 1; shift < 64; shift *= 2)
		x ^= x << shift;
	return x;
}

/* The same: a product without carries by a number of ones. */
WIDE_TARGET static inline uint64_t
prefix_xor_wide(uint64_t x)
{
	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(
	    _mm_set_epi64x(0, (long long)x), _mm_set1_epi8((char)0xff), 0));
}

static inline int
bits_narrow(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (int)(x * 0x0101010101010101u >> 56);
}

WIDE_TARGET static inline int
bits_wide(uint64_t x)
{
	return __builtin_popcountll(x);
}

/*
 * Which bytes are escaped: those behind an odd run of backslashes.  Seldom
 * more than a few in a block, so a loop over the runs will do.
 */
static uint64_t
escaped_bytes(uint64_t backslash, bool *carry)
{
	uint64_t escaped = *carry ? 1 : 0;

	backslash &= ~escaped;
	*carry = false;
	while (backslash != 0) {
		int at = __builtin_ctzll(backslash);

		if (at == 63) {
			*carry = true;
			break;
		}
		escaped |= (uint64_t)2 << at;
		backslash &= ~((uint64_t)3 << at);
	}
	return escaped;
}

/* Follow the brackets of a block: where the depth comes to nothing, or -1 with
 * k->depth behind the block. */
WIDE_INLINE int
find_end(struct skip *k, const struct masks *m, bool wide)
{
	uint64_t both = m->open | m->close;
	int64_t depth = k->depth;
	int opened = wide ? bits_wide(m->open) : bits_narrow(m->open);
	int closed = wide ? bits_wide(m->close) : bits_narrow(m->close);

	/* Not enough ends to come up from here. */
	if (closed < depth) {
		k->depth += opened - closed;
		return -1;
	}
	for (; both != 0; both &= both - 1) {
		depth += (m->open & both & -both) != 0 ? 1 : -1;
		if (depth == 0)
			return __builtin_ctzll(both);
	}
	k->depth = depth;
	return -1;
}

/* Inside a container, whole blocks; returns how many bytes these were. */
WIDE_INLINE size_t
skip_blocks(struct skip *k, const char *p, size_t n, bool *done, bool wide)
{
	size_t at = 0;

	for (; n - at >= 64; at += 64) {
		struct masks m;
		uint64_t in_string;

		if (wide)
			load_wide(&m, p + at);
		else
			load_narrow(&m, p + at);
		if (m.backslash != 0 || k->escaped)
			m.quote &= ~escaped_bytes(m.backslash, &k->escaped);
		in_string = (wide ? prefix_xor_wide(m.quote) :
				    prefix_xor_narrow(m.quote)) ^
		    (k->in_string ? ~(uint64_t)0 : 0);
		m.open &= ~in_string;
		m.close &= ~in_string;
		if ((m.open | m.close) != 0) {
			int end = find_end(k, &m, wide);

			if (end >= 0) {
				*k = (struct skip){ .depth = 0 };
				*done = true;
				return at + (size_t)end + 1;
			}
		}
		k->in_string = (in_string >> 63) != 0;
	}
	return at;
}

static size_t
skip_narrow(struct skip *k, const char *p, size_t n, bool *done)
{
	return skip_blocks(k, p, n, done, false);
}

WIDE_TARGET static size_t
skip_wide(struct skip *k, const char *p, size_t n, bool *done)
{
	return skip_blocks(k, p, n, done, true);
}

size_t
skip_value(struct skip *k, const char *p, size_t n, bool *done)
{
	size_t at = 0;

	*done = false;
	if (k->depth == 0 && !k->in_string && n > 0)
		at = skip_value_bytes(k, p, 1, done);
	/* A string of its own ends at a quote, which the blocks do not look
	 * for. */
	if (k->depth > 0)
		at += (json_wide ? skip_wide : skip_narrow)(k, p + at, n - at,
		    done);
	return *done ? at : at + skip_value_bytes(k, p + at, n - at, done);
}

#else

size_t
skip_value(struct skip *k, const char *p, size_t n, bool *done)
{
	return skip_value_bytes(k, p, n, done);
}

#endif
