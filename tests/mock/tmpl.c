#include "config.h"

#include "tests/mock/tmpl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/gen.h"

#define MAYBE_ODDS 7 /* one in so many optional values is empty */

enum op_kind { OP_TEXT, OP_NAME, OP_CHOICE, OP_NUMBER, OP_HEX, OP_MAYBE,
	OP_IF };

struct tmpl_op {
	enum op_kind kind;
	const char *p; /* OP_TEXT, OP_CHOICE: into the template's text */
	size_t len;
	size_t n; /* choices, hex digits, operations to pass over */
	int64_t lo, hi;
	const struct tmpl_name *name; /* OP_NAME, OP_IF */
	char open; /* OP_MAYBE: how the value begins */
};

struct compiler {
	struct tmpl *t;
	const struct tmpl_name *names[3];
};

static _Noreturn void
bad_template(const char *what, const char *at)
{
	fprintf(stderr, "mock_console: template: %s at: %.60s\n", what, at);
	abort();
}

static struct tmpl_op *
add_op(struct tmpl *t, enum op_kind kind)
{
	t->op = xrealloc(t->op, (t->n + 1) * sizeof(*t->op));
	t->op[t->n] = (struct tmpl_op){ .kind = kind };
	return &t->op[t->n++];
}

static void
add_text(struct tmpl *t, const char *p, size_t len)
{
	struct tmpl_op *op;

	if (len == 0)
		return;
	op = add_op(t, OP_TEXT);
	op->p = p;
	op->len = len;
}

static const struct tmpl_name *
find_name(const struct compiler *c, const char *p, size_t len)
{
	for (size_t i = 0; i < 3; i++) {
		const struct tmpl_name *name = c->names[i];

		for (; name != NULL && name->name != NULL; name++)
			if (strlen(name->name) == len &&
			    memcmp(name->name, p, len) == 0)
				return name;
	}
	bad_template("unknown name", p);
}

/* The hole's text without its @. */
static void
compile_hole(const struct compiler *c, const char *p, size_t len)
{
	struct tmpl_op *op;
	char *end;

	if (memchr(p, '|', len) != NULL) {
		op = add_op(c->t, OP_CHOICE);
		op->p = p;
		op->len = len;
		op->n = 1;
		for (size_t i = 0; i < len; i++)
			op->n += p[i] == '|';
		return;
	}
	if (p[0] >= '0' && p[0] <= '9') {
		op = add_op(c->t, OP_NUMBER);
		op->lo = strtoll(p, &end, 10);
		if (strncmp(end, "..", 2) != 0)
			bad_template("range", p);
		op->hi = strtoll(end + 2, &end, 10);
		if (end != p + len || op->hi < op->lo)
			bad_template("range", p);
		return;
	}
	if (p[0] == 'x' && strspn(p + 1, "0123456789") == len - 1) {
		op = add_op(c->t, OP_HEX);
		op->n = (size_t)strtoul(p + 1, NULL, 10);
		return;
	}
	add_op(c->t, OP_NAME)->name = find_name(c, p, len);
}

/* Where the JSON value that begins at p ends. */
static const char *
value_end(const char *p, const char *end)
{
	int depth = 0;
	bool in_text = false, in_hole = false;

	for (; p < end; p++) {
		if (*p == '@')
			in_hole = !in_hole;
		else if (in_hole)
			continue;
		else if (*p == '"')
			in_text = !in_text;
		else if (in_text)
			continue;
		else if (*p == '{' || *p == '[')
			depth++;
		else if (depth == 0 && strchr(",]}", *p) != NULL)
			break;
		else if (*p == '}' || *p == ']')
			depth--;
	}
	return p;
}

static void compile(const struct compiler *c, const char *p,
    const char *end);

/* An operation that decides about the value at p.  Returns the value's end. */
static const char *
compile_optional(const struct compiler *c, enum op_kind kind,
    const struct tmpl_name *name, const char *p, const char *end)
{
	const char *to = value_end(p, end);
	size_t at = c->t->n;

	add_op(c->t, kind)->open = *p;
	c->t->op[at].name = name;
	compile(c, p, to);
	c->t->op[at].n = c->t->n - at - 1;
	return to;
}

static void
compile(const struct compiler *c, const char *p, const char *end)
{
	const char *from = p, *to;

	while (p < end) {
		bool maybe = *p == '?' && p > c->t->text && p[-1] == ':';

		if (*p != '@' && !maybe) {
			p++;
			continue;
		}
		add_text(c->t, from, (size_t)(p - from));
		if (maybe) {
			p = compile_optional(c, OP_MAYBE, NULL, p + 1, end);
			from = p;
			continue;
		}
		to = memchr(p + 1, '@', (size_t)(end - p - 1));
		if (to == NULL)
			bad_template("hole", p);
		if (to == p + 1) {
			add_text(c->t, p, 1);
			p = to + 1;
		} else if (p[1] == '?') {
			p = compile_optional(c, OP_IF, find_name(c, p + 2,
			    (size_t)(to - p - 2)), to + 1, end);
		} else {
			compile_hole(c, p + 1, (size_t)(to - p - 1));
			p = to + 1;
		}
		from = p;
	}
	add_text(c->t, from, (size_t)(p - from));
}

static struct tmpl *all; /* that were compiled */

void
tmpl_compile(struct tmpl *t, const char *source,
    const struct tmpl_name *names, const struct tmpl_name *more)
{
	struct compiler c = { t, { names, more, gen_names } };
	char *to = xmalloc(strlen(source) * 2 + 1);

	*t = (struct tmpl){ .text = to, .next = all };
	all = t;
	for (const char *p = source; *p != '\0'; p++) {
		if (*p == '^') {
			*to++ = '\\';
			*to++ = '\\';
		} else {
			*to++ = *p == '\'' ? '"' : *p;
		}
	}
	*to = '\0';
	compile(&c, t->text, to);
}

void
tmpl_fini(void)
{
	for (; all != NULL; all = all->next) {
		free(all->op);
		free(all->text);
	}
}

static void
expand_choice(const struct tmpl_op *op, struct gen *g)
{
	const char *p = op->p, *end = op->p + op->len, *bar;

	for (size_t i = rng_below(&g->rng, op->n); i > 0; i--)
		p = (const char *)memchr(p, '|', (size_t)(end - p)) + 1;
	bar = memchr(p, '|', (size_t)(end - p));
	buf_add(g->out, p, (size_t)((bar == NULL ? end : bar) - p));
}

/* The empty forms of a value; null is more common. */
static void
put_empty(char open, struct gen *g)
{
	const char *empty = "null";

	if (rng_below(&g->rng, 3) == 0)
		empty = open == '[' ? "[]" : open == '{' ? "{}" :
		    open == '"' ? "\"\"" : "null";
	buf_adds(g->out, empty);
}

void
tmpl_expand(const struct tmpl *t, struct gen *g)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct tmpl_op *op = &t->op[i];

		switch (op->kind) {
		case OP_TEXT:
			buf_add(g->out, op->p, op->len);
			break;
		case OP_NAME:
			op->name->put(g);
			break;
		case OP_CHOICE:
			expand_choice(op, g);
			break;
		case OP_NUMBER:
			gen_number(g, (uint64_t)rng_range(&g->rng, op->lo,
			    op->hi));
			break;
		case OP_HEX:
			gen_hex(g, &g->rng, op->n);
			break;
		case OP_MAYBE:
			if (rng_below(&g->rng, MAYBE_ODDS) == 0) {
				put_empty(op->open, g);
				i += op->n;
			}
			break;
		case OP_IF:
			if (!op->name->has(g)) {
				gen_text(g, "null");
				i += op->n;
			}
			break;
		}
	}
}
