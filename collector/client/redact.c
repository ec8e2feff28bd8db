#include "config.h"

#include "collector/client/redact.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <strings.h>

#include "collector/base/vault.h"
#include "collector/json/skip.h"
#include "collector/json/text.h"

#define MARK "[secret]"
#define MARK_LEN (sizeof(MARK) - 1)
/* Of a shorter secret, the base64 could be a part of any word. */
#define BASE64_MIN 8
#define JWT_MIN 20
/* Of the beginning of a secret at the end of a text; not below the mark. */
#define BEGUN_MIN MARK_LEN

/* A name that has one of these in it, whatever the case. */
static const char *const names[] = {
	"api-key", "api_key", "apikey", "authorization", "cookie",
	"credential", "csrf", "licencekey", "licensekey", "license_key",
	"pass-phrase", "pass_phrase", "passphrase", "passwd", "password",
	"private_key", "privatekey", "pwd", "recovery_key", "recoverykey",
	"secret", "token",
};

struct value {
	const char *p, *end;
	bool bare; /* not between quotes */
};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Does one of the names begin here? */
static bool
begins_name(struct slice rest)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if ((rest.p[0] | 0x20) == names[i][0] && n <= rest.len &&
		    strncasecmp(rest.p, names[i], n) == 0)
			return true;
	}
	return false;
}

bool
redact_is_secret(struct slice name)
{
	for (; name.len > 0; name.p++, name.len--)
		if (begins_name(name))
			return true;
	return false;
}

static const char *
skip_any(const char *p, const char *end, const char *set)
{
	while (p < end && *p != '\0' && strchr(set, *p) != NULL)
		p++;
	return p;
}

/*
 * The end of a string whose quotes have n backslashes before them: none in
 * JSON, one in JSON inside of a string, three one level deeper.  Within it, n
 * + 1 backslashes stand for one.
 */
static const char *
string_end(const char *p, const char *end, char quote, size_t n)
{
	size_t run = 0;

	for (; p < end; p++) {
		if (*p == '\\') {
			run++;
			continue;
		}
		if (*p == quote && (run < n || quote == '\'' ||
		    (run - n) % (2 * (n + 1)) == 0))
			return p - (run < n ? run : n);
		run = 0;
	}
	return end;
}

static bool
is_harmless(struct slice bare)
{
	return bare.len == 0 || slice_is(bare, "null") ||
	    slice_is(bare, "true") || slice_is(bare, "false");
}

static bool
find_bare(const char *p, const char *end, struct value *v)
{
	static const char ends[] = ",}]&;\"'<>\\";
	struct skip skip = { 0 };
	bool done = false;

	v->p = v->end = p;
	v->bare = true;
	if (p < end && (*p == '{' || *p == '[')) {
		v->end += skip_value(&skip, p, (size_t)(end - p), &done);
		return true;
	}
	while (v->end < end && !isspace((unsigned char)*v->end) &&
	    memchr(ends, *v->end, sizeof(ends) - 1) == NULL)
		v->end++;
	return !is_harmless((struct slice){ p, (size_t)(v->end - p) });
}

/* What belongs to the name that ends at p. */
static bool
find_value(const char *p, const char *end, struct value *v)
{
	const char *open;

	p = skip_any(skip_any(p, end, "\\\"'"), end, " \t\r\n");
	if (p == end || (*p != ':' && *p != '='))
		return false;
	p = skip_any(p + 1, end, " \t\r\n");
	open = skip_any(p, end, "\\");
	if (open == end || (*open != '"' && *open != '\''))
		return find_bare(p, end, v);
	v->p = open + 1;
	v->end = string_end(v->p, end, *open, (size_t)(open - p));
	v->bare = false;
	return v->end > v->p;
}

/* Three parts of base64 with points between them, the first a JSON object. */
static bool
find_jwt(const char *p, const char *end, struct value *v)
{
	size_t points = 0;

	v->p = p;
	v->bare = false;
	if (end - p < 3 || memcmp(p, "eyJ", 3) != 0)
		return false;
	for (; p < end && (is_word(*p) || *p == '.'); p++)
		points += *p == '.';
	v->end = p;
	return points >= 2 && p - v->p >= JWT_MIN;
}

void
redact_names(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = p + text.len, *from = p;

	while (p < end) {
		const char *word = p;
		struct value v;

		while (p < end && is_word(*p))
			p++;
		if (p == word) {
			p++;
			continue;
		}
		if (!find_jwt(word, end, &v) &&
		    !(redact_is_secret((struct slice){ word,
		    (size_t)(p - word) }) && find_value(p, end, &v)))
			continue;
		buf_add(out, from, (size_t)(v.p - from));
		buf_adds(out, v.bare ? "\"" MARK "\"" : MARK);
		from = p = v.end;
	}
	buf_add(out, from, (size_t)(end - from));
}

/* The text may have been cut off in the middle of it. */
static void
hide_begun(struct buf *text, struct slice secret)
{
	size_t n = secret.len < text->len ? secret.len : text->len;

	while (n >= BEGUN_MIN &&
	    memcmp(text->p + text->len - n, secret.p, n) != 0)
		n--;
	if (n < BEGUN_MIN)
		return;
	buf_cut(text, text->len - n);
	buf_adds(text, MARK);
}

/* The mark that has all of the n bytes at p in it; NULL: none. */
static const char *
mark_around(struct slice rest, const char *p, size_t n)
{
	const char *end = rest.p + rest.len, *from;

	if (n > MARK_LEN)
		return NULL;
	from = (size_t)(p - rest.p) < MARK_LEN - n ? rest.p :
	    p - (MARK_LEN - n);
	if ((size_t)(end - p) > MARK_LEN)
		end = p + MARK_LEN;
	return memmem(from, (size_t)(end - from), MARK, MARK_LEN);
}

/* Where the secret is in rest, but as a part of a mark.  NULL: nowhere. */
static const char *
find(struct slice rest, struct slice secret)
{
	const char *p, *mark;

	while ((p = memmem(rest.p, rest.len, secret.p, secret.len)) != NULL &&
	    (mark = mark_around(rest, p, secret.len)) != NULL) {
		rest.len -= (size_t)(mark - rest.p) + MARK_LEN;
		rest.p = mark + MARK_LEN;
	}
	return p;
}

/* Where the buffer has no room for a mark, the text ends. */
static void
hide_whole(struct buf *text, struct slice secret)
{
	struct slice rest = buf_slice(text);
	const char *p = find(rest, secret);
	char *copy;

	if (p == NULL)
		return;
	copy = vault_alloc(rest.len);
	memcpy(copy, rest.p, rest.len);
	p = copy + (p - rest.p);
	rest.p = copy;
	explicit_bzero(text->p, text->len);
	buf_reset(text);
	for (; p != NULL; p = find(rest, secret)) {
		buf_add(text, rest.p, (size_t)(p - rest.p));
		if (buf_adds(text, MARK) != 0)
			break;
		rest.len -= (size_t)(p - rest.p) + secret.len;
		rest.p = p + secret.len;
	}
	if (p == NULL)
		buf_add(text, rest.p, rest.len);
	vault_free(copy);
}

static void
hide(struct buf *text, struct slice secret)
{
	hide_whole(text, secret);
	hide_begun(text, secret);
}

static void
hide_percent(struct buf *text, struct slice secret, const char *digits)
{
	char *form = vault_alloc(3 * secret.len), *to = form;

	for (size_t i = 0; i < secret.len; i++) {
		unsigned char c = (unsigned char)secret.p[i];

		if (isalnum(c) || strchr("-._~", c) != NULL) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = digits[c >> 4];
			*to++ = digits[c & 15];
		}
	}
	hide(text, (struct slice){ form, (size_t)(to - form) });
	vault_free(form);
}

static void
hide_escaped(struct buf *text, struct slice secret, bool slashes)
{
	char *form = vault_alloc(2 * secret.len), *to = form;

	for (size_t i = 0; i < secret.len; i++) {
		char c = secret.p[i];

		if (c == '"' || c == '\\' || (c == '/' && slashes))
			*to++ = '\\';
		*to++ = c;
	}
	hide(text, (struct slice){ form, (size_t)(to - form) });
	vault_free(form);
}

/*
 * As a part of a longer text that was encoded, the secret begins at a byte
 * 0, 1 or 2 of a group of three.  The digits at its ends depend on its
 * neighbours, the others are always the same.
 */
static void
hide_base64(struct buf *text, struct slice secret, size_t shift)
{
	size_t n = shift + secret.len, begin = (shift * 8 + 5) / 6;
	unsigned char *raw = vault_alloc(n + 1);
	char *form = vault_alloc(n / 3 * 4 + 5);
	struct slice inner = { form + begin, n * 8 / 6 - begin };

	memcpy(raw + shift, secret.p, secret.len);
	EVP_EncodeBlock((unsigned char *)form, raw, (int)n);
	if (inner.len >= BASE64_MIN) {
		hide(text, inner);
		for (char *p = form; *p != '\0'; p++)
			*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
		hide(text, inner);
	}
	vault_free(raw);
	vault_free(form);
}

void
redact_secret(struct buf *text, struct slice secret)
{
	if (secret.len == 0)
		return;
	hide(text, secret);
	hide_percent(text, secret, "0123456789ABCDEF");
	hide_percent(text, secret, "0123456789abcdef");
	hide_escaped(text, secret, false);
	hide_escaped(text, secret, true);
	for (size_t shift = 0; shift < 3; shift++)
		hide_base64(text, secret, shift);
}
