#include "config.h"

#include <unistd.h>

#include "collector/json/tree.h"
#include "collector/respond/archive.h"
#include "collector/respond/csv.h"
#include "collector/respond/download.h"
#include "collector/respond/script.h"
#include "collector/respond/store.h"

#define TEXT_MAX ((size_t)64 << 10)
#define CSV_MAX ((size_t)64 << 20)

static const char *const no_words[] = { NULL };
static const struct script_wanted wanted = {
	"&query=process%20list&scriptType=dataCollection", no_words,
	"lists processes"
};

static void
print(const struct respond *r, struct slice csv)
{
	struct json_object *rows = csv_parse(csv), *objects;

	if (respond_has(r, RESPOND_JSON)) {
		objects = csv_objects(rows);
		puts(tree_print(objects, TREE_PLAIN));
		json_object_put(objects);
	} else {
		csv_print(rows, stdout);
	}
	json_object_put(rows);
}

static int
show(struct respond *r, struct slice zip)
{
	struct buf csv, why;
	int code = RESPOND_DONE;

	buf_init(&csv, CSV_MAX);
	buf_init(&why, TEXT_MAX);
	if (archive_read(zip, ".csv", &csv, &why) == 0) {
		print(r, buf_slice(&csv));
		respond_say(r, "these are the processes of %s", r->host.name);
	} else {
		respond_say(r, "the results of %s have no list: %s",
		    r->host.name, why.p);
		code = RESPOND_FAILED;
	}
	buf_fini(&csv);
	buf_fini(&why);
	return code;
}

/* dir -1: nobody wants to keep it. */
static int
take_results(struct respond *r, int dir, const struct script_run *run)
{
	struct json_object *told = tree_object();
	struct buf zip;
	int code;

	buf_init(&zip, DOWNLOAD_MAX);
	code = script_results(r, run, &zip);
	if (code == RESPOND_GO && dir >= 0 && store_archive(r, dir, run->task,
	    buf_slice(&zip), told) != 0)
		code = RESPOND_FAILED;
	if (code == RESPOND_GO)
		code = show(r, buf_slice(&zip));
	buf_fini(&zip);
	json_object_put(told);
	return code;
}

static int
list(struct respond *r, int dir)
{
	struct script s = { 0 };
	struct script_run run = { .what = "list the processes",
		.label = "list of processes" };
	int code = script_find_own(r, &wanted, &s);

	if (code == RESPOND_GO)
		code = script_run(r, &s, &run);
	if (code == RESPOND_DONE && run.task != NULL)
		code = take_results(r, dir, &run);
	script_run_fini(&run);
	script_fini(&s);
	return code;
}

static int
run(struct respond *r)
{
	int dir = -1, code;

	if (strncmp(r->host.os, "windows", 7) == 0) {
		respond_say(r, "SentinelOne has no script that lists the "
		    "processes of Windows; runscript runs one of yours");
		return RESPOND_REFUSED;
	}
	if (respond_has(r, RESPOND_OUTPUT) && (dir = store_open(r)) < 0)
		return RESPOND_USAGE;
	code = list(r, dir);
	if (dir >= 0)
		close(dir);
	return code;
}

const struct action action_processes = {
	.about = { "processes", "HOST", "list what runs on macOS or Linux",
	    1, 1,
	    ACTION_CHANGES | 1u << RESPOND_JSON | 1u << RESPOND_OUTPUT, true },
	.asks_console = true,
	.has_host = true,
	.category = "process",
	.rights = script_rights,
	.run = run,
};
