#include "config.h"

#include "collector/respond/rights.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/xalloc.h"
#include "collector/check/rights.h"
#include "collector/check/span.h"
#include "collector/client/token_details.h"
#include "collector/json/tree.h"
#include "collector/respond/action.h"
#include "collector/respond/audit.h"

#define TEXT_MAX ((size_t)64 << 10)
#define TRIES 2
#define DAY_MS (24 * 3600 * 1000LL)
#define WARNING_MS (14 * DAY_MS)
#define NAME_ROOM 128

/* To read its own role, which this check does. */
#define RIGHT_OF_CHECK "Roles.view"

/* names */

/* Consoles spell them in more than one way: "Activity Page", "activityPage";
 * "view", "Endpoints.view". */
static void
plain_name(const char *name, char out[NAME_ROOM])
{
	size_t n = 0;

	for (; *name != '\0' && n < NAME_ROOM - 1; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = '\0';
	if (n > 4 && strcmp(out + n - 4, "page") == 0)
		out[n - 4] = '\0';
}

static bool
same_name(const char *a, const char *b)
{
	char x[NAME_ROOM], y[NAME_ROOM];

	plain_name(a, x);
	plain_name(b, y);
	return x[0] != '\0' && strcmp(x, y) == 0;
}

static const char *
last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? name : dot + 1;
}

static bool
is_right(struct json_object *page, struct json_object *permission,
    const char *right)
{
	char wanted[NAME_ROOM];
	const char *dot = strchr(right, '.');

	snprintf(wanted, sizeof(wanted), "%.*s", (int)(dot - right), right);
	if (!same_name(host_text(page, "identifier"), wanted) &&
	    !same_name(host_text(page, "name"), wanted))
		return false;
	return same_name(last_part(host_text(permission, "identifier")),
		   dot + 1) ||
	    same_name(host_text(permission, "title"), dot + 1);
}

/* a role */

typedef void each_fn(void *cookie, struct json_object *page,
    struct json_object *permission);

static void
each(struct json_object *role, each_fn *fn, void *cookie)
{
	struct json_object *pages = json_object_object_get(role, "pages");

	if (!json_object_is_type(pages, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(pages); i++) {
		struct json_object *page = json_object_array_get_idx(pages, i);
		struct json_object *list = json_object_object_get(page,
		    "permissions");

		if (!json_object_is_type(list, json_type_array))
			continue;
		for (size_t k = 0; k < json_object_array_length(list); k++)
			if (host_is(json_object_array_get_idx(list, k),
			    "value"))
				fn(cookie, page,
				    json_object_array_get_idx(list, k));
	}
}

struct finding_one {
	const char *right;
	bool found;
};

static void
find_one(void *cookie, struct json_object *page,
    struct json_object *permission)
{
	struct finding_one *f = cookie;

	f->found |= is_right(page, permission, f->right);
}

bool
rights_has(struct json_object *role, const char *right)
{
	struct finding_one f = { right, false };

	each(role, find_one, &f);
	return f.found;
}

/* a console */

struct checking {
	struct findings *found;
	struct conf_console console; /* its token is the one that acts */
	struct subject about;
	struct ask *ask;
	struct json_object *roles; /* array */
	struct buf surplus;
	size_t n_surplus;
};

static bool
has_right(const struct checking *k, const char *right)
{
	for (size_t i = 0; i < json_object_array_length(k->roles); i++)
		if (rights_has(json_object_array_get_idx(k->roles, i), right))
			return true;
	return false;
}

static void
check_action(struct checking *k, const struct action *a)
{
	struct buf lacks;

	buf_init(&lacks, TEXT_MAX);
	for (const char *const *r = a->rights; *r != NULL; r++)
		if (!has_right(k, *r))
			buf_addf(&lacks, "%s%s", lacks.len > 0 ? ", " : "",
			    *r);
	if (lacks.len == 0)
		finding_add(k->found, LEVEL_OK, &k->about, "%s: allowed",
		    a->about.name);
	else
		finding_mend(finding_add(k->found, LEVEL_WARNING, &k->about,
		    "%s: not allowed, the role lacks %s", a->about.name,
		    lacks.p), "add it to the role, unless nobody is to do "
		    "this");
	buf_fini(&lacks);
}

static bool
is_needed(struct json_object *page, struct json_object *permission)
{
	for (const struct action *const *a = action_table; *a != NULL; a++)
		for (const char *const *r = (*a)->rights; *r != NULL; r++)
			if (is_right(page, permission, *r))
				return true;
	return is_right(page, permission, RIGHT_OF_CHECK);
}

static void
add_surplus(void *cookie, struct json_object *page,
    struct json_object *permission)
{
	struct checking *k = cookie;

	if (!is_needed(page, permission))
		buf_addf(&k->surplus, "%s%s.%s",
		    k->n_surplus++ > 0 ? ", " : "",
		    host_text(page, "identifier"),
		    last_part(host_text(permission, "identifier")));
}

static void
check_surplus(struct checking *k)
{
	for (size_t i = 0; i < json_object_array_length(k->roles); i++)
		each(json_object_array_get_idx(k->roles, i), add_surplus, k);
	if (k->n_surplus == 0)
		finding_add(k->found, LEVEL_OK, &k->about, "the token may do "
		    "no more than the actions need");
	else
		finding_mend(finding_add(k->found, LEVEL_WARNING, &k->about,
		    "the token may do more than the actions need: %s",
		    k->surplus.p), "give its service user a role of its own "
		    "with only what is needed");
}

/* its role */

static void
read_role(struct checking *k, const struct token_role *role)
{
	char *path = xasprintf("/rbac/role/%s", role->id);
	struct ask_reply reply;
	struct json_object *data;

	ask_get(k->ask, path, TRIES, &reply);
	if (reply.verdict == VERDICT_OK && json_object_object_get_ex(
	    reply.body, "data", &data))
		tree_push(k->roles, json_object_get(data));
	else
		finding_mend(finding_add(k->found, LEVEL_WARNING, &k->about,
		    "the role %s cannot be read, so nobody knows what the "
		    "token may do: %s", role->name != NULL ? role->name :
		    role->id, reply.detail.p), "add %s to the role",
		    RIGHT_OF_CHECK);
	ask_reply_fini(&reply);
	free(path);
}

static bool
is_number(const char *text)
{
	return text != NULL && *text != '\0' &&
	    text[strspn(text, "0123456789")] == '\0';
}

static void
check_rights(struct checking *k, const struct token_details *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_roles; i++)
		if (is_number(t->role[i].id)) {
			read_role(k, &t->role[i]);
			n++;
		}
	if (n == 0)
		finding_add(k->found, LEVEL_WARNING, &k->about, "the console "
		    "does not tell the token's role");
	if (n == 0 || json_object_array_length(k->roles) < n)
		return;
	for (const struct action *const *a = action_table; *a != NULL; a++)
		if ((*a)->asks_console)
			check_action(k, *a);
	check_surplus(k);
}

static void
check_life(struct checking *k, const struct token_details *t)
{
	const char *who = token_details_who(t);
	int64_t now = ask_clock(k->ask), left;
	char span[NUM_TEXT], date[NUM_TEXT];

	if (now < 0)
		now = clock_wall_us() / 1000;
	left = t->expires_ms - now;
	if (who == NULL)
		who = "the token";
	if (t->expires_ms == 0)
		finding_add(k->found, LEVEL_WARNING, &k->about, "%s: the "
		    "console does not tell when it expires", who);
	else if (left <= 0)
		finding_add(k->found, LEVEL_ERROR, &k->about, "%s; expired on "
		    "%s", who, date_text(t->expires_ms, date));
	else
		finding_figure(finding_add(k->found, left < WARNING_MS ?
		    LEVEL_WARNING : LEVEL_OK, &k->about, "%s; expires in %s, "
		    "on %s", who, span_text(left, span),
		    date_text(t->expires_ms, date)), "days_left",
		    left / DAY_MS);
}

static void
check_token(struct checking *k)
{
	struct token_details details;
	struct ask_reply reply;

	token_details_init(&details);
	ask_get(k->ask, "/user", TRIES, &reply);
	if (reply.verdict != VERDICT_OK) {
		finding_add(k->found, LEVEL_ERROR, &k->about, "%s",
		    reply.detail.p);
	} else {
		(void)token_details_user(&details,
		    slice_of(tree_print(reply.body, TREE_PLAIN)));
		check_life(k, &details);
		check_rights(k, &details);
	}
	ask_reply_fini(&reply);
	token_details_fini(&details);
}

/* its file */

/* A stolen collector must not be able to isolate hosts. */
static void
check_reader(struct checking *k, const struct conf *conf)
{
	const char *file = k->console.api_token_file;
	struct user daemon;
	struct stat sb;
	struct buf why;

	if (stat(file, &sb) != 0 || !user_of_daemon(&daemon, conf))
		return;
	buf_init(&why, TEXT_MAX);
	if (daemon.uid != 0 &&
	    user_may_reach(&daemon, file, R_OK, &why) == 0)
		finding_mend(finding_add(k->found, LEVEL_ERROR, &k->about,
		    "%s: the collector's user %s may read the token that acts",
		    file, daemon.name), "give it to a group of its own, such "
		    "as s1spool-respond");
	buf_fini(&why);
	user_fini(&daemon);
}

static void
check_same(struct checking *k, const struct conf_console *c)
{
	struct stat one, other;

	if (stat(c->api_token_file, &one) != 0 ||
	    stat(c->respond_token_file, &other) != 0 ||
	    one.st_dev != other.st_dev || one.st_ino != other.st_ino)
		return;
	finding_mend(finding_add(k->found, LEVEL_ERROR, &k->about, "%s is the "
	    "collector's token, too", c->respond_token_file), "make a second "
	    "one, and take the right to act from the first");
}

static void
check_console(const struct conf *conf, const struct conf_console *c,
    struct findings *found)
{
	struct checking k = {
		.found = found,
		.console = *c,
		.about = { "respond", c->name, NULL },
		.roles = tree_list(),
	};
	struct buf err;

	k.console.api_token_file = c->respond_token_file;
	buf_init(&err, TEXT_MAX);
	buf_init(&k.surplus, TEXT_MAX);
	check_same(&k, c);
	check_reader(&k, conf);
	k.ask = ask_new(&k.console, &err);
	if (k.ask == NULL)
		finding_add(found, LEVEL_ERROR, &k.about, "%s", err.p);
	else
		check_token(&k);
	ask_free(k.ask);
	json_object_put(k.roles);
	buf_fini(&k.surplus);
	buf_fini(&err);
}

/* No action is done that cannot be written down. */
static void
check_audit(const char *directory, struct findings *found)
{
	const struct subject about = { "respond", NULL, NULL };
	struct audit *au;
	struct buf err;

	buf_init(&err, TEXT_MAX);
	au = audit_open(directory, "", &err);
	if (au == NULL)
		finding_add(found, LEVEL_ERROR, &about, "%.*s",
		    (int)strcspn(err.p, "\n"), err.p);
	else
		finding_add(found, LEVEL_OK, &about,
		    "what is done can be written down in %s", directory);
	audit_close(au);
	buf_fini(&err);
}

void
rights_check(const struct conf *conf, const struct choice *choice,
    struct findings *found)
{
	unsigned n = 0;

	for (size_t i = 0; i < conf->n_consoles; i++) {
		const struct conf_console *c = conf->console[i];
		bool has = c->respond_token_file != NULL;

		if (!choice_has_console(choice, c->name) ||
		    (!has && choice->consoles == NULL))
			continue;
		found->order = n++;
		if (has)
			check_console(conf, c, found);
		else
			finding_add(found, LEVEL_ERROR,
			    &(struct subject){ "respond", c->name, NULL },
			    "it has no respond_token_file");
	}
	found->order = n;
	if (n > 0)
		check_audit(conf->respond.directory, found);
	else
		finding_add(found, LEVEL_ERROR,
		    &(struct subject){ "respond", NULL, NULL },
		    "no console has a respond_token_file");
}
