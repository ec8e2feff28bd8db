#include "config.h"

#include "tests/mock/agent_text.h"

#include <string.h>

#include "collector/base/buf.h"
#include "tests/mock/gen.h"

bool
agent_text_lists(const char *words, const char *one)
{
	size_t n = strlen(one);

	for (const char *p = words; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strcspn(p, ",") == n && strncmp(p, one, n) == 0)
			return true;
	}
	return false;
}

static bool
has_uuid(const char *words, const struct agent *a)
{
	struct buf uuid;
	bool r;

	buf_init(&uuid, 64);
	gen_agent_uuid(a, &uuid);
	r = agent_text_lists(words, uuid.p);
	buf_fini(&uuid);
	return r;
}

bool
agent_text_match(const char *const text[TEXT_COUNT], const struct console *c,
    const struct row *row)
{
	struct agent a;

	if (row->agent == ROW_NONE)
		return true;
	world_agent(&c->world, row->agent, &a);
	return (text[TEXT_UUIDS] == NULL || has_uuid(text[TEXT_UUIDS], &a)) &&
	    (text[TEXT_OS] == NULL ||
	    agent_text_lists(text[TEXT_OS], a.family)) &&
	    (text[TEXT_NETWORK] == NULL || agent_text_lists(
	    text[TEXT_NETWORK], gen_network_status(row))) &&
	    (text[TEXT_NAME] == NULL || strcmp(text[TEXT_NAME], a.host) == 0) &&
	    (text[TEXT_NAME_PART] == NULL ||
	    strcasestr(a.host, text[TEXT_NAME_PART]) != NULL);
}
