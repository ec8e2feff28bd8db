#include "config.h"

#include "collector/walk/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

void
ranges_fini(struct ranges *rs)
{
	free(rs->range);
	*rs = (struct ranges){ 0 };
}

static void
make_room(struct ranges *rs, size_t n)
{
	if (n <= rs->cap)
		return;
	rs->cap = n + 8;
	rs->range = xreallocarray(rs->range, rs->cap, sizeof(*rs->range));
}

void
ranges_copy(struct ranges *to, const struct ranges *from)
{
	make_room(to, from->n);
	if (from->n > 0)
		memcpy(to->range, from->range, from->n * sizeof(*to->range));
	to->n = from->n;
}

/* Put `n_new` in place of those from `first` up to `end`. */
static void
replace(struct ranges *rs, size_t first, size_t end,
    const struct range *new_ones, size_t n_new)
{
	size_t behind = rs->n - end;

	make_room(rs, first + n_new + behind);
	if (behind > 0)
		memmove(rs->range + first + n_new, rs->range + end,
		    behind * sizeof(*rs->range));
	if (n_new > 0)
		memcpy(rs->range + first, new_ones,
		    n_new * sizeof(*rs->range));
	rs->n = first + n_new + behind;
}

void
ranges_add(struct ranges *rs, struct range r)
{
	size_t first = 0, end;

	if (r.to <= r.from)
		return;
	/* Those that touch it become one with it. */
	while (first < rs->n && rs->range[first].to < r.from)
		first++;
	for (end = first; end < rs->n && rs->range[end].from <= r.to; end++) {
		if (rs->range[end].from < r.from)
			r.from = rs->range[end].from;
		if (rs->range[end].to > r.to)
			r.to = rs->range[end].to;
	}
	replace(rs, first, end, &r, 1);
}

void
ranges_remove(struct ranges *rs, struct range r)
{
	size_t first = 0, end, n = 0;
	struct range rest[2];

	if (r.to <= r.from)
		return;
	while (first < rs->n && rs->range[first].to <= r.from)
		first++;
	end = first;
	while (end < rs->n && rs->range[end].from < r.to)
		end++;
	if (end == first)
		return;
	if (rs->range[first].from < r.from)
		rest[n++] = (struct range){ rs->range[first].from, r.from };
	if (rs->range[end - 1].to > r.to)
		rest[n++] = (struct range){ r.to, rs->range[end - 1].to };
	replace(rs, first, end, rest, n);
}

bool
ranges_last_gap(const struct ranges *rs, struct range within,
    struct range *gap)
{
	for (size_t i = rs->n; i-- > 0 && within.from < within.to;) {
		const struct range *r = &rs->range[i];

		if (r->from >= within.to)
			continue;
		if (r->to < within.to) {
			if (r->to > within.from)
				within.from = r->to;
			break;
		}
		within.to = r->from;
	}
	*gap = within;
	return within.from < within.to;
}

int64_t
ranges_gaps(const struct ranges *rs, struct range within)
{
	struct range gap;
	int64_t ms = 0;

	while (ranges_last_gap(rs, within, &gap)) {
		ms += gap.to - gap.from;
		within.to = gap.from;
	}
	return ms;
}
