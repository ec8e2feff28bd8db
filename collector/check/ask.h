/*
 * Questions to the consoles, of all of them at a time: a console that does not
 * answer keeps nobody waiting but itself.
 *
 *	connection (which is /system/info) -> token, datasets
 */
#ifndef S1SPOOL_CHECK_ASK_H
#define S1SPOOL_CHECK_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/buf.h"
#include "collector/check/check.h"
#include "collector/client/client.h"
#include "collector/client/peer.h"
#include "collector/client/token_details.h"

/* Places of a console's findings. */
enum ask_order {
	ASK_CONNECTION,
	ASK_TOKEN,
	ASK_DATASET, /* and the number of the dataset */
	ASK_ORDERS = ASK_DATASET + DATASET_COUNT
};

struct asking; /* all consoles */

/* What is asked of one console. */
struct inquiry {
	struct asking *all;
	struct check *c;
	const struct conf_console *conf;
	size_t place; /* of it in the configuration */
	struct console *console;
	bool has_token; /* its file can be read */
	unsigned order; /* of its first finding */
	struct peer peer;
	struct token_details token;
};

/* What is to be asked; copied. */
struct question {
	const char *path, *rate_class;
	const char *post; /* the body of a POST, NULL for GET */
	bool bearer;
	bool anonymous;
	bool posts_token; /* see struct call, body_has_token */
	bool wants_body;
	/* The body is one of its pages, and is looked at as a walk does; NULL:
	 * it is not. */
	const struct walk_request *page;
	/* For judge: what is wrong with the page; NULL: nothing. */
	const char *fault;
	bool has_errors; /* its own: the fault is what they say */
	enum ask_order order;
	/* Adds the findings; body is empty unless it is wanted and all
	 * there.  May ask more. */
	void (*judge)(struct inquiry *a, const struct question *q,
	    const struct answer *answer, struct slice body);
};

void ask(struct inquiry *a, const struct question *q);

/* Each of these asks what its file is about. */
void ask_connection(struct inquiry *a);
void ask_token(struct inquiry *a);
void ask_datasets(struct inquiry *a);

#endif
