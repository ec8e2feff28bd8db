/*
 * A document from beginning to end.
 */
#include "config.h"

#include "tests/oracle/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/oracle/derive.h"
#include "tests/oracle/engine.h"
#include "tests/oracle/tree.h"

struct oracle *
oracle_new(const struct dataset *d, const struct oracle_options *opt)
{
	struct oracle *o;

	if (!oracle_derives(d->name))
		return NULL;
	o = calloc(1, sizeof(*o));
	o->dataset = d;
	o->table = &d->map;
	o->opt = *opt;
	o->known = json_object_new_object();
	rules_make(o);
	return o;
}

void
oracle_free(struct oracle *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->n_rules; i++)
		free(o->rule[i].raw);
	free(o->rule);
	free(o->rest);
	json_object_put(o->known);
	free(o);
}

bool
oracle_switch(const struct oracle *o, const char *name)
{
	const char *const *list = o->table->switches;

	for (unsigned i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return (o->opt.switches >> i & 1) != 0;
	abort();
}

void
oracle_keep_empty(struct oracle *o, const char *path)
{
	o->empty = path;
}

/* MAP_REST was made before the derived fields: find the member in it. */
void
oracle_unplace(struct oracle *o, const char *raw)
{
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];
		size_t n = strlen(rule->raw);

		if (rule->conv == MAP_REST &&
		    strncmp(rule->raw, raw, n) == 0 && raw[n] == '.')
			json_object_object_del(oracle_get(o, rule->target),
			    raw + n + 1);
	}
}

static void
set_string(struct oracle *o, const char *path, const char *text)
{
	oracle_set(o, path, tree_quote(text));
}

static void
set_stream(struct oracle *o)
{
	char stream[64];

	snprintf(stream, sizeof(stream), "sentinel_one.%s", o->dataset->name);
	set_string(o, "data_stream.dataset", stream);
	set_string(o, "data_stream.namespace", "default");
	set_string(o, "data_stream.type", "logs");
	set_string(o, "event.dataset", stream);
	set_string(o, "event.module", "sentinel_one");
}

static void
set_constants(struct oracle *o)
{
	for (const struct map_constant *c = o->table->constants;
	     c->target != NULL; c++) {
		struct json_object *v = NULL;

		if (tree_read(c->value, strlen(c->value), &v) < 0)
			abort();
		oracle_set(o, c->target, v);
	}
}

static bool
has_failed(const struct oracle *o)
{
	return o->table->error_fails && o->n_errors > 0;
}

static bool
wants_original(const struct oracle *o)
{
	return has_failed(o) || o->opt.preserve_original_event;
}

static void
set_times(struct oracle *o)
{
	time_t s = (time_t)(o->opt.collected_at_ms / 1000);
	char collected[40], text[80];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(collected, sizeof(collected), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03dZ", collected,
	    (int)(o->opt.collected_at_ms % 1000));
	if (!o->opt.raw && oracle_get(o, "@timestamp") == NULL)
		set_string(o, "@timestamp", text);
	if (o->table->event_created && oracle_get(o, "event.created") == NULL)
		set_string(o, "event.created", text);
}

static void
set_failure(struct oracle *o, struct slice original)
{
	char count[16];

	if (has_failed(o))
		set_string(o, "event.kind", "pipeline_error");
	if (original.len > 0 && wants_original(o))
		oracle_set(o, "event.original", json_object_new_string_len(
		    original.p, (int)original.len));
	snprintf(count, sizeof(count), "%u", o->n_errors);
	if (o->n_errors > 0)
		oracle_set(o, "error.message", tree_number(count));
}

static void
add_tag(struct json_object *tags, bool wanted, const char *tag)
{
	if (wanted)
		json_object_array_add(tags, tree_quote(tag));
}

/* has_original: what is wanted is there too. */
static void
set_tags(struct oracle *o, bool has_original)
{
	bool wanted = o->opt.preserve_original_event, custom = false;
	struct json_object *tags = json_object_new_array();

	for (size_t i = 0; i < o->n_rules; i++)
		custom |= (o->rule[i].flags & MAP_DUPLICATE) != 0;
	add_tag(tags, wanted && has_original, "preserve_original_event");
	add_tag(tags, custom && o->opt.preserve_duplicate_custom_fields,
	    "preserve_duplicate_custom_fields");
	add_tag(tags, true, "forwarded");
	add_tag(tags, has_failed(o) && !wanted && has_original,
	    "preserve_original_event");
	add_tag(tags, wants_original(o) && !has_original,
	    "event_original_dropped");
	oracle_set(o, "tags", tags);
}

/* Custom fields that ECS has too, once the derived ones have seen them. */
static void
drop_duplicates(struct oracle *o)
{
	for (size_t i = 0; i < o->n_rules; i++) {
		const struct rule *rule = &o->rule[i];

		if (rule->target != NULL && rule->unwanted &&
		    strchr(rule->target, '[') == NULL &&
		    oracle_get(o, rule->target) != NULL)
			oracle_set(o, rule->target, NULL);
	}
}

static void
map_fields(struct oracle *o, struct json_object *record, struct slice original)
{
	set_constants(o);
	rules_run(o, record);
	oracle_derive(o, o->dataset->name);
	set_failure(o, original);
	drop_duplicates(o);
}

/* The text without line breaks, which only stand between values. */
static void
set_message(struct oracle *o, struct slice original)
{
	char *line = malloc(original.len);
	size_t n = 0;

	for (size_t i = 0; i < original.len; i++)
		if (strchr("\r\n", original.p[i]) == NULL)
			line[n++] = original.p[i];
	oracle_set(o, "message", json_object_new_string_len(line, (int)n));
	free(line);
}

struct json_object *
oracle_map(struct oracle *o, struct json_object *record,
    struct slice original, bool with_original)
{
	struct json_object *out;

	o->doc = json_object_new_object();
	o->hidden = json_object_new_object();
	o->n_places = 0;
	o->n_errors = 0;
	o->empty = NULL;
	set_stream(o);
	if (o->opt.raw)
		set_message(o, original);
	else
		map_fields(o, record, with_original ? original :
						      (struct slice){ "", 0 });
	set_times(o);
	set_tags(o, with_original || o->opt.raw);
	out = tree_prune(o->doc);
	if (o->empty != NULL)
		field_set(out, o->empty, tree_quote(""));
	json_object_put(o->doc);
	json_object_put(o->hidden);
	for (size_t i = 0; i < o->n_places; i++)
		json_object_put(o->place[i].value);
	return out;
}
