/*
 * What panels need to know of fields: their types, and what people call them.
 */
#ifndef S1SPOOL_FACTS_H
#define S1SPOOL_FACTS_H

#include "filebeat/kibana/rows.h"

struct facts {
	struct rows types; /* field, type in Elasticsearch */
	struct rows labels; /* field, label, label of a number of them */
};

/* Read the tables; exits with a message when they cannot be read. */
void facts_load(struct facts *f, const char *types, const char *labels);
void facts_free(struct facts *f);

/* The data type that Kibana's charts have for a field; NULL for a field that
 * there is not, or that charts cannot use. */
const char *facts_type(const struct facts *f, const char *field);

/* What the field is called, or how many different values of it are; "" when
 * nobody has said. */
const char *facts_label(const struct facts *f, const char *field);
const char *facts_label_of_number(const struct facts *f, const char *field);

#endif
