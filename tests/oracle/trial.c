#include "config.h"

#include "tests/oracle/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/map/map.h"
#include "tests/oracle/identity.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/rng.h"
#include "tests/oracle/tree.h"

#define COLLECTED_MS INT64_C(1741064767890)
#define RESEND_MS (24 * INT64_C(3600000))

/* Options as bits, each combination with a mapper and an oracle of its own. */
enum { ORIGINAL = 1, DUPLICATES = 2, SWITCHES = 4, RAW = 8, VARIANTS = 16 };

struct variant {
	struct map_options opt;
	struct mapper *mapper;
	struct oracle *oracle;
};

struct trial {
	const struct dataset *dataset;
	struct variant variant[VARIANTS];
	struct buf out;

	/* The record at hand. */
	unsigned chosen;
	bool with_original;
	char *text;
	struct slice original; /* text without white space around it */
	struct json_object *theirs, *ours;
	char why[160];
};

struct trial *
trial_new(const struct dataset *d)
{
	static char tag[] = "forwarded";
	static char *const tags[] = { tag, NULL };
	struct trial *t = calloc(1, sizeof(*t));

	t->dataset = d;
	buf_init(&t->out, 64 << 20);
	for (unsigned i = 0; i < VARIANTS; i++) {
		struct variant *v = &t->variant[i];
		struct oracle_options opt = {
			.preserve_original_event = (i & ORIGINAL) != 0,
			.preserve_duplicate_custom_fields =
			    (i & DUPLICATES) != 0,
			.switches = (i & SWITCHES) != 0 ? ~0u : 0,
			.raw = (i & RAW) != 0,
			.collected_at_ms = COLLECTED_MS };

		v->opt = (struct map_options){ .name = d->name,
			.namespace = "default", .tags = tags,
			.preserve_original_event =
			    opt.preserve_original_event,
			.preserve_duplicate_custom_fields =
			    opt.preserve_duplicate_custom_fields,
			.switches = opt.switches, .raw = opt.raw,
			.resend_period_ms = RESEND_MS };
		v->mapper = mapper_new(&d->map, &v->opt);
		v->oracle = oracle_new(d, &opt);
	}
	if (t->variant[0].oracle != NULL)
		return t;
	trial_free(t);
	return NULL;
}

static void
forget(struct trial *t)
{
	json_object_put(t->theirs);
	json_object_put(t->ours);
	free(t->text);
	t->theirs = t->ours = NULL;
	t->text = NULL;
	buf_reset(&t->out);
}

void
trial_free(struct trial *t)
{
	forget(t);
	for (unsigned i = 0; i < VARIANTS; i++) {
		mapper_free(t->variant[i].mapper);
		oracle_free(t->variant[i].oracle);
	}
	buf_fini(&t->out);
	free(t);
}

/* what may be written in several ways */

/* The number of entries in place of their text. */
static void
count_errors(struct json_object *doc)
{
	struct json_object *error, *message;
	char count[24];

	if (!json_object_object_get_ex(doc, "error", &error) ||
	    !json_object_object_get_ex(error, "message", &message))
		return;
	snprintf(count, sizeof(count), "%zu",
	    json_object_array_length(message));
	json_object_object_add(error, "message", tree_number(count));
}

/* Is there white space between values? */
static bool
is_spaced(const char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (!quoted && strchr(" \t\r\n", *text) != NULL)
			return true;
		if (*text == '"')
			quoted = !quoted;
		else if (quoted && *text == '\\' && text[1] != '\0')
			text++;
	}
	return false;
}

/* A new string: of a container's JSON, which has the escapes of the record,
 * with those of json-c; white space stays and will tell. */
static struct json_object *
respelt(struct json_object *v)
{
	struct json_object *tree, *out;
	const char *text;

	if (!json_object_is_type(v, json_type_string))
		return json_object_get(v);
	text = json_object_get_string(v);
	if (strchr("{[", text[0]) == NULL || is_spaced(text) ||
	    tree_read(text, strlen(text), &tree) < 0)
		return json_object_get(v);
	out = tree_quote(json_object_to_json_string_ext(tree,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(tree);
	return out;
}

/* Everywhere but where a text is the record as it came. */
static void
respell(struct json_object *v)
{
	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			struct json_object *one = json_object_array_get_idx(v,
			    i);

			respell(one);
			json_object_array_put_idx(v, i, respelt(one));
		}
	} else if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, value) {
			if (strcmp(name, "original") == 0 ||
			    strcmp(name, "message") == 0)
				continue;
			respell(value);
			json_object_object_add(v, name, respelt(value));
		}
	}
}

/* the record */

static void
write_record(struct trial *t, struct json_object *record, struct rng *r,
    unsigned *n_repeated)
{
	size_t len = 0;
	FILE *f = open_memstream(&t->text, &len);

	tree_write(f, record, r, n_repeated);
	fclose(f);
	t->original = (struct slice){ t->text, len };
	while (strchr(" \t\r\n", t->original.p[0]) != NULL) {
		t->original.p++;
		t->original.len--;
	}
	while (strchr(" \t\r\n", t->original.p[t->original.len - 1]) != NULL)
		t->original.len--;
}

static const char *
differs(struct trial *t, const char *what, const char *theirs,
    struct slice ours)
{
	snprintf(t->why, sizeof(t->why), "has the %s %.*s in place of %s",
	    what, (int)ours.len, ours.p, theirs);
	return t->why;
}

static struct json_object *
at_path(struct json_object *o, const char *path)
{
	struct json_object *v = NULL;
	char name[64];
	size_t n;

	if (path == NULL || !json_object_is_type(o, json_type_object))
		return NULL;
	n = strcspn(path, ".");
	snprintf(name, sizeof(name), "%.*s", (int)n, path);
	json_object_object_get_ex(o, name, &v);
	return path[n] == '\0' ? v : at_path(v, path + n + 1);
}

/* What the watermark is taken from, but for escapes. */
static const char *
check_watermark(struct trial *t, struct json_object *record, struct slice at)
{
	struct json_object *want = at_path(record, t->dataset->map.at), *got;
	bool is_string = json_object_is_type(want, json_type_string);
	const char *why = NULL;
	struct buf text;

	buf_init(&text, at.len + 3);
	buf_addf(&text, "\"%.*s\"", (int)at.len, at.p);
	if (tree_read(text.p, text.len, &got) < 0 ||
	    (is_string ? !tree_same(want, got) : at.len > 0))
		why = differs(t, "watermark", json_object_to_json_string(want),
		    at);
	json_object_put(got);
	buf_fini(&text);
	return why;
}

static const char *
check_ident(struct trial *t, struct json_object *record,
    const struct map_context *ctx, const struct map_ident *ident)
{
	const struct identity_context around = { .parent = ctx->parent_id.p,
		.sweep_start_ms = ctx->sweep_start_ms,
		.resend_period_ms = RESEND_MS };
	char id[IDENTITY_LEN + 1];

	oracle_identity(t->dataset->name, record, t->original, &around, id);
	if (!slice_is(ident->id, id))
		return differs(t, "_id", id, ident->id);
	return check_watermark(t, record, ident->at);
}

static const char *
check_document(struct trial *t, struct json_object *record)
{
	if (tree_read(t->out.p, t->out.len, &t->ours) < 0)
		return "is not JSON, or repeats a member";
	count_errors(t->ours);
	respell(t->ours);
	t->theirs = oracle_map(t->variant[t->chosen].oracle, record,
	    t->original, t->with_original);
	respell(t->theirs);
	return tree_same(t->theirs, t->ours) ? NULL : "differs";
}

static unsigned
choose(const struct trial *t, struct rng *r)
{
	unsigned bits = rng_below(r, RAW);

	if (t->dataset->map.switches[0] == NULL)
		bits &= ~(unsigned)SWITCHES;
	return bits | (rng_chance(r, 5) ? RAW : 0);
}

const char *
trial_run(struct trial *t, struct json_object *record, uint64_t seed)
{
	static const char *const parents[] = { "", "225494730938493804", "x" };
	struct rng r = { seed };
	struct map_context ctx = { .collected_at_ms = COLLECTED_MS,
		.parent_id = slice_of(parents[rng_below(&r, 3)]),
		.sweep_start_ms = (int64_t)rng_below(&r, 1u << 31) * 1000 };
	struct mapper *m;
	struct map_ident ident;
	unsigned n_repeated = 0;
	uint64_t repeated;
	const char *why;

	forget(t);
	t->chosen = choose(t, &r);
	t->with_original = rng_chance(&r, 90);
	m = t->variant[t->chosen].mapper;
	repeated = mapper_counts(m)->repeated_members;
	write_record(t, record, &r, &n_repeated);
	buf_addc(&t->out, '{');
	if (mapper_scan(m, slice_of(t->text), &ctx, &ident) < 0)
		return mapper_error(m);
	why = check_ident(t, record, &ctx, &ident);
	if (why != NULL)
		return why;
	if (mapper_emit(m, &t->out, t->with_original) < 0)
		return "does not fit";
	why = check_document(t, record);
	if (why != NULL)
		return why;
	if (mapper_counts(m)->repeated_members - repeated != n_repeated)
		return "counts other repeated members than there are";
	return NULL;
}

void
trial_print(const struct trial *t)
{
	printf("record: %s\noptions:%s%s%s%s%s\noracle: %s\nmapper: %s\n\n",
	    t->text, (t->chosen & ORIGINAL) != 0 ? " original" : "",
	    (t->chosen & DUPLICATES) != 0 ? " duplicates" : "",
	    (t->chosen & SWITCHES) != 0 ? " switches" : "",
	    (t->chosen & RAW) != 0 ? " raw" : "",
	    t->with_original ? "" : " too long",
	    json_object_to_json_string(t->theirs), t->out.p);
}
