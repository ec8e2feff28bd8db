/*
 * The poller: one dataset of one console.  It decides when to walk, asks page
 * by page, and moves its position only over what the spool has taken.  At most
 * one request is out at a time.
 *
 * The poll walk (what is new) has the right of way over the re-send walk
 * (everything again), and that over a backfill (what is old): these go on, page
 * by page, whenever nothing before them is due.  All write to the same stream.
 */
#ifndef S1SPOOL_POLLER_H
#define S1SPOOL_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/timer.h"
#include "collector/client/client.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "collector/json/split.h"
#include "collector/walk/backfill.h"
#include "collector/walk/bounds.h"
#include "collector/walk/budget.h"
#include "collector/walk/commit.h"
#include "collector/walk/intake.h"
#include "collector/walk/loop.h"
#include "collector/walk/mappers.h"
#include "collector/walk/position.h"
#include "collector/walk/seen.h"
#include "collector/walk/work.h"

struct tenant;

/*
 * Allowed moves:
 *
 *   stopped -> idle
 *   idle -> clock | opening | asking     a walk is due, or goes on
 *   clock -> opening                     the console's time is known
 *   opening -> asking                    the walk's record is durable
 *   asking -> asking | opening | idle    page by page, walk by walk
 *   asking -> checking -> disabled       401: does the token work elsewhere?
 *   asking -> checking -> asking         a child failed: does only that fail?
 *   clock, checking -> no_token          no, it works nowhere
 *   clock, asking, checking -> backoff | refused | disabled
 *   any -> paused                        the spool or the journal failed
 *   backoff, refused, disabled, no_token, paused -> as idle
 *   any -> stopped
 */
enum poller_state {
	POLLER_STOPPED,
	POLLER_IDLE, /* until the next walk is due */
	POLLER_CLOCK, /* asks what time it is at the console */
	POLLER_OPENING, /* waits for the commit of the walk's window */
	POLLER_ASKING, /* a request is out */
	POLLER_CHECKING, /* asks whether token and console are well */
	POLLER_BACKOFF, /* the console cannot answer now */
	POLLER_REFUSED, /* needs the admin's hand */
	POLLER_DISABLED, /* this dataset is not for this token */
	POLLER_NO_TOKEN, /* the token is dead */
	POLLER_PAUSED, /* the spool cannot take anything now */
	POLLER_STATE_COUNT
};
extern const char *const poller_state_name[POLLER_STATE_COUNT];

/* What all pollers share; the engine's. */
struct poller_env {
	struct mappers *mappers;
	struct journal *journal;
	struct spool *spool;
	struct commit *commit;
	struct budget *budget; /* NULL: there is no limit */
	int state_dirfd;
	int ids_dirfd; /* <state>/ids */
	size_t max_line;
	bool once; /* one completed poll, then done */
	bool only_backfill; /* no polls at all */
	size_t *n_backfilling; /* of all datasets; NULL: no limit */
};

/* What a walk needs from one request to the next, beside its position. */
struct walk_run {
	struct loop loop, child_loop;
	struct work work; /* parents of the page that is worked on */
	char *work_key; /* in the journal */
	int64_t n_done; /* of work.parent, when its page is read again */
	bool child_any; /* the child that is asked for had records */
	unsigned child_failures; /* in a row, of the child that is asked for */
	unsigned child_refusals; /* in all, of the same */
};

/* What a backfill needs beside its record. */
struct backfill_run {
	char *key; /* in the journal */
	char *committed, *printed; /* as poller.committed and .printed */
	bool untouched; /* the open slice was not asked for yet */
	bool printed_clean; /* no id of a slice is needed then */
	bool changed; /* since it was printed */
	bool asking; /* the request that is out is its own */
	uint64_t lines; /* that were written when it went out */
	int64_t asked_ms; /* monotonic, when it went out */
	int64_t not_before_ms; /* monotonic */
	int64_t wait_ms; /* until it is worth another look */
	unsigned failures; /* in a row */
	char *trouble; /* the last of them, owned; NULL for none */
	const char *waits_for; /* NULL: it does not wait, or briefly */
};

struct poller_counts {
	uint64_t requests;
	uint64_t errors; /* requests that brought no page */
	uint64_t skipped; /* parents that were given up */
	uint64_t maybe_doubled; /* lines behind a failed fdatasync */
	uint64_t walks; /* completed polls */
	uint64_t files; /* segments begun */
	uint64_t budgeted; /* bytes that the budget was told of */
	int64_t last_poll_ms; /* wall clock of the last completed one, or 0 */
};

struct poller {
	const struct poller_env *env;
	struct tenant *tenant;
	const char *console; /* its name */
	const struct dataset *dataset;
	const struct walk_row *row;
	const struct conf_dataset *conf;
	bool with_child; /* a chained walk, and switched on */

	enum poller_state state;
	char *reason; /* of the state, or of the trouble; owned; NULL: none */
	int64_t since_ms; /* wall clock */
	enum poller_state trouble; /* that was logged; its end was not yet.
				    * POLLER_STOPPED for none */
	bool changed; /* since the status was written */
	struct timer timer; /* ends any state of waiting */
	unsigned failures; /* in a row */
	bool blames_child; /* checking because of that, not of the token */
	unsigned spool_failures;

	struct bounds_rule rule;
	struct position pos;
	char *committed; /* the position that is durable, as text; owned */
	char *printed; /* the one that waits for the journal; owned */
	int64_t printed_needs; /* ids from this time on */
	char *key; /* in the journal */
	struct commit_member member;

	enum walk_kind kind; /* the walk that goes on */
	int64_t poll_due_ms; /* monotonic */
	int64_t poll_start_ms; /* monotonic, of the open or last poll */
	int64_t limit; /* rows per page, halved when refused */
	struct walk_run run[WALK_KIND_COUNT];
	struct work listing; /* parents of the page that is being read */
	struct backfill *backfill; /* NULL: none was ever asked for */
	struct backfill_run backfilling;

	struct trace *trace; /* NULL: not switched on */
	struct request *request;
	bool asks_child;
	struct splitter *splitter;
	bool page_bad; /* the splitter gave up */
	int page_errno; /* or the spool did, while it came in */
	int64_t n_records; /* of this page so far */
	int n_empty; /* pages without a record, in a row */
	struct intake_source source;

	struct stream *stream;
	struct seen seen;
	struct intake intake;
	char *ids_name; /* of the snapshot */

	struct poller_counts counts;
	bool opened; /* the poll walk is of this process, or taken over */
	bool polled; /* and was completed */
	bool sealed_on_request; /* since the request that stands */
	bool finished; /* once: nothing more to do */
	int64_t finished_ms; /* monotonic */
	bool failed; /* once: finished without a completed poll */
	int failed_errno; /* ... because of the spool */
};

/*
 * Open the stream and recover.  Everything that is passed is borrowed.  NULL
 * with a message in err.
 */
struct poller *poller_new(const struct poller_env *env, struct tenant *tenant,
    const struct conf_console *console, const struct dataset *dataset,
    const struct conf_dataset *conf, struct buf *err);
/* Stopped, see poller_stop(). */
void poller_free(struct poller *p);

/* Begin after a delay. */
void poller_start(struct poller *p, int64_t delay_ms);
/* No request goes out after this; what came so far is in the stream. */
void poller_stop(struct poller *p);
/* Between two commits: seal the segment when it is time, or always with
 * `now`.  True when none is open any more. */
bool poller_seal(struct poller *p, bool now);
/* Between two commits: save the ids, once per segment.  True when it did. */
bool poller_save(struct poller *p);

/* The walk that is due, or goes on: turn.c. */
void poller_next(struct poller *p);

/* The one place that changes the state.  fmt NULL: no reason to tell but that
 * of a trouble that has not ended. */
void poller_set_state(struct poller *p, enum poller_state state,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void poller_mark(struct poller *p); /* the position changed */

/* What is durable, and when: durable.c. */
void durable_init(struct poller *p);
/* Load the position; what the spool has counts as seen.  A position that is
 * lost is made anew from the spool, where that can be done.  0, or -1 with a
 * message in err. */
int durable_recover(struct poller *p, struct buf *err);

/* What is done about an answer that is no page: reaction.c. */
void poller_trouble(struct poller *p, const struct answer *answer);
/* The tenant asked /system/info for those that wait for it. */
void poller_on_info(struct poller *p, const struct answer *answer);

/* What goes wrong, and when it is tried again: trouble.c. */
#define POLLER_REFUSED_MS (300 * 1000LL)
/* For an hour, or for POLLER_REFUSED_MS; `what' is told, and the detail. */
void poller_disable(struct poller *p, const char *what, const char *detail);
void poller_refuse(struct poller *p, const char *what, const char *detail);
/* Smaller pages from the next request on. */
void poller_ask_for_less(struct poller *p, const char *why);
/* The page was no page: ask again, later. */
void poller_retry(struct poller *p, int64_t retry_after_ms, const char *why);
/* The stream or the spool's disk: EMSGSIZE for a page that is too large. */
void poller_intake_failed(struct poller *p, int error);
void poller_spool_failed(struct poller *p, int error);
/* Let the budget know what was appended. */
void poller_note_bytes(struct poller *p);
/* The budget allows no more; `why` says which. */
void poller_no_room(struct poller *p, const char *why);
void poller_no_journal(struct poller *p);
void poller_lock_out(struct poller *p);
/* A page came. */
void poller_recovered(struct poller *p);

/* Requests and their answers: page.c. */
void poller_ask(struct poller *p);
/* Cancel the request; complete records that came count. */
void poller_abort_page(struct poller *p);
/* The page is in the stream; `next` is the cursor of the one that follows,
 * NULL when it was the last.  turn.c. */
void poller_page_done(struct poller *p, const char *next);
/* From the walk's lower bound again; ids protect from doubles.  turn.c. */
void poller_restart_walk(struct poller *p);

/* Parents and children: chain.c. */
/* The next request is for a child. */
bool chain_is_pending(const struct poller *p);
/* Make the work lists fit to the position, after a start or a roll-back. */
void chain_load(struct poller *p);
/* A record of the list, or of the child that was asked for.  0 or -1 with
 * errno, as intake_add(). */
int chain_take_parent(struct poller *p, struct slice record);
int chain_take_child(struct poller *p, struct slice record);
/* The page of the list, or of the child, is complete.  0 or -1 with errno. */
int chain_listed(struct poller *p, const char *next);
int chain_child_done(struct poller *p, const char *next);
/* The page of the list is asked for once more. */
void chain_list_again(struct poller *p);
/* There is nothing more of this child. */
int chain_skip_child(struct poller *p);
/* This child cannot be had in this walk.  Who will ask for it again, as the
 * rest of a sentence; "" when nobody will. */
const char *chain_owe_child(struct poller *p);
/* It was owed before. */
bool chain_is_owed(struct poller *p);

/* Backfills: backfill_run.c. */
/* Load the record.  0, or -1 with a message in err. */
int backfill_run_load(struct poller *p, struct buf *err);
/* What the ids of its lines go by. */
void backfill_run_find(const struct poller *p, struct seen_backfill *b);
/* Put the record into the journal; it is durable; back to what is. */
void backfill_run_put(struct poller *p);
void backfill_run_committed(struct poller *p);
void backfill_run_roll_back(struct poller *p);
/* It may ask now: that counts against its share of the rate. */
bool backfill_run_is_due(struct poller *p);
/* For long it could not ask because others had the right of way. */
bool backfill_run_is_starved(const struct poller *p);
/* Open a slice.  False when there is none, or none yet. */
bool backfill_run_open(struct poller *p, int64_t now);
/* A request goes out; its answer is in the stream. */
void backfill_run_asks(struct poller *p);
void backfill_run_answered(struct poller *p);
/* The walk over the slice is complete. */
void backfill_run_complete(struct poller *p);
/* Its request failed: polls go on meanwhile. */
void backfill_run_retry(struct poller *p, int64_t wait_ms, const char *why);
/* Let other datasets go on with theirs. */
void backfill_run_yield(struct poller *p);
void backfill_run_free(struct poller *p);
/* What came is durable before the request is gone. */
void backfill_run_ask(struct poller *p, const char *request,
    struct range range, int64_t resend);
void backfill_run_stop(struct poller *p, const char *request);

/* The re-send number is one of its lines. */
bool backfill_run_has_number(const struct poller *p, int64_t resend);

static inline struct walk *
poller_walk(struct poller *p)
{
	return p->kind == WALK_BACKFILL ? &p->backfill->walk :
					  &p->pos.walk[p->kind];
}

static inline struct walk_run *
poller_run(struct poller *p)
{
	return &p->run[p->kind];
}

#endif
