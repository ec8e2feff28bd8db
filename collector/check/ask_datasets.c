/*
 * May the token read what is enabled?  Each dataset is asked for one record of
 * the last minute, in the way of its own walk.
 */
#include "config.h"

#include <inttypes.h>

#include "collector/base/clock.h"
#include "collector/check/ask.h"
#include "collector/walk/bounds.h"
#include "collector/walk/url.h"

#define REQUEST_MAX (64 << 10)
#define WINDOW_MS 60000LL

/* What an answer other than 200 means for a dataset, and its mend; the detail
 * tells the rest.  %s is the dataset's permission. */
static const struct {
	enum level level;
	const char *what;
	enum mend { MEND_NONE, MEND_PERMISSION, MEND_OFF } mend;
} meanings[VERDICT_COUNT] = {
	[VERDICT_RETRY] = { LEVEL_ERROR, "it cannot be asked for now",
	    MEND_NONE },
	/* /system/info took the token. */
	[VERDICT_AUTH] = { LEVEL_ERROR, "the token is valid, but not for this",
	    MEND_PERMISSION },
	[VERDICT_DENIED] = { LEVEL_ERROR, "the token may not read this",
	    MEND_PERMISSION },
	[VERDICT_UNSUPPORTED] = { LEVEL_WARNING,
	    "this console does not have it", MEND_OFF },
	[VERDICT_GONE] = { LEVEL_WARNING, "this console does not have it",
	    MEND_OFF },
	[VERDICT_BAD] = { LEVEL_ERROR, "the console refuses the request",
	    MEND_NONE },
	[VERDICT_CONFIG] = { LEVEL_ERROR, "the connection needs mending",
	    MEND_NONE },
};

static enum dataset_id
dataset_of(const struct question *q)
{
	return (enum dataset_id)(q->order - ASK_DATASET);
}

static void
add_mend(struct finding *f, enum mend mend, const struct dataset *dataset)
{
	if (mend == MEND_PERMISSION)
		finding_mend(f, "give the token's role \"%s\", or set "
		    "datasets.%s.enabled: false", dataset->permission,
		    dataset->name);
	else if (mend == MEND_OFF)
		finding_mend(f, "set datasets.%s.enabled: false",
		    dataset->name);
}

static void
judge_failure(struct inquiry *a, const struct subject *about,
    const struct dataset *dataset, const struct answer *answer)
{
	bool busy = answer->status == 429;
	struct finding *f;

	f = finding_add(&a->c->found, busy ? LEVEL_WARNING :
	    meanings[answer->verdict].level, about, "%s: %s",
	    meanings[answer->verdict].what, answer->detail);
	add_mend(f, meanings[answer->verdict].mend, dataset);
}

static void
judge(struct inquiry *a, const struct question *q, const struct answer *answer,
    struct slice body)
{
	const struct dataset *dataset = dataset_table[dataset_of(q)];
	const struct subject about = { "permission", a->conf->name,
		dataset->name };

	(void)body;
	if (q->has_errors)
		add_mend(finding_add(&a->c->found, LEVEL_ERROR, &about,
		    "the answer has errors: %s", q->fault), MEND_PERMISSION,
		    dataset);
	else if (q->fault != NULL)
		finding_mend(finding_add(&a->c->found, LEVEL_ERROR, &about,
		    "the answer makes no sense: %s", q->fault), "see what "
		    "answers at %s: a console does not do so", a->conf->url);
	else if (answer->verdict != VERDICT_OK)
		judge_failure(a, &about, dataset, answer);
	else
		finding_add(&a->c->found, LEVEL_OK, &about,
		    "may be read, answers in %" PRId64 " ms",
		    answer->elapsed_ms);
}

static void
ask_dataset(struct inquiry *a, enum dataset_id id)
{
	const struct walk_row *row = &dataset_table[id]->walk;
	int64_t now = console_clock(a->console, NULL);
	struct url_args args = {
		.query = row->list.query,
		.field = row->bound == WALK_BOUND_NONE ? NULL : row->phase[0],
		.limit = 1,
		.site_ids = a->conf->dataset[id].site_ids,
	};
	struct buf path, post;

	args.upper = now >= 0 ? now : clock_wall_us() / 1000;
	args.lower = args.upper - WINDOW_MS;
	buf_init(&path, REQUEST_MAX);
	buf_init(&post, REQUEST_MAX);
	url_path(&path, &row->list, &args);
	if (row->list.body != NULL)
		url_body(&post, &row->list, &args);
	ask(a, &(struct question){
		.path = path.p,
		.rate_class = row->list.rate_class,
		.post = row->list.body != NULL ? post.p : NULL,
		.bearer = row->bearer,
		.page = &row->list,
		.order = ASK_DATASET + id,
		.judge = judge,
	});
	buf_fini(&path);
	buf_fini(&post);
}

void
ask_datasets(struct inquiry *a)
{
	for (int id = 0; id < DATASET_COUNT; id++)
		if (a->conf->dataset[id].enabled)
			ask_dataset(a, id);
}
