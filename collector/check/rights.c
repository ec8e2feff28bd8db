#include "config.h"

#include "collector/check/rights.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

#define GROUPS_MAX 1024

void
user_init(struct user *u, uid_t uid, gid_t group)
{
	const struct passwd *pw = getpwuid(uid);

	*u = (struct user){ .uid = uid, .n_groups = 1 };
	u->groups = xcalloc(GROUPS_MAX, sizeof(*u->groups));
	u->groups[0] = group;
	if (pw == NULL) {
		snprintf(u->name, sizeof(u->name), "%lu", (unsigned long)uid);
		return;
	}
	snprintf(u->name, sizeof(u->name), "%s", pw->pw_name);
	u->n_groups = GROUPS_MAX;
	if (getgrouplist(pw->pw_name, pw->pw_gid, u->groups,
	    &u->n_groups) >= 0)
		return;
	u->n_groups = 1;
	u->groups[0] = pw->pw_gid;
}

void
user_fini(struct user *u)
{
	free(u->groups);
	u->groups = NULL;
}

bool
user_of_daemon(struct user *u, const struct conf *conf)
{
	struct stat sb;

	if (stat(conf->spool.directory, &sb) != 0)
		return false;
	user_init(u, sb.st_uid, sb.st_gid);
	return true;
}

static bool
is_in_group(const struct user *u, gid_t group)
{
	for (int i = 0; i < u->n_groups; i++)
		if (u->groups[i] == group)
			return true;
	return false;
}

bool
user_may(const struct user *u, const struct stat *sb, int wanted)
{
	mode_t has = sb->st_mode;

	if (u->uid == 0)
		return true;
	if (u->uid == sb->st_uid)
		has >>= 6;
	else if (is_in_group(u, sb->st_gid))
		has >>= 3;
	return ((mode_t)wanted & ~has) == 0;
}

/* One step of the way.  0, or -1 with the reason. */
static int
step(const struct user *u, const char *path, int wanted, struct buf *why)
{
	struct stat sb;

	if (stat(path, &sb) != 0 || user_may(u, &sb, wanted))
		return 0;
	buf_addf(why, "user %s may not %s %s (", u->name,
	    wanted == X_OK ? "enter" :
	    (wanted & W_OK) != 0 ? "write to" : "read", path);
	rights_text(&sb, why);
	buf_addc(why, ')');
	return -1;
}

int
user_may_reach(const struct user *u, const char *path, int wanted,
    struct buf *why)
{
	char *way = xstrdup(path);
	int r = 0;

	for (char *s = strchr(way + 1, '/'); s != NULL && r == 0;
	     s = strchr(s + 1, '/')) {
		*s = '\0';
		r = step(u, way, X_OK, why);
		*s = '/';
	}
	if (r == 0)
		r = step(u, path, wanted, why);
	free(way);
	return r;
}

void
rights_text(const struct stat *sb, struct buf *out)
{
	const struct passwd *pw = getpwuid(sb->st_uid);
	const struct group *gr = getgrgid(sb->st_gid);

	if (pw != NULL)
		buf_adds(out, pw->pw_name);
	else
		buf_addf(out, "%lu", (unsigned long)sb->st_uid);
	if (gr != NULL)
		buf_addf(out, ":%s", gr->gr_name);
	else
		buf_addf(out, ":%lu", (unsigned long)sb->st_gid);
	buf_addf(out, " %04o", (unsigned)sb->st_mode & 07777);
}
