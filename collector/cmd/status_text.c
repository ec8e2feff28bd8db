#include "config.h"

#include "collector/cmd/status_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/iso8601.h"
#include "collector/json/tree.h"
#include "collector/walk/backfill_view.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define CELL_MAX 64

/* In one unit: a column is for a glance. */
static void
add_span(struct buf *out, int64_t ms)
{
	static const struct {
		int64_t below, unit;
		char name;
	} units[] = {
		{ 2 * MINUTE_MS, SECOND_MS, 's' },
		{ 2 * HOUR_MS, MINUTE_MS, 'm' },
		{ 2 * DAY_MS, HOUR_MS, 'h' },
		{ INT64_MAX, DAY_MS, 'd' },
	};
	size_t i = 0;

	if (ms < 0)
		ms = 0;
	while (ms >= units[i].below)
		i++;
	buf_addf(out, "%" PRId64 "%c", ms / units[i].unit, units[i].name);
}

static void
add_size(struct buf *out, int64_t bytes)
{
	static const char units[] = "BKMGT";
	double size = (double)bytes;
	size_t i = 0;

	while (size >= 1024 && units[i + 1] != '\0') {
		size /= 1024;
		i++;
	}
	buf_addf(out, i > 0 && size < 10 ? "%.1f%c" : "%.0f%c", size,
	    units[i]);
}

/* The columns of a dataset's line. */

typedef void print_cell(struct buf *cell, const struct status_view *v,
    struct json_object *s);

static void
print_dataset(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	buf_adds(cell, tree_get_text(s, "dataset", ""));
}

static void
print_condition(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	buf_adds(cell, tree_get_text(s, "condition", ""));
}

static void
print_age(struct buf *cell, const struct status_view *v, int64_t ms)
{
	if (ms > 0)
		add_span(cell, v->now_ms - ms);
	else
		buf_addc(cell, '-');
}

static void
print_last_poll(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	print_age(cell, v, tree_get_time(s, "last_poll", 0));
}

static void
print_last_new(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	print_age(cell, v, tree_get_time(s, "last_new", 0));
}

/* It grew while nobody wrote it. */
static void
print_lag(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	add_span(cell, tree_get_int(s, "lag_ms", 0) + v->now_ms -
	    v->written_ms);
}

/* The day may have ended since. */
static void
print_today(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	buf_addf(cell, "%" PRId64, v->now_ms / DAY_MS ==
	    v->written_ms / DAY_MS ? tree_get_int(s, "records_today", 0) : 0);
}

static void
print_errors(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	buf_addf(cell, "%" PRId64, tree_get_int(s, "errors", 0));
}

static void
print_rejected(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	buf_addf(cell, "%" PRId64, tree_get_int(s, "rejected", 0));
}

static void
print_unknown(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	buf_addf(cell, "%" PRId64, tree_get_int(s, "unknown", 0));
}

static void
print_files(struct buf *cell, struct json_object *s, const char *name)
{
	struct json_object *part = tree_get(s, name, json_type_object);

	if (part == NULL) {
		buf_addc(cell, '-');
		return;
	}
	buf_addf(cell, "%" PRId64 "/", tree_get_int(part, "segments", 0));
	add_size(cell, tree_get_int(part, "bytes", 0));
}

static void
print_waiting(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	print_files(cell, s, "waiting");
}

static void
print_shipped(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	print_files(cell, s, "shipped");
}

static void
print_archived(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	(void)v;
	print_files(cell, s, "archived");
}

static void
print_rate(struct buf *cell, const struct status_view *v,
    struct json_object *s)
{
	struct json_object *rate = tree_get(s, "rate", json_type_object);

	(void)v;
	if (rate == NULL)
		buf_addc(cell, '-');
	else
		buf_addf(cell, "%" PRId64 "/%" PRId64,
		    tree_get_int(rate, "left", 0),
		    tree_get_int(rate, "most", 0));
}

static const struct {
	const char *title;
	int width; /* negative: aligned to the left */
	print_cell *print;
} columns[] = {
	{ "dataset", -16, print_dataset },
	{ "state", -8, print_condition },
	{ "polled", 6, print_last_poll },
	{ "new", 5, print_last_new },
	{ "lag", 5, print_lag },
	{ "today", 8, print_today },
	{ "errors", 6, print_errors },
	{ "rejected", 8, print_rejected },
	{ "unknown", 7, print_unknown },
	{ "waiting", 9, print_waiting },
	{ "shipped", 9, print_shipped },
	{ "archived", 9, print_archived },
	{ "rate", 7, print_rate },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void
end_line(struct buf *out)
{
	while (out->len > 0 && out->p[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	buf_addc(out, '\n');
}

static void
print_titles(struct buf *out)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		buf_addf(out, " %*s", columns[i].width, columns[i].title);
	end_line(out);
}

static void
print_row(struct buf *out, const struct status_view *v,
    struct json_object *s)
{
	struct buf cell;

	buf_init(&cell, CELL_MAX);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		buf_reset(&cell);
		columns[i].print(&cell, v, s);
		buf_addf(out, " %*s", columns[i].width, cell.len > 0 ?
		    cell.p : "-");
	}
	buf_fini(&cell);
	end_line(out);
}

/* The time of the day, of a day that is near. */
static void
add_clock(struct buf *out, int64_t ms)
{
	char text[ISO8601_LEN];

	iso8601_format(ms, text);
	buf_addf(out, "%.8s UTC", text + sizeof("YYYY-MM-DDT") - 1);
}

/* Why it is not well, and how long it waits. */
static void
print_reason(struct buf *out, const struct status_view *v,
    struct json_object *s)
{
	int64_t until = tree_get_time(s, "until", 0);
	const char *reason = tree_get_text(s, "reason", "");

	if (reason[0] == '\0' && until == 0)
		return;
	buf_addf(out, "   %s", v->pid == 0 ? "was in trouble" :
	    tree_get_text(s, "condition", ""));
	if (until > 0 && v->pid > 0) {
		buf_adds(out, " until ");
		add_clock(out, until);
	}
	buf_addf(out, "%s%s\n", reason[0] != '\0' ? ": " : "", reason);
}

/* How far a walk is that takes more than a page. */
static void
print_progress(struct buf *out, struct json_object *s)
{
	int64_t page = tree_get_int(s, "page", 0);
	int64_t parents = tree_get_int(s, "parents", 0);

	if (page < 2 && parents == 0)
		return;
	buf_addf(out, "   page %" PRId64, page);
	if (parents > 0)
		buf_addf(out, ", %" PRId64 " of its %" PRId64,
		    tree_get_int(s, "parents_done", 0), parents);
	buf_addc(out, '\n');
}

/* How far it is with history that was asked for. */
static void
print_backfill(struct buf *out, const struct status_view *v,
    struct json_object *s)
{
	struct backfill_view b;
	char at[ISO8601_LEN];

	if (!backfill_view_from_json(s, &b) || !b.busy)
		return;
	buf_addf(out, "   backfill %s: %d %% done, %" PRId64 " records",
	    v->pid == 0 ? "not finished" : backfill_view_state(&b),
	    backfill_per_cent(b.figures.done_ms, b.left_ms),
	    b.figures.records);
	if (b.reached_ms > 0) {
		iso8601_format(b.reached_ms, at);
		buf_addf(out, ", at %.10s", at);
	}
	if (b.reason != NULL)
		buf_addf(out, ": %s", b.reason);
	buf_addc(out, '\n');
}

static struct json_object *
find_console(const struct status_view *v, const char *name)
{
	struct json_object *c;

	for (size_t i = 0; (c = status_item_of(v->root, "consoles", i)) !=
	    NULL; i++)
		if (strcmp(tree_get_text(c, "console", ""), name) == 0)
			return c;
	return NULL;
}

/* How long the token lives, as far as the console tells. */
static void
print_token(struct buf *out, struct json_object *c)
{
	struct json_object *token = tree_get(c, "token", json_type_object);
	const char *state = tree_get_text(token, "state", "");
	const char *expires = tree_get_text(token, "expires", "");
	int64_t days = tree_get_int(token, "days_left", 0);

	if (state[0] == '\0')
		return;
	buf_addf(out, "   token: %s", state);
	if (expires[0] != '\0')
		buf_addf(out, ", until %.16sZ", expires);
	if (expires[0] != '\0' && days >= 0)
		buf_addf(out, ": %" PRId64 " days left", days);
	buf_addc(out, '\n');
}

static void
print_console(struct buf *out, const struct status_view *v, const char *name)
{
	struct json_object *c = find_console(v, name);
	int64_t max = tree_get_int(c, "max_size", 0);

	buf_addf(out, "\n%s", name);
	if (tree_get_flag(c, "token_refused"))
		buf_adds(out, ": nothing is collected, the token or a file "
		    "that is needed cannot be used");
	if (max > 0) {
		buf_adds(out, ": ");
		add_size(out, tree_get_int(c, "unshipped", 0));
		buf_adds(out, " of its ");
		add_size(out, max);
		buf_adds(out, " are not archived");
	}
	buf_addc(out, '\n');
	print_token(out, c);
}

static void
print_streams(struct buf *out, const struct status_view *v)
{
	const char *console = "";
	struct json_object *s;

	if (status_item_of(v->root, "streams", 0) != NULL)
		print_titles(out);
	for (size_t i = 0; (s = status_item_of(v->root, "streams", i)) !=
	    NULL; i++) {
		if (strcmp(tree_get_text(s, "console", ""), console) != 0) {
			console = tree_get_text(s, "console", "");
			print_console(out, v, console);
		}
		print_row(out, v, s);
		print_reason(out, v, s);
		print_progress(out, s);
		print_backfill(out, v, s);
	}
}

/* How many are in each state. */
static void
print_sum(struct buf *out, const struct status_view *v)
{
	size_t n = 0, ok = 0;
	struct json_object *s;

	for (; (s = status_item_of(v->root, "streams", n)) != NULL; n++)
		ok += strcmp(tree_get_text(s, "condition", ""), "ok") == 0;
	if (v->pid == 0)
		buf_addf(out, "%zu datasets", n);
	else
		buf_addf(out, "%zu of %zu datasets are well", ok, n);
}

static void
print_spool(struct buf *out, const struct status_view *v)
{
	struct json_object *spool = tree_get(v->root, "spool",
	    json_type_object);
	const char *limit = tree_get_text(spool, "limit", "");

	buf_adds(out, "; spool: ");
	add_size(out, tree_get_int(spool, "unshipped", 0));
	buf_adds(out, " of ");
	add_size(out, tree_get_int(spool, "max_size", 0));
	buf_adds(out, " not archived, ");
	add_size(out, tree_get_int(spool, "archived", 0));
	buf_adds(out, " archived, ");
	add_size(out, tree_get_int(spool, "free", 0));
	buf_adds(out, " free on the disk\n");
	if (limit[0] != '\0')
		buf_addf(out, "polling pauses: %s is reached\n", limit);
}

static void
print_daemon(struct buf *out, const struct status_view *v)
{
	const char *since = tree_get_text(v->root, "started", "");

	if (v->pid > 0)
		buf_addf(out, "s1spool runs: process %ld", (long)v->pid);
	else
		buf_adds(out, v->pid == 0 ? "s1spool DOES NOT RUN" :
		    "it cannot be told whether s1spool runs");
	if (v->root == NULL) {
		buf_addc(out, '\n');
		return;
	}
	if (v->pid > 0 && since[0] != '\0')
		buf_addf(out, ", since %.19sZ", since);
	buf_adds(out, v->pid > 0 ? "; figures of " :
	    "; what it was doing at its end, ");
	add_span(out, v->now_ms - v->written_ms);
	buf_adds(out, " ago\n");
	if (v->pid > 0 && status_view_is_old(v))
		buf_adds(out, "THESE FIGURES ARE OLD: it writes them at least "
		    "once a minute; its log may say why not\n");
}

void
status_text_print(struct buf *out, const struct status_view *v)
{
	print_daemon(out, v);
	buf_adds(out, v->trouble.p);
	if (v->root == NULL)
		return;
	print_sum(out, v);
	print_spool(out, v);
	print_streams(out, v);
}
