#include "config.h"

#include "collector/walk/bounds.h"

#include "collector/base/num.h"

void
coverage_init(struct coverage *c)
{
	c->watermark = TIME_NONE;
	c->floor = TIME_NONE;
	c->since = TIME_NONE;
	c->debt = (struct debt){ 0 };
	c->own_ms = 0;
	for (size_t i = 0; i < PASS_MAX; i++)
		c->pass_upper[i] = TIME_NONE;
}

void
bounds_settle(const struct bounds_rule *rule, struct coverage *c, int64_t now)
{
	if (c->watermark == TIME_NONE && !rule->inventory &&
	    c->floor == TIME_NONE)
		c->floor = rule->start_ms != 0 ?
		    num_least(rule->start_ms, now) :
		    now - rule->initial_ms;
	if (c->since == TIME_NONE)
		c->since = rule->inventory ? 0 : c->floor;
}

/* The first walk covers what every pass would. */
static void
begin_first(const struct bounds_rule *rule, struct coverage *c, int64_t now,
    struct window *w)
{
	bounds_settle(rule, c, now);
	w->lower = rule->inventory ? TIME_NONE : c->floor;
	w->upper = now;
	w->passes = (1u << rule->n_passes) - 1;
}

void
bounds_heed(const struct bounds_rule *rule, struct coverage *c, int64_t now,
    int64_t own_ms)
{
	int64_t ago = own_ms - c->own_ms;

	if (rule->snapshot || c->watermark == TIME_NONE ||
	    c->floor == TIME_NONE || now > c->floor)
		return;
	if (c->own_ms == 0 || ago < 0)
		ago = rule->initial_ms;
	c->watermark = now - ago;
	c->floor = c->watermark - rule->look_back_ms;
}

static bool
pass_is_due(const struct pass *p, int64_t last, int64_t now)
{
	return last == TIME_NONE || now - last >= p->period_ms || now < last;
}

static bool
debt_is_due(const struct debt *d, int64_t now)
{
	return d->oldest != 0 &&
	    (now - d->asked >= DEBT_PERIOD_MS || now < d->asked);
}

/*
 * A console's clock that was set back leaves the watermark ahead of it.  The
 * walk then begins behind the clock, and its upper bound becomes the
 * watermark, so that rows of the hours lived twice are not passed over.
 */
void
bounds_begin(const struct bounds_rule *rule, struct coverage *c, int64_t now,
    struct window *w)
{
	if (rule->snapshot) {
		*w = (struct window){ .lower = TIME_NONE, .upper = now };
		return;
	}
	if (c->watermark == TIME_NONE) {
		begin_first(rule, c, now, w);
		return;
	}

	w->lower = num_least(c->watermark, now) - rule->look_back_ms;
	w->upper = now;
	w->passes = 0;
	for (size_t i = 0; i < rule->n_passes; i++) {
		const struct pass *p = &rule->pass[i];
		int64_t last = c->pass_upper[i];

		if (!pass_is_due(p, last, now))
			continue;
		w->passes |= 1u << i;
		if (last == TIME_NONE)
			last = c->watermark;
		w->lower = num_least(w->lower,
		    num_least(last, now) - p->depth_ms);
	}
	if (debt_is_due(&c->debt, now))
		w->lower = num_least(w->lower, c->debt.oldest);
	w->lower = num_most(w->lower, c->floor);
}

static bool
debt_is_old(const struct debt *d, const struct window *w)
{
	return d->oldest != 0 && w->upper - d->since >= DEBT_MAX_MS;
}

bool
bounds_is_given_up(const struct coverage *c, const struct window *w,
    int64_t at_ms)
{
	return at_ms < c->watermark && debt_is_old(&c->debt, w);
}

static void
settle(struct debt *d, const struct window *w, int64_t owed)
{
	bool read = d->oldest == 0 || w->lower <= d->oldest;

	if (read && owed == 0) {
		*d = (struct debt){ 0 };
		return;
	}
	if (read) {
		/* What is left of an old debt is new. */
		if (d->oldest == 0 || debt_is_old(d, w))
			d->since = w->upper;
		d->asked = w->upper;
		d->oldest = owed;
	} else if (owed != 0) {
		d->oldest = num_least(d->oldest, owed);
	}
}

void
bounds_complete(const struct bounds_rule *rule, struct coverage *c,
    const struct window *w, int64_t owed)
{
	settle(&c->debt, w, owed);
	c->watermark = w->upper;
	for (size_t i = 0; i < rule->n_passes; i++)
		if (w->passes & 1u << i)
			c->pass_upper[i] = w->upper;
	c->floor = bounds_keep(rule, c);
}

int64_t
bounds_keep(const struct bounds_rule *rule, const struct coverage *c)
{
	int64_t keep;

	if (c->watermark == TIME_NONE)
		return c->floor;
	if (rule->snapshot)
		return c->watermark - rule->remember_ms;

	keep = c->watermark - num_most(rule->look_back_ms, rule->remember_ms);
	for (size_t i = 0; i < rule->n_passes; i++) {
		int64_t last = c->pass_upper[i];

		if (last == TIME_NONE)
			last = c->watermark;
		keep = num_least(keep, last - rule->pass[i].depth_ms);
	}
	if (c->debt.oldest != 0)
		keep = num_least(keep, c->debt.oldest);
	return num_most(keep, c->floor);
}
