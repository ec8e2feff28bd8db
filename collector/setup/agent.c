/*
 * Inputs for Elastic Agent: a file of a stand-alone one, or the bodies of
 * Fleet's policies.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/setup/fleet.h"
#include "collector/setup/setup.h"
#include "collector/setup/ship.h"
#include "collector/setup/target.h"

/* A stream with its processors. */
static int
add_stream(const struct setup *s, const struct feed *f, struct buf *out)
{
	struct buf processors;
	int rc;

	buf_init(&processors, SHIP_TEXT_MAX);
	rc = ship_expand_feed(s, f, SHIP_AGENT_PROCESSORS, NULL, &processors);
	if (rc == 0)
		rc = ship_expand_feed(s, f, "shipper/parts/agent-stream.yml",
		    processors.p, out);
	buf_fini(&processors);
	return rc;
}

/* Is it the first feed of its namespace? */
static bool
begins_namespace(const struct feeds *feeds, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(feeds->feed[i].namespace,
			feeds->feed[at].namespace) == 0)
			return false;
	return true;
}

static int
add_input(const struct setup *s, const struct feeds *feeds,
    const char *namespace, struct buf *out)
{
	bool is_default = strcmp(namespace, "default") == 0;
	char *id = is_default ? xstrdup("s1spool") :
				xasprintf("s1spool-%s", namespace);
	struct buf streams, quoted;
	int rc = 0;

	buf_init(&streams, SHIP_TEXT_MAX);
	buf_init(&quoted, SHIP_TEXT_MAX);
	template_quote(namespace, &quoted);
	for (size_t i = 0; i < feeds->n && rc == 0; i++)
		if (strcmp(feeds->feed[i].namespace, namespace) == 0)
			rc = add_stream(s, &feeds->feed[i], &streams);
	if (rc == 0)
		rc = ship_expand(s, "shipper/parts/agent-input.yml",
		    (const struct template_word[]){ { "ID", id },
			{ "NAMESPACE", quoted.p }, { "STREAMS", streams.p },
			{ NULL, NULL } }, out);
	buf_fini(&quoted);
	buf_fini(&streams);
	free(id);
	return rc;
}

static int
add_all(const struct setup *s, const struct feeds *feeds, struct buf *out)
{
	struct buf inputs, hint;
	int rc = 0;

	buf_init(&inputs, SHIP_TEXT_MAX);
	buf_init(&hint, SHIP_TEXT_MAX);
	ship_hint(s, CONF_ELASTIC_AGENT, feeds, &hint);
	for (size_t i = 0; i < feeds->n && rc == 0; i++)
		if (begins_namespace(feeds, i))
			rc = add_input(s, feeds, feeds->feed[i].namespace,
			    &inputs);
	if (rc == 0)
		rc = ship_expand(s, "shipper/parts/agent.yml",
		    (const struct template_word[]){ { "INPUTS", inputs.p },
			{ "SHIPPERS", hint.p }, { NULL, NULL } }, out);
	buf_fini(&hint);
	buf_fini(&inputs);
	return rc;
}

static int
stand_alone(struct setup *s, const struct feeds *feeds)
{
	struct buf text;
	int code = EX_NOINPUT;

	buf_init(&text, SHIP_TEXT_MAX);
	if (add_all(s, feeds, &text) == 0)
		code = ship_deliver(s, "s1spool.yml", buf_slice(&text));
	buf_fini(&text);
	return code;
}

int
setup_agent(struct setup *s)
{
	struct feeds feeds;
	int code;

	feeds_make(&feeds, s->conf, true);
	code = s->ship.fleet ? fleet_policies(s, &feeds) :
			       stand_alone(s, &feeds);
	feeds_fini(&feeds);
	return ship_end(s, code);
}
