#include "config.h"

#include "collector/walk/backfill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/num.h"
#include "collector/base/xalloc.h"

/* A slice has about as many pages: it grows and shrinks from one to the next,
 * for nobody knows how many rows there are. */
#define SLICE_FIRST_MS (3600 * 1000LL)
#define SLICE_MIN_MS (60 * 1000LL)
#define SLICE_MAX_MS (30 * 24 * 3600 * 1000LL)
#define PAGES_FEW 8
#define PAGES_MANY 64
/* So many gaps are remembered; what is skipped past that is not asked for
 * again. */
#define GAPS_MAX 1000

void
backfill_init(struct backfill *b)
{
	*b = (struct backfill){ .slice_ms = SLICE_FIRST_MS };
}

void
backfill_fini(struct backfill *b)
{
	ranges_fini(&b->covered);
	ranges_fini(&b->skipped);
	walk_close(&b->walk);
	free(b->item);
	backfill_init(b);
}

void
backfill_push(struct backfill *b, struct backfill_item item)
{
	b->item = xreallocarray(b->item, b->n + 1, sizeof(*b->item));
	b->item[b->n++] = item;
}

void
backfill_add(struct backfill *b, const char *request, struct range range,
    int64_t resend, int64_t wall_ms)
{
	if (strcmp(b->request, request) == 0 || range.to <= range.from)
		return;
	snprintf(b->request, sizeof(b->request), "%s", request);
	if (resend != 0)
		resend = b->resent = num_most(resend, b->resent + 1);
	if (b->n == 0)
		b->figures = (struct backfill_figures){ .asked_ms = wall_ms };
	b->figures.stopped_ms = 0;
	backfill_push(b, (struct backfill_item){ range, resend });
}

static void
finish(struct backfill *b, int64_t wall_ms)
{
	b->slice_ms = SLICE_FIRST_MS;
	b->figures.finished_ms = wall_ms;
}

void
backfill_stop(struct backfill *b, const char *request, int64_t wall_ms)
{
	snprintf(b->request, sizeof(b->request), "%s", request);
	if (b->n == 0)
		return;
	if (b->n > 1 || !b->walk.open ||
	    b->item[0].range.from < b->walk.window.lower)
		b->figures.stopped_ms = wall_ms;
	b->n = b->walk.open ? 1 : 0;
	if (b->walk.open)
		b->item[0].range.from = b->walk.window.lower;
	else
		finish(b, wall_ms);
}

/* What is covered, by whatever: only the rest is fetched. */
static void
find_covered(const struct backfill *b, int64_t since, struct ranges *all)
{
	*all = (struct ranges){ 0 };
	ranges_copy(all, &b->covered);
	ranges_add(all, (struct range){ since, INT64_MAX });
}

/* The newest part of an item that is to be fetched. */
static bool
find_part(const struct backfill *b, const struct backfill_item *item,
    const struct backfill_now *at, struct range *part)
{
	struct ranges all;
	bool any;

	if (item->resend != 0) {
		*part = item->range;
		part->to = num_least(part->to, at->now);
		return part->from < part->to;
	}
	find_covered(b, at->since, &all);
	any = ranges_last_gap(&all, item->range, part);
	ranges_fini(&all);
	return any;
}

/* Rows of what is too new may be late: they become an item of their own. */
static void
put_off(struct backfill *b, int64_t from)
{
	struct backfill_item rest = b->item[0];

	rest.range.from = from;
	b->item[0].range.to = from;
	backfill_push(b, rest);
}

static void
pop(struct backfill *b)
{
	b->n--;
	memmove(b->item, b->item + 1, b->n * sizeof(*b->item));
}

static void
open_slice(struct backfill *b, struct range part, int64_t now)
{
	b->walk = (struct walk){
		.open = true,
		.window = { num_most(part.from, part.to - b->slice_ms), part.to,
		    0 },
	};
	b->began = now;
}

bool
backfill_open(struct backfill *b, const struct backfill_now *at,
    int64_t *wait_ms)
{
	int64_t settled = at->now - at->late_ms;
	struct range part;

	*wait_ms = 0;
	while (b->n > 0) {
		if (!find_part(b, &b->item[0], at, &part)) {
			pop(b);
		} else if (num_least(part.to, at->since) <= settled) {
			open_slice(b, part, at->now);
			return true;
		} else if (part.from < settled) {
			put_off(b, settled);
		} else {
			*wait_ms = num_least(part.to, at->since) - settled;
			return false;
		}
	}
	finish(b, at->wall_ms);
	return false;
}

void
backfill_skip(struct backfill *b, int64_t at_ms)
{
	if (b->covered.n + b->skipped.n < GAPS_MAX)
		ranges_add(&b->skipped, (struct range){ at_ms, at_ms + 1 });
}

void
backfill_complete(struct backfill *b)
{
	struct range slice = { b->walk.window.lower, b->walk.window.upper };
	int64_t pages = b->walk.page;

	ranges_add(&b->covered, slice);
	for (size_t i = 0; i < b->skipped.n; i++)
		ranges_remove(&b->covered, b->skipped.range[i]);
	ranges_fini(&b->skipped);
	b->item[0].range.to = slice.from;
	b->figures.done_ms += slice.to - slice.from;
	if (pages < PAGES_FEW)
		b->slice_ms = num_least(2 * b->slice_ms, SLICE_MAX_MS);
	else if (pages > PAGES_MANY)
		b->slice_ms = num_most(b->slice_ms / 2, SLICE_MIN_MS);
	walk_close(&b->walk);
}

int64_t
backfill_left(const struct backfill *b, int64_t since)
{
	struct ranges all;
	int64_t ms = 0;

	find_covered(b, since, &all);
	for (size_t i = 0; i < b->n; i++)
		ms += b->item[i].resend != 0 ?
		    b->item[i].range.to - b->item[i].range.from :
		    ranges_gaps(&all, b->item[i].range);
	ranges_fini(&all);
	return ms;
}
