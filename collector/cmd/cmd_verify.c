/*
 * s1spool verify: is the spool sound?  May be run beside the daemon.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <json-c/json.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/cmd/against.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset.h"
#include "collector/json/tree.h"
#include "spool/segment.h"
#include "spool/verify.h"

enum option {
	OPTION_CONFIG,
	OPTION_QUIET,
	OPTION_JSON,
	OPTION_AGAINST,
	/* What is said of its records. */
	OPTION_DATASET,
	OPTION_PARENT_ID,
	OPTION_COLLECTED_AT,
};

static const struct cmd_option options[] = {
	[OPTION_CONFIG] = CMD_OPTION_CONFIG,
	[OPTION_QUIET] = { "quiet", 'q', NULL, "print errors only" },
	[OPTION_JSON] = { "json", 0, NULL, "print everything as JSON" },
	[OPTION_AGAINST] = { "against", 0, "FILE...",
	    "each raw record of these files has to be there, once" },
	[OPTION_DATASET] = { "dataset", 0, "NAME",
	    "what records these are, where PATH does not tell" },
	[OPTION_PARENT_ID] = CMD_OPTION_PARENT_ID,
	[OPTION_COLLECTED_AT] = CMD_OPTION_COLLECTED_AT,
	{ 0 },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "the spool is sound" },
	{ EX_USAGE, "wrong arguments" },
	{ EX_DATAERR, "the spool has errors, or a record is not there once" },
	{ EX_NOINPUT, "there is no such file or directory, or it cannot be "
	    "read" },
	{ EX_IOERR, "standard output cannot be written" },
	{ EX_CONFIG, "the configuration has errors" },
	{ 0, NULL },
};

/* One row of the table. */
struct row {
	char *name;
	struct verify_stream totals;
};

struct report {
	struct against *against; /* NULL: nothing is given */
	struct against_counts counts;
	bool quiet;
	struct json_object *findings; /* NULL: print them as they come */
	uint64_t count[VERIFY_ERROR + 1];
	struct row *rows;
	size_t n_rows, room;
};

static const char *const level_names[] = {
	[VERIFY_WARNING] = "warning",
	[VERIFY_ERROR] = "error",
};

static void
add_finding(struct json_object *list, enum verify_level level,
    const char *file, uint64_t line, const char *text)
{
	struct json_object *o = tree_object();

	tree_put(o, "level", tree_text(level_names[level]));
	tree_put(o, "file", tree_text(file));
	if (line > 0)
		tree_put(o, "line", tree_int((int64_t)line));
	tree_put(o, "text", tree_text(text));
	tree_push(list, o);
}

static void
print_finding(enum verify_level level, const char *file, uint64_t line,
    const char *text)
{
	printf("%s: %s:", level_names[level], file);
	if (line > 0)
		printf("%" PRIu64 ":", line);
	printf(" %s\n", text);
}

static void
take_message(void *cookie, enum verify_level level, const char *file,
    uint64_t line, const char *text)
{
	struct report *r = cookie;

	r->count[level]++;
	if (r->quiet && level < VERIFY_ERROR)
		return;
	if (r->findings != NULL)
		add_finding(r->findings, level, file, line, text);
	else
		print_finding(level, file, line, text);
}

static void
take_stream(void *cookie, const struct verify_stream *s)
{
	struct report *r = cookie;
	struct row *row;

	if (r->against != NULL)
		against_stream(r->against, s);
	if (r->n_rows == r->room) {
		r->room = r->room == 0 ? 16 : r->room * 2;
		r->rows = xreallocarray(r->rows, r->room, sizeof(*r->rows));
	}
	row = &r->rows[r->n_rows++];
	*row = (struct row){ xstrdup(s->name), *s };
	row->totals.name = row->name;
}

static void
take_line(void *cookie, const struct verify_stream *s, struct slice id,
    bool again)
{
	struct report *r = cookie;

	against_line(r->against, s, id, again);
}

/* "-" when there is no time. */
static const char *
format_time(const struct verify_stream *s, int64_t ms,
    char out[ISO8601_LEN + 1])
{
	if (s->first_ms > s->last_ms)
		return "-";
	iso8601_format(ms, out);
	out[ISO8601_LEN] = '\0';
	return out;
}

static void
print_table(const struct report *r)
{
	char first[ISO8601_LEN + 1], last[ISO8601_LEN + 1];
	int width = (int)strlen("STREAM");

	for (size_t i = 0; i < r->n_rows; i++)
		if ((int)strlen(r->rows[i].name) > width)
			width = (int)strlen(r->rows[i].name);
	printf("%-*s %7s %12s %15s  %-24s  %s\n", width, "STREAM", "FILES",
	    "LINES", "BYTES", "FIRST", "LAST");
	for (size_t i = 0; i < r->n_rows; i++) {
		const struct verify_stream *s = &r->rows[i].totals;

		printf("%-*s %7" PRIu64 " %12" PRIu64 " %15" PRIu64
		    "  %-24s  %s\n", width, s->name, s->files, s->lines,
		    s->bytes, format_time(s, s->first_ms, first),
		    format_time(s, s->last_ms, last));
	}
	if (r->against != NULL)
		printf("%" PRIu64 " records given, %" PRIu64 " different: %"
		    PRIu64 " once, %" PRIu64 " missing, %" PRIu64
		    " more than once\n", r->counts.given, r->counts.different,
		    r->counts.present, r->counts.missing, r->counts.doubled);
	printf("%" PRIu64 " errors, %" PRIu64 " warnings\n",
	    r->count[VERIFY_ERROR], r->count[VERIFY_WARNING]);
}

static void
add_number(struct json_object *o, const char *name, uint64_t v)
{
	tree_put(o, name, tree_int((int64_t)v));
}

static struct json_object *
stream_object(const struct verify_stream *s)
{
	struct json_object *o = tree_object();
	char text[ISO8601_LEN + 1];

	tree_put(o, "stream", tree_text(s->name));
	add_number(o, "files", s->files);
	add_number(o, "lines", s->lines);
	add_number(o, "bytes", s->bytes);
	if (s->first_ms > s->last_ms)
		return o;
	tree_put(o, "first", tree_text(format_time(s, s->first_ms, text)));
	tree_put(o, "last", tree_text(format_time(s, s->last_ms, text)));
	return o;
}

static struct json_object *
against_object(const struct against_counts *c)
{
	struct json_object *o = tree_object();

	add_number(o, "given", c->given);
	add_number(o, "different", c->different);
	add_number(o, "present", c->present);
	add_number(o, "missing", c->missing);
	add_number(o, "doubled", c->doubled);
	return o;
}

static void
print_json(struct report *r)
{
	struct json_object *o = tree_object();
	struct json_object *streams = tree_list();

	for (size_t i = 0; i < r->n_rows; i++)
		tree_push(streams, stream_object(&r->rows[i].totals));
	tree_put(o, "streams", streams);
	if (r->against != NULL)
		tree_put(o, "against", against_object(&r->counts));
	tree_put(o, "findings", json_object_get(r->findings));
	add_number(o, "errors", r->count[VERIFY_ERROR]);
	add_number(o, "warnings", r->count[VERIFY_WARNING]);
	puts(tree_print(o, TREE_PRETTY));
	json_object_put(o);
}

/* False when a file or path cannot be read. */
static bool
can_read(const char *path, int r)
{
	if (r == 0)
		return true;
	fprintf(stderr, "s1spool verify: %s: %s\n", path, errno == EBADMSG ?
	    "damaged gzip" : strerror(errno));
	return false;
}

static bool
verify_all(struct report *r, const struct cmd_line *line, char *const *paths,
    int n)
{
	const struct verify_sink sink = { take_message, take_stream,
		r->against != NULL ? take_line : NULL, r };
	bool all = true;

	for (size_t i = 0; i < line->n_given; i++)
		if (line->given[i].place == OPTION_AGAINST)
			all &= can_read(line->given[i].value,
			    against_read(r->against, line->given[i].value,
			    &sink));
	for (int i = 0; i < n; i++) {
		size_t before = r->n_rows;
		bool readable = can_read(paths[i],
		    verify_path(paths[i], &sink));

		all &= readable;
		/* As where it is the path of something else. */
		if (readable && r->n_rows == before && line->argc > 0)
			take_message(r, VERIFY_WARNING, paths[i], 0,
			    "there are no segments here");
	}
	if (r->against != NULL)
		against_report(r->against, &sink, &r->counts);
	return all;
}

static void
report_fini(struct report *r)
{
	for (size_t i = 0; i < r->n_rows; i++)
		free(r->rows[i].name);
	free(r->rows);
	json_object_put(r->findings);
	against_free(r->against);
}

/* A dataset by its folder's name, or by one of its segments'. */
static const struct dataset *
dataset_of_path(const char *path)
{
	size_t end = strlen(path), begin;
	struct segment_name s;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
		;
	if (segment_parse(path + begin, &s) == 0)
		return dataset_find(s.dataset);
	return dataset_find((struct slice){ path + begin, end - begin });
}

/* EX_OK with *dataset, or EX_USAGE after a message. */
static int
find_dataset(const char *name, char *const *paths, int n,
    const struct dataset **dataset)
{
	bool all = true;

	*dataset = name != NULL ? dataset_find(slice_of(name)) : NULL;
	if (name != NULL && *dataset == NULL)
		return cmd_unknown_dataset("verify", name);
	for (int i = 0; i < n; i++) {
		const struct dataset *found = dataset_of_path(paths[i]);

		all &= found != NULL;
		if (*dataset == NULL)
			*dataset = found;
		if (found == NULL || found == *dataset)
			continue;
		fprintf(stderr, "s1spool verify: %s holds records of %s, not "
		    "of %s\n", paths[i], found->name, (*dataset)->name);
		return EX_USAGE;
	}
	if (name != NULL || all)
		return EX_OK;
	fprintf(stderr, "s1spool verify: --against needs --dataset, for the "
	    "path does not tell what records these are\n");
	return EX_USAGE;
}

/* EX_OK, or EX_USAGE after a message. */
static int
refuse_alone(const struct cmd_line *line)
{
	for (int i = OPTION_DATASET; i <= OPTION_COLLECTED_AT; i++)
		if (line->value[i] != NULL) {
			fprintf(stderr, "s1spool verify: --%s is about the "
			    "records of --against, which is not given\n",
			    options[i].name);
			return EX_USAGE;
		}
	return EX_OK;
}

/* EX_OK, or EX_USAGE after a message. */
static int
begin_against(struct report *r, const struct cmd_line *line,
    char *const *paths, int n, struct map_context *ctx)
{
	const struct dataset *dataset;
	int code;

	if (line->value[OPTION_AGAINST] == NULL)
		return refuse_alone(line);
	code = cmd_choice_one("verify", line, options, OPTION_DATASET);
	if (code == EX_OK)
		code = find_dataset(line->value[OPTION_DATASET], paths, n,
		    &dataset);
	if (code == EX_OK)
		code = cmd_map_context("verify",
		    line->value[OPTION_COLLECTED_AT],
		    line->value[OPTION_PARENT_ID], ctx);
	if (code == EX_OK)
		r->against = against_new(dataset, ctx);
	return code;
}

/* The exit code of what was found. */
static int
tell(struct report *r, bool all)
{
	if (r->findings != NULL)
		print_json(r);
	else if (!r->quiet && (all || r->n_rows > 0))
		print_table(r);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "s1spool verify: standard output: %s\n",
		    strerror(errno));
		return EX_IOERR;
	}
	return !all ? EX_NOINPUT : r->count[VERIFY_ERROR] > 0 ? EX_DATAERR :
	    EX_OK;
}

static int
verify_paths(const struct cmd_line *line, char *const *paths, int n)
{
	struct report r = { .quiet = line->value[OPTION_QUIET] != NULL };
	struct map_context ctx;
	int code = begin_against(&r, line, paths, n, &ctx);

	if (code != EX_OK)
		return code;
	if (line->value[OPTION_JSON] != NULL)
		r.findings = tree_list();
	code = tell(&r, verify_all(&r, line, paths, n));
	report_fini(&r);
	return code;
}

/* Without a path: the spool that the configuration names. */
static int
verify_configured(const struct cmd_line *line)
{
	const char *file = line->value[OPTION_CONFIG];
	struct conf *conf;
	struct buf err;
	int code;

	buf_init(&err, 64 << 10);
	conf = conf_load(file != NULL ? file : CMD_CONFIG_FILE, &err);
	if (conf == NULL)
		fprintf(stderr, "%s", err.p);
	buf_fini(&err);
	if (conf == NULL)
		return EX_CONFIG;
	code = verify_paths(line, &conf->spool.directory, 1);
	conf_free(conf);
	return code;
}

static int
run(const struct cmd_line *line)
{
	if (line->argc == 0)
		return verify_configured(line);
	return verify_paths(line, line->argv, line->argc);
}

const struct command cmd_verify = {
	.name = "verify",
	.summary = "is the spool sound",
	.args = "[PATH...]",
	.min_args = 0,
	.max_args = INT_MAX,
	.options = options,
	.exits = exits,
	.run = run,
};
