#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/json/tree.h"
#include "collector/respond/action.h"
#include "collector/respond/deny.h"

#define TEXT_MAX ((size_t)64 << 10)

/* rules */

static int
check_rules(struct respond *r)
{
	const char *entry = deny_find(r->conf->respond.deny, r->host.agent);

	if (entry != NULL) {
		respond_say(r, "%s is protected: it fits '%s' in respond.deny",
		    r->host.name, entry);
		return RESPOND_REFUSED;
	}
	if (deny_is_here(r->host.agent)) {
		respond_say(r, "%s is the host on which this runs",
		    r->host.name);
		return RESPOND_REFUSED;
	}
	if (*r->host.name == '\0') {
		respond_say(r, "the agent %s has no computer name to confirm",
		    r->host.id);
		return RESPOND_REFUSED;
	}
	return RESPOND_GO;
}

/* confirmation */

static void
show(const struct respond *r, const char *what)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_addf(&text, "%s on console %s:\n", r->action->about.name,
	    r->console.name);
	host_describe(&r->host, &text);
	buf_addf(&text, "  %-10s ", "to do");
	host_add_plain(&text, what);
	buf_addf(&text, "\n  %-10s ", "reason");
	host_add_plain(&text, r->call->value[RESPOND_REASON]);
	buf_addc(&text, '\n');
	fputs(text.p, stderr);
	buf_fini(&text);
}

/* A script has to prove that it means this host. */
static int
confirm_by_options(struct respond *r)
{
	const char *name = r->call->value[RESPOND_EXPECT_NAME];

	if (name == NULL || !respond_has(r, RESPOND_YES)) {
		respond_say(r, "not confirmed: without a terminal, and with "
		    "--yes, both --yes and --expect-name NAME are needed");
		return RESPOND_REFUSED;
	}
	if (strcmp(name, r->host.name) == 0)
		return RESPOND_GO;
	respond_say(r, "not confirmed: the host is called %s, not %s",
	    r->host.name, name);
	return RESPOND_REFUSED;
}

static int
confirm_by_typing(struct respond *r)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	bool same;

	fputs("Type the name of the host to go on: ", stderr);
	fflush(stderr);
	n = getline(&line, &room, stdin);
	while (n > 0 && strchr("\r\n", line[n - 1]) != NULL)
		line[--n] = '\0';
	same = n > 0 && strcmp(line, r->host.name) == 0;
	free(line);
	if (same)
		return RESPOND_GO;
	respond_say(r, "not confirmed: that is not its name");
	return RESPOND_REFUSED;
}

int
respond_permit(struct respond *r, const char *what)
{
	int code = check_rules(r);

	respond_fact(r, "order", tree_text(what));
	if (code != RESPOND_GO || respond_has(r, RESPOND_DRY_RUN))
		return code;
	show(r, what);
	if (respond_has(r, RESPOND_YES) ||
	    respond_has(r, RESPOND_EXPECT_NAME) || !isatty(STDIN_FILENO) ||
	    !isatty(STDERR_FILENO))
		return confirm_by_options(r);
	return confirm_by_typing(r);
}
