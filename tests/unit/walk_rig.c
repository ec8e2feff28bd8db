#include "config.h"

#include "tests/unit/walk_rig.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const struct map_row rows[] = {
	{ "updatedAt", MAP_DATE, "@timestamp", NULL, 0 },
	{ "id", MAP_AS_IS, "event.id", NULL, 0 },
	{ "pad", MAP_AS_IS, "message", NULL, 0 },
};

const struct map_constant rig_constants[] = { { NULL, NULL } };

const struct dataset rig_toy = {
	.name = "toy",
	.walk = {
		.list = {
			.path = "/toys",
			.query = "sortBy=updatedAt",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/toys",
			.max_page = 1000,
		},
		.bound = WALK_BOUND_ISO,
		.phase = { "updatedAt" },
		.time_path = "updatedAt",
		.resend_query = "sortBy=id",
	},
	.map = {
		.rows = rows,
		.n_rows = 3,
		.constants = rig_constants,
		.identity = { .field = { "id", "updatedAt" } },
		.at = "updatedAt",
	},
};

const char *
rig_param(const char *path, const char *name, char *out, size_t size)
{
	size_t len = strlen(name), n = 0;
	const char *s = strchr(path, '?');

	while (s != NULL && (strncmp(s + 1, name, len) != 0 ||
	    s[len + 1] != '='))
		s = strchr(s + 1, '&');
	for (s = s == NULL ? "" : s + len + 2;
	     *s != '\0' && *s != '&' && n + 1 < size; s++) {
		unsigned c = (unsigned char)*s;

		if (c == '%' && sscanf(s + 1, "%2x", &c) == 1)
			s += 2;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return out;
}

int64_t
rig_time(const char *path, const char *name, int64_t absent)
{
	char text[64];
	int64_t ms;

	rig_param(path, name, text, sizeof(text));
	if (*text == '\0')
		return absent;
	CU_ASSERT_EQUAL_FATAL(iso8601_parse(slice_of(text), &ms), 0);
	return ms;
}

const char *
rig_stamp(int64_t ms)
{
	static char text[4][ISO8601_LEN + 1];
	static unsigned turn;
	char *s = text[++turn % 4];

	iso8601_format(ms, s);
	return s;
}

void
rig_print(struct buf *b, const struct toy *t)
{
	buf_addf(b, "{\"id\":\"%06d\",\"updatedAt\":\"%s\"}", t->id,
	    rig_stamp(t->updated_ms));
}

static int
by_time(const void *a, const void *b)
{
	const struct toy *x = a, *y = b;

	if (x->updated_ms != y->updated_ms)
		return x->updated_ms < y->updated_ms ? -1 : 1;
	return x->id - y->id;
}

static int
by_id(const void *a, const void *b)
{
	const struct toy *x = a, *y = b;

	return x->id != y->id ? x->id - y->id : by_time(a, b);
}

/* The last row of the page before, as the real console's cursors have it. */
static bool
is_behind_cursor(const struct toy *t, const char *cursor, bool sorted_by_id)
{
	struct toy last;

	if (*cursor == '\0')
		return true;
	CU_ASSERT_EQUAL_FATAL(sscanf(cursor, "%" SCNd64 "/%d=",
	    &last.updated_ms, &last.id), 2);
	return (sorted_by_id ? by_id(t, &last) : by_time(t, &last)) > 0;
}

static void
serve_list(struct rig *r, const char *path, struct fake_reply *reply)
{
	int64_t lower = rig_time(path, "updatedAt__gte", INT64_MIN);
	int64_t upper = rig_time(path, "updatedAt__lt", INT64_MAX);
	char cursor[64], text[64];
	bool by = strstr(path, "sortBy=id") != NULL;
	long limit = strtol(rig_param(path, "limit", text, sizeof(text)),
	    NULL, 10);
	const struct toy *last = NULL;
	long n = 0;

	rig_param(path, "cursor", cursor, sizeof(cursor));
	if (r->n_toys > 0)
		qsort(r->toy, r->n_toys, sizeof(*r->toy),
		    by ? by_id : by_time);
	buf_adds(&reply->body, "{\"data\":[");
	for (size_t i = 0; i < r->n_toys; i++) {
		const struct toy *t = &r->toy[i];

		if (t->visible_ms > fake_now_ms() || t->updated_ms < lower ||
		    t->updated_ms >= upper || !is_behind_cursor(t, cursor, by))
			continue;
		if (n++ == limit)
			break;
		buf_adds(&reply->body, last == NULL ? "" : ",");
		rig_print(&reply->body, t);
		last = t;
	}
	buf_adds(&reply->body, "],\"pagination\":{\"nextCursor\":");
	if (n > limit)
		buf_addf(&reply->body, "\"%" PRId64 "%%2F%d%%3D\"",
		    last->updated_ms, last->id);
	else
		buf_adds(&reply->body, "null");
	buf_adds(&reply->body, "}}");
}

bool
rig_is_list(const char *path)
{
	return strncmp(path, "/toys?", 6) == 0;
}

static void
handle(void *cookie, const char *path, const char *body,
    struct fake_reply *reply)
{
	struct rig *r = cookie;

	if (strstr(path, "/system/info") == NULL)
		buf_addf(&r->asked, "%s\n", path);
	if (r->meddle != NULL && r->meddle(r, path, reply))
		return;
	if (r->serve != NULL && r->serve(r, path, body, reply))
		return;
	if (rig_is_list(path))
		serve_list(r, path, reply);
	else if (strstr(path, "/system/info") == NULL)
		reply->verdict = VERDICT_GONE;
}

void
rig_init(struct rig *r, const struct dataset *dataset)
{
	static char name[] = "acme", space[] = "default", token[] = "/dev/null";

	*r = (struct rig){ .dir = scratch_make_in_memory(),
		.dataset = dataset };
	r->conf.name = name;
	r->conf.namespace = space;
	r->conf.api_token_file = token;
	r->set = &r->conf.dataset[0];
	r->set->interval = 30 * RIG_SECOND;
	r->set->initial_interval = RIG_DAY;
	r->set->page_size = 10;
	r->set->look_back = RIG_MINUTE;
	r->set->overlap = 10 * RIG_MINUTE;
	r->max_line = 64 << 10;
	r->segment_max_bytes = 8 << 20;
	buf_init(&r->asked, 64 << 20);
	log_setup(getenv("RIG_DEBUG") != NULL ? LOG_DEBUG : LOG_ERROR,
	    LOG_TEXT);
	fake_client_init(RIG_START, 0, handle, r);
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(AT_FDCWD,
	    scratch_path(r->dir, "spool"), 0750), 0);
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(AT_FDCWD,
	    scratch_path(r->dir, "state/ids"), 0750), 0);
}

void
rig_open(struct rig *r)
{
	struct spool_options opt = {
		.directory = scratch_path(r->dir, "spool"),
		.segment_max_bytes = r->segment_max_bytes,
		.segment_max_age_ms = RIG_HOUR,
		.segment_idle_ms = 5 * RIG_MINUTE,
	};
	struct buf err;
	bool damaged;

	buf_init(&err, 4096);
	r->spool = spool_open(&opt, &err);
	r->journal = journal_open(scratch_path(r->dir, "state"), &damaged,
	    &err);
	if (r->spool == NULL || r->journal == NULL)
		fprintf(stderr, "%s\n", err.p);
	CU_ASSERT_FATAL(r->spool != NULL && r->journal != NULL);
	commit_init(&r->commit, r->journal);
	r->env = (struct poller_env){
		.mappers = &r->mappers,
		.journal = r->journal,
		.spool = r->spool,
		.commit = &r->commit,
		.state_dirfd = journal_dirfd(r->journal),
		.ids_dirfd = fs_open_dir(journal_dirfd(r->journal), "ids"),
		.max_line = r->max_line,
		.once = r->once,
	};
	r->tenant = tenant_new(&r->env, NULL, &r->conf, NULL, NULL, &err);
	CU_ASSERT_FATAL(r->tenant != NULL);
	r->poller = poller_new(&r->env, r->tenant, &r->conf, r->dataset,
	    r->set, &err);
	CU_ASSERT_FATAL(r->poller != NULL);
	r->tenant->poller[0] = r->poller;
	buf_fini(&err);
	poller_start(r->poller, 0);
}

static void
close_all(struct rig *r)
{
	tenant_free(r->tenant);
	mappers_fini(&r->mappers);
	commit_fini(&r->commit);
	close(r->env.ids_dirfd);
	journal_close(r->journal);
	spool_close(r->spool);
	r->poller = NULL;
}

void
rig_stop(struct rig *r)
{
	poller_stop(r->poller);
	poller_mark(r->poller);
	CU_ASSERT_EQUAL(commit_now(&r->commit), 0);
	poller_seal(r->poller, true);
	poller_save(r->poller);
	CU_ASSERT_EQUAL(commit_now(&r->commit), 0);
	close_all(r);
}

/* What was handed to the kernel stays; all else is gone. */
void
rig_kill(struct rig *r)
{
	if (r->poller->request != NULL)
		request_cancel(r->poller->request);
	close_all(r);
}

void
rig_fini(struct rig *r)
{
	if (r->poller != NULL)
		rig_stop(r);
	fake_client_fini();
	scratch_remove(r->dir);
	buf_fini(&r->asked);
	free(r->toy);
}

void
rig_add(struct rig *r, int id, int64_t updated_ms, int64_t late_ms)
{
	r->toy = xreallocarray(r->toy, r->n_toys + 1, sizeof(*r->toy));
	r->toy[r->n_toys++] = (struct toy){ id, updated_ms,
		updated_ms + late_ms };
}

void
rig_history(struct rig *r, int n)
{
	for (int i = 1; i <= n; i++)
		rig_add(r, i, RIG_START - (n + 1 - i) * RIG_MINUTE, 0);
}

void
rig_touch(struct rig *r, int id)
{
	for (size_t i = 0; i < r->n_toys; i++)
		if (r->toy[i].id == id)
			r->toy[i].updated_ms = r->toy[i].visible_ms =
			    fake_now_ms() - 1;
}

static char *
all_lines(struct rig *r)
{
	char *folder = xasprintf("spool/acme/%s", r->dataset->name);
	char *list = scratch_list(r->dir, folder), *rest = list, *name;
	struct buf all;

	buf_init(&all, 256 << 20);
	while (*list != '\0' && (name = strsep(&rest, " ")) != NULL) {
		char *path = xasprintf("%s/%s", folder, name), *text;
		size_t len;

		text = scratch_read(r->dir, path, &len);
		buf_add(&all, text, len);
		free(text);
		free(path);
	}
	free(list);
	free(folder);
	return all.len == 0 ? xstrdup("") : all.p;
}

static size_t
count_text(const char *in, const char *text)
{
	size_t n = 0;

	for (const char *s = in; (s = strstr(s, text)) != NULL; s++)
		n++;
	return n;
}

size_t
rig_lines(struct rig *r, const char *text)
{
	char *all = all_lines(r);
	size_t n = count_text(all, text == NULL ? "\n" : text);

	free(all);
	return n;
}

void
rig_check(struct rig *r, int64_t from_ms, int64_t until_ms)
{
	char *all = all_lines(r);
	size_t want = 0;

	for (size_t i = 0; i < r->n_toys; i++) {
		const struct toy *t = &r->toy[i];
		char text[256];
		size_t n;

		snprintf(text, sizeof(text), "\"@timestamp\":\"%s\","
		    "\"data_stream\":{\"dataset\":\"sentinel_one.toy\","
		    "\"namespace\":\"default\",\"type\":\"logs\"},"
		    "\"event\":{\"dataset\":\"sentinel_one.toy\","
		    "\"id\":\"%06d\",", rig_stamp(t->updated_ms), t->id);
		n = count_text(all, text);
		if (t->updated_ms < from_ms || t->visible_ms > until_ms) {
			CU_ASSERT(n <= 1);
			want += n;
			continue;
		}
		want++;
		CU_ASSERT_EQUAL(n, 1);
		if (n != 1 && r->n_bad++ < 3)
			fprintf(stderr, "toy %d of %s: %zu times\n", t->id,
			    rig_stamp(t->updated_ms), n);
	}
	CU_ASSERT_EQUAL(count_text(all, "\n"), want);
	free(all);
}

size_t
rig_asked(const struct rig *r, const char *text)
{
	return count_text(r->asked.p, text);
}

void
rig_forget_asked(struct rig *r)
{
	buf_reset(&r->asked);
}
