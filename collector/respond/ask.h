/*
 * Calls of the console's API, one at a time, waited for.  Ctrl-C ends a call
 * and every pause from ask_catch() on; before, it ends the process.
 */
#ifndef S1SPOOL_RESPOND_ASK_H
#define S1SPOOL_RESPOND_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "collector/base/buf.h"
#include "collector/client/client.h"
#include "collector/conf/conf.h"

#define ASK_ROOT "/web/api/v2.1"

struct ask;

struct ask_reply {
	enum verdict verdict;
	int status; /* of HTTP; 0: there was no answer */
	struct json_object *body; /* NULL: none, or no JSON */
	struct buf detail; /* what to tell people, without secrets */
};

/* conf is borrowed; the token is that of its api_token_file.  NULL with a line
 * in err. */
struct ask *ask_new(const struct conf_console *conf, struct buf *err);
void ask_free(struct ask *a);

/*
 * GET a path below ASK_ROOT, with its query string; when the console is busy,
 * unreachable or broken, up to `tries` times.  A body that is not whole JSON is
 * VERDICT_RETRY.  ask_reply_fini() afterwards.
 */
void ask_get(struct ask *a, const char *path, int tries,
    struct ask_reply *reply);
/* POST, once and never again: who does not know what became of it must look. */
void ask_post(struct ask *a, const char *path, const char *body,
    struct ask_reply *reply);
void ask_reply_fini(struct ask_reply *reply);

/*
 * GET what need not be JSON: full is the path from the host's root on.  Its
 * pieces go to on_piece, which returns false to end it.  anonymous: without the
 * token, for hosts that are no console.
 */
void ask_download(struct ask *a, const char *full, bool anonymous,
    bool (*on_piece)(void *cookie, struct slice piece), void *cookie,
    struct ask_reply *reply);

/* The console's clock, ms since 1970; -1 before its first answer. */
int64_t ask_clock(const struct ask *a);

/* From here on Ctrl-C and SIGTERM do not end the process: they are told. */
void ask_catch(struct ask *a);
bool ask_is_interrupted(const struct ask *a);

/* Wait; less when interrupted. */
void ask_pause(struct ask *a, int64_t ms);

/* The exit code for what is no VERDICT_OK. */
int ask_exit(const struct ask_reply *reply);

#endif
