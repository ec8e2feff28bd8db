#include "config.h"

#include "collector/respond/action.h"

/* A new action is one row here and one file. */
const struct action *const action_table[] = {
	&action_isolate,
	&action_release,
	&action_get_file,
	&action_processes,
	&action_kill_process,
	&action_runscript,
	&action_scripts,
	&action_status,
	&action_agents,
	&action_log,
	NULL,
};

size_t
respond_n_actions(void)
{
	return sizeof(action_table) / sizeof(action_table[0]) - 1;
}

const struct respond_action *
respond_action(size_t i)
{
	return &action_table[i]->about;
}
