#include "config.h"

#include "collector/walk/backfill_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/walk/engine.h"
#include "spool/version.h"

#define REQUEST_FILE "backfill.request"
#define REQUEST_VERSION 1
#define REQUEST_MAX (1u << 20)
/* It holds no secret, and its reader need not be its owner. */
#define REQUEST_MODE 0644

void
backfill_request_name(struct backfill_request *rq)
{
	unsigned char random[8] = { 0 };

	(void)!getrandom(random, sizeof(random), GRND_NONBLOCK);
	num_hex_text(random, sizeof(random), rq->id);
}

/* As a file. */

static void
put_names(struct json_object *o, const char *name, const char **list)
{
	struct json_object *names;

	if (list == NULL)
		return;
	names = tree_list();
	for (; *list != NULL; list++)
		tree_push(names, tree_text(*list));
	tree_put(o, name, names);
}

static struct json_object *
to_json(const struct backfill_request *rq)
{
	struct json_object *o = tree_object();

	tree_put(o, "version", tree_int(REQUEST_VERSION));
	tree_put(o, "id", tree_text(rq->id));
	tree_put(o, "from", tree_int(rq->range.from));
	tree_put(o, "to", tree_int(rq->range.to));
	tree_put(o, "again", tree_flag(rq->again));
	tree_put(o, "stop", tree_flag(rq->stop));
	put_names(o, "consoles", rq->choice.consoles);
	put_names(o, "datasets", rq->choice.datasets);
	return o;
}

/* Under its own name first, so that what is found under the known one is
 * whole, and is no other's. */
int
backfill_request_leave(int dirfd, const struct backfill_request *rq)
{
	struct json_object *o = to_json(rq);
	char *own = xasprintf(REQUEST_FILE ".%s", rq->id);
	struct buf text;
	int rc, saved;

	buf_init(&text, REQUEST_MAX);
	if ((rc = buf_adds(&text, tree_print(o, TREE_PLAIN))) != 0)
		errno = EFBIG;
	else
		rc = fs_replace(dirfd, own, buf_slice(&text), REQUEST_MODE);
	if (rc == 0)
		rc = linkat(dirfd, own, dirfd, REQUEST_FILE, 0);
	saved = errno;
	unlinkat(dirfd, own, 0);
	buf_fini(&text);
	free(own);
	json_object_put(o);
	errno = saved;
	return rc;
}

bool
backfill_request_waits(int dirfd)
{
	return faccessat(dirfd, REQUEST_FILE, F_OK, 0) == 0;
}

bool
backfill_request_withdraw(int dirfd)
{
	return unlinkat(dirfd, REQUEST_FILE, 0) == 0;
}

/* NULL when there is no such list; the texts are the object's. */
static const char **
get_names(struct json_object *o, const char *name)
{
	struct json_object *list = tree_get(o, name, json_type_array);
	const char **names;
	size_t n;

	if (list == NULL)
		return NULL;
	n = json_object_array_length(list);
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = json_object_get_string(
		    json_object_array_get_idx(list, i));
	return names;
}

/* The name is what keeps a request from being taken twice. */
static bool
from_json(struct json_object *o, struct backfill_request *rq)
{
	const char *id;

	if (!json_object_is_type(o, json_type_object) ||
	    version_check(tree_get_int(o, "version", 0), REQUEST_VERSION) !=
	    VERSION_KNOWN)
		return false;
	id = tree_get_text(o, "id", NULL);
	if (id == NULL || *id == '\0' || strlen(id) >= sizeof(rq->id))
		return false;
	*rq = (struct backfill_request){
		.range = { tree_get_int(o, "from", 0),
		    tree_get_int(o, "to", 0) },
		.again = tree_get_flag(o, "again"),
		.stop = tree_get_flag(o, "stop"),
	};
	memcpy(rq->id, id, strlen(id) + 1);
	return true;
}

/* What it asks for. */

const char *
backfill_refusal(const struct dataset *dataset)
{
	return dataset->walk.bound != WALK_BOUND_NONE ? NULL :
	    "the console has no time filter for it: it tells what is there "
	    "now, not what was, and each poll reads all of that";
}

struct application {
	const struct backfill_request *rq;
	int64_t resend; /* 0: not again */
};

static void
apply(void *cookie, struct poller *p)
{
	const struct application *a = cookie;
	const struct backfill_request *rq = a->rq;

	if (!choice_has(&rq->choice, p->console, p->dataset->name) ||
	    backfill_refusal(p->dataset) != NULL)
		return;
	if (rq->stop)
		backfill_run_stop(p, rq->id);
	else
		backfill_run_ask(p, rq->id, rq->range, a->resend);
}

int
backfill_request_apply(struct engine *e, const struct backfill_request *rq)
{
	struct application a = { rq, 0 };

	if (rq->again)
		a.resend = clock_wall_us() / 1000000;
	engine_each(e, apply, &a);
	return commit_now(&e->commit);
}

/* What makes no sense would stay for ever. */
static void
take(struct engine *e, struct slice text)
{
	struct json_object *o = tree_parse_object(text);
	struct backfill_request rq;
	int rc = 0;

	if (!from_json(o, &rq)) {
		log_warn("the request for a backfill makes no sense, or is of "
			 "a later version: it is removed");
	} else {
		rq.choice.consoles = get_names(o, "consoles");
		rq.choice.datasets = get_names(o, "datasets");
		rc = backfill_request_apply(e, &rq);
		choice_fini(&rq.choice);
	}
	if (rc == 0 && !backfill_request_withdraw(e->env.state_dirfd))
		log_warn("the request for a backfill cannot be removed: %s",
		    strerror(errno));
	json_object_put(o);
}

void
backfill_request_take(struct engine *e)
{
	int dirfd = e->env.state_dirfd;
	struct buf text;

	if (!backfill_request_waits(dirfd))
		return;
	buf_init(&text, REQUEST_MAX);
	if (fs_read_file(dirfd, REQUEST_FILE, &text) == 0)
		take(e, buf_slice(&text));
	else
		log_warn("the request for a backfill cannot be read: %s",
		    strerror(errno));
	buf_fini(&text);
}
