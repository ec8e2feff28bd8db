/*
 * s1spool map against documents that were made without it: from the rules of
 * the integration's ingest pipelines, by hand and by a model of them.
 *
 * A topic is a pair of files in the folder of its dataset: TOPIC.ndjson with
 * raw records, one a line, and TOPIC.expected.ndjson with the documents, one a
 * line in the same order.  Lines that s1spool refuses or passes over have no
 * document.  "?" in error.message stands for any text.  A third file,
 * TOPIC.run, may say how to run, one directive a line:
 *
 *	option ARG	an argument before the name of the dataset
 *	exit CODE	in place of 0
 *	stderr TEXT	the next line on standard error holds TEXT; what is
 *			said of members without a field may go unmentioned
 *	repeat N	%REPEAT% in both files stands for N letters
 *
 * The records of all topics of a dataset must have a value for each row of its
 * table.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "collector/base/fsutil.h"
#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "tests/conformance/compare.h"
#include "tests/conformance/coverage.h"
#include "tests/conformance/program.h"

#define EXPECTED ".expected.ndjson"
#define ARGS_MAX 16
#define DEFAULT_ARG "--collected-at=2025-03-04T12:00:00.123Z"

struct topic {
	char *name; /* "group/rows" */
	struct buf records;
	struct buf expected;
	struct buf run; /* the directives */
	char *argv[ARGS_MAX + 4];
	size_t n_args;
	struct slice complaint[ARGS_MAX * 4];
	size_t n_complaints;
	int code;
	size_t repeat;
	int failures;
};

static const char no_field[] = "members without a field";
static const char *s1spool, *srcdir;

/* Takes the next line, without its end, off the text. */
static bool
next_line(struct slice *text, struct slice *line)
{
	const char *end;

	if (text->len == 0)
		return false;
	end = memchr(text->p, '\n', text->len);
	line->p = text->p;
	line->len = end == NULL ? text->len : (size_t)(end - text->p);
	text->p += line->len + (end != NULL);
	text->len -= line->len + (end != NULL);
	return true;
}

static void
failed(struct topic *t, const char *what)
{
	printf("%s: %s\n", t->name, what);
	t->failures++;
}

/* The value of a directive; false when the line is another one. */
static bool
directive(struct slice line, const char *name, struct slice *value)
{
	size_t n = strlen(name);

	if (line.len <= n || memcmp(line.p, name, n) != 0 || line.p[n] != ' ')
		return false;
	value->p = line.p + n + 1;
	value->len = line.len - n - 1;
	return true;
}

static void
parse_run(struct topic *t)
{
	struct slice text = buf_slice(&t->run), line, value;

	while (next_line(&text, &line)) {
		if (directive(line, "option", &value) && t->n_args < ARGS_MAX)
			t->argv[t->n_args++] = xstrndup(value.p, value.len);
		else if (directive(line, "stderr", &value) &&
		    t->n_complaints < ARGS_MAX * 4)
			t->complaint[t->n_complaints++] = value;
		else if (directive(line, "exit", &value))
			t->code = (int)strtol(value.p, NULL, 10);
		else if (directive(line, "repeat", &value))
			t->repeat = (size_t)strtoul(value.p, NULL, 10);
		else
			failed(t, "a line of its .run is no directive");
	}
}

static int
load(const char *base, const char *suffix, struct buf *b)
{
	char *path = xasprintf("%s%s", base, suffix);
	int r = fs_read_file(AT_FDCWD, path, b);

	free(path);
	return r;
}

static void
topic_init(struct topic *t, const char *dataset, const char *name)
{
	char *base = xasprintf("%s/tests/conformance/%s/%s", srcdir, dataset,
	    name);

	*t = (struct topic){ .name = xasprintf("%s/%s", dataset, name) };
	buf_init(&t->records, PROGRAM_TEXT_MAX);
	buf_init(&t->expected, PROGRAM_TEXT_MAX);
	buf_init(&t->run, 1 << 16);
	t->argv[t->n_args++] = xstrdup(s1spool);
	t->argv[t->n_args++] = xstrdup("map");
	if (load(base, ".ndjson", &t->records) < 0 ||
	    load(base, EXPECTED, &t->expected) < 0)
		failed(t, "its files cannot be read");
	if (load(base, ".run", &t->run) == 0)
		parse_run(t);
	else if (errno == ENOENT)
		t->argv[t->n_args++] = xstrdup(DEFAULT_ARG);
	else
		failed(t, "its .run cannot be read");
	t->argv[t->n_args] = xstrdup(dataset);
	free(base);
}

static void
topic_fini(struct topic *t)
{
	for (size_t i = 0; i <= t->n_args; i++)
		free(t->argv[i]);
	buf_fini(&t->records);
	buf_fini(&t->expected);
	buf_fini(&t->run);
	free(t->name);
}

/* Put n letters in place of each %REPEAT%. */
static void
repeat(struct buf *b, size_t n)
{
	static const char word[] = "%REPEAT%";
	const char *p = b->p, *at;
	struct buf out;

	buf_init(&out, PROGRAM_TEXT_MAX);
	for (; (at = strstr(p, word)) != NULL; p = at + strlen(word)) {
		char *room;

		buf_add(&out, p, (size_t)(at - p));
		room = buf_reserve(&out, n);
		if (room == NULL)
			break;
		memset(room, 'x', n);
		buf_commit(&out, n);
	}
	buf_adds(&out, p);
	buf_fini(b);
	*b = out;
}

static void
check_complaints(struct topic *t, struct slice err)
{
	struct slice line;
	size_t n = 0;

	while (next_line(&err, &line)) {
		bool expected = n < t->n_complaints && memmem(line.p, line.len,
		    t->complaint[n].p, t->complaint[n].len) != NULL;

		if (!expected && memmem(line.p, line.len, no_field,
		    strlen(no_field)) != NULL)
			continue;
		if (!expected) {
			printf("%s: not expected on standard error: %.*s\n",
			    t->name, (int)line.len, line.p);
			t->failures++;
		}
		n++;
	}
	if (n < t->n_complaints)
		failed(t, "too little on standard error");
}

static void
check_documents(struct topic *t, struct slice out)
{
	struct slice want = buf_slice(&t->expected), a, b;
	size_t n = 0;

	while (next_line(&want, &b)) {
		char *where = xasprintf("%s:%zu", t->name, ++n);

		if (next_line(&out, &a))
			t->failures += compare_documents(where, a, b);
		else
			failed(t, "documents are missing");
		free(where);
	}
	if (n == 0)
		failed(t, "no documents are expected");
	if (out.len > 0)
		failed(t, "more documents than expected");
}

static void
topic_run(struct topic *t)
{
	struct buf out, err;
	int code;

	buf_init(&out, PROGRAM_TEXT_MAX);
	buf_init(&err, PROGRAM_TEXT_MAX);
	if (t->repeat > 0) {
		repeat(&t->records, t->repeat);
		repeat(&t->expected, t->repeat);
	}
	code = program_run(t->argv, buf_slice(&t->records), &out, &err);
	if (code != t->code) {
		printf("%s: exit code %d in place of %d\n", t->name, code,
		    t->code);
		t->failures++;
	}
	check_complaints(t, buf_slice(&err));
	check_documents(t, buf_slice(&out));
	buf_fini(&out);
	buf_fini(&err);
}

static int
run_topic(const char *dataset, const char *name, struct coverage *c)
{
	struct slice text, line;
	struct topic t;
	int failures;

	topic_init(&t, dataset, name);
	text = buf_slice(&t.records);
	while (next_line(&text, &line))
		coverage_add(c, line);
	if (t.failures == 0)
		topic_run(&t);
	printf("%sok %s\n", t.failures == 0 ? "" : "not ", t.name);
	failures = t.failures;
	topic_fini(&t);
	return failures;
}

static int
is_topic(const struct dirent *e)
{
	size_t n = strlen(e->d_name), suffix = strlen(EXPECTED);

	return n > suffix && strcmp(e->d_name + n - suffix, EXPECTED) == 0;
}

static int
run_dataset(const struct dataset *d)
{
	char *folder = xasprintf("%s/tests/conformance/%s", srcdir, d->name);
	struct coverage c;
	struct dirent **entry = NULL;
	int failures = 0, n = scandir(folder, &entry, is_topic, alphasort);

	coverage_init(&c, &d->map);
	for (int i = 0; i < n; i++) {
		char *name = xstrndup(entry[i]->d_name,
		    strlen(entry[i]->d_name) - strlen(EXPECTED));

		failures += run_topic(d->name, name, &c);
		free(name);
		free(entry[i]);
	}
	failures += coverage_missing(&c, d->name);
	coverage_fini(&c);
	free(entry);
	free(folder);
	return failures;
}

/* A dataset that there is not: told, and nothing is mapped. */
static int
run_unknown_dataset(void)
{
	char map[] = "map", name[] = "nonesuch";
	char *argv[] = { xstrdup(s1spool), map, name, NULL };
	struct buf out, err;
	bool ok;

	buf_init(&out, PROGRAM_TEXT_MAX);
	buf_init(&err, PROGRAM_TEXT_MAX);
	ok = program_run(argv, SLICE("{}\n"), &out, &err) == EX_USAGE &&
	    out.len == 0 && strstr(err.p, name) != NULL;
	printf("%sok unknown dataset\n", ok ? "" : "not ");
	buf_fini(&out);
	buf_fini(&err);
	free(argv[0]);
	return !ok;
}

int
main(void)
{
	int failures;

	s1spool = getenv("S1SPOOL");
	srcdir = getenv("top_srcdir");
	if (s1spool == NULL)
		s1spool = "./s1spool";
	if (srcdir == NULL)
		srcdir = ".";
	setvbuf(stdout, NULL, _IOLBF, 0);
	failures = run_unknown_dataset();
	for (int i = 0; i < DATASET_COUNT; i++)
		failures += run_dataset(dataset_table[i]);
	if (failures > 0)
		printf("%d differences\n", failures);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
