#include "config.h"

#include "tests/mock/graphql.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A place in a text: what stands there, and behind it. */
struct lexer {
	const char *at; /* of the token */
	size_t len; /* 0: the end */
};

static int
fail(struct graphql *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct graphql *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(q->error, sizeof(q->error), fmt, ap);
	va_end(ap);
	return -1;
}

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Go to the next token; commas are white space. */
static void
next(struct lexer *l)
{
	const char *p = l->at + l->len;

	while (*p == ',' || isspace((unsigned char)*p))
		p++;
	l->at = p;
	l->len = 0;
	if (strncmp(p, "...", 3) == 0)
		l->len = 3;
	else if (is_name(*p))
		while (is_name(p[l->len]))
			l->len++;
	else if (*p != '\0')
		l->len = 1;
}

static struct lexer
begin(const char *text)
{
	struct lexer l = { text, 0 };

	next(&l);
	return l;
}

static bool
is(const struct lexer *l, const char *token)
{
	return l->len == strlen(token) && memcmp(l->at, token, l->len) == 0;
}

/* Pass over the token if it is there. */
static bool
take(struct lexer *l, const char *token)
{
	if (!is(l, token))
		return false;
	next(l);
	return true;
}

static int
expect(struct graphql *q, struct lexer *l, const char *token)
{
	return take(l, token) ? 0 : fail(q, "Invalid syntax: wanted '%s' at "
	    "'%.20s'", token, l->at);
}

static int
take_name(struct graphql *q, struct lexer *l, char name[GRAPHQL_NAME + 1])
{
	if (l->len == 0 || l->len > GRAPHQL_NAME || !is_name(*l->at))
		return fail(q, "Invalid syntax: wanted a name at '%.20s'",
		    l->at);
	memcpy(name, l->at, l->len);
	name[l->len] = '\0';
	next(l);
	return 0;
}

static const struct graphql_arg *
find_arg(const struct graphql_arg *args, const char *name)
{
	for (; args->name != NULL; args++)
		if (strcmp(args->name, name) == 0)
			return args;
	return NULL;
}

/* A type without blanks; a last "!" only says that the client always has it. */
static int
take_type(struct lexer *l, char type[GRAPHQL_NAME + 1])
{
	size_t n = 0;

	while (l->len > 0 && !is(l, "$") && !is(l, ")")) {
		if (n + l->len > GRAPHQL_NAME)
			return -1;
		memcpy(type + n, l->at, l->len);
		n += l->len;
		next(l);
	}
	if (n > 0 && type[n - 1] == '!')
		n--;
	type[n] = '\0';
	return 0;
}

/* ($after: String, $first: Int) */
static int
read_variables(struct graphql *q, struct lexer *l,
    const struct graphql_arg *args)
{
	char type[GRAPHQL_NAME + 1];
	const struct graphql_arg *arg;

	if (!take(l, "("))
		return 0;
	while (!take(l, ")")) {
		char *name;

		if (q->n_variables == GRAPHQL_VARIABLES)
			return fail(q, "Too many variables");
		name = q->variable[q->n_variables];
		if (expect(q, l, "$") != 0 || take_name(q, l, name) != 0 ||
		    expect(q, l, ":") != 0)
			return -1;
		arg = find_arg(args, name);
		if (take_type(l, type) != 0 || arg == NULL ||
		    strcmp(type, arg->type) != 0)
			return fail(q, "Variable '%s' has the wrong type",
			    name);
		q->n_variables++;
	}
	return 0;
}

/* (after: $after, first: $first) */
static int
read_arguments(struct graphql *q, struct lexer *l,
    const struct graphql_arg *args)
{
	char name[GRAPHQL_NAME + 1], variable[GRAPHQL_NAME + 1];

	if (!take(l, "("))
		return 0;
	while (!take(l, ")")) {
		if (take_name(q, l, name) != 0 || expect(q, l, ":") != 0 ||
		    expect(q, l, "$") != 0 || take_name(q, l, variable) != 0)
			return -1;
		if (find_arg(args, name) == NULL)
			return fail(q, "Unknown field argument '%s'", name);
		if (!graphql_has_variable(q, variable))
			return fail(q, "Undefined variable '%s'", variable);
	}
	return 0;
}

/* Behind the brace that closes the one that was just passed. */
static void
skip_block(struct lexer *l)
{
	for (int depth = 1; l->len > 0 && depth > 0; next(l))
		depth += is(l, "{") ? 1 : is(l, "}") ? -1 : 0;
}

/* "... on Type" as one token's worth: true when there was one. */
static bool
take_fragment(struct lexer *l, struct lexer *type)
{
	if (!take(l, "..."))
		return false;
	take(l, "on");
	*type = *l;
	next(l);
	return true;
}

/*
 * Find a field, or the type of a fragment, among those that begin at l.  False
 * when it is not there; otherwise l is behind its name.
 */
static bool
find_field(struct lexer *l, const struct lexer *name, bool is_fragment)
{
	while (l->len > 0 && !is(l, "}")) {
		struct lexer here = *l;
		bool fragment = take_fragment(l, &here);

		if (!fragment)
			next(l);
		if (fragment == is_fragment && here.len == name->len &&
		    memcmp(here.at, name->at, here.len) == 0)
			return true;
		if (take(l, "{"))
			skip_block(l);
	}
	return false;
}

/* { a b { c } ... on D { e } } against what the schema has at this place. */
static int
read_fields(struct graphql *q, struct lexer *l, struct lexer schema, int depth)
{
	if (expect(q, l, "{") != 0)
		return -1;
	if (is(l, "}") || depth > 30)
		return fail(q, "Invalid syntax: no fields");
	while (!take(l, "}")) {
		struct lexer at = schema, name = *l;
		bool fragment = take_fragment(l, &name);

		if (!fragment)
			next(l);
		if (name.len == 0 || !find_field(&at, &name, fragment))
			return fail(q, "Validation error (FieldUndefined) : "
			    "'%.*s' is undefined", (int)name.len, name.at);
		if (is(&at, "{") != is(l, "{"))
			return fail(q, "Validation error (SubselectionRequired"
			    "OrNotAllowed) : '%.*s'", (int)name.len, name.at);
		if (take(&at, "{") && read_fields(q, l, at, depth + 1) != 0)
			return -1;
	}
	return 0;
}

int
graphql_read(struct graphql *q, const char *text, const char *root,
    const struct graphql_arg *args, const char *schema)
{
	struct lexer l = begin(text);
	char name[GRAPHQL_NAME + 1];

	*q = (struct graphql){ .n_variables = 0 };
	if (expect(q, &l, "query") != 0)
		return -1;
	if (is_name(*l.at) && take_name(q, &l, name) != 0)
		return -1;
	if (read_variables(q, &l, args) != 0 || expect(q, &l, "{") != 0 ||
	    expect(q, &l, root) != 0 || read_arguments(q, &l, args) != 0 ||
	    read_fields(q, &l, begin(schema), 0) != 0 ||
	    expect(q, &l, "}") != 0)
		return -1;
	return l.len == 0 ? 0 : fail(q, "Invalid syntax at '%.20s'", l.at);
}

bool
graphql_has_variable(const struct graphql *q, const char *name)
{
	for (size_t i = 0; i < q->n_variables; i++)
		if (strcmp(q->variable[i], name) == 0)
			return true;
	return false;
}
