/*
 * What a user may do with a file: asked by root or by anybody else about the
 * user that the daemon runs as.  Goes by modes and groups; lists of access
 * rights beyond them are not looked at.
 */
#ifndef S1SPOOL_CHECK_RIGHTS_H
#define S1SPOOL_CHECK_RIGHTS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

#define RIGHTS_NAME 64

struct user {
	uid_t uid;
	gid_t *groups; /* owned */
	int n_groups;
	char name[RIGHTS_NAME]; /* the number when it has none */
};

/* The user of that id, with its groups; `group` is one of them at least. */
void user_init(struct user *u, uid_t uid, gid_t group);
void user_fini(struct user *u);

/*
 * The daemon's: that owns the spool directory.  False, and nothing to free,
 * when there is no such directory, or it cannot be seen.
 */
bool user_of_daemon(struct user *u, const struct conf *conf);

/* wanted: R_OK, W_OK, X_OK together. */
bool user_may(const struct user *u, const struct stat *sb, int wanted);

/*
 * May the user get to an absolute path and then do what is wanted?  0; or -1
 * with what it is that stops it in why.  What this process itself cannot see
 * stops nobody.
 */
int user_may_reach(const struct user *u, const char *path, int wanted,
    struct buf *why);

/* "s1spool:adm 0640", with numbers where there are no names. */
void rights_text(const struct stat *sb, struct buf *out);

#endif
