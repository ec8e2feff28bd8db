#include "config.h"

#include "collector/setup/fleet.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/file.h"
#include "collector/setup/ship.h"

static void
put(struct json_object *o, const char *key, const char *text)
{
	tree_put(o, key, tree_text(text));
}

/* A new object as a member of another. */
static struct json_object *
put_object(struct json_object *o, const char *key)
{
	struct json_object *member = tree_object();

	tree_put(o, key, member);
	return member;
}

static void
put_list(struct json_object *o, const char *key, const char *text)
{
	struct json_object *list = tree_list();

	tree_push(list, tree_text(text));
	tree_put(o, key, list);
}

/* What the policies of any package have, up to their inputs. */
static struct json_object *
new_policy(const struct setup *s, const char *name, const char *namespace,
    const char *package, const char *version)
{
	struct json_object *policy = tree_object();
	struct json_object *p;

	put(policy, "name", name);
	put(policy, "description", SETUP_FILE_MARK " agent --fleet");
	put(policy, "namespace", namespace);
	put_list(policy, "policy_ids", s->ship.agent_policy);
	p = put_object(policy, "package");
	put(p, "name", package);
	put(p, "version", version);
	return policy;
}

static int
deliver(struct setup *s, const char *name, struct json_object *policy)
{
	char *file = xasprintf("%s.json", name);
	char *text = xasprintf("%s\n",
	    tree_print(policy, TREE_PRETTY | JSON_C_TO_STRING_SPACED));
	int code = ship_deliver(s, file, slice_of(text));

	free(text);
	free(file);
	return code;
}

/* Custom Logs (Filestream) */

/* The package's first major version calls its stream otherwise. */
static const char *
stream_key(const char *version)
{
	return strncmp(version, "1.", 2) == 0 ? "filestream.generic" :
						"filestream.filestream";
}

/*
 * The package knows no identity by path; the first 64 bytes of a file in the
 * spool are as unique.  The tag keeps host.* of the Agent's machine away, and
 * is then written over by the line's own tags.
 */
static void
put_vars(const struct feed *f, const char *processors,
    struct json_object *vars)
{
	struct json_object *paths = tree_list();
	char *dataset = xasprintf("%s.%s", f->module, f->name);

	for (char **folder = f->folders; *folder != NULL; folder++) {
		char *path = xasprintf("%s/*.ndjson", *folder);

		tree_push(paths, tree_text(path));
		free(path);
	}
	tree_put(vars, "paths", paths);
	put(vars, "data_stream.dataset", dataset);
	tree_put(vars, "fingerprint", tree_flag(true));
	put(vars, "fingerprint_offset", "0");
	put(vars, "fingerprint_length", "64");
	put(vars, "close_on_state_changed_inactive", "1h");
	put_list(vars, "tags", "forwarded");
	if (f->output == OUTPUT_MAPPED)
		put(vars, "pipeline", "_none");
	put(vars, "processors", processors);
	free(dataset);
}

static int
filestream_policy(struct setup *s, const struct feed *f)
{
	struct json_object *policy = new_policy(s, f->id, f->namespace,
	    "filestream", s->ship.filestream);
	struct json_object *input, *stream;
	struct buf processors;
	int code = EX_NOINPUT;

	/* The dataset is another package's, if that is installed. */
	tree_put(policy, "force", tree_flag(true));
	input = put_object(put_object(policy, "inputs"),
	    "filestream-filestream");
	tree_put(input, "enabled", tree_flag(true));
	stream = put_object(put_object(input, "streams"),
	    stream_key(s->ship.filestream));
	tree_put(stream, "enabled", tree_flag(true));
	buf_init(&processors, SHIP_TEXT_MAX);
	if (ship_expand_feed(s, f, SHIP_AGENT_PROCESSORS, NULL, &processors)
	    == 0) {
		put_vars(f, processors.p, put_object(stream, "vars"));
		code = deliver(s, f->id, policy);
	}
	buf_fini(&processors);
	json_object_put(policy);
	return code;
}

/* SentinelOne */

/*
 * Response actions of Kibana 9.1 and later ask for such a policy.  Its inputs
 * are off, so nobody uses the token; it may still be asked for.
 */
static int
gate_policy(struct setup *s, const char *namespace)
{
	static const char *const inputs[] = {
		"sentinel_one-httpjson", "sentinel_one-cel"
	};
	char *name = strcmp(namespace, "default") == 0 ?
	    xstrdup("s1spool-sentinel_one") :
	    xasprintf("s1spool-sentinel_one-%s", namespace);
	struct json_object *policy = new_policy(s, name, namespace,
	    "sentinel_one", s->ship.sentinel_one);
	struct json_object *all = put_object(policy, "inputs");
	int code;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct json_object *input = put_object(all, inputs[i]);
		struct json_object *vars;

		tree_put(input, "enabled", tree_flag(false));
		vars = put_object(input, "vars");
		put(vars, "url", s->conf->console[0]->url);
		put(vars, "api_token", "not used");
	}
	code = deliver(s, name, policy);
	json_object_put(policy);
	free(name);
	return code;
}

static int
gate_policies(struct setup *s)
{
	const struct conf *c = s->conf;
	int code = EX_OK;

	for (size_t i = 0; i < c->n_consoles && code == EX_OK; i++) {
		size_t first = 0;

		while (strcmp(c->console[first]->namespace,
		    c->console[i]->namespace) != 0)
			first++;
		if (first == i)
			code = gate_policy(s, c->console[i]->namespace);
	}
	return code;
}

/* What is missing or cannot be had; NULL when all is well. */
static const char *
complaint(const struct setup *s)
{
	if (s->ship.agent_policy == NULL)
		return "--fleet needs --agent-policy, its id in Fleet";
	if (s->ship.filestream == NULL)
		return "--fleet needs --package filestream@VERSION, as "
		    "GET /api/fleet/epm/packages/filestream tells it";
	if (s->ship.file != NULL)
		return "policies are many files: use --directory";
	if (s->conf->spool.compress == COMPRESS_SEALED)
		return "Fleet's policies do not read packed files: "
		    "spool.compress must not be sealed";
	return NULL;
}

int
fleet_policies(struct setup *s, const struct feeds *feeds)
{
	const char *wrong = complaint(s);
	int code = EX_OK;

	if (wrong != NULL) {
		fprintf(stderr, "s1spool setup: %s\n", wrong);
		return EX_USAGE;
	}
	for (size_t i = 0; i < feeds->n && code == EX_OK; i++)
		code = filestream_policy(s, &feeds->feed[i]);
	if (code == EX_OK && s->ship.sentinel_one != NULL)
		code = gate_policies(s);
	return code;
}
