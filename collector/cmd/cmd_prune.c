/*
 * s1spool prune: take shipped segments into the archive, beside the daemon or
 * without it.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/base/log.h"
#include "collector/base/xalloc.h"
#include "collector/cmd/cmd.h"
#include "collector/cmd/shippers.h"
#include "collector/conf/conf.h"
#include "collector/walk/position.h"
#include "spool/journal.h"
#include "spool/prune.h"
#include "spool/shipper.h"

enum option { OPTION_CONFIG, OPTION_DRY_RUN };

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_DRY_RUN] = { "dry-run", 'n', NULL,
	    "say what would be done, and do nothing" },
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "done, or there was nothing to do" },
	{ EX_USAGE, "wrong arguments" },
	{ EX_NOINPUT, "the spool, the journal or a shipper's registry cannot "
	    "be read" },
	{ EX_OSERR, "started as root, it cannot become the spool's owner" },
	{ EX_IOERR, "a file could not be archived or removed, or standard "
	    "output not be written" },
	{ EX_TEMPFAIL, "another run goes on" },
	{ EX_CONFIG, "the configuration has errors" },
	{ 0, NULL },
};

static void
take_message(void *cookie, enum prune_level level, const char *path,
    const char *text)
{
	static const enum log_level levels[] = {
		[PRUNE_INFO] = LOG_INFO,
		[PRUNE_WARNING] = LOG_WARN,
		[PRUNE_ERROR] = LOG_ERROR,
	};

	(void)cookie;
	log_event(levels[level], NULL, NULL, "%s: %s", path, text);
}

/* The journal's record of a stream: "<console>/<dataset>". */
static void
prune_one(void *cookie, const char *key, struct slice value)
{
	const char *slash = strchr(key, '/');
	struct position pos;
	char *console;

	if (slash == NULL || strchr(key, '#') != NULL)
		return;
	position_init(&pos);
	console = xstrndup(key, (size_t)(slash - key));
	if (position_parse(&pos, value) == 0)
		prune_stream(cookie, console, slash + 1,
		    &(struct prune_published){ pos.sealed, pos.ids });
	else
		log_event(LOG_WARN, console, slash + 1, "its position in the "
		    "journal cannot be read; nothing of it is touched");
	free(console);
	position_fini(&pos);
}

static void
print_totals(const struct prune_counts *c, bool dry_run)
{
	printf("%s%" PRIu64 " segments archived (%" PRIu64 " packed, %" PRIu64
	    " bytes), %" PRIu64 " archives removed (%" PRIu64 " bytes), %"
	    PRIu64 " segments wait for their shippers (%" PRIu64 " bytes), %"
	    PRIu64 " failures\n", dry_run ? "would be: " : "", c->archived,
	    c->packed, c->packed_bytes, c->removed, c->removed_bytes,
	    c->waiting, c->waiting_bytes, c->failed);
}

static struct prune *
begin(const struct prune_options *opt, int *code)
{
	struct prune *p;
	struct buf err;

	buf_init(&err, 64 << 10);
	p = prune_begin(opt, take_message, NULL, &err);
	if (p == NULL) {
		*code = errno == EWOULDBLOCK ? EX_TEMPFAIL : EX_NOINPUT;
		log_error("%s", err.p);
	}
	buf_fini(&err);
	return p;
}

static int
prune(const struct conf *conf, const struct journal *journal,
    const struct shippers *shippers, bool dry_run)
{
	static const enum prune_compress compress[] = {
		[COMPRESS_ARCHIVE] = PRUNE_COMPRESS_ARCHIVE,
		[COMPRESS_NEVER] = PRUNE_COMPRESS_NEVER,
		[COMPRESS_SEALED] = PRUNE_COMPRESS_SEALED,
	};
	const struct prune_options opt = {
		.directory = conf->spool.directory,
		.compress = compress[conf->spool.compress],
		.shippers = shippers->readable,
		.n_shippers = shippers->n,
		.hold_ms = conf->spool.hold,
		.archive_max_age_ms = conf->archive.max_age,
		.archive_max_bytes = conf->archive.max_size,
		.dry_run = dry_run,
	};
	struct prune *p;
	int code;

	p = begin(&opt, &code);
	if (p == NULL)
		return code;
	journal_each(journal, "", prune_one, p);
	prune_archives(p);
	print_totals(prune_counts(p), dry_run);
	code = prune_counts(p)->failed > 0 ? EX_IOERR :
	    shippers->n_unreadable > 0 ? EX_NOINPUT : EX_OK;
	prune_end(p);
	return code;
}

/* The journal first: what it has published stays true, whatever a shipper says
 * later. */
static int
run_with(const struct conf *conf, bool dry_run)
{
	struct shippers shippers;
	struct journal *journal;
	struct buf err;
	int code = EX_NOINPUT;

	buf_init(&err, 64 << 10);
	journal = journal_peek(conf->state.directory, &err);
	if (journal == NULL) {
		log_error("%s", err.p);
	} else {
		shippers_read(&shippers, conf, &err);
		log_lines(LOG_ERROR, err.p);
		if (cmd_become_owner(conf->spool.directory) == 0)
			code = prune(conf, journal, &shippers, dry_run);
		else
			code = EX_OSERR;
		shippers_free(&shippers);
	}
	journal_close(journal);
	buf_fini(&err);
	return code;
}

static int
run(const struct cmd_line *line)
{
	struct conf *conf = cmd_conf_load(line->value[OPTION_CONFIG]);
	int code;

	if (conf == NULL)
		return EX_CONFIG;
	code = run_with(conf, line->value[OPTION_DRY_RUN] != NULL);
	conf_free(conf);
	return code;
}

const struct command cmd_prune = {
	.name = "prune",
	.summary = "archive what was shipped, remove old archives",
	.options = options,
	.exits = exits,
	.run = run,
};
