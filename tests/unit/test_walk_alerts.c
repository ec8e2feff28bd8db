/*
 * How alerts are asked for, with the datasets' own walk rows: changes that do
 * not move the time of a walk, and walks of two phases whose answers may be
 * errors.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/unit/walk_rig.h"

#define ALERTS_MAX 4000

struct alert {
	int id;
	int64_t created_ms, updated_ms, visible_ms;
};

/* What the console has, and every version that it ever had. */
static struct alert alerts[ALERTS_MAX];
static int64_t version_ms[ALERTS_MAX];
static size_t n_alerts, n_versions;

static void
create(int64_t created_ms, int64_t late_ms)
{
	CU_ASSERT_FATAL(n_alerts < ALERTS_MAX && n_versions < ALERTS_MAX);
	alerts[n_alerts] = (struct alert){ (int)n_alerts, created_ms,
		created_ms, created_ms + late_ms };
	n_alerts++;
	version_ms[n_versions++] = created_ms;
}

static void
change(size_t i, int64_t now_ms)
{
	CU_ASSERT_FATAL(n_versions < ALERTS_MAX);
	alerts[i].updated_ms = now_ms;
	version_ms[n_versions++] = now_ms;
}

/* Every n minutes one, the newest a minute old. */
static void
create_history(int n, int64_t every_ms)
{
	n_alerts = n_versions = 0;
	for (int i = n; i-- > 0; )
		create(RIG_START - RIG_MINUTE - i * every_ms, 0);
}

/* Two alerts by a time, and by id where that is the same. */
static int64_t
time_of(const struct alert *a, bool updated)
{
	return updated ? a->updated_ms : a->created_ms;
}

static bool
is_behind(const struct alert *a, bool updated, int64_t ms, int id)
{
	int64_t at = time_of(a, updated);

	return at > ms || (at == ms && a->id > id);
}

/* A page: the first alerts behind (after_ms, after_id) and below end. */
static size_t
find_page(bool updated, int64_t after_ms, int after_id, int64_t end,
    size_t limit, const struct alert *page[], bool *more)
{
	size_t n = 0;

	*more = false;
	for (;;) {
		const struct alert *next = NULL;

		for (size_t i = 0; i < n_alerts; i++) {
			const struct alert *a = &alerts[i];

			if (a->visible_ms <= fake_now_ms() &&
			    time_of(a, updated) < end &&
			    is_behind(a, updated, after_ms, after_id) &&
			    (next == NULL || !is_behind(a, updated,
			    time_of(next, updated), next->id)))
				next = a;
		}
		*more = n == limit && next != NULL;
		if (next == NULL || n == limit)
			return n;
		page[n++] = next;
		after_ms = time_of(next, updated);
		after_id = next->id;
	}
}

/* The dataset alert. */

static bool
serve_alerts(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	const struct alert *page[1000];
	int64_t after_ms = rig_time(path, "createdAt__gte", -1);
	int64_t end = rig_time(path, "createdAt__lt", -1);
	int after_id = -1;
	char cursor[64], limit[64];
	bool more;
	size_t n;

	(void)r;
	(void)body;
	if (strstr(path, "/cloud-detection/alerts?") == NULL)
		return false;
	CU_ASSERT_PTR_NOT_NULL(strstr(path, "sortBy=alertInfoCreatedAt"));
	CU_ASSERT(after_ms >= 0 && end >= 0);
	rig_param(path, "cursor", cursor, sizeof(cursor));
	sscanf(cursor, "%" SCNd64 "/%d", &after_ms, &after_id);
	n = find_page(false, after_ms, after_id, end,
	    strtoul(rig_param(path, "limit", limit, sizeof(limit)), NULL, 10),
	    page, &more);
	buf_adds(&reply->body, "{\"data\":[");
	for (size_t i = 0; i < n; i++)
		buf_addf(&reply->body, "%s{\"alertInfo\":{\"alertId\":\"%d\","
		    "\"createdAt\":\"%s\",\"updatedAt\":\"%s\"}}",
		    i > 0 ? "," : "", page[i]->id,
		    rig_stamp(page[i]->created_ms),
		    rig_stamp(page[i]->updated_ms));
	buf_adds(&reply->body, "],\"pagination\":{\"nextCursor\":");
	if (more)
		buf_addf(&reply->body, "\"%" PRId64 "/%d\"}}",
		    page[n - 1]->created_ms, page[n - 1]->id);
	else
		buf_adds(&reply->body, "null}}");
	return true;
}

static void
init_alert(struct rig *r, int64_t trailing_window)
{
	rig_init(r, dataset_table[DATASET_ALERT]);
	r->set->initial_interval = 10 * RIG_DAY;
	r->set->trailing_window = trailing_window;
	r->serve = serve_alerts;
	/* One every twelve hours: number 0 is over nine days old. */
	create_history(20, 12 * RIG_HOUR);
}

static void
test_trailing_window(void)
{
	struct rig r;

	init_alert(&r, 7 * RIG_DAY);
	rig_open(&r);
	fake_run(2 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 20);
	/* Of six days and of nine. */
	change(8, fake_now_ms());
	change(0, fake_now_ms());
	fake_run(RIG_HOUR + RIG_MINUTE);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 21);
	for (int i = 0; i < 3; i++) {
		change(8, fake_now_ms());
		change(12, fake_now_ms());
		if (i == 1)
			rig_stop(&r);
		else
			rig_kill(&r);
		rig_open(&r);
		fake_run(RIG_HOUR + RIG_MINUTE);
		CU_ASSERT_EQUAL(rig_lines(&r, NULL), (size_t)(23 + 2 * i));
	}
	/* Nothing changes: nothing comes, and one poll an hour reads it. */
	rig_forget_asked(&r);
	fake_run(10 * RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 27);
	CU_ASSERT_EQUAL(rig_asked(&r, "createdAt__gte=2026-02-2"), 10 * 2);
	CU_ASSERT(rig_asked(&r, "\n") < 10 * 130);
	rig_fini(&r);
}

static void
test_no_trailing_window(void)
{
	struct rig r;

	init_alert(&r, 0);
	rig_open(&r);
	fake_run(RIG_HOUR);
	change(8, fake_now_ms());
	rig_forget_asked(&r);
	fake_run(RIG_DAY);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 20);
	CU_ASSERT_EQUAL(rig_asked(&r, "createdAt__gte=2026-02"), 0);
	rig_fini(&r);
}

/* The dataset unified_alert. */

#define VARIABLES "\"variables\":{"
#define RANGE "\"filters\":[{\"dateTimeRange\":{\"end\":%" SCNd64              \
	",\"start\":%" SCNd64 ",\"startInclusive\":false},"                  \
	"\"fieldId\":\"%15[a-zA-Z]\"}],\"first\":%zu,"                       \
	"\"sort\":{\"by\":\"%15[a-zA-Z]\",\"order\":\"ASC\"}}}%n"

/* How answers go wrong from the n-th (rig.n) on, counted down. */
static const char *wrong;

static void
add_edges(struct buf *b, const struct alert *const page[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s{\"node\":{\"id\":\"%d\",\"detectedAt\":\"%s\","
		    "\"updatedAt\":\"%s\"}}", i > 0 ? "," : "", page[i]->id,
		    rig_stamp(page[i]->created_ms),
		    rig_stamp(page[i]->updated_ms));
}

/* The variables are there to the letter, `after' only with a cursor. */
static const char *
read_after(const char *body, int64_t *ms, int *id)
{
	const char *s = strstr(body, VARIABLES);
	int n = 0;

	CU_ASSERT_EQUAL(strncmp(body, "{\"query\":\"query ", 16), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	s += strlen(VARIABLES);
	if (sscanf(s, "\"after\":\"%" SCNd64 "/%d\",%n", ms, id, &n) == 2)
		s += n;
	return s;
}

static bool
serve_unified(struct rig *r, const char *path, const char *body,
    struct fake_reply *reply)
{
	const struct alert *page[1000];
	int64_t start, end, after_ms = INT64_MIN;
	int after_id = 0, len = 0;
	char field[16], by[16];
	size_t limit, n;
	const char *s;
	bool more;

	if (strcmp(path, "/web/api/v2.1/unifiedalerts/graphql") != 0)
		return false;
	s = read_after(body, &after_ms, &after_id);
	CU_ASSERT_EQUAL_FATAL(sscanf(s, RANGE, &end, &start, field, &limit,
	    by, &len), 5);
	CU_ASSERT_EQUAL(s[len], '\0');
	UNIT_TEXT(by, field);
	buf_addf(&r->asked, "%s%s %" PRId64 " %" PRId64 "\n", field,
	    after_ms == INT64_MIN ? "" : " after", start, end);
	if (r->n > 0 && --r->n == 0 && wrong[0] == '{') {
		buf_adds(&reply->body, wrong);
		return true;
	}
	n = after_ms == INT64_MIN ?
	    find_page(*field == 'u', start + 1, -1, end, limit, page, &more) :
	    find_page(*field == 'u', after_ms, after_id, end, limit, page,
	        &more);
	buf_adds(&reply->body, "{\"data\":{\"alerts\":{\"edges\":[");
	add_edges(&reply->body, page, n);
	buf_addf(&reply->body, "],\"pageInfo\":{\"hasNextPage\":%s,",
	    more ? "true" : "false");
	if (n > 0)
		buf_addf(&reply->body, "\"endCursor\":\"%" PRId64 "/%d\"}}}",
		    time_of(page[n - 1], *field == 'u'), page[n - 1]->id);
	else
		buf_adds(&reply->body, "\"endCursor\":null}}}");
	buf_addf(&reply->body, "%s}", wrong[0] == ',' && r->n == 0 ? wrong :
								     "");
	return true;
}

static void
init_unified(struct rig *r)
{
	rig_init(r, dataset_table[DATASET_UNIFIED_ALERT]);
	r->serve = serve_unified;
	wrong = "";
	create_history(35, 7 * RIG_MINUTE);
}

/* Each version once at most, those that the console still has once. */
static void
check_unified(struct rig *r)
{
	size_t want = 0, lines = rig_lines(r, NULL);
	char text[64];

	for (size_t i = 0; i < n_versions; i++) {
		size_t n;
		bool current = false;

		snprintf(text, sizeof(text), "\"@timestamp\":\"%s\"",
		    rig_stamp(version_ms[i]));
		n = rig_lines(r, text);
		for (size_t k = 0; k < n_alerts; k++)
			current |= alerts[k].updated_ms == version_ms[i];
		CU_ASSERT(current ? n == 1 : n <= 1);
		want += n;
	}
	CU_ASSERT_EQUAL(lines, want);
}

static void
test_requests(void)
{
	struct rig r;

	init_unified(&r);
	rig_open(&r);
	fake_run(20 * RIG_SECOND);
	/* Four pages of each phase, in the same window. */
	CU_ASSERT_EQUAL(rig_asked(&r,
	    "detectedAt 1772528399999 1772614800000\n"), 1);
	CU_ASSERT_EQUAL(rig_asked(&r,
	    "detectedAt after 1772528399999 1772614800000\n"), 3);
	CU_ASSERT_EQUAL(rig_asked(&r,
	    "updatedAt 1772528399999 1772614800000\n"), 1);
	CU_ASSERT_EQUAL(rig_asked(&r,
	    "updatedAt after 1772528399999 1772614800000\n"), 3);
	check_unified(&r);
	/* A change is a new document, once. */
	change(3, fake_now_ms());
	fake_run(RIG_HOUR);
	CU_ASSERT_EQUAL(rig_lines(&r, NULL), 36);
	check_unified(&r);
	rig_fini(&r);
}

static void
kill_at(int64_t ms)
{
	struct rig r;

	init_unified(&r);
	r.set->page_size = 3;
	rig_open(&r);
	fake_run(ms);
	change(30, fake_now_ms());
	change(2, fake_now_ms() + 1);
	rig_kill(&r);
	rig_open(&r);
	fake_run(RIG_MINUTE);
	check_unified(&r);
	CU_ASSERT(rig_asked(&r, " 1772528399999 ") <= 2 * 12 + 12);
	rig_fini(&r);
}

static void
test_killed(void)
{
	for (int64_t ms = 190; ms < 900; ms += 47)
		kill_at(ms);
}

/*
 * A walk that goes on after a long pause finds versions from behind its upper
 * bound.  They are known as long as walks can find them, also to a process
 * that has nothing but the snapshot of the one before.
 */
static void
pause_for(int64_t ms)
{
	struct rig r;

	init_unified(&r);
	r.set->page_size = 3;
	rig_open(&r);
	fake_run(400);
	rig_kill(&r);
	fake_run(ms);
	change(30, fake_now_ms());
	change(33, fake_now_ms() + 1);
	rig_open(&r);
	fake_run(5 * RIG_SECOND);
	CU_ASSERT_TRUE(poller_seal(r.poller, true));
	CU_ASSERT_TRUE(poller_save(r.poller));
	fake_run(RIG_MINUTE);
	rig_kill(&r);
	rig_open(&r);
	fake_run(RIG_HOUR);
	check_unified(&r);
	rig_fini(&r);
}

static void
test_paused(void)
{
	pause_for(RIG_MINUTE);
	pause_for(30 * RIG_MINUTE);
	pause_for(5 * RIG_HOUR);
}

/* Alerts come, late too, and change; the collector is killed now and then. */
static void
live(unsigned seed)
{
	struct rig r;

	srandom(seed);
	init_unified(&r);
	r.set->page_size = 1 + random() % 20;
	rig_open(&r);
	for (int i = 0; i < 150; i++) {
		create(fake_now_ms(), random() % (9 * RIG_MINUTE));
		fake_run(1 + random() % (2 * RIG_MINUTE));
		change((size_t)random() % n_alerts, fake_now_ms());
		fake_run(1 + random() % (2 * RIG_MINUTE));
		if (random() % 4 == 0) {
			rig_kill(&r);
			rig_open(&r);
		}
	}
	fake_run(30 * RIG_MINUTE);
	check_unified(&r);
	rig_fini(&r);
}

static void
test_live(void)
{
	for (unsigned seed = 1; seed <= 4; seed++)
		live(seed);
}

/* The pause has a random length, of a millisecond at least. */
static bool
backs_off(const struct rig *r, int within_ms)
{
	while (r->poller->state != POLLER_BACKOFF && within_ms-- > 0)
		fake_run(1);
	return r->poller->state == POLLER_BACKOFF;
}

/* Of a page with errors nothing is taken: that page is asked for again, and
 * the walk goes on there. */
static void
check_errors(const char *how, int nth, bool fails)
{
	struct rig r;

	init_unified(&r);
	wrong = how;
	r.n = nth;
	rig_open(&r);
	/* The clock, and 20 ms for each page. */
	CU_ASSERT_EQUAL(backs_off(&r, 220 + 20 * nth), fails);
	CU_ASSERT_EQUAL(r.n, 0);
	if (fails && nth <= 4)
		CU_ASSERT_EQUAL(r.poller->intake.counts.lines,
		    (uint64_t)(nth - 1) * 10);
	wrong = "";
	fake_run(20 * RIG_SECOND);
	check_unified(&r);
	CU_ASSERT_EQUAL(rig_asked(&r, "At"), 8 + fails);
	CU_ASSERT_EQUAL(r.poller->counts.errors, fails);
	CU_ASSERT_EQUAL(rig_lines(&r, "error"), 0);
	rig_fini(&r);
}

static void
test_errors(void)
{
	static const struct {
		const char *how;
		bool fails;
	} kinds[] = {
		{ "{\"errors\":[{\"message\":\"no\"}],\"data\":null}", true },
		{ "{\"data\":null,\"errors\":[{\"message\":\"no\"}]}", true },
		{ ",\"errors\":[{\"message\":\"partial\"}]", true },
		{ ",\"errors\":[]", false },
		{ ",\"errors\":null", false },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (int nth = 1; nth <= 6; nth++)
			check_errors(kinds[i].how, nth, kinds[i].fails);
}

static const struct unit_test tests[] = {
	{ "alerts that change later", test_trailing_window },
	{ "no trailing window", test_no_trailing_window },
	{ "two phases", test_requests },
	{ "two phases, killed", test_killed },
	{ "a walk that was paused for long", test_paused },
	{ "two phases, live", test_live },
	{ "errors in a 200", test_errors },
};

UNIT_MAIN("walk alerts", tests)
