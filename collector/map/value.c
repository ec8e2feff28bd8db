#include "config.h"

#include "collector/json/text.h"
#include "collector/map/mapper.h"

struct val
val_json(struct mapper *m, struct slice json, enum tok_kind kind)
{
	char *p = map_alloc(m, json.len);

	memcpy(p, json.p, json.len);
	return (struct val){ .p = p, .len = (uint32_t)json.len,
		.kind = (uint8_t)kind,
		.escaped = memchr(json.p, '\\', json.len) != NULL };
}

struct val
val_string(struct mapper *m, struct slice plain)
{
	buf_reset(&m->work);
	buf_addc(&m->work, '"');
	json_escape(&m->work, plain);
	buf_addc(&m->work, '"');
	return val_json(m, buf_slice(&m->work), TOK_STRING);
}

struct slice
val_plain(struct mapper *m, const struct val *v)
{
	struct slice content = { v->p + 1, v->len - 2 };
	char *p;

	if (!v->escaped)
		return content;
	buf_reset(&m->work);
	json_unescape(&m->work, content);
	p = map_alloc(m, m->work.len);
	memcpy(p, m->work.p, m->work.len);
	return (struct slice){ p, m->work.len };
}

bool
val_as_text(struct mapper *m, const struct val *v, struct val *out)
{
	char *p;

	switch (v->kind) {
	case TOK_STRING:
		*out = *v;
		return true;
	case TOK_NUMBER:
	case TOK_TRUE:
	case TOK_FALSE:
		p = map_alloc(m, v->len + 2);
		p[0] = '"';
		memcpy(p + 1, v->p, v->len);
		p[v->len + 1] = '"';
		*out = (struct val){ .p = p, .len = v->len + 2,
			.kind = TOK_STRING };
		return true;
	default:
		return false;
	}
}
