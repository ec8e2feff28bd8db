#include "config.h"

#include "collector/check/report.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/json/tree.h"

/* The widest names of their columns. */
#define LEVEL_COLUMN 8
#define TOPIC_COLUMN 14

static const char *const colours[LEVEL_COUNT] = {
	[LEVEL_OK] = "\033[32m",
	[LEVEL_WARNING] = "\033[33m",
	[LEVEL_ERROR] = "\033[1;31m",
};
static const char plain[] = "\033[0m";

bool
report_may_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || *no == '\0') && isatty(fileno(out)) &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

static void
print_finding(const struct finding *f, FILE *out, bool colour)
{
	const char *level = level_name[f->level];

	fprintf(out, "%s%s%s%*s%-*s", colour ? colours[f->level] : "", level,
	    colour ? plain : "", LEVEL_COLUMN - (int)strlen(level), "",
	    TOPIC_COLUMN, f->topic);
	if (f->console != NULL)
		fprintf(out, "%s%s%s: ", f->console,
		    f->dataset != NULL ? " " : "",
		    f->dataset != NULL ? f->dataset : "");
	fputs(f->text, out);
	if (f->mend != NULL)
		fprintf(out, "; mend: %s", f->mend);
	fputc('\n', out);
}

void
report_text(const struct findings *all, FILE *out, bool colour)
{
	for (size_t i = 0; i < all->n; i++)
		print_finding(all->list[i], out, colour);
	fprintf(out, "ok: %zu, warning: %zu, error: %zu\n",
	    findings_count(all, LEVEL_OK),
	    findings_count(all, LEVEL_WARNING),
	    findings_count(all, LEVEL_ERROR));
}

static struct json_object *
one(const struct finding *f)
{
	struct json_object *o = tree_object();

	tree_put_text(o, "level", level_name[f->level]);
	tree_put_text(o, "topic", f->topic);
	tree_put_text(o, "console", f->console);
	tree_put_text(o, "dataset", f->dataset);
	tree_put_text(o, "text", f->text);
	tree_put_text(o, "mend", f->mend);
	if (f->figure != NULL)
		tree_put_int(o, f->figure, f->value);
	return o;
}

void
report_json(const struct findings *all, FILE *out)
{
	struct json_object *o = tree_object();
	struct json_object *list = tree_list();
	char now[ISO8601_LEN + 1] = "";

	iso8601_format(clock_wall_us() / 1000, now);
	tree_put_int(o, "version", 1);
	tree_put_text(o, "checked", now);
	tree_put_text(o, "worst", level_name[findings_worst(all)]);
	for (enum level l = LEVEL_OK; l < LEVEL_COUNT; l++)
		tree_put_int(o, level_name[l],
		    (int64_t)findings_count(all, l));
	for (size_t i = 0; i < all->n; i++)
		tree_push(list, one(all->list[i]));
	tree_put(o, "findings", list);
	fputs(tree_print(o, TREE_PRETTY), out);
	fputc('\n', out);
	json_object_put(o);
}
