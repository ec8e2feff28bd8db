#include "config.h"

#include "tests/oracle/gen.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/values.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *const names[] = {
	"unknown", "id", "ID", "aB", "a_b", "a@b", "agentUuid", "name", "tags",
	"gateway", "inet", "x.y", "\xc3\x9cmlaut", "qu\"ote", "back\\slash",
	"data", "category", "action_counters", "latest_report", "z",
};

/* A value for a row; of a list, or by chance, several. */
static struct json_object *
leaf_value(const struct map_row *row, struct rng *r)
{
	size_t n = strlen(row->raw);
	bool each = n > 2 && strcmp(row->raw + n - 2, "[]") == 0;
	struct json_object *list;

	if (rng_chance(r, 12))
		return value_any(r);
	if (rng_below(r, 500) == 0)
		return value_many(row, r);
	if (row->conv != MAP_JOIN && !rng_chance(r, each ? 85 : 8))
		return value_for(row, r);
	list = json_object_new_array();
	for (unsigned i = rng_below(r, 4); i > 0; i--)
		json_object_array_add(list, rng_chance(r, 10) ? value_any(r) :
		    value_for(row, r));
	return list;
}

static struct json_object *object_at(const struct map_table *t,
    const char *path, struct rng *r);

/* The member `name` (n bytes) of the object at path. */
static struct json_object *
member_at(const struct map_table *t, const char *path, const char *name,
    size_t n, const struct map_row *row, struct rng *r)
{
	const char *rest = name + n;
	bool list_end = *rest == '[' && strchr(rest, ']')[1] == '\0';
	struct json_object *list;
	char below[300];

	if (*rest == '\0' && row->conv == MAP_REST) {
		snprintf(below, sizeof(below), "%s%.*s.", path, (int)n, name);
		return rng_chance(r, 95) ? object_at(t, below, r) :
					   value_any(r);
	}
	if (*rest == '\0' && row->conv == MAP_OBJECTS)
		rest = "[].";
	else if (*rest == '\0' || list_end)
		return leaf_value(row, r);
	if (rng_chance(r, 3))
		return value_any(r);
	snprintf(below, sizeof(below), "%s%.*s%s", path, (int)n, name,
	    *rest == '.' ? "." : "[].");
	if (*rest == '.' || rng_chance(r, 5))
		return object_at(t, below, r);
	list = json_object_new_array();
	for (unsigned i = rng_below(r, 4); i > 0; i--)
		json_object_array_add(list, rng_chance(r, 4) ? value_any(r) :
		    object_at(t, below, r));
	return list;
}

/* What follows path in raw, "[0]" taken for "[]"; NULL when it is elsewhere. */
static const char *
rest_of(const char *raw, const char *path)
{
	for (; *path != '\0'; raw++, path++) {
		if (*raw == '0' && raw[-1] == '[')
			raw++;
		if (*raw != *path)
			return NULL;
	}
	return raw;
}

struct pending {
	const char *name;
	size_t n;
	const struct map_row *row;
};

/* The members of the object at path that rows know, each name once; of several
 * rows one is chosen by chance. */
static size_t
known_members(const struct map_table *t, const char *path,
    struct pending *list, size_t max, struct rng *r)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *name = rest_of(t->rows[i].raw, path);
		struct pending p = { name, 0, &t->rows[i] };
		size_t k;

		if (name == NULL || *name == '\0')
			continue;
		p.n = strcspn(name, ".[");
		for (k = 0; k < n; k++)
			if (list[k].n == p.n &&
			    memcmp(list[k].name, p.name, p.n) == 0)
				break;
		if (k == max)
			abort();
		if (k == n || rng_chance(r, 30))
			list[k] = p;
		n += k == n;
	}
	return n;
}

static void
shuffle(struct pending *list, size_t n, struct rng *r)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(r, (unsigned)i);
		struct pending p = list[i - 1];

		list[i - 1] = list[k];
		list[k] = p;
	}
}

static void
add_unknown(struct json_object *o, struct rng *r)
{
	const char *name = names[rng_below(r, COUNT_OF(names))];

	if (!json_object_object_get_ex(o, name, NULL))
		json_object_object_add(o, name, value_any(r));
}

/* A name that becomes that of a known member in snake_case. */
static void
add_twin(struct json_object *o, const struct pending *p, struct rng *r)
{
	char name[128];

	snprintf(name, sizeof(name), "%.*s", (int)p->n, p->name);
	name[0] = (char)toupper((unsigned char)name[0]);
	if (!json_object_object_get_ex(o, name, NULL))
		json_object_object_add(o, name, value_any(r));
}

static struct json_object *
object_at(const struct map_table *t, const char *path, struct rng *r)
{
	struct json_object *o = json_object_new_object();
	unsigned present = 20 + rng_below(r, 80);
	struct pending list[400];
	size_t n = known_members(t, path, list, COUNT_OF(list), r);

	shuffle(list, n, r);
	for (size_t i = 0; i < n; i++) {
		char name[128];

		if (rng_chance(r, 6))
			add_unknown(o, r);
		if (rng_chance(r, 1))
			add_twin(o, &list[i], r);
		snprintf(name, sizeof(name), "%.*s", (int)list[i].n,
		    list[i].name);
		if (!json_object_object_get_ex(o, name, NULL) &&
		    rng_chance(r, present))
			json_object_object_add(o, name, member_at(t, path,
			    list[i].name, list[i].n, list[i].row, r));
	}
	if (rng_chance(r, 20))
		add_unknown(o, r);
	for (unsigned i = rng_below(r, 300) == 0 ? 40 : 0; i > 0; i--) {
		char name[16];

		snprintf(name, sizeof(name), "many%u", i);
		json_object_object_add(o, name, value_any(r));
	}
	return o;
}

struct json_object *
gen_record(const struct map_table *t, struct rng *r)
{
	return object_at(t, "", r);
}
