#include "config.h"

#include "collector/walk/budget.h"

#include <errno.h>

#include "collector/base/clock.h"
#include "collector/base/log.h"
#include "collector/base/num.h"
#include "spool/archives.h"

/* There is room again below this part of a limit, so that polling does not
 * stop and go with each file. */
#define AGAIN 0.95

void
budget_init(struct budget *b, const struct conf *conf)
{
	/* There is room until the disk says otherwise. */
	*b = (struct budget){ .conf = conf, .usage.free = INT64_MAX };
}

void
budget_fini(struct budget *b)
{
	usage_fini(&b->usage);
}

static void
on_removed(void *cookie, const char *path, int64_t bytes, const char *why)
{
	int64_t *freed = cookie;

	*freed += bytes;
	log_warn("archive %s was removed: %s", path, why);
}

static void
on_failed(void *cookie, const char *path, const char *what)
{
	(void)cookie;
	log_warn("archive %s: cannot %s: %s", path, what, strerror(errno));
}

/* Archives are shipped: they go before polling pauses. */
static void
make_room(struct budget *b, const struct spool *sp, int64_t needed)
{
	const struct archives_rule rule = {
		.now_ms = clock_wall_us() / 1000,
		.needed_bytes = needed,
	};
	int64_t freed = 0;

	archives_trim(spool_dirfd(sp), &rule,
	    &(struct archives_sink){ on_removed, on_failed, &freed });
	b->usage.free += freed;
	b->usage.archived -= freed;
}

/* Have files reached a limit?  Those who wait for it go on below it only. */
static bool
has_reached(int64_t bytes, int64_t max, bool waits)
{
	return (double)bytes >= (double)max * (waits ? AGAIN : 1);
}

/* How much of the disk has to be free. */
static int64_t
reserve(const struct budget *b)
{
	int64_t min = b->conf->spool.min_free;

	return b->limit == BUDGET_NO_DISK ? (int64_t)((double)min / AGAIN) :
	    min;
}

static enum budget_limit
find_limit(const struct budget *b)
{
	if (has_reached(b->usage.unshipped, b->conf->spool.max_size,
	    b->limit == BUDGET_FULL))
		return BUDGET_FULL;
	return b->usage.free < reserve(b) ? BUDGET_NO_DISK : BUDGET_ROOM;
}

static void
add_size(struct buf *text, const char *before, int64_t bytes)
{
	char size[NUM_TEXT];

	num_size_text(bytes, size);
	buf_addf(text, "%s%s", before, size);
}

/* Why all consoles wait. */
static void
explain(const struct budget *b, struct buf *why)
{
	if (b->limit == BUDGET_FULL)
		add_size(why, "files that are not shipped yet have reached "
		    "spool.max_size, ", b->conf->spool.max_size);
	else
		add_size(why, "less than spool.min_free is left on the disk, ",
		    b->conf->spool.min_free);
}

/* Once for all: there may be thousands of datasets. */
static void
tell(const struct budget *b)
{
	struct buf text;

	if (b->limit == BUDGET_ROOM) {
		log_info("there is room in the spool again");
		return;
	}
	buf_init(&text, 4096);
	buf_adds(&text, "polling pauses: ");
	explain(b, &text);
	log_error("%s", text.p);
	buf_fini(&text);
}

static void
set_limit(struct budget *b)
{
	enum budget_limit limit = find_limit(b);

	if (limit == b->limit)
		return;
	b->limit = limit;
	b->since_ms = limit == BUDGET_ROOM ? 0 : clock_wall_us() / 1000;
	tell(b);
}

void
budget_note(struct budget *b, const char *console, const char *dataset,
    int64_t bytes)
{
	usage_add(&b->usage, console, dataset, bytes);
	/* Only a look at the files tells that there is room again. */
	if (b->limit == BUDGET_ROOM)
		set_limit(b);
}

void
budget_measure(struct budget *b, const struct spool *sp)
{
	int64_t missing;

	if (usage_measure(&b->usage, spool_dirfd(sp)) != 0) {
		log_warn("cannot measure the spool: %s", strerror(errno));
		return;
	}
	missing = reserve(b) - b->usage.free;
	if (missing > 0 && b->usage.archived > 0)
		make_room(b, sp, missing);
	set_limit(b);
}

bool
budget_has_room(const struct budget *b, const struct conf_console *c,
    bool waits, struct buf *why)
{
	if (b->limit != BUDGET_ROOM) {
		explain(b, why);
		return false;
	}
	if (c->max_size > 0 &&
	    has_reached(usage_of(&b->usage, c->name), c->max_size, waits)) {
		add_size(why, "its files that are not shipped yet have reached "
		    "max_size, ", c->max_size);
		return false;
	}
	return true;
}

/* Half of each limit is for polls alone. */
bool
budget_has_spare(const struct budget *b, const struct conf_console *c)
{
	return b->usage.unshipped < b->conf->spool.max_size / 2 &&
	    b->usage.free / 2 >= b->conf->spool.min_free &&
	    (c->max_size == 0 ||
	        usage_of(&b->usage, c->name) < c->max_size / 2);
}
