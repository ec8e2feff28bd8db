/*
 * How long the API token of a console lives, and what to say of it: arithmetic
 * only, no clock and no request.  One journal record a console,
 * "<console>#token", keeps it over restarts, so that none of them repeats or
 * forgets a question or a warning.  All times are milliseconds since 1970 on
 * the console's clock.
 */
#ifndef S1SPOOL_WALK_TOKEN_H
#define S1SPOOL_WALK_TOKEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "collector/base/buf.h"

#define TOKEN_DAY_MS (24 * 3600 * 1000LL)

enum token_state {
	TOKEN_UNTOLD, /* nobody was asked yet, or the console does not tell */
	TOKEN_VALID,
	TOKEN_EXPIRING, /* within the days of the first warning */
	TOKEN_EXPIRED,
	TOKEN_REFUSED, /* before its time: revoked, or another console's */
	TOKEN_UNUSABLE, /* a file that is needed cannot be used */
	TOKEN_STATE_COUNT
};
/* "unknown", "valid", "expiring", "expired", "refused", "unusable". */
extern const char *const token_state_name[TOKEN_STATE_COUNT];

/* Which state of the token's file was asked about. */
struct token_file {
	int64_t changed_ns; /* content, owner or mode; 0: there is none */
	int64_t inode;
};

struct token_life {
	int64_t created_ms; /* 0: not told */
	int64_t expires_ms; /* 0: not told */
	int64_t asked_ms; /* when the console last told, or did not want to;
			   * 0: never */
	int64_t warned; /* the days of the last warning; 0: none yet */
	struct token_file file;
};

/* For those who tell of it: status, metrics. */
struct token_view {
	enum token_state state;
	int64_t created_ms; /* 0: not known */
	int64_t expires_ms; /* 0: not known */
	int64_t asked_ms; /* 0: never */
	int64_t days_left; /* whole days, below 0 when it is over; only with
			    * expires_ms */
};

/* Of stat(), whose failure leaves it all zeros. */
struct token_file token_file_of(const struct stat *st);
bool token_file_same(const struct token_file *a, const struct token_file *b);

/* Append one line of JSON; b's cap is at least 1000 bytes. */
void token_life_print(struct buf *b, const struct token_life *l);
/* What the text lacks, or is not like it should be, is 0. */
void token_life_parse(struct token_life *l, struct slice text);

/* As far as the clock tells. */
enum token_state token_life_state(const struct token_life *l, int64_t now_ms);
/* Whole days that are left; only with expires_ms. */
int64_t token_life_days(const struct token_life *l, int64_t now_ms);

/* Is the console to be asked?  Once a day, when the file is another one, and
 * when the end has come: it might have been put off. */
bool token_life_is_due(const struct token_life *l,
    const struct token_file *file, int64_t now_ms);

/*
 * The warning that is due: 14, 7, 3 or 1, the days within which the token
 * expires; 0 for none.  Only the nearest of those that were missed.  It counts
 * as given, in *l.
 */
int64_t token_life_warn(struct token_life *l, int64_t now_ms);

/* What the console told, about this file.  True when it is another life: its
 * warnings begin again. */
bool token_life_told(struct token_life *l, int64_t created_ms,
    int64_t expires_ms, const struct token_file *file, int64_t now_ms);

#endif
