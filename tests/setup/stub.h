/*
 * A stand-in for the calls of Elasticsearch's or Kibana's API that setup makes:
 * it knows those and no others, looks at each byte of them, keeps what it is
 * given, and answers as the real one does.
 */
#ifndef S1SPOOL_TESTS_STUB_H
#define S1SPOOL_TESTS_STUB_H

#include <stdbool.h>

#include <json-c/json.h>

#include "collector/base/buf.h"

struct stub {
	struct json_object *state; /* what was given, by kind and name */
	const char *version;
	bool serverless;
};

struct stub_request {
	const char *method;
	const char *path;
	const char *name; /* what stands for the route's star, or NULL */
	const char *query; /* "" for none */
	struct json_object *json; /* of a body of type application/json */
	struct slice body;
	const char *content_type; /* NULL: none */
};

/* What a handler answers; body is put after it was sent. */
struct stub_reply {
	unsigned status;
	struct json_object *body;
	bool legal; /* a status of 400 that is no fault of the caller's */
};

enum stub_body {
	STUB_NONE, /* must not have one */
	STUB_JSON, /* application/json, and it parses */
	STUB_UPLOAD /* multipart/form-data; for the handler to look at */
};

struct stub_route {
	const char *method;
	const char *path; /* one star stands for a name without a slash */
	/* Exactly this, with a star as in a path; NULL: none. */
	const char *query;
	enum stub_body body;
	void (*answer)(struct stub *s, const struct stub_request *q,
	    struct stub_reply *r);
};

/* What it can be; a kind is a file with its table of routes. */
struct stub_kind {
	const char *name;
	const struct stub_route *routes; /* ends with a method of NULL */
	bool xsrf; /* asks for the header kbn-xsrf where something changes */
	/* Fill r with an error in this server's form. */
	void (*refuse)(struct stub_reply *r, unsigned status, const char *type,
	    const char *reason);
};
extern const struct stub_kind stub_elasticsearch;
extern const struct stub_kind stub_kibana;

/* The objects of a kind, made when there are none; borrowed. */
struct json_object *stub_objects(struct stub *s, const char *kind);

#endif
