/*
 * The conversions of a row: one value in, one value out, or an entry in
 * error.message.
 */
#include "config.h"

#include <stdio.h>

#include "collector/base/iso8601.h"
#include "collector/map/address.h"
#include "collector/map/mapper.h"

/* How much of a bad value an error message quotes. */
#define QUOTE_MAX 512

/*
 * One entry: upstream's wording with our own tag (the raw path) and pipeline
 * (the dataset).  `reason` has one %.*s for the value.
 */
static void fail(struct mapper *m, const struct row *row, const char *processor,
    const char *reason, struct slice value)
    __attribute__((format(printf, 4, 0)));

static void
fail(struct mapper *m, const struct row *row, const char *processor,
    const char *reason, struct slice value)
{
	struct buf *text = &m->text;
	struct val v;
	int len = value.len > QUOTE_MAX ? QUOTE_MAX : (int)value.len;

	if ((row->flags & MAP_QUIET) != 0)
		return;
	m->counts.failed_conversions++;
	/* Not in the middle of a character. */
	while (len > 0 && (size_t)len < value.len &&
	    ((unsigned char)value.p[len] & 0xc0) == 0x80)
		len--;
	buf_reset(text);
	buf_addf(text, "Processor %s with tag %s in pipeline %s failed with "
	    "message: ", processor, row->tag, m->opt->name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_addf(text, reason, len, value.p);
#pragma GCC diagnostic pop
	v = val_string(m, buf_slice(text));
	map_append(m, &m->val[SLOT_ERROR], &v);
}

/* The text a conversion looks at: of a string its content, else the JSON. */
static struct slice
text_of(struct mapper *m, const struct val *v)
{
	return v->kind == TOK_STRING ? val_plain(m, v) :
				       (struct slice){ v->p, v->len };
}

static bool
to_date(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text = text_of(m, in);
	int64_t ms;
	char *p;

	if ((in->kind != TOK_STRING && in->kind != TOK_NUMBER) ||
	    iso8601_parse(text, &ms) < 0) {
		fail(m, row, "date", "unable to parse date [%.*s]", text);
		return false;
	}
	p = map_alloc(m, ISO8601_LEN + 2);
	p[0] = '"';
	iso8601_format(ms, p + 1);
	p[ISO8601_LEN + 1] = '"';
	*out = (struct val){ .p = p, .len = ISO8601_LEN + 2,
		.kind = TOK_STRING };
	return true;
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Java's Long.parseLong, and Long.decode for "0x" and "-0x". */
static bool
parse_long(struct slice s, int64_t *v)
{
	bool negative = s.len > 0 && s.p[0] == '-';
	size_t i = negative || (s.len > 0 && s.p[0] == '+');
	uint64_t base = 10, max = negative ? (uint64_t)1 << 63 : INT64_MAX;
	uint64_t u = 0;

	if (s.len > i + 1 && s.p[i] == '0' && s.p[i + 1] == 'x' &&
	    (i == 0 || negative)) {
		base = 16;
		i += 2;
	}
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		uint64_t d = (uint64_t)digit_of(s.p[i]);

		if (d >= base || u > (max - d) / base)
			return false;
		u = u * base + d;
	}
	*v = negative ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

static bool
to_long(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text = text_of(m, in);
	char digits[24];
	int64_t v;
	int n;

	if ((in->kind != TOK_STRING && in->kind != TOK_NUMBER) ||
	    !parse_long(text, &v)) {
		fail(m, row, "convert", "unable to convert [%.*s] to long",
		    text);
		return false;
	}
	/* A number is its own canonical form, but for -0. */
	if (in->kind == TOK_NUMBER && text.p[0] != '-') {
		*out = *in;
		return true;
	}
	n = snprintf(digits, sizeof(digits), "%lld", (long long)v);
	*out = val_json(m, (struct slice){ digits, (size_t)n }, TOK_NUMBER);
	return true;
}

static bool
same_fold(struct slice s, const char *word)
{
	size_t i = 0;

	while (i < s.len && word[i] != '\0' && (s.p[i] | 0x20) == word[i])
		i++;
	return i == s.len && word[i] == '\0';
}

static bool
to_bool(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text = text_of(m, in);

	if (same_fold(text, "true")) {
		*out = (struct val){ .p = "true", .len = 4, .kind = TOK_TRUE };
	} else if (same_fold(text, "false")) {
		*out = (struct val){ .p = "false", .len = 5,
			.kind = TOK_FALSE };
	} else {
		fail(m, row, "convert", "[%.*s] is not a boolean value, "
		    "cannot convert to boolean", text);
		return false;
	}
	return true;
}

static bool
to_ip(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text = text_of(m, in);

	if (in->kind != TOK_STRING || !address_is_valid(text)) {
		fail(m, row, "convert",
		    "[%.*s] is not a valid ipv4/ipv6 address", text);
		return false;
	}
	*out = *in;
	return true;
}

/*
 * Text with commas, as split by Java: empty parts at the end are dropped, those
 * inside are kept (and are no addresses).  One bad part fails the row.
 */
static bool
to_ip_list(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text;
	struct val list = { .kind = 0 };

	if (in->kind != TOK_STRING)
		return to_ip(m, row, in, out);
	text = val_plain(m, in);
	while (text.len > 0 && text.p[text.len - 1] == ',')
		text.len--;
	while (text.len > 0) {
		const char *comma = memchr(text.p, ',', text.len);
		size_t n = comma == NULL ? text.len :
					   (size_t)(comma - text.p);
		struct val part = val_string(m, (struct slice){ text.p, n });
		struct val valid;

		if (!to_ip(m, row, &part, &valid))
			return false;
		map_append(m, &list, &valid);
		n += comma != NULL;
		text.p += n;
		text.len -= n;
	}
	*out = list;
	return list.kind != 0;
}

static bool
to_text(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	(void)row;
	return val_as_text(m, in, out);
}

/* Java's AbstractMap.toString: {k=v, k2=v2}, [a, b] inside, no quotes. */
static void
add_java_text(struct mapper *m, struct buf *b, size_t tok)
{
	const struct tok *t = &m->scan.tok[tok];
	struct val v = val_of_tok(m, tok);
	bool object = t->kind == TOK_OBJECT;
	const char *comma = "";

	if (!object && t->kind != TOK_ARRAY) {
		buf_add_slice(b, text_of(m, &v));
		return;
	}
	buf_addc(b, object ? '{' : '[');
	for (size_t i = tok + 1; i < t->next;) {
		size_t value = object ? i + 1 : i;

		if (!object || (m->scan.tok[i].flags & TOK_DEAD) == 0) {
			buf_adds(b, comma);
			comma = ", ";
			if (object) {
				v = val_of_tok(m, i);
				buf_add_slice(b, val_plain(m, &v));
				buf_addc(b, '=');
			}
			add_java_text(m, b, value);
		}
		i = m->scan.tok[value].next;
	}
	buf_addc(b, object ? '}' : ']');
}

static bool
to_string(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	if (val_as_text(m, in, out))
		return true;
	if (in->kind == TOK_NULL) {
		fail(m, row, "convert", "unable to convert [%.*s] to string",
		    SLICE("null"));
		return false;
	}
	buf_reset(&m->text);
	add_java_text(m, &m->text, in->tok);
	*out = val_string(m, buf_slice(&m->text));
	return true;
}

bool
convert_mac(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	struct slice text;
	char *p;

	(void)row;
	if (in->kind != TOK_STRING)
		return false;
	/* Upper case is no good for an escape. */
	text = in->escaped ? val_plain(m, in) : (struct slice){ in->p, in->len };
	p = map_alloc(m, text.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == ':' || c == '.')
			c = '-';
		p[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	*out = *in;
	out->p = p;
	if (in->escaped)
		*out = val_string(m, (struct slice){ p, text.len });
	return true;
}

static bool
to_os_type(struct mapper *m, const struct row *row, const struct val *in,
    struct val *out)
{
	static const struct {
		const char *word;
		size_t len;
		const char *json;
	} types[] = {
		{ "linux", 5, "\"linux\"" },
		{ "macos", 5, "\"macos\"" },
		{ "unix", 4, "\"unix\"" },
		{ "windows", 7, "\"windows\"" },
		{ "ios", 3, "\"ios\"" },
		{ "android", 7, "\"android\"" },
	};
	struct slice text;

	(void)row;
	if (in->kind != TOK_STRING)
		return false;
	text = val_plain(m, in);
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (size_t i = 0; i + types[t].len <= text.len; i++)
			if (same_fold((struct slice){ text.p + i,
			    types[t].len }, types[t].word)) {
				*out = (struct val){ .p = types[t].json,
					.len = (uint32_t)types[t].len + 2,
					.kind = TOK_STRING };
				return true;
			}
	return false;
}

/*
 * A list's scalars as text, joined by commas; no list: nothing.  What was
 * escaped stays so.
 */
static bool
to_joined(struct mapper *m, size_t tok, struct val *out)
{
	const struct tok *t = &m->scan.tok[tok];
	size_t n = 0;
	char *p;

	if (t->kind != TOK_ARRAY)
		return false;
	/* Each comma takes the place of one between the elements. */
	p = map_alloc(m, t->len);
	*out = (struct val){ .p = p, .kind = TOK_STRING };
	p[n++] = '"';
	for (size_t i = tok + 1; i < t->next; i = m->scan.tok[i].next) {
		struct val v = val_of_tok(m, i);
		bool quoted = v.kind == TOK_STRING;

		if ((m->scan.tok[i].flags & TOK_VOID) != 0 ||
		    v.kind >= TOK_OBJECT)
			continue;
		if (n > 1)
			p[n++] = ',';
		memcpy(p + n, v.p + quoted, v.len - 2u * quoted);
		n += v.len - 2u * quoted;
		out->escaped |= v.escaped;
	}
	p[n++] = '"';
	out->len = (uint32_t)n;
	return n > 2;
}

static bool (*const scalar[MAP_CONV_COUNT])(struct mapper *m,
    const struct row *row, const struct val *in, struct val *out) = {
	[MAP_DATE] = to_date,
	[MAP_LONG] = to_long,
	[MAP_BOOL] = to_bool,
	[MAP_IP] = to_ip,
	[MAP_IP_LIST] = to_ip_list,
	[MAP_STRING] = to_string,
	[MAP_TEXT] = to_text,
	[MAP_MAC] = convert_mac,
	[MAP_OS_TYPE] = to_os_type,
};

/* Are the elements of a list converted one by one? */
static bool
goes_into_lists(const struct row *row)
{
	switch (row->conv) {
	case MAP_LONG:
	case MAP_BOOL:
	case MAP_IP:
	case MAP_IP_LIST:
	case MAP_STRING:
		return true;
	default:
		return row->each;
	}
}

/* Empty text is no value; the rest is one that few conversions take, unless the
 * dataset has pruned it before. */
static bool
passes_over(const struct mapper *m, const struct tok *t, bool each)
{
	return (t->flags & TOK_VOID) != 0 && (t->kind == TOK_STRING ||
	    (t->kind == TOK_NULL && each) || m->table->prune_first);
}

/*
 * Element by element.  One bad element fails the whole row, or with MAP_EACH
 * only itself.
 */
static bool
convert_list(struct mapper *m, const struct row *row, size_t tok,
    struct val *out)
{
	size_t end = m->scan.tok[tok].next;
	/* An element is no list again. */
	enum map_conv conv = row->conv == MAP_IP_LIST ? MAP_IP : row->conv;
	struct val list = { .kind = 0 };

	for (size_t i = tok + 1; i < end; i = m->scan.tok[i].next) {
		const struct tok *t = &m->scan.tok[i];
		struct val in = val_of_tok(m, i), one;
		bool each = (row->flags & MAP_EACH) != 0;

		if (passes_over(m, t, each))
			continue;
		if (scalar[conv](m, row, &in, &one))
			map_append(m, &list, &one);
		else if (!each && row->conv != MAP_TEXT)
			return false;
	}
	*out = list;
	return list.kind != 0;
}

bool
map_convert(struct mapper *m, const struct row *row, size_t tok,
    struct val *out)
{
	const struct tok *t = &m->scan.tok[tok];
	struct val in;

	if (row->conv == MAP_JOIN)
		return to_joined(m, tok, out);
	if (t->kind == TOK_ARRAY && goes_into_lists(row))
		return convert_list(m, row, tok, out);
	in = val_of_tok(m, tok);
	return scalar[row->conv](m, row, &in, out);
}
