#include "config.h"

#include "collector/map/unknown.h"

#include <inttypes.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"

void
unknown_fini(struct unknown *u)
{
	free(u->name);
	*u = (struct unknown){ .n = 0 };
}

static void
grow(struct unknown *u, size_t n)
{
	u->name = xreallocarray(u->name, n, sizeof(*u->name));
	memset(u->name + u->n, 0, (n - u->n) * sizeof(*u->name));
	u->n = n;
}

void
unknown_add(struct unknown *u, const struct mapper *m)
{
	size_t n;
	const uint16_t *number = mapper_dropped(m, &n);

	for (size_t i = 0; i < n; i++) {
		if (number[i] >= u->n)
			grow(u, (size_t)number[i] + 1);
		u->name[number[i]].count++;
		u->news |= !u->name[number[i]].told;
	}
}

static const char *
name_of(const struct mapper *m, size_t i)
{
	return i == 0 ? "others" : mapper_dropped_name(m, (unsigned)i);
}

/* The others come last. */
static size_t
in_order(const struct unknown *u, size_t i)
{
	return (i + 1) % u->n;
}

bool
unknown_news(struct unknown *u, const struct mapper *m, struct buf *out)
{
	buf_reset(out);
	if (!u->news)
		return false;
	for (size_t k = 0; k < u->n; k++) {
		size_t i = in_order(u, k);
		struct unknown_name *x = &u->name[i];

		if (x->count == 0 || x->told)
			continue;
		if (buf_addf(out, "%s%s", out->len == 0 ? "" : ", ",
		    name_of(m, i)) != 0)
			return true;
		x->told = true;
	}
	u->news = false;
	return true;
}

void
unknown_list(const struct unknown *u, const struct mapper *m, struct buf *out)
{
	const char *comma = "";

	for (size_t k = 0; k < u->n; k++) {
		size_t i = in_order(u, k);

		if (u->name[i].count == 0)
			continue;
		buf_addf(out, "%s%s (%" PRIu64 ")", comma, name_of(m, i),
		    u->name[i].count);
		comma = ", ";
	}
}
