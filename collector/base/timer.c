#include "config.h"

#include "collector/base/timer.h"

#include <stdbool.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"

/*
 * A binary heap with the earliest timer in heap[1]; heap[0] is not used, so
 * that slot 0 can mean "not set".
 */
static struct timer **heap;
static size_t n_set;
static size_t n_room;
static uint64_t next_order;

static bool
before(const struct timer *a, const struct timer *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms;
	return a->order < b->order;
}

static void
place(struct timer *t, size_t slot)
{
	heap[slot] = t;
	t->slot = slot;
}

/* Move t up from the hole at slot to where it belongs. */
static void
sift_up(struct timer *t, size_t slot)
{
	for (; slot > 1 && before(t, heap[slot / 2]); slot /= 2)
		place(heap[slot / 2], slot);
	place(t, slot);
}

static void
sift_down(struct timer *t, size_t slot)
{
	size_t child;

	while ((child = slot * 2) <= n_set) {
		if (child < n_set && before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], t))
			break;
		place(heap[child], slot);
		slot = child;
	}
	place(t, slot);
}

void
timer_cancel(struct timer *t)
{
	struct timer *last;
	size_t slot = t->slot;

	if (slot == 0)
		return;
	t->slot = 0;
	last = heap[n_set--];
	if (last == t)
		return;
	if (slot > 1 && before(last, heap[slot / 2]))
		sift_up(last, slot);
	else
		sift_down(last, slot);
}

void
timer_set(struct timer *t, int64_t delay_ms)
{
	int64_t now = clock_mono_ms();

	timer_cancel(t);
	if (delay_ms < 0)
		delay_ms = 0;
	t->at_ms = delay_ms > INT64_MAX - now ? INT64_MAX : now + delay_ms;
	t->order = next_order++;
	if (n_set + 1 >= n_room) {
		n_room = n_room == 0 ? 64 : n_room * 2;
		heap = xreallocarray(heap, n_room, sizeof(*heap));
	}
	sift_up(t, ++n_set);
}

void
timer_run_due(void)
{
	int64_t now = clock_mono_ms();
	uint64_t from_within = next_order;

	/* What is set from within sorts behind all that is due: it is not
	 * earlier than now and has a higher order. */
	while (n_set > 0 && heap[1]->at_ms <= now &&
	    heap[1]->order < from_within) {
		struct timer *t = heap[1];

		timer_cancel(t);
		t->fn(t->cookie);
	}
}

int64_t
timer_next_ms(int64_t max_ms)
{
	int64_t left;

	if (n_set == 0)
		return max_ms;
	left = heap[1]->at_ms - clock_mono_ms();
	if (left < 0)
		return 0;
	return left < max_ms ? left : max_ms;
}
