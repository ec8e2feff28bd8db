#include "config.h"

#include "tests/oracle/gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/tree.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Texts and JSON for each conversion, the good ones first. */
static const char *const dates[] = {
	"\"2025-03-04T09:15:42.123456Z\"", "\"2024-02-29\"", "\"2025\"",
	"\"2025-12\"", "\"2025-03-04T23:59:59,1+0530\"",
	"\"0000-01-01T00:00-01:00\"", "\"9999-12-31T23:59:59.999Z\"", "2025",
	"\"2025-02-29\"", "\"2025-13-01\"", "\"2025-03-04 09:15:42\"",
	"\"2025-03-04T24:00:00Z\"", "\"2025-03-04T09:15:42.Z\"",
	"\"9999-12-31T23:59:59-01:00\"", "\"0000-01-01T00:00:00+01:00\"",
	"\"2025-03-04T09:15:42+18:01\"", "\"2025-03-04T09:15:42+18\"",
	"\" 2025-03-04\"", "\"2025-03-04Z\"", "2025.0", "20250304",
};
static const char *const longs[] = {
	"7", "\"7\"", "0", "-1", "\"-0x1F\"", "\"0xff\"", "\"+5\"", "\"007\"",
	"-0", "\"-0\"", "9223372036854775807", "\"9223372036854775807\"",
	"-9223372036854775808", "\"-0x8000000000000000\"",
	"9223372036854775808", "\"-9223372036854775809\"",
	"\"0x8000000000000000\"", "7.0", "1e3", "\"0x\"", "\"-\"", "\"+0x1\"",
	"\" 7\"", "\"7 \"", "\"1_000\"", "\"0X1\"", "\"--1\"",
};
static const char *const bools[] = {
	"true", "false", "\"true\"", "\"FALSE\"", "\"tRuE\"", "1", "\"yes\"",
	"\"true \"", "\"tru\"", "\"truee\"",
};
static const char *const addresses[] = {
	"\"10.0.0.1\"", "\"::1\"", "\"fe80::1%eth0\"", "\"2001:db8::\"",
	"\"::ffff:192.0.2.1\"", "\"1:2:3:4:5:6:7:8\"", "\"255.255.255.255\"",
	"\"10.0.0.01\"", "\"10.0.0\"", "\"10.0.0.256\"", "\"fe80::1%\"",
	"\"1:2:3:4:5:6:7:8:9\"", "\":::\"", "\"1::2::3\"", "\"10.0.0.1 \"",
	"\"::1.2.3\"", "\"12345::\"", "\"10.0.0.1,::1\"", "\"::1,,\"", "\",\"",
	"\"10.0.0.1,,::1\"", "\"10.0.0.1, ::1\"", "17", "\"1:2:3:4:5:6:7::\"",
	"\"::2:3:4:5:6:7:8\"", "\"1::3:4:5:6:7:8\"", "\"10.0.0.1%eth0\"",
};
static const char *const macs[] = {
	"\"00:1a:2b:3c:4d:5e\"", "\"001a.2b3c.4d5e\"", "\"00-1A-2B\"",
	"\"\\u00e4:b\"", "\"a\\\\b\"", "5",
};
static const char *const systems[] = {
	"\"windows\"", "\"Linux Server\"", "\"MacOS\"", "\"unixware\"",
	"\"cisco ios\"", "\"ANDROID\"", "\"win\"", "\"windows linux\"",
	"\"li\\u0000nux\"", "9",
};
/* Texts with meaning for a derived field, and others. */
static const char *const texts[] = {
	"\"CORP\\\\j.doe\"", "\"a\\\\b\\\\c\"", "\"\\\\x\"", "\"x\\\\\"",
	"\"malicious\"", "\"SUSPICIOUS\"", "\"Malware\"", "\"PUA\"",
	"\"exploit\"", "\"Ransomware\"", "\"Trojan\"", "\"downloader\"",
	"\"The user logged in\"", "\"LOGGED OUT of it\"",
	"\"failed to log in\"", "\"policy created and deleted\"",
	"\"enabled\"", "\"verification email\"", "\"Recovery Email updated\"",
	"\"added, edited, modified\"", "\"80\"", "\"x\"",
	"\"\\u00fcn\\u00ef\\u20ac\\ud83d\\ude00\"", "\"tab\\t\\\"q\\\" \\\\ /\"",
	"\"\\u0001\\u007f\"", "1.50", "1e10", "-0.0", "80", "true", "false",
	"123456789012345678901234567890",
};
/* What fits nowhere, or is empty. */
static const char *const odd[] = {
	"null", "\"\"", "{}", "[]", "[null]", "[\"\"]", "{\"a\":null}",
	"[[],{}]", "{\"a\":{\"b\":\"c\"},\"D\":[1,null,\"\"]}",
	"[1,\"two\",[3]]", "[{\"k\":\"v\",\"n\":{}}]", "[{\"x\":[{}]},5]",
	"\"odd\"", "0", "{\"id\":1,\"ID\":2,\"a@b\":3,\"aB\":{\"cD\":4}}",
};
static const char *const names[] = {
	"unknown", "id", "ID", "aB", "a_b", "a@b", "agentUuid", "name", "tags",
	"gateway", "inet", "x.y", "\xc3\x9cmlaut", "qu\"ote", "back\\slash",
	"data", "category", "action_counters", "latest_report", "z",
};

#define PICK(r, list) (list)[rng_below(r, COUNT_OF(list))]

static struct json_object *
json_of(const char *text)
{
	struct json_object *v;

	if (tree_parse(text, strlen(text), &v) < 0)
		abort();
	return v;
}

static struct json_object *
any_value(struct rng *r)
{
	return json_of(rng_chance(r, 50) ? PICK(r, odd) : PICK(r, texts));
}

static struct json_object *
value_for(enum map_conv conv, struct rng *r)
{
	switch (conv) {
	case MAP_DATE:
		return json_of(PICK(r, dates));
	case MAP_LONG:
		return json_of(PICK(r, longs));
	case MAP_BOOL:
		return json_of(PICK(r, bools));
	case MAP_IP:
	case MAP_IP_LIST:
		return json_of(PICK(r, addresses));
	case MAP_MAC:
		return json_of(PICK(r, macs));
	case MAP_OS_TYPE:
		return json_of(PICK(r, systems));
	default:
		return json_of(PICK(r, texts));
	}
}

/* A value for a row; of a list, or by chance, several. */
static struct json_object *
leaf_value(const struct map_row *row, struct rng *r)
{
	size_t n = strlen(row->raw);
	bool each = n > 2 && strcmp(row->raw + n - 2, "[]") == 0;
	struct json_object *list;

	if (rng_chance(r, 12))
		return any_value(r);
	if (row->conv != MAP_JOIN && !rng_chance(r, each ? 85 : 8))
		return value_for(row->conv, r);
	list = json_object_new_array();
	for (unsigned i = rng_below(r, 4); i > 0; i--)
		json_object_array_add(list, rng_chance(r, 10) ? any_value(r) :
		    value_for(row->conv, r));
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
	struct json_object *list;
	char below[300];

	if (*rest == '\0' && row->conv == MAP_REST) {
		snprintf(below, sizeof(below), "%s%.*s.", path, (int)n, name);
		return rng_chance(r, 95) ? object_at(t, below, r) :
					   any_value(r);
	}
	if (*rest == '\0' && row->conv == MAP_OBJECTS)
		rest = "[].";
	else if (*rest == '\0' || strcmp(rest, "[]") == 0)
		return leaf_value(row, r);
	if (rng_chance(r, 3))
		return any_value(r);
	snprintf(below, sizeof(below), "%s%.*s%s", path, (int)n, name,
	    *rest == '.' ? "." : "[].");
	if (*rest == '.' || rng_chance(r, 5))
		return object_at(t, below, r);
	list = json_object_new_array();
	for (unsigned i = rng_below(r, 4); i > 0; i--)
		json_object_array_add(list, rng_chance(r, 4) ? any_value(r) :
		    object_at(t, below, r));
	return list;
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
	size_t len = strlen(path), n = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		const char *name = t->rows[i].raw + len;
		struct pending p = { name, 0, &t->rows[i] };
		size_t k;

		if (strncmp(t->rows[i].raw, path, len) != 0 || *name == '\0')
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
	const char *name = PICK(r, names);

	if (!json_object_object_get_ex(o, name, NULL))
		json_object_object_add(o, name, any_value(r));
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
		json_object_object_add(o, name, any_value(r));
	}
	return o;
}

struct json_object *
gen_record(const struct map_table *t, struct rng *r)
{
	return object_at(t, "", r);
}
