/*
 * What actions are made of.  The frame looks up the host, and writes the
 * result down; the action says what to send:
 *
 *     respond_permit()  rules of ours, confirmation by people
 *     respond_send()    the intent made durable, then the one POST
 *     respond_follow()  until the console tells that it is done
 *
 * Each returns RESPOND_GO, or the exit code with which the action ends.
 */
#ifndef S1SPOOL_RESPOND_ACTION_H
#define S1SPOOL_RESPOND_ACTION_H

#include <stdio.h>

#include "collector/respond/ask.h"
#include "collector/respond/audit.h"
#include "collector/respond/exit.h"
#include "collector/respond/host.h"
#include "collector/respond/respond.h"

struct respond;

struct action {
	struct respond_action about;
	bool asks_console; /* else it looks at files only */
	bool has_host; /* the first operand selects it */
	const char *category; /* event.category: "host", "process", "file" */
	const char *const *rights; /* of the token, as the console calls them;
				    * NULL-terminated */
	int (*run)(struct respond *r); /* the exit code */
};

/* Options of each that changes something: bits. */
#define ACTION_CHANGES                                                       \
	(1u << RESPOND_CONSOLE | 1u << RESPOND_REASON |                      \
	    1u << RESPOND_DRY_RUN | 1u << RESPOND_YES |                      \
	    1u << RESPOND_EXPECT_NAME | 1u << RESPOND_WAIT |                 \
	    1u << RESPOND_OVERRIDE_LIMIT)

extern const struct action action_isolate, action_release, action_get_file,
    action_processes, action_kill_process, action_runscript, action_scripts,
    action_status, action_agents, action_log;

/* NULL-terminated, in the order of --help. */
extern const struct action *const action_table[];

/* One call of the command. */
struct respond {
	const struct conf *conf;
	const struct respond_call *call;
	const struct action *action;
	struct conf_console console; /* shallow; its token may act */
	struct ask *ask; /* NULL: the action asks no console */
	struct host host; /* when the action has one */
	char *const *args; /* operands behind the host */
	size_t n_args;
	/* Used by the frame. */
	struct audit *audit; /* NULL: nothing to write down */
	struct json_object *facts; /* about it, for each line of the audit */
	char id[37]; /* of this request, a UUID */
	bool intended; /* it may have been sent */
	int64_t sent_ms; /* the console's clock before that */
	char *before; /* the newest activity then, NULL: none */
	int64_t wait_ms;
	struct buf said; /* the last thing that people were told */
};

static inline bool
respond_has(const struct respond *r, enum respond_option o)
{
	return r->call->value[o] != NULL;
}

/* Tell people, on stderr, and the audit. */
void respond_say(struct respond *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Remember for the audit, from now on: "s1spool.audit.<name>", or a whole path
 * with dots.  value is taken. */
void respond_fact(struct respond *r, const char *name,
    struct json_object *value);

/*
 * May this be done to r->host?  what is a line that tells exactly what; the
 * operator has to confirm it with the host's name.  In a dry run only the rules
 * are asked.
 */
int respond_permit(struct respond *r, const char *what);

/* A POST that changes something. */
struct order {
	const char *path; /* below ASK_ROOT */
	struct json_object *body; /* borrowed */
	/* Nothing of it may be shown or written down but "[secret]": NULL,
	 * or a value in body. */
	const char *secret;
	bool counts; /* data.affected must be 1 */
	const char *types; /* of the activities that tell of it, with commas
			    * between; NULL: none */
};

/*
 * Send it, once.  RESPOND_GO with the answer in *answer (to be put; NULL for
 * nobody who wants it), or the exit code: always in a dry run, which prints
 * what would have been sent.
 */
int respond_send(struct respond *r, const struct order *order,
    struct json_object **answer);

/* {"filter":{"ids":[the host's id]}} */
struct json_object *respond_filter(const struct respond *r);

/* A POST that only asks, and what a GET returns: RESPOND_GO with the whole
 * answer in *answer, or an exit code after a message. */
int respond_query(struct respond *r, const char *path,
    struct json_object *body, struct json_object **answer);
int respond_get(struct respond *r, const char *path, int tries,
    struct json_object **answer);

/* A list that the console hands out page by page. */
struct pages {
	const char *path; /* of the first, with a query */
	const char *what; /* is in it, for people */
	int most; /* pages; what is behind them is left out */
	bool (*fn)(void *cookie, struct json_object *row); /* false: enough */
	void *cookie;
};

/* RESPOND_GO, or an exit code after a message. */
int respond_each(struct respond *r, const struct pages *p);

/*
 * Look again and again until look returns something else than RESPOND_GO, for
 * as long as --wait says; what it writes to state is shown meanwhile.  A look
 * that fails is repeated: look returns RESPOND_GO for it, too.
 */
typedef int respond_look_fn(struct respond *r, void *cookie,
    struct buf *state);
int respond_follow(struct respond *r, const char *what,
    respond_look_fn *look, void *cookie);

/*
 * The newest activity of r->host of one of these types, which must be those of
 * the order, since that was sent: *activity, to be put, NULL when there is none
 * yet.
 * RESPOND_GO, or an exit code, about which nothing was said yet, with a line in
 * why.
 */
int respond_activity(struct respond *r, const char *types,
    struct json_object **activity, struct buf *why);

#endif
