#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/respond/process_name.h"
#include "collector/respond/script.h"

static const char *const words[] = { "-terminate", "-processes", NULL };
static const struct script_wanted wanted = {
	"&query=terminate&scriptType=action", words, "ends processes"
};

/* The script's own arguments; nothing in the name ends its quotes. */
static char *
input_of(const struct respond *r, const char *name)
{
	if (strncmp(r->host.os, "windows", 7) == 0)
		return xasprintf("-Terminate -Processes \"%s\" -Force", name);
	return xasprintf("--terminate --processes \"%s\" --force", name);
}

static int
kill_it(struct respond *r, const struct script *s, const char *name)
{
	char *input = input_of(r, name), *what = xasprintf(
	    "end all processes called %s", name);
	struct script_run run = { .input = input, .what = what,
		.label = "end of the process" };
	int code = script_run(r, s, &run);

	if (code == RESPOND_DONE && !respond_has(r, RESPOND_DRY_RUN))
		respond_say(r, "%s: %s was ended, or was not there",
		    r->host.name, name);
	script_run_fini(&run);
	free(input);
	free(what);
	return code;
}

static int
run(struct respond *r)
{
	const char *name = r->call->value[RESPOND_NAME], *why;
	struct script s = { 0 };
	int code;

	if (name == NULL) {
		respond_say(r, "kill-process needs its --name");
		return RESPOND_USAGE;
	}
	why = process_name_refuse(name);
	if (why != NULL) {
		respond_say(r, "the name of the process %s", why);
		return RESPOND_USAGE;
	}
	respond_fact(r, "process_name", tree_text(name));
	code = script_find_own(r, &wanted, &s);
	if (code == RESPOND_GO)
		code = kill_it(r, &s, name);
	script_fini(&s);
	return code;
}

const struct action action_kill_process = {
	.about = { "kill-process", "HOST", "end the processes of a --name",
	    1, 1,
	    ACTION_CHANGES | 1u << RESPOND_NAME, true },
	.asks_console = true,
	.has_host = true,
	.category = "process",
	.rights = script_rights,
	.run = run,
};
