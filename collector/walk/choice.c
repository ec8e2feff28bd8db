#include "config.h"

#include "collector/walk/choice.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

void
choice_fini(struct choice *c)
{
	free(c->consoles);
	free(c->datasets);
	*c = (struct choice){ NULL, NULL };
}

bool
choice_add(const char ***list, const char *name)
{
	size_t n = 0;

	for (; *list != NULL && (*list)[n] != NULL; n++)
		if (strcmp((*list)[n], name) == 0)
			return false;
	*list = xreallocarray(*list, n + 2, sizeof(**list));
	(*list)[n] = name;
	(*list)[n + 1] = NULL;
	return true;
}

static bool
is_in(const char **list, const char *name)
{
	if (list == NULL)
		return true;
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

bool
choice_has_console(const struct choice *c, const char *console)
{
	return is_in(c->consoles, console);
}

bool
choice_has_dataset(const struct choice *c, const char *dataset)
{
	return is_in(c->datasets, dataset);
}

bool
choice_has(const struct choice *c, const char *console, const char *dataset)
{
	return is_in(c->consoles, console) && is_in(c->datasets, dataset);
}
