/*
 * The conversions to text.
 */
#include "config.h"

#include "collector/map/convert.h"

bool
convert_text(struct mapper *m, const struct row *row, struct val *v)
{
	(void)row;
	return v->kind == TOK_STRING || val_as_text(m, v, v);
}

/*
 * A container's text: compact JSON, or that of Java's AbstractMap.toString,
 * {k=v, k2=v2} and [a, b] without quotes.
 */
static void
add_container(struct mapper *m, struct buf *b, size_t tok, bool java)
{
	const struct tok *t = &m->scan.tok[tok];
	struct val v = val_of_tok(m, tok);
	bool object = t->kind == TOK_OBJECT;
	const char *comma = "";

	if (t->kind < TOK_OBJECT) {
		buf_add_slice(b, java ? convert_text_of(m, &v) :
					(struct slice){ v.p, v.len });
		return;
	}
	buf_addc(b, object ? '{' : '[');
	for (size_t i = tok + 1; i < t->next;) {
		size_t value = object ? i + 1 : i;

		if (!object || (m->scan.tok[i].flags & TOK_DEAD) == 0) {
			buf_adds(b, comma);
			comma = java ? ", " : ",";
			if (object) {
				add_container(m, b, i, java);
				buf_addc(b, java ? '=' : ':');
			}
			add_container(m, b, value, java);
		}
		i = m->scan.tok[value].next;
	}
	buf_addc(b, object ? '}' : ']');
}

bool
convert_lower(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text;
	char *p;

	(void)row;
	if (v->kind != TOK_STRING)
		return false;
	text = val_plain(m, v);
	p = map_alloc(m, text.len);
	for (size_t i = 0; i < text.len; i++)
		p[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ?
		    (char)(text.p[i] - 'A' + 'a') : text.p[i];
	*v = val_string(m, (struct slice){ p, text.len });
	return true;
}

bool
convert_string(struct mapper *m, const struct row *row, struct val *v)
{
	if (convert_text(m, row, v))
		return true;
	if (v->kind == TOK_NULL) {
		convert_fail(m, row, "convert", "unable to convert ",
		    SLICE("null"), "] to string");
		return false;
	}
	buf_reset(&m->text);
	add_container(m, &m->text, v->tok, row->conv == MAP_STRING_JAVA);
	*v = val_string(m, buf_slice(&m->text));
	return true;
}

bool
convert_mac(struct mapper *m, const struct row *row, struct val *v)
{
	struct slice text;
	char *p;

	(void)row;
	if (v->kind != TOK_STRING)
		return false;
	/* Upper case is no good for an escape. */
	text = v->escaped ? val_plain(m, v) : (struct slice){ v->p, v->len };
	p = map_alloc(m, text.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == ':' || c == '.')
			c = '-';
		p[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	if (v->escaped)
		*v = val_string(m, (struct slice){ p, text.len });
	else
		v->p = p;
	return true;
}

bool
convert_os_type(struct mapper *m, const struct row *row, struct val *v)
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
	if (v->kind != TOK_STRING)
		return false;
	text = val_plain(m, v);
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (size_t i = 0; i + types[t].len <= text.len; i++)
			if (convert_same_fold((struct slice){ text.p + i,
			    types[t].len }, types[t].word)) {
				*v = (struct val){ .p = types[t].json,
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
bool
convert_join(struct mapper *m, size_t tok, struct val *out)
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
