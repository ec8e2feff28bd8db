/*
 * Scripts that the console knows, and running one on the host.
 */
#ifndef S1SPOOL_RESPOND_SCRIPT_H
#define S1SPOOL_RESPOND_SCRIPT_H

#include <stdbool.h>

#include "collector/respond/action.h"

/* A script as the console tells of it; texts are borrowed from it. */
struct script {
	struct json_object *row; /* NULL: none */
	const char *id, *name;
};

void script_fini(struct script *s);

/* What a token needs for running one. */
extern const char *const script_rights[];

/*
 * Hand all that a query ("&name=value..." or "") finds to fn, page by page;
 * false ends it.  RESPOND_GO, or an exit code after a message.
 */
typedef bool script_fn(void *cookie, struct json_object *row);
int script_each(struct respond *r, const char *query, script_fn *fn,
    void *cookie);

/* One of the vendor's own scripts for the host's system. */
struct script_wanted {
	const char *query; /* for script_each() */
	const char *const *words; /* its instructions have all of them;
				   * NULL-terminated */
	const char *what; /* for people */
};
int script_find_own(struct respond *r, const struct script_wanted *wanted,
    struct script *s);

/* By its id or exact name.  RESPOND_GO, or an exit code after a message: also
 * when it is not for the host's system. */
int script_find(struct respond *r, const char *word, struct script *s);

/* A run of a script that has come to its end. */
struct script_run {
	const char *input; /* NULL: none */
	const char *what; /* what people confirm */
	const char *label; /* what goes on, for people */
	/* Filled in. */
	char *parent, *task; /* ids; to be freed */
};

/*
 * Confirm it, send it, follow it.  RESPOND_DONE when the task is completed;
 * other exit codes after a message.  script_run_fini() in any case.
 */
int script_run(struct respond *r, const struct script *s,
    struct script_run *run);
void script_run_fini(struct script_run *run);

/* What the completed task has left, an archive.  RESPOND_GO, or an exit code
 * after a message. */
int script_results(struct respond *r, const struct script_run *run,
    struct buf *zip);

/* Has the text nothing that could end a line, or hide what stands in it? */
bool script_is_plain(const char *text);

#endif
