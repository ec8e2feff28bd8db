#include "config.h"

#include "collector/json/text.h"

#include <stdint.h>

#include "collector/json/plain.h"

static bool
is_tail(const char *p)
{
	return ((unsigned char)*p & 0xc0) == 0x80;
}

/* RFC 3629, table of well-formed byte sequences. */
size_t
json_utf8_len(const char *p, const char *end)
{
	unsigned char a = (unsigned char)p[0], b;
	size_t left = (size_t)(end - p);

	if (left < 2 || a < 0xc2 || a > 0xf4)
		return 0;
	b = (unsigned char)p[1];
	if (!is_tail(p + 1))
		return 0;
	if (a < 0xe0)
		return 2;
	if (left < 3 || !is_tail(p + 2))
		return 0;
	if (a < 0xf0)
		return (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f) ? 0 :
									    3;
	if (left < 4 || !is_tail(p + 3))
		return 0;
	return (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f) ? 0 : 4;
}

/* Four hexadecimal digits, already validated. */
static uint32_t
hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i];

		v = v << 4 |
		    (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static size_t
put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* A \u escape at p (behind the 'u'), with its second half if it has one.
 * Returns where reading goes on. */
static const char *
unescape_unicode(const char *p, const char *end, uint32_t *c)
{
	uint32_t low;

	*c = hex4(p);
	p += 4;
	if (*c < 0xd800 || *c > 0xdfff)
		return p;
	if (*c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		low = hex4(p + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
			return p + 6;
		}
	}
	*c = 0xfffd;
	return p;
}

/* One escape at p, its backslash; writes what it stands for to out (4 bytes at
 * most), *n of it.  Returns where reading goes on. */
static const char *
unescape_one(const char *p, const char *end, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	uint32_t c;

	if (p[1] != 'u') {
		const char *hit = strchr(from, p[1]);

		out[0] = to[hit - from];
		*n = 1;
		return p + 2;
	}
	p = unescape_unicode(p + 2, end, &c);
	*n = put_utf8(out, c);
	return p;
}

int
json_unescape(struct buf *out, struct slice content)
{
	const char *p = content.p, *end = p + content.len;
	/* No escape is shorter than what it stands for. */
	char *start = buf_reserve(out, content.len), *w = start;

	if (start == NULL)
		return -1;
	while (p < end) {
		size_t n;

		if (*p != '\\') {
			*w++ = *p++;
			continue;
		}
		p = unescape_one(p, end, w, &n);
		w += n;
	}
	buf_commit(out, (size_t)(w - start));
	return 0;
}

/* Reads the content of a string byte by byte, unescaped. */
struct reader {
	const char *p;
	const char *end;
	char left[4]; /* of an escape */
	size_t n;
	size_t i;
};

static int
next_byte(struct reader *r, bool escaped)
{
	if (r->i < r->n)
		return (unsigned char)r->left[r->i++];
	if (r->p == r->end)
		return -1;
	if (!escaped || *r->p != '\\')
		return (unsigned char)*r->p++;
	r->p = unescape_one(r->p, r->end, r->left, &r->n);
	r->i = 1;
	return (unsigned char)r->left[0];
}

bool
json_same_text(struct slice a, bool a_escaped, struct slice b, bool b_escaped)
{
	struct reader ra = { .p = a.p, .end = a.p + a.len };
	struct reader rb = { .p = b.p, .end = b.p + b.len };
	int c;

	if (!a_escaped && !b_escaped)
		return slice_eq(a, b);
	do {
		c = next_byte(&ra, a_escaped);
		if (c != next_byte(&rb, b_escaped))
			return false;
	} while (c >= 0);
	return true;
}

uint32_t
json_hash_text(struct slice content, bool escaped)
{
	struct reader r = { .p = content.p, .end = content.p + content.len };
	uint32_t h = 2166136261u;
	int c;

	while ((c = next_byte(&r, escaped)) >= 0)
		h = (h ^ (uint32_t)c) * 16777619u;
	return h ^ h >> 15;
}

static size_t
put_escape(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t";
	static const char short_form[] = "\"\\bfnrt";
	const char *hit = c == '\0' ? NULL : strchr(from, c);

	to[0] = '\\';
	if (hit != NULL) {
		to[1] = short_form[hit - from];
		return 2;
	}
	memcpy(to + 1, "u00", 3);
	to[4] = hex[c >> 4];
	to[5] = hex[c & 15];
	return 6;
}

int
json_escape(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = p + text.len;
	size_t before = out->len;

	while (p < end) {
		const char *stop = json_skip_plain(p, end);
		char *to = buf_reserve(out, (size_t)(stop - p) + 6);
		size_t n = (size_t)(stop - p);

		if (to == NULL) {
			buf_cut(out, before);
			return -1;
		}
		memcpy(to, p, n);
		p = stop;
		if (p < end && (signed char)*p < 0)
			to[n++] = *p++;
		else if (p < end)
			n += put_escape(to + n, (unsigned char)*p++);
		buf_commit(out, n);
	}
	return 0;
}
