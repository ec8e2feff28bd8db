/*
 * s1spool map: raw records in, documents out, with the very code that the
 * daemon uses.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf_text.h"
#include "collector/dataset/dataset.h"
#include "collector/map/map.h"
#include "collector/map/unknown.h"
#include "spool/prefix.h"

#define OUT_FLUSH (256u << 10)
#define OUT_MAX (512u << 20)
#define NAMES_MAX (64u << 10)

enum {
	OPT_ORIGINAL,
	OPT_DUPLICATE,
	OPT_TAG,
	OPT_NAMESPACE,
	OPT_COLLECTED_AT,
	OPT_PARENT_ID,
	OPT_ENABLE,
	OPT_RAW,
	OPT_SPOOL,
	OPT_COUNT
};

static const struct cmd_option options[] = {
	[OPT_ORIGINAL] = { "preserve-original-event", 0, NULL,
	    "keep the record in event.original, and tag it" },
	[OPT_DUPLICATE] = { "preserve-duplicate-custom-fields", 0, NULL,
	    "keep custom fields that ECS fields repeat" },
	[OPT_TAG] = { "tag", 't', "TAG", "add TAG to tags; may be repeated" },
	[OPT_NAMESPACE] = { "namespace", 'n', "NS",
	    "data_stream.namespace in place of default" },
	[OPT_COLLECTED_AT] = CMD_OPTION_COLLECTED_AT,
	[OPT_PARENT_ID] = CMD_OPTION_PARENT_ID,
	[OPT_ENABLE] = { "enable", 0, "OPTION",
	    "switch on an option of the dataset: correct_cloud_fields" },
	[OPT_RAW] = { "raw", 0, NULL,
	    "write the raw form, for the integration's own pipeline" },
	[OPT_SPOOL] = { "spool", 0, NULL,
	    "begin each line with the spool member, as in spool files" },
	[OPT_COUNT] = { NULL, 0, NULL, NULL },
};

static const struct cmd_exit exits[] = {
	{ EX_OK, "all records were mapped" },
	{ EX_USAGE, "wrong arguments" },
	{ EX_DATAERR, "a line was no JSON object; the others were mapped" },
	{ EX_NOINPUT, "a file cannot be read" },
	{ EX_IOERR, "standard output cannot be written" },
	{ 0, NULL },
};

struct job {
	struct mapper *mapper;
	struct map_context ctx;
	const char *file; /* for messages */
	uint64_t line; /* in file */
	uint64_t n_lines; /* written, over all files */
	bool spool;
	struct prefix prefix; /* born at the time of collection */
	bool bad; /* a line was refused */
	struct unknown dropped;
	struct buf out;
};

static int
flush_out(struct job *j)
{
	size_t n = fwrite(j->out.p, 1, j->out.len, stdout);

	if (n < j->out.len || fflush(stdout) != 0) {
		fprintf(stderr, "s1spool map: standard output: %s\n",
		    strerror(errno));
		return -1;
	}
	buf_reset(&j->out);
	return 0;
}

static void
refuse(struct job *j, const char *why)
{
	fprintf(stderr, "s1spool map: %s:%llu: not mapped: %s\n", j->file,
	    (unsigned long long)j->line, why);
	j->bad = true;
}

static int
map_line(struct job *j, struct slice line)
{
	struct map_ident ident;
	size_t before = j->out.len;

	if (mapper_scan(j->mapper, line, &j->ctx, &ident) < 0) {
		refuse(j, mapper_error(j->mapper));
		return 0;
	}
	if (j->spool)
		prefix_add(&j->prefix, &j->out, (int64_t)j->n_lines + 1,
		    ident.id, ident.at, 0);
	else
		buf_addc(&j->out, '{');
	if (mapper_emit(j->mapper, &j->out, true) < 0) {
		buf_cut(&j->out, before);
		refuse(j, "the document is too large");
		return 0;
	}
	buf_addc(&j->out, '\n');
	unknown_add(&j->dropped, j->mapper);
	j->n_lines++;
	return j->out.len >= OUT_FLUSH ? flush_out(j) : 0;
}

/* Blank lines and a byte order mark are passed over. */
static struct slice
trim(char *line, size_t len, bool first)
{
	struct slice s = { line, len };

	if (first && s.len >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0) {
		s.p += 3;
		s.len -= 3;
	}
	while (s.len > 0 && strchr(" \t\r\n", s.p[s.len - 1]) != NULL &&
	    s.p[s.len - 1] != '\0')
		s.len--;
	return s;
}

static int
map_stream(struct job *j, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int code = EX_OK;

	j->line = 0;
	while (code == EX_OK && (n = getline(&line, &cap, f)) >= 0) {
		struct slice text = trim(line, (size_t)n, j->line++ == 0);

		if (text.len > 0 && map_line(j, text) < 0)
			code = EX_IOERR;
	}
	if (ferror(f)) {
		fprintf(stderr, "s1spool map: %s: %s\n", j->file,
		    strerror(errno));
		code = EX_NOINPUT;
	}
	free(line);
	return code;
}

static int
map_file(struct job *j, const char *name)
{
	FILE *f = fopen(name, "re");
	int code;

	j->file = name;
	if (f == NULL) {
		fprintf(stderr, "s1spool map: %s: %s\n", name,
		    strerror(errno));
		return EX_NOINPUT;
	}
	code = map_stream(j, f);
	fclose(f);
	return code;
}

static int
map_all(struct job *j, const struct cmd_line *line)
{
	int code = EX_OK;

	if (line->argc == 1) {
		j->file = "standard input";
		code = map_stream(j, stdin);
	}
	for (int i = 1; i < line->argc && code == EX_OK; i++)
		code = map_file(j, line->argv[i]);
	if (code != EX_IOERR && flush_out(j) < 0)
		code = EX_IOERR;
	return code == EX_OK && j->bad ? EX_DATAERR : code;
}

/* What is nowhere in the documents but in event.original. */
static void
tell_dropped(const struct job *j)
{
	struct buf names;

	buf_init(&names, NAMES_MAX);
	unknown_list(&j->dropped, j->mapper, &names);
	if (names.len > 0)
		fprintf(stderr, "s1spool map: members without a field, kept "
		    "only by --preserve-original-event: %s\n", names.p);
	buf_fini(&names);
}

/* The given tags as a NULL-terminated list. */
static char **
tags_of(const struct cmd_line *line)
{
	char **tags = xcalloc(line->n_given + 1, sizeof(*tags));
	size_t n = 0;

	for (size_t i = 0; i < line->n_given; i++)
		if (line->given[i].place == OPT_TAG)
			tags[n++] = xstrdup(line->given[i].value);
	return tags;
}

static void
free_tags(char **tags)
{
	for (char **tag = tags; *tag != NULL; tag++)
		free(*tag);
	free(tags);
}

/* The switches of --enable as bits; -1 when there is no such one. */
static int
switches_of(const struct cmd_line *line, const struct dataset *dataset,
    unsigned *bits)
{
	const char *const *name = dataset->map.switches;

	*bits = 0;
	for (size_t i = 0; i < line->n_given; i++) {
		unsigned k = 0;

		if (line->given[i].place != OPT_ENABLE)
			continue;
		while (name[k] != NULL &&
		    strcmp(name[k], line->given[i].value) != 0)
			k++;
		if (name[k] == NULL) {
			fprintf(stderr, "s1spool map: %s has no option '%s' "
			    "to enable%s%s\n", dataset->name,
			    line->given[i].value, name[0] == NULL ? "" :
			    "; there is ", name[0] == NULL ? "" : name[0]);
			return -1;
		}
		*bits |= 1u << k;
	}
	return 0;
}

/* As in a configuration. */
static int
check_namespace(const char *text)
{
	struct buf why;
	char *kept = NULL;
	int code = EX_OK;

	buf_init(&why, 4096);
	if (conf_text_namespace(NULL, &kept, slice_of(text), &why) < 0) {
		fprintf(stderr, "s1spool map: --namespace: %.*s\n",
		    (int)why.len, why.p);
		code = EX_USAGE;
	}
	free(kept);
	buf_fini(&why);
	return code;
}

static int
run(const struct cmd_line *line)
{
	const struct dataset *dataset = dataset_find(slice_of(line->argv[0]));
	const char *const *value = line->value;
	struct job j = { .spool = value[OPT_SPOOL] != NULL };
	struct map_options opt;
	int code;

	if (dataset == NULL)
		return cmd_unknown_dataset("map", line->argv[0]);
	code = cmd_map_context("map", value[OPT_COLLECTED_AT],
	    value[OPT_PARENT_ID], &j.ctx);
	if (code == EX_OK && value[OPT_NAMESPACE] != NULL)
		code = check_namespace(value[OPT_NAMESPACE]);
	if (code != EX_OK)
		return code;
	prefix_init(&j.prefix, j.ctx.collected_at_ms < 0 ? 0 :
	    j.ctx.collected_at_ms * 1000);
	opt = (struct map_options){
		.name = dataset->name,
		.namespace = value[OPT_NAMESPACE] != NULL ?
		    value[OPT_NAMESPACE] : "default",
		.tags = tags_of(line),
		.preserve_original_event = value[OPT_ORIGINAL] != NULL,
		.preserve_duplicate_custom_fields =
		    value[OPT_DUPLICATE] != NULL,
		.raw = value[OPT_RAW] != NULL,
		.resend_period_ms = dataset->defaults.resend,
	};
	if (switches_of(line, dataset, &opt.switches) < 0) {
		free_tags((char **)(uintptr_t)opt.tags);
		return EX_USAGE;
	}
	j.mapper = mapper_new(&dataset->map, &opt);
	buf_init(&j.out, OUT_MAX);
	code = map_all(&j, line);
	tell_dropped(&j);
	unknown_fini(&j.dropped);
	buf_fini(&j.out);
	mapper_free(j.mapper);
	free_tags((char **)(uintptr_t)opt.tags);
	return code;
}

static void
print_datasets(void)
{
	puts("\nDatasets:");
	for (size_t i = 0; i < DATASET_COUNT; i++)
		printf("  %s\n", dataset_table[i]->name);
}

const struct command cmd_map = {
	.name = "map",
	.summary = "raw records on stdin or in files -> ECS documents on "
		   "stdout",
	.args = "DATASET [FILE...]",
	.min_args = 1,
	.max_args = INT32_MAX,
	.options = options,
	.exits = exits,
	.print_more = print_datasets,
	.run = run,
};
