#include "config.h"

#include "collector/cmd/status_view.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/cmd/shippers.h"
#include "collector/json/tree.h"
#include "collector/walk/status.h"
#include "spool/backlog.h"
#include "spool/lockdir.h"

#define STATUS_MAX (1 << 30)
#define TROUBLE_MAX (64 << 10)

struct json_object *
status_item_of(struct json_object *o, const char *name, size_t i)
{
	struct json_object *list = tree_get(o, name, json_type_array);

	return list != NULL &&
	    i < json_object_array_length(list) ?
	    json_object_array_get_idx(list, i) : NULL;
}

bool
status_view_is_old(const struct status_view *v)
{
	return v->now_ms - v->written_ms > STATUS_VIEW_OLD_MS;
}

/* Text of the status file; an errno. */
static int
read_text(const char *directory, struct buf *text)
{
	int dirfd = fs_open_dir(AT_FDCWD, directory), error = 0;

	if (dirfd < 0 || fs_read_file(dirfd, STATUS_FILE, text) != 0)
		error = errno;
	if (dirfd >= 0)
		close(dirfd);
	return error;
}

static void
explain(struct status_view *v, const char *directory, int error)
{
	if (error == ENOENT && v->pid == 0)
		buf_addf(&v->trouble, "there is no %s/" STATUS_FILE
		    ": it seems that s1spool has never run with this "
		    "configuration\n", directory);
	else
		buf_addf(&v->trouble, "%s/" STATUS_FILE " cannot be read: "
		    "%s\n", directory, error != 0 ? strerror(error) :
		    "it is damaged");
}

static void
read_status(struct status_view *v, const char *directory)
{
	struct buf text;
	int error;

	buf_init(&text, STATUS_MAX);
	error = read_text(directory, &text);
	if (error == 0)
		v->root = tree_parse_object(buf_slice(&text));
	buf_fini(&text);
	if (v->root == NULL)
		explain(v, directory, error);
}

/* That of a whole console is of no dataset. */
static bool
is_chosen(struct json_object *o, const struct choice *c)
{
	const char *dataset = tree_get_text(o, "dataset", NULL);

	return choice_has_console(c, tree_get_text(o, "console", "")) &&
	    (dataset == NULL || choice_has_dataset(c, dataset));
}

/* Leave those of a list that are chosen. */
static void
filter_list(struct json_object *root, const char *name,
    const struct choice *c)
{
	struct json_object *left = tree_list(), *o;

	for (size_t i = 0; (o = status_item_of(root, name, i)) != NULL; i++)
		if (is_chosen(o, c))
			tree_push(left, json_object_get(o));
	tree_put(root, name, left);
}

static void
put_part(struct json_object *o, const char *name,
    const struct backlog_part *part)
{
	struct json_object *member = tree_object();

	tree_put_int(member, "segments", part->segments);
	tree_put_int(member, "bytes", part->bytes);
	tree_put(o, name, member);
}

static int
put_backlog(const struct backlog_place *place, struct json_object *stream)
{
	const char *console = tree_get_text(stream, "console", "");
	const char *dataset = tree_get_text(stream, "dataset", "");
	struct backlog b;

	/* They become paths: a file that was tampered with leads nowhere. */
	if (console[0] == '\0' || strpbrk(console, "/.") != NULL ||
	    dataset[0] == '\0' || strpbrk(dataset, "/.") != NULL)
		return 0;
	if (backlog_count(place, console, dataset, &b) != 0)
		return -1;
	put_part(stream, "waiting", &b.waiting);
	if (place->n_shippers > 0)
		put_part(stream, "shipped", &b.shipped);
	put_part(stream, "archived", &b.archived);
	return 0;
}

/* What is where now; the daemon does not ask shippers. */
static void
put_backlogs(struct status_view *v, const struct conf *conf)
{
	struct backlog_place place = { .directory = conf->spool.directory };
	struct json_object *stream;
	struct shippers shippers;
	int r = 0;

	shippers_read(&shippers, conf, &v->trouble);
	place.shippers = shippers.readable;
	place.n_shippers = shippers.n;
	place.dirfd = fs_open_dir(AT_FDCWD, conf->spool.directory);
	for (size_t i = 0; place.dirfd >= 0 && r == 0 &&
	    (stream = status_item_of(v->root, "streams", i)) != NULL; i++)
		r = put_backlog(&place, stream);
	if (place.dirfd < 0 || r != 0)
		buf_addf(&v->trouble, "the spool %s cannot be read: %s\n",
		    conf->spool.directory, strerror(errno));
	if (place.dirfd >= 0)
		close(place.dirfd);
	shippers_free(&shippers);
}

static void
put_top(struct status_view *v)
{
	if (v->pid >= 0)
		tree_put(v->root, "running", tree_flag(v->pid > 0));
	if (v->pid > 0)
		tree_put_int(v->root, "pid", v->pid);
	tree_put_int(v->root, "age_ms", v->now_ms - v->written_ms);
	tree_put(v->root, "old", tree_flag(status_view_is_old(v)));
}

void
status_view_take(struct status_view *v, const struct conf *conf,
    const struct choice *choice)
{
	*v = (struct status_view){ .now_ms = clock_wall_us() / 1000 };
	buf_init(&v->trouble, TROUBLE_MAX);
	v->pid = lockdir_holder(conf->state.directory);
	if (v->pid < 0)
		buf_addf(&v->trouble, "whether s1spool runs cannot be told: "
		    "%s: %s\n", conf->state.directory, strerror(errno));
	read_status(v, conf->state.directory);
	if (v->root == NULL)
		return;
	v->written_ms = tree_get_time(v->root, "written", 0);
	filter_list(v->root, "consoles", choice);
	filter_list(v->root, "streams", choice);
	put_backlogs(v, conf);
	put_top(v);
}

void
status_view_fini(struct status_view *v)
{
	json_object_put(v->root);
	buf_fini(&v->trouble);
	*v = (struct status_view){ 0 };
}
