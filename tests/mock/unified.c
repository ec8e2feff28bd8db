#include "config.h"

#include "tests/mock/unified.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/xalloc.h"
#include "tests/mock/cursor.h"
#include "tests/mock/gen.h"
#include "tests/mock/graphql.h"
#include "tests/mock/list.h"

#define MAX_PAGE 1000

static const struct graphql_arg args[] = {
	{ "after", "String" },
	{ "filters", "[FilterInput!]" },
	{ "first", "Int" },
	{ "sort", "SortInput" },
	{ NULL, NULL },
};

static const char schema[] =
    "totalCount "
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } "
    "edges { cursor node { "
    "id aiInvestigation { purpleAiStatus status verdict } analystVerdict "
    "analytics { category name typeValue uid } "
    "assets { accessible agentUuid agentVersion assetTypeClassifier category "
    "connectivityToConsole decommissioned id lastLoggedInUser name origin "
    "osType osVersion pendingReboot policy role status subcategory } "
    "assignee { email fullName userId } attackSurfaces availableActionIds "
    "classification confidenceLevel createdAt dataSources description "
    "detectedAt detectionSource { product vendor } "
    "detectionTime { assets { accessible asset { agentVersion "
    "consoleIpAddress domain ipV4 ipV6 lastLoggedInUser osName osRevision "
    "osType policy subscriptionTime } cloud { accountId cloudProvider image "
    "instanceId instanceSize location network providerDetails { "
    "... on DetectionAws { accountId imageId instanceId instanceType region "
    "role securityGroups subnetIds tags vpcId } "
    "... on DetectionAzure { imageId instanceId instanceType region "
    "resourceGroup subscriptionId tags } "
    "... on DetectionGcp { imageId instanceId instanceType projectId "
    "serviceAccount tags vpcId zone } } tags } "
    "kubernetes { clusterName containerId containerImageName containerLabels "
    "containerName controllerLabels controllerName controllerType "
    "namespaceLabels namespaceName nodeLabels nodeName podLabels podName } "
    "origin scope { accountId accountName groupName siteName } } "
    "attacker { host ip } "
    "scope { accountId accountName groupName siteName } "
    "targetUser { domain emailAddress name } } "
    "exclusionHash externalId firstSeenAt lastSeenAt name noteExists "
    "process { cmdLine file { certSubject md5 name path sha1 sha256 } "
    "parentName } "
    "realTime { scope { account { id name } group { id name } "
    "site { id name } } } result severity "
    "sloDetails { timeToResolveData { actionComplete actionDue completion "
    "completionTime status target targetTime } timeToResponseData { "
    "actionComplete actionDue completion completionTime status target "
    "targetTime } } status storylineId ticketId updatedAt } }";

/* A request while it is answered. */
struct request {
	struct exchange *x;
	int64_t first;
	struct cursor after;
	bool has_after;
	enum key field, by; /* KEY_COUNT: one that no alert has */
	bool desc;
	int64_t lo, hi; /* inclusive, of field */
	const char *wrong; /* what there is to complain about, NULL: nothing */
};

/* Rows lo to hi - 1 of the view can be on a page. */
struct answer {
	struct view view;
	size_t lo, hi;
	size_t n; /* rows written */
	const struct row *last;
	bool more;
};

static enum key
key_of(const char *name)
{
	return strcmp(name, "detectedAt") == 0 ? KEY_CREATED :
	    strcmp(name, "updatedAt") == 0 ? KEY_UPDATED : KEY_COUNT;
}

static int
wrong(struct request *r, const char *what)
{
	r->wrong = what;
	return -1;
}

/* Are there no members but these?  names has a blank around each. */
static bool
has_only(struct json_object *o, const char *names)
{
	if (!json_object_is_type(o, json_type_object))
		return false;
	json_object_object_foreach(o, name, value) {
		char *word = xasprintf(" %s ", name);
		bool known = strstr(names, word) != NULL;

		(void)value;
		free(word);
		if (!known)
			return false;
	}
	return true;
}

static struct json_object *
get(struct json_object *o, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, name, &value);
	return value;
}

/* A bound in epoch milliseconds; absent: the one that is there stays. */
static int
read_bound(struct json_object *range, const char *name, const char *inclusive,
    int64_t open, int64_t *us)
{
	struct json_object *ms = get(range, name), *in = get(range, inclusive);

	if (ms == NULL)
		return 0;
	if (!json_object_is_type(ms, json_type_int) ||
	    (in != NULL && !json_object_is_type(in, json_type_boolean)))
		return -1;
	*us = json_object_get_int64(ms) * 1000;
	if (in != NULL && !json_object_get_boolean(in))
		*us += open;
	return 0;
}

static int
read_filter(struct request *r, struct json_object *filter)
{
	struct json_object *range = get(filter, "dateTimeRange");
	struct json_object *field = get(filter, "fieldId");

	if (!has_only(filter, " fieldId dateTimeRange ") ||
	    !json_object_is_type(field, json_type_string) ||
	    !has_only(range, " start startInclusive end endInclusive "))
		return wrong(r, "Variable 'filters' has an invalid value");
	r->field = key_of(json_object_get_string(field));
	if (read_bound(range, "start", "startInclusive", 1000, &r->lo) != 0 ||
	    read_bound(range, "end", "endInclusive", -1000, &r->hi) != 0)
		return wrong(r, "Variable 'filters' has an invalid range");
	return 0;
}

static int
read_filters(struct request *r, struct json_object *filters)
{
	if (!json_object_is_type(filters, json_type_array) ||
	    json_object_array_length(filters) != 1)
		return wrong(r, "Variable 'filters': one is wanted");
	return read_filter(r, json_object_array_get_idx(filters, 0));
}

static int
read_sort(struct request *r, struct json_object *sort)
{
	struct json_object *by = get(sort, "by"), *order = get(sort, "order");

	if (!has_only(sort, " by order ") ||
	    !json_object_is_type(by, json_type_string) ||
	    !json_object_is_type(order, json_type_string))
		return wrong(r, "Variable 'sort' has an invalid value");
	r->by = key_of(json_object_get_string(by));
	r->desc = strcmp(json_object_get_string(order), "DESC") == 0;
	if (r->by == KEY_COUNT || (!r->desc &&
	    strcmp(json_object_get_string(order), "ASC") != 0))
		return wrong(r, "Variable 'sort' has an invalid value");
	return 0;
}

static int
read_first(struct request *r, struct json_object *first)
{
	r->first = json_object_get_int64(first);
	if (!json_object_is_type(first, json_type_int) || r->first < 1 ||
	    r->first > MAX_PAGE)
		return wrong(r, "Variable 'first' must be from 1 to 1000");
	return 0;
}

static int
read_after(struct request *r, struct json_object *after)
{
	if (after == NULL)
		return 0;
	r->has_after = true;
	if (!json_object_is_type(after, json_type_string) ||
	    cursor_read(json_object_get_string(after), &r->after) != 0)
		return wrong(r, "Invalid cursor");
	return 0;
}

static int
read_variables(struct request *r, const struct graphql *q,
    struct json_object *variables)
{
	if (!json_object_is_type(variables, json_type_object))
		return wrong(r, "No variables");
	json_object_object_foreach(variables, name, value) {
		(void)value;
		if (!graphql_has_variable(q, name))
			return wrong(r, "Unknown variable");
	}
	if (read_first(r, get(variables, "first")) != 0 ||
	    read_filters(r, get(variables, "filters")) != 0 ||
	    read_sort(r, get(variables, "sort")) != 0)
		return -1;
	return read_after(r, get(variables, "after"));
}

static void
find_rows(const struct request *r, struct answer *a)
{
	size_t at;

	a->view = store_view(r->x->console->store, SET_UNIFIED, r->by);
	a->hi = a->view.n;
	if (!r->has_after)
		return;
	at = view_lower_bound(&a->view, r->after.value, r->after.id);
	if (r->desc)
		a->hi = at;
	else
		a->lo = at + (at < a->hi && a->view.at[at]->id == r->after.id);
}

static bool
matches(const struct request *r, const struct row *row)
{
	int64_t v;

	if (r->field == KEY_COUNT)
		return false;
	v = row_key(row, r->field);
	return v >= r->lo && v <= r->hi;
}

static void
add_cursor(const struct request *r, const struct row *row, struct buf *out)
{
	const struct cursor c = { .key = r->by, .value = row_key(row, r->by),
		.id = row->id, .desc = r->desc };

	buf_addc(out, '"');
	cursor_write_plain(&c, out);
	buf_addc(out, '"');
}

static void
add_edge(const struct request *r, struct answer *a, const struct row *row)
{
	const struct console *c = r->x->console;
	struct buf *out = &r->x->out;

	buf_adds(out, a->n++ > 0 ? ",{\"cursor\":" : "{\"cursor\":");
	add_cursor(r, row, out);
	buf_adds(out, ",\"node\":");
	gen_row(&c->world, c->store, SET_UNIFIED, row, out);
	buf_addc(out, '}');
	a->last = row;
}

static void
add_edges(const struct request *r, struct answer *a)
{
	buf_adds(&r->x->out, "\"edges\":[");
	for (size_t i = a->lo; i < a->hi &&
	    !(r->x->page_faults & PAGE_EMPTY); i++) {
		const struct row *row = a->view.at[r->desc ?
		    a->hi - 1 - (i - a->lo) : i];

		if (!matches(r, row))
			continue;
		a->more = (int64_t)a->n == r->first;
		if (a->more)
			break;
		add_edge(r, a, row);
	}
	buf_addc(&r->x->out, ']');
}

/* The place from where the next page goes on; a fault makes it the old one. */
static void
add_end_cursor(const struct request *r, const struct answer *a)
{
	struct cursor c = r->after;
	struct buf *out = &r->x->out;

	if (a->last != NULL && !(r->has_after &&
	    (r->x->page_faults & PAGE_REPEAT_CURSOR))) {
		add_cursor(r, a->last, out);
		return;
	}
	if (!r->has_after && !(r->x->page_faults & PAGE_EMPTY)) {
		buf_adds(out, "null");
		return;
	}
	if (!r->has_after)
		c = (struct cursor){ .key = r->by, .desc = r->desc,
			.value = r->desc ? r->hi : 0,
			.id = r->desc ? (uint64_t)INT64_MAX : 0 };
	else if (r->x->page_faults & PAGE_EMPTY)
		c.again = !c.again;
	buf_addc(out, '"');
	cursor_write_plain(&c, out);
	buf_addc(out, '"');
}

static void
add_page_info(const struct request *r, const struct answer *a)
{
	unsigned faults = r->x->page_faults;
	struct buf *out = &r->x->out;
	bool more = a->more || (faults & PAGE_EMPTY) != 0 ||
	    (a->last != NULL &&
	    (faults & (PAGE_EXTRA_EMPTY | PAGE_REPEAT_CURSOR)) != 0);

	buf_addf(out, "\"pageInfo\":{\"hasNextPage\":%s,"
	    "\"hasPreviousPage\":%s,\"startCursor\":null,\"endCursor\":",
	    more ? "true" : "false", r->has_after ? "true" : "false");
	add_end_cursor(r, a);
	buf_addc(out, '}');
}

static int64_t
count_all(const struct request *r)
{
	struct view v = store_view(r->x->console->store, SET_UNIFIED, r->by);
	int64_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += matches(r, v.at[i]);
	if (r->x->page_faults & PAGE_TOTAL_ZERO)
		return 0;
	return n > LIST_TOTAL_CAP && (r->x->page_faults & PAGE_TOTAL_CAPPED) ?
	    LIST_TOTAL_CAP : n;
}

/* Move what begins at `from' before what begins at `at'. */
static void
swap_members(struct buf *out, size_t at, size_t from)
{
	size_t len = out->len - from, first = from - at;
	char *copy = xmalloc(first);

	memcpy(copy, out->p + at, first);
	memmove(out->p + at, out->p + from, len);
	memcpy(out->p + at + len, copy, first);
	free(copy);
}

/* "edges":[...],"pageInfo":{...} or the other way round. */
static void
add_page(const struct request *r)
{
	struct answer a = { .n = 0 };
	struct buf *out = &r->x->out;
	unsigned faults = r->x->page_faults;
	size_t edges = out->len, info;

	find_rows(r, &a);
	add_edges(r, &a);
	if (faults & PAGE_NO_PAGINATION)
		return;
	if (!(faults & PAGE_PAGINATION_FIRST)) {
		buf_addc(out, ',');
		add_page_info(r, &a);
		return;
	}
	buf_addc(out, ',');
	info = out->len;
	add_page_info(r, &a);
	buf_addc(out, ',');
	swap_members(out, edges, info);
	buf_cut(out, out->len - 1);
}

static void
serve(const struct request *r)
{
	struct buf *out = &r->x->out;

	reply_begin(r->x, 200, "application/json");
	buf_addf(out, "{\"data\":{\"alerts\":{\"totalCount\":%lld,",
	    (long long)count_all(r));
	add_page(r);
	buf_adds(out, "}}");
	if (r->x->page_faults & PAGE_ERRORS)
		buf_adds(out, ",\"errors\":[{\"message\":\"Exception while "
		    "fetching data (/alerts/edges/node/assignee)\",\"path\":"
		    "[\"alerts\",\"edges\",0,\"node\",\"assignee\"],"
		    "\"extensions\":{\"code\":\"INTERNAL_ERROR\"}}]");
	buf_addc(out, '}');
}

static void
reply_errors(struct exchange *x, const char *what)
{
	reply_begin(x, 200, "application/json");
	buf_adds(&x->out, "{\"errors\":[{\"message\":");
	exchange_string(&x->out, what);
	buf_adds(&x->out, ",\"path\":null,\"extensions\":{\"code\":"
	    "\"BAD_USER_INPUT\"}}],\"data\":null}");
}

static void
serve_body(struct exchange *x, struct json_object *body)
{
	struct request r = { .x = x, .hi = INT64_MAX };
	struct json_object *query = get(body, "query");
	struct json_object *variables = get(body, "variables");
	struct graphql q;

	x->variables = xstrdup(json_object_to_json_string(variables));
	if (graphql_read(&q, json_object_get_string(query), "alerts", args,
	    schema) != 0)
		reply_errors(x, q.error);
	else if (read_variables(&r, &q, variables) != 0)
		reply_errors(x, r.wrong);
	else
		serve(&r);
}

static bool
is_json(const struct exchange *x)
{
	static const char type[] = "application/json";

	return x->content_type != NULL &&
	    strncasecmp(x->content_type, type, strlen(type)) == 0;
}

void
unified_alerts(struct exchange *x)
{
	struct json_object *body = x->in.len == 0 ? NULL :
	    json_tokener_parse(x->in.p);

	if (!is_json(x))
		reply_error(x, 415, 4150010, "Unsupported Media Type", NULL);
	else if (!has_only(body, " operationName query variables ") ||
	    !json_object_is_type(get(body, "query"), json_type_string))
		reply_error(x, 400, 4000010, "Bad Request",
		    "query: Missing data for required field.");
	else
		serve_body(x, body);
	json_object_put(body);
}
