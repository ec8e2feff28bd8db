/*
 * s1spool check: is all as it should be?  A table of probes, each of which adds
 * findings.  Nothing is written and no lock is taken: it may run beside the
 * daemon, as any user; what that user may not see is a finding.
 */
#ifndef S1SPOOL_CHECK_H
#define S1SPOOL_CHECK_H

#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/check/finding.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "collector/walk/choice.h"

struct check {
	const struct conf *conf;
	const char *file; /* of the configuration */
	const char *warnings; /* of its reader, a line each */
	const struct choice *choice; /* of consoles */
	int64_t now_ms; /* wall clock */
	/* Of each console of the configuration: how far its clock is ahead of
	 * this machine's, 0 as long as that is not known. */
	int64_t *skew_ms;
	struct findings found;
};

/* Is this console among those that are looked at? */
static inline bool
check_wants(const struct check *c, const struct conf_console *console)
{
	return choice_has_console(c->choice, console->name);
}

/* Run all probes and sort what they have found. */
void check_run(struct check *c);

/* A configuration that cannot be used is all there is to tell. */
void check_no_conf(struct check *c, const char *errors);

/* The probes, in the order of their findings. */

void probe_conf(struct check *c); /* the configuration and its file */
void probe_folders(struct check *c); /* who owns what, and may do what */
void probe_disk(struct check *c); /* room for what is not shipped */
void probe_token_files(struct check *c); /* who may read the tokens */
/* All that is asked of consoles, of all of them at a time. */
void probe_consoles(struct check *c);
/* Does it run, and how far is it?  By the consoles' clocks: after them. */
void probe_daemon(struct check *c);
void probe_shippers(struct check *c); /* their registries, what waits */

#endif
