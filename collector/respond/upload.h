/*
 * What a host has uploaded for us: found among its activities, where a request
 * for files and the upload that answers it carry the same batch.
 */
#ifndef S1SPOOL_RESPOND_UPLOAD_H
#define S1SPOOL_RESPOND_UPLOAD_H

#include <json-c/json.h>

#include "collector/respond/action.h"

struct uploads {
	int64_t since_ms; /* the console's clock, a little before the order */
	struct json_object *known; /* ids of activities that are not ours */
	char *id; /* of the activity that tells of ours; NULL: none yet */
};

/* Right before the order: what others, or a call before this one, have asked
 * for.  RESPOND_GO, or an exit code after a message.  uploads_fini() in any
 * case. */
int uploads_learn(struct respond *r, struct uploads *u);
void uploads_fini(struct uploads *u);

/* For respond_follow(), with the uploads as its cookie: RESPOND_DONE once id is
 * set, which a download can be made of. */
int uploads_look(struct respond *r, void *cookie, struct buf *state);

/* That was somebody else's: go on looking. */
void uploads_pass(struct uploads *u);

#endif
