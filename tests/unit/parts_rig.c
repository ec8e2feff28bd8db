#include "config.h"

#include "tests/unit/parts_rig.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

int parts_of[PARTS_TOYS_MAX];

static const struct map_row rows[] = {
	{ "no", MAP_AS_IS, "event.id", NULL, 0 },
};

const struct dataset parts_events = {
	.name = "part",
	.walk = {
		.list = RIG_LIST("/toys"),
		.child = RIG_CHILD,
		.child_mode = WALK_CHILD_RECORDS,
		.parent_key = { "id", "updatedAt" },
		.parent_time = 1,
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
		.remember = 365 * RIG_DAY,
	},
	.map = RIG_MAP(rows, "at", .field = { "no" }, .parent = true),
};

bool
parts_serve(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	char text[64];
	int id, n = 0, first;

	(void)r;
	CU_ASSERT_PTR_NULL(body);
	if (sscanf(path, "/toys/%d/parts", &id) != 1)
		return false;
	UNIT_TEXT(rig_param(path, "limit", text, sizeof(text)), "2");
	rig_param(path, "cursor", text, sizeof(text));
	first = (int)strtol(text, NULL, 10);
	buf_adds(&reply->body, "{\"data\":[");
	for (int i = first; i < parts_of[id] && n < 2; i++, n++)
		buf_addf(&reply->body, "%s{\"no\":\"%d-%d\"}",
		    n > 0 ? "," : "", id, i);
	if (first + n < parts_of[id])
		buf_addf(&reply->body, "],\"next\":\"%d\"}", first + n);
	else
		buf_adds(&reply->body, "],\"next\":null}");
	return true;
}

size_t
parts_check(struct rig *r, int n)
{
	size_t want = 0;
	char text[32];

	for (int i = 1; i <= n; i++)
		for (int k = 0; k < parts_of[i]; k++, want++) {
			snprintf(text, sizeof(text), "\"%d-%d\"", i, k);
			CU_ASSERT_EQUAL(rig_lines(r, text), 1);
		}
	return want;
}
