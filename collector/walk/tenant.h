/*
 * A console with its datasets: what they share is its clock and its token.
 * Both are asked for at /system/info.
 */
#ifndef S1SPOOL_TENANT_H
#define S1SPOOL_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/timer.h"
#include "collector/client/client.h"
#include "collector/conf/conf.h"
#include "collector/walk/poller.h"
#include "collector/walk/token_watch.h"

struct health;

struct tenant {
	const struct conf_console *conf; /* borrowed */
	struct client *client; /* borrowed */
	const struct poller_env *env; /* borrowed */
	struct console *console; /* NULL: its files cannot be used now */
	struct poller *poller[DATASET_COUNT]; /* NULL: not enabled */
	struct trace *trace; /* of its own requests; NULL: not switched on */
	struct poller *backfills; /* the one whose turn it is, or NULL */
	/* What backfills may still ask for, by the rate table; NULL before the
	 * first does. */
	struct rate_bucket *backfill_rate;
	struct request *info;
	int64_t asked_ms; /* monotonic, when /system/info last answered */
	bool asked; /* it did */
	bool without_clock; /* it had no Date: told once */
	bool locked_out; /* the token is dead, or its file unusable */
	bool unusable; /* it is the file */
	char *why; /* one line, of the last time; NULL: it never was */
	struct timer timer; /* while locked out */
	int64_t retry_ms; /* monotonic, when to ask again then */
	struct token_file refused; /* the token's, at that time */
	struct token_watch watch; /* how long the token lives */
	struct health *health; /* NULL: none was written yet */
};

/* What is to be polled of the datasets that are enabled: by their number. */
typedef bool tenant_filter(void *cookie, enum dataset_id id);

/*
 * Open the streams of the enabled datasets for which filter (NULL: all) is
 * true.  An unusable token or TLS file is logged and tried again later, or
 * with env->once an error.  NULL with a message in err and errno: EINVAL when
 * it is the configuration that needs mending.
 */
struct tenant *tenant_new(const struct poller_env *env, struct client *client,
    const struct conf_console *conf, tenant_filter *filter, void *cookie,
    struct buf *err);
/* Its pollers are stopped. */
void tenant_free(struct tenant *t);

struct console *tenant_console(struct tenant *t);

/*
 * The console's time, fresh enough to be the upper bound of a walk.  False
 * when it has to be asked for: poller_on_info() follows.
 */
bool tenant_now(struct tenant *t, int64_t *now_ms);
/* The same as far as it is known; -1 when not. */
int64_t tenant_clock(const struct tenant *t);

/* Ask /system/info for everybody who waits for it. */
void tenant_ask(struct tenant *t);

/* What waits for the admin's hand need not wait any longer: he was here. */
void tenant_try_now(struct tenant *t);

/* Nothing can be asked: the token is dead, or its file unusable. */
bool tenant_is_locked_out(const struct tenant *t);
/* One line for people. */
const char *tenant_why(const struct tenant *t);
/* A request could not be sent for want of a token: locks out. */
void tenant_no_token(struct tenant *t, const char *why);

#endif
