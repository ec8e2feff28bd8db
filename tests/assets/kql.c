#include "config.h"

#include "tests/assets/kql.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/xalloc.h"

struct reading {
	struct kql *q;
	const char *p;
};

static void read_any(struct reading *r, const char *field);

static void
wrong(struct reading *r, const char *what)
{
	if (r->q->wrong == NULL)
		r->q->wrong = what;
}

static void
skip_blanks(struct reading *r)
{
	r->p += strspn(r->p, " \n");
}

static size_t
word_len(const char *p)
{
	return strcspn(p, " \n():<>\"");
}

/* Take a word of the language if it is next. */
static bool
take(struct reading *r, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(r);
	if (strncasecmp(r->p, word, n) != 0 ||
	    (word_len(word) == n && word_len(r->p) != n))
		return false;
	r->p += n;
	return true;
}

/* "text", or a word; "" when there is neither.  The caller's. */
static char *
read_value(struct reading *r, bool *quoted)
{
	char *value;
	size_t n;

	skip_blanks(r);
	*quoted = *r->p == '"';
	if (!*quoted) {
		n = word_len(r->p);
		value = xstrndup(r->p, n);
		r->p += n;
		return value;
	}
	n = strcspn(r->p + 1, "\"\\");
	if (r->p[1 + n] != '"') {
		wrong(r, "a text does not end, or has a backslash");
		return xstrdup("");
	}
	value = xstrndup(r->p + 1, n);
	r->p += n + 2;
	return value;
}

static void
add_term(struct reading *r, const char *field, char op, const char *value)
{
	struct kql *q = r->q;

	q->term = xreallocarray(q->term, q->n + 1, sizeof(*q->term));
	q->term[q->n++] = (struct kql_term){
		.field = xstrdup(field),
		.value = xstrdup(value),
		.op = op,
	};
}

/* One value of a field. */
static void
read_one(struct reading *r, const char *field, char op)
{
	bool quoted;
	char *value = read_value(r, &quoted);

	if (*value == '\0')
		wrong(r, "a value is missing");
	else if (!quoted && strcmp(value, "*") == 0)
		add_term(r, field, op, NULL);
	else if (!quoted && strchr(value, '*') != NULL)
		wrong(r, "a wildcard");
	else
		add_term(r, field, op, value);
	free(value);
}

static void
read_values(struct reading *r, const char *field)
{
	if (!take(r, "(")) {
		read_one(r, field, ':');
		return;
	}
	read_any(r, field);
	if (!take(r, ")"))
		wrong(r, "a bracket does not end");
}

static void
read_field(struct reading *r)
{
	bool quoted;
	char *field = read_value(r, &quoted);
	char op;

	skip_blanks(r);
	op = *r->p;
	if (*field == '\0' || op == '\0' || strchr(":<>", op) == NULL) {
		wrong(r, "no field with an operator");
	} else {
		r->p += op != ':' && r->p[1] == '=' ? 2 : 1;
		if (op == ':')
			read_values(r, field);
		else
			read_one(r, field, op);
	}
	free(field);
}

/* With a field, of its values. */
static void
read_single(struct reading *r, const char *field)
{
	while (take(r, "not"))
		;
	if (take(r, "(")) {
		read_any(r, field);
		if (!take(r, ")"))
			wrong(r, "a bracket does not end");
	} else if (field != NULL) {
		read_one(r, field, ':');
	} else {
		read_field(r);
	}
}

static void
read_any(struct reading *r, const char *field)
{
	bool has_or = false, has_and = false;

	read_single(r, field);
	while (r->q->wrong == NULL) {
		if (take(r, "and"))
			has_and = true;
		else if (take(r, "or"))
			has_or = true;
		else
			break;
		read_single(r, field);
	}
	if (has_or && has_and)
		wrong(r, "and beside or without brackets");
}

void
kql_read(struct kql *q, const char *text)
{
	struct reading r = { .q = q, .p = text };

	*q = (struct kql){ .n = 0 };
	skip_blanks(&r);
	if (*r.p == '\0')
		return;
	read_any(&r, NULL);
	skip_blanks(&r);
	if (*r.p != '\0')
		wrong(&r, "something behind its end");
}

void
kql_free(struct kql *q)
{
	for (size_t i = 0; i < q->n; i++) {
		free(q->term[i].field);
		free(q->term[i].value);
	}
	free(q->term);
	*q = (struct kql){ .n = 0 };
}
