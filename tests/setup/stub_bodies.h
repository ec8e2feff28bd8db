/*
 * What Elasticsearch takes as a body: members that it knows, with values of the
 * type that it wants.
 */
#ifndef S1SPOOL_TESTS_STUB_BODIES_H
#define S1SPOOL_TESTS_STUB_BODIES_H

#include "tests/setup/stub.h"

/* Each: 0, or -1 with the reason appended to why. */
int bodies_component(struct stub *s, struct json_object *o, struct buf *why);
int bodies_template(struct stub *s, const char *name, struct json_object *o,
    struct buf *why);
int bodies_pipeline(struct json_object *o, struct buf *why);
int bodies_transform(struct json_object *o, struct buf *why);
int bodies_key(struct json_object *o, struct buf *why);

/* As it returns settings: each value as text. */
void bodies_normalise(struct json_object *settings);

#endif
