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
	*b = (struct budget){ .conf = conf };
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

static enum budget_limit
find_limit(const struct budget *b)
{
	const struct conf *c = b->conf;
	bool full = b->limit == BUDGET_FULL;
	bool no_disk = b->limit == BUDGET_NO_DISK;

	if ((double)b->usage.unshipped >=
	    (double)c->spool.max_size * (full ? AGAIN : 1))
		return BUDGET_FULL;
	if ((double)b->usage.free <
	    (double)c->spool.min_free / (no_disk ? AGAIN : 1))
		return BUDGET_NO_DISK;
	return BUDGET_ROOM;
}

static void
set_limit(struct budget *b)
{
	enum budget_limit limit = find_limit(b);

	if (limit == b->limit)
		return;
	b->limit = limit;
	b->since_ms = limit == BUDGET_ROOM ? 0 : clock_wall_us() / 1000;
}

void
budget_note(struct budget *b, const char *console, int64_t bytes)
{
	usage_add(&b->usage, console, bytes);
	/* Only a look at the files tells that there is room again. */
	if (b->limit == BUDGET_ROOM)
		set_limit(b);
}

void
budget_measure(struct budget *b, const struct spool *sp)
{
	struct usage u;
	int64_t missing;

	if (usage_measure(&u, spool_dirfd(sp)) != 0) {
		log_warn("cannot measure the spool: %s", strerror(errno));
		return;
	}
	usage_fini(&b->usage);
	b->usage = u;
	missing = b->conf->spool.min_free - u.free;
	if (missing > 0 && u.archived > 0)
		make_room(b, sp, missing);
	set_limit(b);
}

static void
add_size(struct buf *text, const char *before, int64_t bytes)
{
	char size[NUM_TEXT];

	num_size_text(bytes, size);
	buf_addf(text, "%s%s", before, size);
}

bool
budget_has_room(const struct budget *b, const struct conf_console *c,
    struct buf *why)
{
	const struct conf *conf = b->conf;

	if (b->limit == BUDGET_FULL) {
		add_size(why, "files that are not shipped yet have reached "
		    "spool.max_size, ", conf->spool.max_size);
		return false;
	}
	if (b->limit == BUDGET_NO_DISK) {
		add_size(why, "less than spool.min_free is left on the disk, ",
		    conf->spool.min_free);
		return false;
	}
	if (c->max_size > 0 && usage_of(&b->usage, c->name) >= c->max_size) {
		add_size(why, "its files that are not shipped yet have reached "
		    "max_size, ", c->max_size);
		return false;
	}
	return true;
}
