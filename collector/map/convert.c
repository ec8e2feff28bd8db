/*
 * The conversions of a row: a value becomes another one, or an entry in
 * error.message.
 */
#include "config.h"

#include "collector/map/convert.h"

#include "collector/base/iso8601.h"
#include "collector/map/address.h"

/* How much of a bad value an error message quotes. */
#define QUOTE_MAX 512

void
convert_fail(struct mapper *m, const struct row *row, const char *processor,
    const char *before, struct slice value, const char *after)
{
	const char *parts[] = { "Processor ", processor, " with tag ",
		row->tag, " in pipeline ", m->opt->name,
		" failed with message: ", before, "[" };
	struct buf *text = &m->text;
	struct val v;

	if ((row->flags & MAP_QUIET) != 0)
		return;
	m->counts.failed_conversions++;
	if (value.len > QUOTE_MAX) {
		value.len = QUOTE_MAX;
		/* Not in the middle of a character. */
		while (((unsigned char)value.p[value.len] & 0xc0) == 0x80)
			value.len--;
	}
	buf_reset(text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		buf_adds(text, parts[i]);
	buf_add_slice(text, value);
	buf_adds(text, after);
	v = val_string(m, buf_slice(text));
	map_append(m, &m->val[SLOT_ERROR], &v);
}

struct slice
convert_text_of(struct mapper *m, const struct val *v)
{
	return v->kind == TOK_STRING ? val_plain(m, v) :
				       (struct slice){ v->p, v->len };
}

static bool
to_date(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text = convert_text_of(m, v);
	enum tok_kind kind = v->kind;
	int64_t ms;
	char *p;

	p = map_alloc(m, ISO8601_LEN + 2);
	*v = (struct val){ .p = p, .len = ISO8601_LEN + 2,
		.kind = TOK_STRING };
	p[0] = '"';
	p[ISO8601_LEN + 1] = '"';
	if (iso8601_rewrite(text, p + 1))
		return true;
	if ((kind != TOK_STRING && kind != TOK_NUMBER) ||
	    (row->conv == MAP_DATE_LENIENT ? iso8601_parse_lenient :
					     iso8601_parse)(text, &ms) < 0) {
		convert_fail(m, row, "date", "unable to parse date ", text,
		    "]");
		return false;
	}
	iso8601_format(ms, p + 1);
	return true;
}

bool
convert_same_fold(struct slice s, const char *word)
{
	size_t i = 0;

	while (i < s.len && word[i] != '\0' && (s.p[i] | 0x20) == word[i])
		i++;
	return i == s.len && word[i] == '\0';
}

static bool
to_bool(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text;

	if (v->kind == TOK_TRUE || v->kind == TOK_FALSE)
		return true;
	text = convert_text_of(m, v);
	if (convert_same_fold(text, "true")) {
		*v = (struct val){ .p = "true", .len = 4, .kind = TOK_TRUE };
	} else if (convert_same_fold(text, "false")) {
		*v = (struct val){ .p = "false", .len = 5,
			.kind = TOK_FALSE };
	} else {
		convert_fail(m, row, "convert", "", text, "] is not a boolean "
		    "value, cannot convert to boolean");
		return false;
	}
	return true;
}

static bool
to_ip(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text = convert_text_of(m, v);

	if (v->kind == TOK_STRING && address_is_valid(text))
		return true;
	convert_fail(m, row, "convert", "", text,
	    "] is not a valid ipv4/ipv6 address");
	return false;
}

/*
 * Text with commas, as split by Java: empty parts at the end are dropped, those
 * inside are kept (and are no addresses).  One bad part fails the row.
 */
static bool
to_ip_list(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text;
	struct val list = { .kind = 0 };

	if (v->kind != TOK_STRING)
		return to_ip(m, row, v);
	text = val_plain(m, v);
	while (text.len > 0 && text.p[text.len - 1] == ',')
		text.len--;
	while (text.len > 0) {
		const char *comma = memchr(text.p, ',', text.len);
		size_t n = comma == NULL ? text.len :
					   (size_t)(comma - text.p);
		bool whole = text.p == v->p + 1 && n == v->len - 2;
		struct val part = whole ? *v :
		    val_string(m, (struct slice){ text.p, n });

		if (!to_ip(m, row, &part))
			return false;
		map_append(m, &list, &part);
		n += comma != NULL;
		text.p += n;
		text.len -= n;
	}
	*v = list;
	return list.kind != 0;
}

static convert_fn *const scalar[MAP_CONV_COUNT] = {
	[MAP_DATE] = to_date,
	[MAP_DATE_LENIENT] = to_date,
	[MAP_LONG] = convert_long,
	[MAP_DOUBLE] = convert_double,
	[MAP_FLOAT] = convert_double,
	[MAP_BOOL] = to_bool,
	[MAP_IP] = to_ip,
	[MAP_IP_LIST] = to_ip_list,
	[MAP_STRING] = convert_string,
	[MAP_STRING_JAVA] = convert_string,
	[MAP_LOWER] = convert_lower,
	[MAP_TEXT] = convert_text,
	[MAP_MAC] = convert_mac,
	[MAP_OS_TYPE] = convert_os_type,
};

convert_fn *
map_converter(enum map_conv conv)
{
	return scalar[conv];
}

/* Are the elements of a list converted one by one? */
static bool
goes_into_lists(const struct row *row)
{
	switch (row->conv) {
	case MAP_LONG:
	case MAP_DOUBLE:
	case MAP_FLOAT:
	case MAP_BOOL:
	case MAP_IP:
	case MAP_IP_LIST:
	case MAP_STRING:
	case MAP_STRING_JAVA:
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
		bool each = (row->flags & MAP_EACH) != 0;
		struct val v;

		if (passes_over(m, t, each))
			continue;
		val_set(&v, m, i);
		if (scalar[conv](m, row, &v))
			map_append(m, &list, &v);
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

	if (row->conv == MAP_JOIN)
		return convert_join(m, tok, out);
	if (t->kind == TOK_ARRAY && goes_into_lists(row))
		return convert_list(m, row, tok, out);
	val_set(out, m, tok);
	return row->scalar(m, row, out);
}
