#include "config.h"

#include "collector/json/skip.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

static void
load_masks(struct masks *m, const char *p)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	/* '[' | 0x20 is '{' and ']' | 0x20 is '}'; nothing else becomes one of
	 * them that may stand outside a string. */
	const __m128i fold = _mm_set1_epi8(0x20);
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

/* Bit i is the exclusive or of bits 0 to i. */
static uint64_t
prefix_xor(uint64_t x)
{
	for (int shift = 1; shift < 64; shift *= 2)
		x ^= x << shift;
	return x;
}

static int
bits(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (int)(x * 0x0101010101010101u >> 56);
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
static int
find_end(struct skip *k, const struct masks *m)
{
	uint64_t both = m->open | m->close;
	int64_t depth = k->depth;

	/* Not enough ends to come up from here. */
	if (bits(m->close) < depth) {
		k->depth += bits(m->open) - bits(m->close);
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

size_t
skip_value(struct skip *k, const char *p, size_t n, bool *done)
{
	size_t at = 0;

	*done = false;
	if (k->depth == 0 && !k->in_string && n > 0)
		at = skip_value_bytes(k, p, 1, done);
	/* A string of its own ends at a quote, which the block loop does not
	 * look for. */
	if (k->depth == 0)
		return at + skip_value_bytes(k, p + at, n - at, done);
	for (; n - at >= 64; at += 64) {
		struct masks m;
		uint64_t in_string;

		load_masks(&m, p + at);
		if (m.backslash != 0 || k->escaped)
			m.quote &= ~escaped_bytes(m.backslash, &k->escaped);
		in_string = prefix_xor(m.quote) ^
		    (k->in_string ? ~(uint64_t)0 : 0);
		m.open &= ~in_string;
		m.close &= ~in_string;
		if (m.close != 0) {
			int end = find_end(k, &m);

			if (end >= 0) {
				*k = (struct skip){ .depth = 0 };
				*done = true;
				return at + (size_t)end + 1;
			}
		} else {
			k->depth += bits(m.open);
		}
		k->in_string = (in_string >> 63) != 0;
	}
	return at + skip_value_bytes(k, p + at, n - at, done);
}

#else

size_t
skip_value(struct skip *k, const char *p, size_t n, bool *done)
{
	return skip_value_bytes(k, p, n, done);
}

#endif
