/*
 * What the parts of the target kibana share.
 */
#ifndef S1SPOOL_KIBANA_H
#define S1SPOOL_KIBANA_H

#include <stdbool.h>

#include <json-c/json.h>

#include "collector/setup/http.h"
#include "collector/setup/setup.h"

struct kibana {
	struct setup *setup;
	struct http *http;
	const char *space; /* NULL: the default one */
	char *prefix; /* of the paths of calls: "" or "/s/NAME" */
	struct buf why; /* why the last call failed, in one line */
};

/* All borrowed for the call. */
struct kibana_call {
	const char *method;
	const char *path; /* from "/api" on */
	struct json_object *body; /* NULL for none */
	const struct buf *file; /* in its place: saved objects to upload */
	bool reads; /* a POST that changes nothing */
	const char *needs; /* what the caller must be allowed to, or what the
			    * licence must allow; told with a 403 */
};

/*
 * Send and wait.  0 when the status is 2xx or `also' (such as 404, 0 for none),
 * or nothing was sent because the run is dry; else -1 with k->why.
 * http_answer_fini() in either case.
 */
int kibana_send(struct kibana *k, const struct kibana_call *call, int also,
    struct http_answer *answer);

/* The text of a member; "" when it has none. */
const char *kibana_text(struct json_object *from, const char *name);
bool kibana_flag(struct json_object *from, const char *name);

/* Does a list of texts have this one? */
bool kibana_lists(struct json_object *list, const char *text);

/*
 * The parts.  Each does it and reports; -1 after a message on stderr when the
 * assets cannot be read.
 */

/* The saved objects of a type, or of one of two (the second may be NULL). */
int kibana_objects(struct kibana *k, const char *type, const char *other);
int kibana_rules(struct kibana *k);
int kibana_connector(struct kibana *k);

#endif
