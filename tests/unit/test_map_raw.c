/*
 * The raw form of every dataset: what the integration's input would have sent
 * to the ingest pipeline, and no more.
 */
#include "config.h"

#include <json-c/json.h>

#include "collector/base/xalloc.h"
#include "collector/dataset/dataset.h"
#include "collector/map/map.h"
#include "tests/unit/unit.h"

#define COLLECTED "2025-03-04T05:06:07.890Z"

static const struct map_context ctx = {
	.collected_at_ms = 1741064767890,
	.sweep_start_ms = 1741064000000,
	.parent_id = { "77", 2 },
};

/* Those of the integration's httpjson input, which adds event.created; its CEL
 * input does not. */
static const char *const with_created[] = { "activity", "agent", "alert",
	"group", "threat" };

/* What a dataset is tried with; both mappers have the same options. */
struct trial {
	const struct dataset *dataset;
	struct map_options opt, raw_opt;
	struct mapper *mapped, *raw;
	struct buf record; /* with line breaks between values */
	struct buf line; /* what came of it */
	struct json_object *doc; /* the line */
};

/* Put a text at a raw path; false when something else is in the way. */
static bool
put_at(struct json_object *o, const char *raw, const char *text)
{
	for (;;) {
		size_t n = strcspn(raw, ".");
		struct json_object *next = NULL;
		char name[64];

		CU_ASSERT_FATAL(n < sizeof(name));
		memcpy(name, raw, n);
		name[n] = '\0';
		json_object_object_get_ex(o, name, &next);
		if (raw[n] == '\0') {
			if (next == NULL)
				json_object_object_add(o, name,
				    json_object_new_string(text));
			return next == NULL;
		}
		if (next == NULL) {
			next = json_object_new_object();
			json_object_object_add(o, name, next);
		}
		if (!json_object_is_type(next, json_type_object))
			return false;
		o = next;
		raw += n + 1;
	}
}

/* A record with a text at each path that the dataset knows outside of lists,
 * on as many lines; '\n' and "\r\n" both end them. */
static void
make_record(struct trial *t)
{
	static const char list[] = "[1.50,\n{\"\\n\":\"\\r\\u0000\xc3\xa9\"}\r]";
	const struct map_table *table = &t->dataset->map;
	struct json_object *o = json_object_new_object();
	const char *text;
	bool first = true;

	for (size_t i = 0; i < table->n_rows; i++) {
		const char *raw = table->rows[i].raw;
		char value[64];

		snprintf(value, sizeof(value), "v%zu \"\\/\b\n\r\x7f\xc3\xa9",
		    i);
		if (raw[0] != '\0' && strchr(raw, '[') == NULL &&
		    table->rows[i].conv != MAP_REST)
			put_at(o, raw, value);
	}
	for (size_t i = 0; table->identity.field[i] != NULL; i++)
		put_at(o, table->identity.field[i], "1");
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
	buf_reset(&t->record);
	for (; *text != '\0'; text++) {
		if (*text == '\n' && (first = !first))
			buf_addc(&t->record, '\r');
		buf_addc(&t->record, *text);
	}
	/* And what no table knows, with numbers as they must stay. */
	CU_ASSERT_FATAL(t->record.p[t->record.len - 1] == '}');
	buf_cut(&t->record, t->record.len - 1);
	buf_addf(&t->record, ",\n\t\"noSuchMember\" :%s\r\n}", list);
	json_object_put(o);
}

static void
trial_init(struct trial *t, const struct dataset *dataset,
    const struct map_options *opt)
{
	*t = (struct trial){ .dataset = dataset, .opt = *opt };
	t->opt.name = dataset->name;
	t->opt.namespace = "na\"me";
	t->opt.resend_period_ms = 86400000;
	t->raw_opt = t->opt;
	t->raw_opt.raw = true;
	t->mapped = mapper_new(&dataset->map, &t->opt);
	t->raw = mapper_new(&dataset->map, &t->raw_opt);
	buf_init(&t->record, 1 << 20);
	buf_init(&t->line, 1 << 20);
	make_record(t);
}

static void
trial_fini(struct trial *t)
{
	json_object_put(t->doc);
	mapper_free(t->mapped);
	mapper_free(t->raw);
	buf_fini(&t->record);
	buf_fini(&t->line);
}

/* Make the line of a record; *id gets its _id. */
static void
emit(struct trial *t, struct mapper *m, struct slice record, bool original,
    char *id)
{
	struct map_ident ident;

	CU_ASSERT_EQUAL_FATAL(mapper_scan(m, record, &ctx, &ident), 0);
	CU_ASSERT_EQUAL_FATAL(ident.id.len, 28);
	memcpy(id, ident.id.p, 28);
	id[28] = '\0';
	buf_reset(&t->line);
	buf_addc(&t->line, '{');
	CU_ASSERT_EQUAL_FATAL(mapper_emit(m, &t->line, original), 0);
}

static void
emit_raw(struct trial *t, bool original, char *id)
{
	emit(t, t->raw, buf_slice(&t->record), original, id);
	CU_ASSERT_PTR_NULL(memchr(t->line.p, '\n', t->line.len));
	CU_ASSERT_PTR_NULL(memchr(t->line.p, '\r', t->line.len));
	json_object_put(t->doc);
	t->doc = json_tokener_parse(t->line.p);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t->doc);
}

/* The text at a path of the document, "-" when there is none. */
static const char *
text_at(const struct trial *t, const char *object, const char *name)
{
	struct json_object *o = t->doc;

	if ((object == NULL || json_object_object_get_ex(o, object, &o)) &&
	    json_object_object_get_ex(o, name, &o))
		return json_object_get_string(o);
	return "-";
}

static size_t
members_of(const struct trial *t, const char *name)
{
	struct json_object *o = t->doc;

	if (name != NULL && !json_object_object_get_ex(o, name, &o))
		return 0;
	return (size_t)json_object_object_length(o);
}

static bool
has_created(const struct dataset *d)
{
	for (size_t i = 0; i < sizeof(with_created) / sizeof(*with_created);
	    i++)
		if (strcmp(with_created[i], d->name) == 0)
			return true;
	return false;
}

static void
check_fields(const struct trial *t)
{
	bool created = has_created(t->dataset);
	char stream[64];

	snprintf(stream, sizeof(stream), "sentinel_one.%s", t->dataset->name);
	UNIT_TEXT(text_at(t, "data_stream", "type"), "logs");
	UNIT_TEXT(text_at(t, "data_stream", "dataset"), stream);
	UNIT_TEXT(text_at(t, "data_stream", "namespace"), "na\"me");
	CU_ASSERT_EQUAL(members_of(t, "data_stream"), 3);
	UNIT_TEXT(text_at(t, "event", "dataset"), stream);
	UNIT_TEXT(text_at(t, "event", "module"), "sentinel_one");
	UNIT_TEXT(text_at(t, "event", "created"), created ? COLLECTED : "-");
	CU_ASSERT_EQUAL(members_of(t, "event"), created ? 3 : 2);
	/* And message. */
	CU_ASSERT_EQUAL(members_of(t, NULL), 3);
}

/* The message is the record, less the line breaks between its values. */
static void
check_message(const struct trial *t)
{
	const char *message = text_at(t, NULL, "message");
	struct buf want;

	buf_init(&want, t->record.len);
	for (size_t i = 0; i < t->record.len; i++)
		if (t->record.p[i] != '\n' && t->record.p[i] != '\r')
			buf_addc(&want, t->record.p[i]);
	UNIT_TEXT(message, want.p);
	buf_fini(&want);
}

/* Who maps the message gets the document that the record makes, but for the
 * white space of an event.original that a failure keeps. */
static void
check_round_trip(struct trial *t)
{
	const char *message = text_at(t, NULL, "message");
	char id[3][29];
	struct buf doc;

	emit(t, t->mapped, slice_of(message), false, id[0]);
	buf_init(&doc, 1 << 20);
	buf_add_slice(&doc, buf_slice(&t->line));
	emit(t, t->mapped, buf_slice(&t->record), false, id[1]);
	UNIT_TEXT(t->line.p, doc.p);
	emit(t, t->raw, buf_slice(&t->record), true, id[2]);
	UNIT_TEXT(id[0], id[1]);
	UNIT_TEXT(id[2], id[1]);
	buf_fini(&doc);
}

static void
test_every_dataset(void)
{
	static const struct map_options opt = { .tags = NULL };
	size_t n_created = 0;

	for (int i = 0; i < DATASET_COUNT; i++) {
		struct trial t;
		char id[29];

		trial_init(&t, dataset_table[i], &opt);
		emit_raw(&t, true, id);
		check_fields(&t);
		check_message(&t);
		check_round_trip(&t);
		n_created += has_created(t.dataset);
		trial_fini(&t);
	}
	CU_ASSERT_EQUAL(n_created,
	    sizeof(with_created) / sizeof(*with_created));
}

/* The marks first, then the configured tags; duplicates are marked only where
 * the option is one of the dataset. */
static void
test_tags(void)
{
	char one[] = "forwarded", two[] = "t\"o", empty[] = "";
	char *tags[] = { one, empty, two, NULL };

	for (int i = 0; i < 2 * DATASET_COUNT; i++) {
		bool preserve = i % 2 == 1;
		const struct dataset *d = dataset_table[i / 2];
		struct map_options opt = { .tags = tags,
			.preserve_original_event = preserve,
			.preserve_duplicate_custom_fields = preserve };
		struct trial t;
		char want[160], id[29], *line;

		snprintf(want, sizeof(want), "[ %s%s\"forwarded\", \"t\\\"o\" ]",
		    preserve ? "\"preserve_original_event\", " : "",
		    preserve && d->defaults.custom_duplicates ?
			"\"preserve_duplicate_custom_fields\", " : "");
		trial_init(&t, d, &opt);
		emit_raw(&t, true, id);
		UNIT_TEXT(text_at(&t, NULL, "tags"), want);
		CU_ASSERT_EQUAL(members_of(&t, NULL), 4);
		UNIT_TEXT(text_at(&t, "event", "original"), "-");
		/* Nothing can be left out of the message. */
		line = xstrdup(t.line.p);
		emit_raw(&t, false, id);
		UNIT_TEXT(t.line.p, line);
		free(line);
		trial_fini(&t);
	}
}

static const struct unit_test tests[] = {
	{ "the raw form of every dataset", test_every_dataset },
	{ "its tags", test_tags },
};

UNIT_MAIN("map_raw", tests)
