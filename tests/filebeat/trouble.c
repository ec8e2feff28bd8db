#include "config.h"

#include "tests/filebeat/trouble.h"

#include <string.h>

#define DELAY_MAX 2.0

static const char *const names[TROUBLE_KINDS] = {
	[TROUBLE_RESET] = "reset",
	[TROUBLE_LOST] = "lost",
	[TROUBLE_BUSY] = "busy",
	[TROUBLE_DOWN] = "down",
	[TROUBLE_SLOW] = "slow",
	[TROUBLE_ITEM_BUSY] = "item_busy",
	[TROUBLE_ITEM_REFUSED] = "item_refused",
};

static int
find(const char *name)
{
	int i = 0;

	while (i < TROUBLE_KINDS && strcmp(names[i], name) != 0)
		i++;
	return i;
}

bool
trouble_set(struct trouble *t, struct json_object *odds)
{
	double wanted[TROUBLE_KINDS] = { 0 };

	if (!json_object_is_type(odds, json_type_object))
		return false;
	json_object_object_foreach(odds, name, value) {
		int i = find(name);

		if (i == TROUBLE_KINDS ||
		    (!json_object_is_type(value, json_type_double) &&
			!json_object_is_type(value, json_type_int)))
			return false;
		wanted[i] = json_object_get_double(value);
	}
	memcpy(t->odds, wanted, sizeof(wanted));
	return true;
}

static bool
happens(struct trouble *t, enum trouble_kind kind)
{
	bool yes = rng_chance(&t->rng, t->odds[kind]);

	t->met[kind] += yes;
	return yes;
}

enum trouble_kind
trouble_of_request(struct trouble *t)
{
	for (int i = 0; i < TROUBLE_SLOW; i++)
		if (happens(t, (enum trouble_kind)i))
			return (enum trouble_kind)i;
	return TROUBLE_NONE;
}

double
trouble_delay(struct trouble *t)
{
	if (!happens(t, TROUBLE_SLOW))
		return 0;
	return (double)rng_below(&t->rng, 1000) / 1000 * DELAY_MAX;
}

bool
trouble_item_busy(struct trouble *t)
{
	return happens(t, TROUBLE_ITEM_BUSY);
}

bool
trouble_item_refused(struct trouble *t, const char *id)
{
	uint64_t sum = 0;
	struct rng r;
	bool yes;

	while (*id != '\0')
		sum = sum * 31 + (unsigned char)*id++;
	r = rng_for(sum, 0, 0);
	yes = rng_chance(&r, t->odds[TROUBLE_ITEM_REFUSED]);
	t->met[TROUBLE_ITEM_REFUSED] += yes;
	return yes;
}

struct json_object *
trouble_met(const struct trouble *t)
{
	struct json_object *o = json_object_new_object();

	for (int i = 0; i < TROUBLE_KINDS; i++)
		json_object_object_add(o, names[i],
		    json_object_new_int64((int64_t)t->met[i]));
	return o;
}
