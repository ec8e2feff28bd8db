/*
 * Kibana's query language, as much of it as the assets use.
 */
#ifndef S1SPOOL_KQL_H
#define S1SPOOL_KQL_H

#include <stddef.h>

/* FIELD : VALUE, FIELD : *, FIELD >= VALUE and so on. */
struct kql_term {
	char *field;
	char *value; /* NULL: whether there is a value */
	char op; /* ':', '<' or '>' */
};

struct kql {
	struct kql_term *term;
	size_t n;
	/* NULL, or what is wrong with the text, which is then not read on. */
	const char *wrong;
};

/* Read a query; "" has no terms. */
void kql_read(struct kql *q, const char *text);
void kql_free(struct kql *q);

#endif
