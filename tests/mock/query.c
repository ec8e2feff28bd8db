#include "config.h"

#include "tests/mock/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/xalloc.h"
#include "tests/mock/agent_text.h"
#include "tests/mock/stamp.h"

static const struct param common[] = {
	{ "limit", PARAM_LIMIT, 0 },
	{ "skip", PARAM_SKIP, 0 },
	{ "cursor", PARAM_CURSOR, 0 },
	{ "sortBy", PARAM_SORT_BY, 0 },
	{ "sortOrder", PARAM_SORT_ORDER, 0 },
	{ "countOnly", PARAM_COUNT_ONLY, 0 },
	{ "skipCount", PARAM_SKIP_COUNT, 0 },
	{ "ids", PARAM_LIST, LIST_ID },
	{ "siteIds", PARAM_LIST, LIST_SITE },
	{ "accountIds", PARAM_LIST, LIST_ACCOUNT },
	{ "groupIds", PARAM_LIST, LIST_GROUP },
	{ "tenant", PARAM_IGNORED, 0 },
	{ NULL, PARAM_IGNORED, 0 },
};

/* What a suffix does to a value to make the bounds inclusive. */
static const struct {
	const char *suffix;
	bool lower;
	int add;
} suffixes[] = {
	{ "__gt", true, 1 },
	{ "__gte", true, 0 },
	{ "__lt", false, -1 },
	{ "__lte", false, 0 },
};

static int
refuse(struct exchange *x, const char *name, const char *why)
{
	char detail[200];

	snprintf(detail, sizeof(detail), "%.80s: %s", name, why);
	reply_error(x, 400, 4000010, "Bad Request", detail);
	return -1;
}

static int
read_number(const char *text, int64_t min, int64_t max, int64_t *value)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

static int
read_bool(const char *text, bool *value)
{
	if (strcasecmp(text, "true") == 0)
		*value = true;
	else if (strcasecmp(text, "false") == 0)
		*value = false;
	else
		return -1;
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int
read_list(const char *text, struct id_list *list)
{
	size_t n = 1;
	char *end;

	for (const char *p = text; *p != '\0'; p++)
		n += *p == ',';
	free(list->id);
	list->id = xcalloc(n, sizeof(*list->id));
	list->n = n;
	for (size_t i = 0; i < n; i++, text = end + 1) {
		errno = 0;
		list->id[i] = strtoull(text, &end, 10);
		if (end == text || (*end != ',' && *end != '\0') || errno != 0)
			return -1;
	}
	qsort(list->id, n, sizeof(*list->id), by_value);
	return 0;
}

/* Booleans in a list; asking for both is asking for nothing. */
static int
read_flags(const char *text, unsigned flag, bool when, struct query *q)
{
	bool value;

	if (strcmp(text, "true,false") == 0 || strcmp(text, "false,true") == 0)
		return 0;
	if (read_bool(text, &value) != 0)
		return -1;
	q->flag_mask |= flag;
	if (value == when)
		q->flag_want |= flag;
	return 0;
}

static int
read_sort(const char *text, const struct query_rules *rules, struct query *q)
{
	for (int k = 0; k < KEY_COUNT; k++) {
		if ((rules->sorts & 1u << k) &&
		    strcmp(text, rules->sort_names != NULL ?
		    rules->sort_names[k] : key_name((enum key)k)) == 0) {
			q->sort = (enum key)k;
			return 0;
		}
	}
	return -1;
}

static int
read_order(const char *text, bool *desc)
{
	*desc = strcmp(text, "desc") == 0;
	return *desc || strcmp(text, "asc") == 0 ? 0 : -1;
}

static void
narrow(struct query *q, enum key key, bool lower, int64_t value)
{
	if (lower && value > q->lo[key])
		q->lo[key] = value;
	if (!lower && value < q->hi[key])
		q->hi[key] = value;
	q->ranged[key] = true;
}

static int
read_between(struct query *q, enum key key, const char *text)
{
	char *end;
	long long from, to;

	from = strtoll(text, &end, 10);
	if (end == text || *end != '-')
		return -1;
	text = end + 1;
	to = strtoll(text, &end, 10);
	if (end == text || *end != '\0')
		return -1;
	narrow(q, key, true, from * 1000);
	narrow(q, key, false, to * 1000 + 999);
	return 0;
}

static int
read_range(struct query *q, enum key key, const char *suffix,
    const char *text)
{
	int64_t value;

	if (strcmp(suffix, "__between") == 0)
		return read_between(q, key, text);
	if (stamp_parse(text, &value) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (strcmp(suffix, suffixes[i].suffix) == 0) {
			narrow(q, key, suffixes[i].lower,
			    value + suffixes[i].add);
			return 0;
		}
	}
	return -1;
}

/* The whole name; a range's name is followed by a suffix. */
static bool
is_named(const struct param *p, const char *name, const char **suffix)
{
	size_t n = strlen(p->name);

	if (strncmp(name, p->name, n) != 0)
		return false;
	*suffix = name + n;
	return p->kind == PARAM_RANGE ? strncmp(*suffix, "__", 2) == 0 :
	    **suffix == '\0';
}

static const struct param *
find_param(const struct param *p, const char *name, const char **suffix)
{
	for (; p != NULL && p->name != NULL; p++)
		if (is_named(p, name, suffix))
			return p;
	return NULL;
}

static int
read_param(struct query *q, const struct query_rules *rules,
    const struct param *p, const char *suffix, const char *text)
{
	switch (p->kind) {
	case PARAM_LIMIT:
		return read_number(text, 1, rules->max_limit, &q->limit);
	case PARAM_SKIP:
		return read_number(text, 0, 1000, &q->skip);
	case PARAM_CURSOR:
		q->has_cursor = true;
		return cursor_read(text, &q->cursor);
	case PARAM_SORT_BY:
		return read_sort(text, rules, q);
	case PARAM_SORT_ORDER:
		return read_order(text, &q->desc);
	case PARAM_COUNT_ONLY:
		return read_bool(text, &q->count_only);
	case PARAM_SKIP_COUNT:
		return read_bool(text, &q->skip_count);
	case PARAM_RANGE:
		return read_range(q, (enum key)p->what, suffix, text);
	case PARAM_LIST:
		return read_list(text, &q->list[p->what]);
	case PARAM_TEXT:
		q->text[p->what] = text;
		break;
	case PARAM_FLAG:
		return read_flags(text, p->what, true, q);
	case PARAM_NO_FLAG:
		return read_flags(text, p->what, false, q);
	case PARAM_IGNORED:
		break;
	}
	return 0;
}

static int
read_arg(struct query *q, const struct query_rules *rules,
    const struct arg *arg, struct exchange *x)
{
	const char *suffix;
	const struct param *p = find_param(rules->params, arg->name, &suffix);
	char why[100];

	if (p == NULL)
		p = find_param(common, arg->name, &suffix);
	if (p == NULL)
		return refuse(x, arg->name, "Unknown field");
	if (arg->value != NULL &&
	    read_param(q, rules, p, suffix, arg->value) == 0)
		return 0;
	if (p->kind == PARAM_LIMIT) {
		snprintf(why, sizeof(why), "Must be between 1 and %lld.",
		    (long long)rules->max_limit);
		return refuse(x, arg->name, why);
	}
	snprintf(why, sizeof(why), "\"%.60s\" is not a valid choice.",
	    arg->value == NULL ? "" : arg->value);
	return refuse(x, arg->name, why);
}

int
query_read(struct query *q, const struct query_rules *rules,
    struct exchange *x)
{
	*q = (struct query){ .limit = 10, .sort = rules->default_sort };
	for (int k = 0; k < KEY_COUNT; k++) {
		q->lo[k] = INT64_MIN;
		q->hi[k] = INT64_MAX;
	}
	for (size_t i = 0; i < x->n_args; i++)
		if (read_arg(q, rules, &x->arg[i], x) != 0)
			return -1;
	/* The order is the cursor's, whatever else the request says. */
	if (q->has_cursor) {
		q->sort = q->cursor.key;
		q->desc = q->cursor.desc;
	}
	return 0;
}

void
query_fini(struct query *q)
{
	for (int i = 0; i < LIST_COUNT; i++)
		free(q->list[i].id);
}

static uint64_t
list_value(const struct console *c, const struct row *row, int list)
{
	switch (list) {
	case LIST_ID:
		return row->id;
	case LIST_SITE:
		return row->group == ROW_NONE ? 0 :
		    world_site(&c->world, row->group).id;
	case LIST_GROUP:
		return row->group == ROW_NONE ? 0 :
		    store_row(c->store, SET_GROUP, row->group)->id;
	case LIST_ACCOUNT:
		return strtoull(WORLD_ACCOUNT_ID, NULL, 10);
	case LIST_KIND:
		return row->kind;
	case LIST_AGENT:
		return row->agent == ROW_NONE ? 0 :
		    store_row(c->store, SET_AGENT, row->agent)->id;
	default:
		return row->threat == ROW_NONE ? 0 :
		    store_row(c->store, SET_THREAT, row->threat)->id;
	}
}

bool
query_match(const struct query *q, const struct console *c,
    const struct row *row)
{
	for (int k = 0; k < KEY_COUNT; k++) {
		int64_t v = row_key(row, (enum key)k);

		if (v < q->lo[k] || v > q->hi[k])
			return false;
	}
	if ((row->kind & q->flag_mask) != q->flag_want)
		return false;
	for (int i = 0; i < LIST_COUNT; i++) {
		uint64_t v;

		if (q->list[i].id == NULL)
			continue;
		v = list_value(c, row, i);
		if (bsearch(&v, q->list[i].id, q->list[i].n, sizeof(v),
		    by_value) == NULL)
			return false;
	}
	return agent_text_match(q->text, c, row);
}

bool
query_is_narrow(const struct query *q)
{
	for (int k = 0; k < KEY_COUNT; k++)
		if (q->ranged[k] && k != (int)q->sort)
			return true;
	for (int i = 0; i < LIST_COUNT; i++)
		if (q->list[i].id != NULL)
			return true;
	for (int i = 0; i < TEXT_COUNT; i++)
		if (q->text[i] != NULL)
			return true;
	return q->flag_mask != 0;
}
