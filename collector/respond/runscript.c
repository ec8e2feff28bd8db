#include "config.h"

#include <unistd.h>

#include "collector/json/tree.h"
#include "collector/respond/download.h"
#include "collector/respond/script.h"
#include "collector/respond/store.h"

static int
check_input(struct respond *r, const struct script *s, const char *input)
{
	if (input == NULL && host_is(s->row, "inputRequired")) {
		respond_say(r, "'%s' needs an --input: %s", s->name,
		    host_text(s->row, "inputInstructions"));
		return RESPOND_USAGE;
	}
	if (input == NULL || script_is_plain(input))
		return RESPOND_GO;
	respond_say(r, "the input has control characters or line breaks");
	return RESPOND_USAGE;
}

static int
keep_results(struct respond *r, int dir, const struct script_run *run)
{
	struct json_object *told = tree_object();
	struct buf zip;
	int code;

	buf_init(&zip, DOWNLOAD_MAX);
	code = script_results(r, run, &zip);
	if (code == RESPOND_GO)
		code = store_archive(r, dir, run->task, buf_slice(&zip),
		    told) == 0 ? RESPOND_DONE : RESPOND_FAILED;
	buf_fini(&zip);
	if (code == RESPOND_DONE) {
		tree_put(told, "task_id", tree_text(run->task));
		store_tell(r, told);
		respond_say(r, "the script on %s is completed", r->host.name);
	}
	json_object_put(told);
	return code;
}

static int
run_it(struct respond *r, int dir, const struct script *s, const char *input)
{
	struct script_run run = { .input = input, .what = "run",
		.label = "script" };
	int code = script_run(r, s, &run);

	/* Of a dry run there is nothing. */
	if (code == RESPOND_DONE && run.task != NULL)
		code = keep_results(r, dir, &run);
	script_run_fini(&run);
	return code;
}

static int
run(struct respond *r)
{
	const char *input = r->call->value[RESPOND_INPUT];
	struct script s = { 0 };
	int dir = store_open(r), code;

	if (dir < 0)
		return RESPOND_USAGE;
	code = script_find(r, r->args[0], &s);
	if (code == RESPOND_GO)
		code = check_input(r, &s, input);
	if (code == RESPOND_GO)
		code = run_it(r, dir, &s, input);
	script_fini(&s);
	close(dir);
	return code;
}

const struct action action_runscript = {
	.about = { "runscript", "HOST SCRIPT", "run a script, named by its id "
	    "or name", 2, 2,
	    ACTION_CHANGES | 1u << RESPOND_JSON |
	    1u << RESPOND_OUTPUT | 1u << RESPOND_INPUT, true },
	.asks_console = true,
	.has_host = true,
	.category = "process",
	.rights = script_rights,
	.run = run,
};
