/*
 * The _id against the known vector and against a second, plain implementation.
 */
#include "config.h"

#include <endian.h>
#include <json-c/json.h>
#include <openssl/evp.h>

#include "tests/unit/toy_map.h"
#include "tests/unit/unit.h"

static const struct map_row no_rows[] = {
	{ "unused", MAP_AS_IS, "x", NULL, 0 },
};

/* A digest being fed. */
struct print {
	EVP_MD_CTX *ctx;
};

static void
feed(struct print *p, const void *bytes, size_t n)
{
	if (EVP_DigestUpdate(p->ctx, bytes, n) != 1)
		abort();
}

static void
feed_number(struct print *p, const void *v, size_t n)
{
	const unsigned char *bytes = v;
	unsigned char le[8];

	for (size_t i = 0; i < n; i++)
		le[i] = htole16(1) == 1 ? bytes[i] : bytes[n - 1 - i];
	feed(p, "", 1);
	feed(p, le, n);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void feed_value(struct print *p, struct json_object *v);

static void
feed_object(struct print *p, struct json_object *o)
{
	const char *names[64] = { NULL };
	size_t n = 0;

	json_object_object_foreach(o, key, value) {
		(void)value;
		names[n++] = key;
	}
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		feed(p, "", 1);
		feed(p, names[i], strlen(names[i]));
		feed_value(p, json_object_object_get(o, names[i]));
	}
}

static void
feed_value(struct print *p, struct json_object *v)
{
	double d = json_object_get_double(v);
	int64_t i = json_object_get_int64(v);
	int32_t small = (int32_t)i;

	switch (json_object_get_type(v)) {
	case json_type_object:
		feed_object(p, v);
		break;
	case json_type_array:
		for (size_t k = 0; k < json_object_array_length(v); k++)
			feed_value(p, json_object_array_get_idx(v, k));
		break;
	case json_type_string:
		feed(p, "", 1);
		feed(p, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
		break;
	case json_type_int:
		if (small == i)
			feed_number(p, &small, 4);
		else
			feed_number(p, &i, 8);
		break;
	case json_type_double:
		feed_number(p, &d, 8);
		break;
	case json_type_boolean:
		feed(p, "", 1);
		feed(p, json_object_get_boolean(v) ? "\1" : "\2", 1);
		break;
	case json_type_null:
		feed(p, "", 1);
		break;
	}
}

static void
print_begin(struct print *p)
{
	p->ctx = EVP_MD_CTX_new();
	if (EVP_DigestInit_ex(p->ctx, EVP_sha1(), NULL) != 1)
		abort();
}

static const char *
print_end(struct print *p)
{
	static char text[32];
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	if (EVP_DigestFinal_ex(p->ctx, digest, &n) != 1)
		abort();
	EVP_MD_CTX_free(p->ctx);
	EVP_EncodeBlock((unsigned char *)text, digest, (int)n);
	return text;
}

static const char *
id_of(struct toy *t, const char *record)
{
	static char id[32];

	CU_ASSERT_STRING_NOT_EQUAL(toy_map(t, record), "refused");
	snprintf(id, sizeof(id), "%.*s", (int)t->ident.id.len, t->ident.id.p);
	return id;
}

/* The id over fields a, b, c of the record, done plainly. */
static const char *
plain_id(const char *record)
{
	struct json_object *o = json_tokener_parse(record);
	struct print p;
	const char *text;

	print_begin(&p);
	for (const char *name = "a\0b\0c\0"; *name != '\0'; name += 2) {
		struct json_object *v = json_object_object_get(o, name);

		if (v != NULL)
			feed_value(&p, v);
	}
	text = print_end(&p);
	json_object_put(o);
	return text;
}

static void
test_vector(void)
{
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){
		.field = { "createdAt", "id", "updatedAt" } };
	t.table.at = "updatedAt";
	UNIT_TEXT(id_of(&t, "{\"id\":\"700000000000003003\",\"x\":1,"
	    "\"updatedAt\":\"2025-03-11T08:00:00.999999+02:00\","
	    "\"createdAt\":\"2025-01-20T10:00:00.000001Z\"}"),
	    "Of/NfTTMP8L3+5keq1wUmATgAe0=");
	CU_ASSERT_TRUE(slice_is(t.ident.at,
	    "2025-03-11T08:00:00.999999+02:00"));
	UNIT_TEXT(id_of(&t, "{\"\\u0069d\":\"70000000000000300\\u0033\","
	    "\"updatedAt\":null,\"createdAt\":\"2025-01-20T10:00:00.000001Z\","
	    "\"updatedAt\":\"2025-03-11T08:00:00.999999+02:00\"}"),
	    "Of/NfTTMP8L3+5keq1wUmATgAe0=");
	id_of(&t, "{\"updatedAt\":5}");
	CU_ASSERT_EQUAL(t.ident.at.len, 0);
	toy_fini(&t);
}

static void
test_against_plain(void)
{
	static const char *const records[] = {
		"{\"a\":\"x\",\"b\":\"\",\"c\":\"\\u00e9\\n\"}",
		"{\"c\":1,\"b\":-1,\"a\":0}",
		"{\"a\":2147483647,\"b\":2147483648,\"c\":-2147483648}",
		"{\"a\":-2147483649,\"b\":9223372036854775807,"
		"\"c\":-9223372036854775808}",
		"{\"a\":1.0,\"b\":-0.0,\"c\":1e300}",
		"{\"a\":1E2,\"b\":0.1,\"c\":123456789.125}",
		"{\"a\":true,\"b\":false,\"c\":null}",
		"{\"a\":[1,\"x\",[true,[]],{}],\"b\":[],\"c\":\"y\"}",
		"{\"a\":{\"z\":1,\"b\":{\"y\":[2,3],\"aa\":\"\"},\"ba\":null},"
		"\"b\":2}",
		"{\"b\":{\"a\":1,\"A\":2,\"\\u00e9\":3,\"_\":4,\"a.b\":5}}",
		"{\"a\":[null,{\"k\":[null]}]}",
	};
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){ .field = { "a", "b", "c" } };
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		UNIT_TEXT(id_of(&t, records[i]), plain_id(records[i]));
	toy_fini(&t);
}

/* What a dataset prunes is not there for the hash either. */
static void
test_pruned(void)
{
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){ .field = { "a", "b", "c" } };
	t.table.prune_first = true;
	UNIT_TEXT(id_of(&t, "{\"a\":\"\",\"b\":{\"x\":[null,1,{}],\"y\":\"\"},"
	    "\"c\":[[]]}"), plain_id("{\"b\":{\"x\":[1]}}"));
	toy_fini(&t);
}

static void
test_when(void)
{
	static const char with[] = "{\"a\":1,\"b\":2,\"t\":{\"id\":\"x\"}}";
	struct toy t;
	char *first;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){ .field = { "a" },
		.when = "t.id", .field_when = { "b", "t.id" } };
	UNIT_TEXT(id_of(&t, "{\"a\":1,\"b\":2,\"t\":{\"id\":null}}"),
	    plain_id("{\"a\":1}"));
	first = strdup(plain_id("{\"a\":2,\"b\":\"x\"}"));
	UNIT_TEXT(id_of(&t, with), first);
	free(first);
	toy_fini(&t);
}

static void
test_parent(void)
{
	struct print p;
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){ .field = { "a" },
		.parent = true };
	t.ctx.parent_id = SLICE("42");
	print_begin(&p);
	feed(&p, "\0" "42" "\0x", 5);
	UNIT_TEXT(id_of(&t, "{\"a\":\"x\"}"), print_end(&p));
	t.ctx.parent_id = SLICE("");
	UNIT_TEXT(id_of(&t, "{\"a\":\"x\"}"), plain_id("{\"a\":\"x\"}"));
	toy_fini(&t);
}

static const char *
plain_record_id(const char *text, const char *period)
{
	struct print p;

	print_begin(&p);
	feed(&p, "", 1);
	feed(&p, text, strlen(text));
	if (period != NULL) {
		feed(&p, "", 1);
		feed(&p, period, strlen(period));
	}
	return print_end(&p);
}

/* The whole record without its white space, and the re-send period. */
static void
test_record(void)
{
	static const char spaced[] =
	    " { \"a b\" : [ 1 ,\t\"\\\" \\\\\" ] ,\r\n\"c\":\"d\" } ";
	static const char tight[] = "{\"a b\":[1,\"\\\" \\\\\"],\"c\":\"d\"}";
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity.record = true;
	t.opt.resend_period_ms = 24 * 3600 * 1000;
	t.ctx.sweep_start_ms = 1741064767890;
	UNIT_TEXT(id_of(&t, spaced), plain_record_id(tight, "20151"));
	UNIT_TEXT(id_of(&t, tight), plain_record_id(tight, "20151"));
	t.ctx.sweep_start_ms = INT64_C(20152) * 24 * 3600 * 1000 - 1;
	UNIT_TEXT(id_of(&t, tight), plain_record_id(tight, "20151"));
	t.ctx.sweep_start_ms++;
	UNIT_TEXT(id_of(&t, tight), plain_record_id(tight, "20152"));
	toy_fini(&t);

	/* Without any of its fields too, but without a period. */
	TOY(&t, no_rows);
	t.table.identity.field[0] = "q";
	UNIT_TEXT(id_of(&t, spaced), plain_record_id(tight, NULL));
	UNIT_TEXT(id_of(&t, "{\"q\":null}"),
	    plain_record_id("{\"q\":null}", NULL));
	toy_fini(&t);
}

/* A field that the last of repeated members leaves empty is not there. */
static void
test_emptied(void)
{
	static const char object[] = "{\"a\":{\"x\":1,\"x\":null}}";
	static const char list[] = "{\"a\":[{\"x\":{\"y\":1,\"y\":\"\"}},[]]}";
	static const char when[] =
	    "{\"b\":\"z\",\"t\":{\"id\":{\"x\":1,\"x\":[]}}}";
	struct toy t;

	TOY(&t, no_rows);
	t.table.identity = (struct map_identity){ .field = { "a", "b" },
		.when = "t.id", .field_when = { "t.id" } };
	t.table.prune_first = true;
	UNIT_TEXT(id_of(&t, object), plain_record_id(object, NULL));
	UNIT_TEXT(id_of(&t, list), plain_record_id(list, NULL));
	UNIT_TEXT(id_of(&t, when), plain_id("{\"b\":\"z\"}"));
	toy_fini(&t);
}

static const struct unit_test tests[] = {
	{ "the known vector", test_vector },
	{ "values of all kinds", test_against_plain },
	{ "records that are pruned first", test_pruned },
	{ "other fields when one is there", test_when },
	{ "the parent's id", test_parent },
	{ "the whole record", test_record },
	{ "fields that are emptied", test_emptied },
};

UNIT_MAIN("ident", tests)
