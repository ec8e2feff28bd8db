/*
 * The host that an action is for: named by its agent's id, its uuid, or its
 * exact computer name, and looked up on the console.
 */
#ifndef S1SPOOL_RESPOND_HOST_H
#define S1SPOOL_RESPOND_HOST_H

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json.h>

#include "collector/base/buf.h"
#include "collector/respond/ask.h"

/* An agent as the console tells of it.  Texts are borrowed from it. */
struct host {
	struct json_object *agent; /* NULL: none */
	const char *id; /* digits */
	const char *name; /* computerName */
	const char *os; /* osType: windows, macos, linux, windows_legacy */
	const char *network; /* networkStatus */
};

enum selector_kind { SELECT_ID, SELECT_UUID, SELECT_NAME };

struct selector {
	enum selector_kind kind;
	struct slice text; /* borrowed */
};

/* Digits are an id, a uuid is a uuid, all else a name; "id:", "uuid:" and
 * "name:" in front say so.  0, or -1 when it can be no host's. */
int selector_parse(const char *word, struct selector *s);

/* Is this agent what was selected, exactly? */
bool selector_fits(const struct selector *s, struct json_object *agent);

/*
 * Look the host up.  RESPOND_GO, or an exit code with a line in why; several
 * that fit are listed there.  host_fini() in any case.
 */
int host_find(struct ask *a, const char *word, struct host *h,
    struct buf *why);
/* What became of it since: the same host, asked for by its id. */
int host_again(struct ask *a, struct host *h, int tries, struct buf *why);
void host_fini(struct host *h);

/* A member as text, "" when it is missing; and as a boolean. */
const char *host_text(const struct json_object *agent, const char *member);
bool host_is(const struct json_object *agent, const char *member);

/* The lines that tell people which host it is. */
void host_describe(const struct host *h, struct buf *text);

/* Without control characters, which could hide what a line says. */
void host_add_plain(struct buf *text, const char *word);

#endif
