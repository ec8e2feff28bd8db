/*
 * The files with the tokens: who may read them, and is a token in them?  And
 * those with the private keys of TLS.
 */
#include "config.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/check/check.h"
#include "collector/check/rights.h"
#include "collector/conf/secret.h"

/* Open to more than the daemon's group. */
static void
judge_group(struct check *c, const struct subject *about, const char *file,
    const struct stat *sb, gid_t spool_group)
{
	struct buf text;

	if ((sb->st_mode & S_IWGRP) != 0)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, about,
		    "%s: its group may write to it (mode %04o)", file,
		    (unsigned)sb->st_mode & 07777), "chmod g-wx %s", file);
	if ((sb->st_mode & S_IRGRP) == 0 || sb->st_gid == 0 ||
	    sb->st_gid == spool_group)
		return;
	buf_init(&text, 256);
	rights_text(sb, &text);
	finding_mend(finding_add(&c->found, LEVEL_WARNING, about, "%s (%s): "
	    "readable for a group that is not the spool's", file, text.p),
	    "chgrp it to the group of the spool directory, or chmod g= it");
	buf_fini(&text);
}

/* Does it hold a token that this process, and the daemon, can read? */
static void
judge_content(struct check *c, const struct subject *about, const char *file,
    const struct user *daemon)
{
	struct secret token = { 0 };
	struct buf err;

	buf_init(&err, 4096);
	if (access(file, R_OK) != 0 && errno == EACCES && daemon != NULL &&
	    geteuid() != daemon->uid)
		finding_mend(finding_add(&c->found, LEVEL_WARNING, about,
		    "%s cannot be read by this user, so nothing is asked with "
		    "it", file), "run the check as root or as user %s",
		    daemon->name);
	else if (secret_load(&token, file, &err) != 0)
		finding_add(&c->found, LEVEL_ERROR, about, "%s", err.p);
	else if (daemon != NULL && user_may_reach(daemon, file, R_OK,
	    &err) != 0)
		finding_mend(finding_add(&c->found, LEVEL_ERROR, about, "%s",
		    err.p), "chgrp it to the daemon's group and chmod 0640 "
		    "it");
	secret_wipe(&token);
	buf_fini(&err);
}

static void
probe_file(struct check *c, const struct conf_console *console,
    const struct user *daemon, gid_t spool_group)
{
	const struct subject about = { "token", console->name, NULL };
	const char *file = console->api_token_file;
	size_t before = c->found.n;
	struct stat sb;
	struct buf text;

	judge_content(c, &about, file, daemon);
	if (stat(file, &sb) != 0)
		return;
	judge_group(c, &about, file, &sb, spool_group);
	if (c->found.n > before)
		return;
	buf_init(&text, 256);
	rights_text(&sb, &text);
	finding_add(&c->found, LEVEL_OK, &about, "%s: %s", file, text.p);
	buf_fini(&text);
}

/* TLS takes a key whoever may read it. */
static void
probe_key(struct check *c, const struct conf_console *console)
{
	const struct subject about = { "connection", console->name, NULL };
	const char *file = console->ssl.key;
	struct stat sb;

	if (file == NULL || stat(file, &sb) != 0 ||
	    (sb.st_mode & S_IRWXO) == 0)
		return;
	finding_mend(finding_add(&c->found, LEVEL_WARNING, &about,
	    "%s: the private key of ssl.key is open to everybody (mode %04o)",
	    file, (unsigned)sb.st_mode & 07777), "chmod o= %s", file);
}

void
probe_token_files(struct check *c)
{
	struct user daemon;
	bool known = user_of_daemon(&daemon, c->conf);
	struct stat sb = { .st_gid = 0 };

	(void)stat(c->conf->spool.directory, &sb);
	for (size_t i = 0; i < c->conf->n_consoles; i++)
		if (check_wants(c, c->conf->console[i])) {
			probe_file(c, c->conf->console[i],
			    known ? &daemon : NULL, sb.st_gid);
			probe_key(c, c->conf->console[i]);
		}
	if (known)
		user_fini(&daemon);
}
