/*
 * GraphQL as far as one query needs it: is the text a query that the schema
 * allows?
 *
 * A schema is text in the language's own form: names, each with the names below
 * it in braces; "... on Type { }" stands for what only that type has.
 */
#ifndef S1SPOOL_MOCK_GRAPHQL_H
#define S1SPOOL_MOCK_GRAPHQL_H

#include <stdbool.h>
#include <stddef.h>

#define GRAPHQL_VARIABLES 16
#define GRAPHQL_NAME 63

/* A variable or argument that the root field takes.  Tables end with NULL. */
struct graphql_arg {
	const char *name, *type; /* "filters", "[FilterInput!]" */
};

/* What a query says. */
struct graphql {
	/* Its variables, by the argument that each is passed to. */
	char variable[GRAPHQL_VARIABLES][GRAPHQL_NAME + 1];
	size_t n_variables;
	char error[200];
};

/*
 * Read a query for the root field `root', which takes args and has the fields
 * of schema.  0, or -1 with an error that says what is wrong.
 */
int graphql_read(struct graphql *q, const char *text, const char *root,
    const struct graphql_arg *args, const char *schema);

/* Has the query declared this variable? */
bool graphql_has_variable(const struct graphql *q, const char *name);

#endif
