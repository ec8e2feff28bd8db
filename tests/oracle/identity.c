#include "config.h"

#include "tests/oracle/identity.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/tree.h"

/* Raw paths, which blanks separate, in the order in which they are hashed. */
static const struct identity {
	const char *dataset;
	const char *fields; /* NULL: the record and the re-send period */
	const char *fields_of_timeline;
	bool parent;
	bool pruned; /* what is empty counts as missing */
} identities[] = {
	{ .dataset = "activity", .fields = "createdAt id updatedAt" },
	{ .dataset = "agent", .fields = "createdAt id updatedAt" },
	{ .dataset = "alert", .fields = "alertInfo.alertId "
	    "alertInfo.createdAt alertInfo.updatedAt" },
	{ .dataset = "application" },
	{ .dataset = "application_risk" },
	{ .dataset = "group", .fields = "createdAt id updatedAt" },
	{ .dataset = "threat", .pruned = true,
	    .fields = "id threatInfo.createdAt threatInfo.updatedAt",
	    .fields_of_timeline = "id timeline.createdAt timeline.id "
	    "timeline.updatedAt" },
	{ .dataset = "threat_event", .parent = true,
	    .fields = "createdAt id" },
	{ .dataset = "unified_alert",
	    .fields = "detectedAt externalId id updatedAt" },
};

static const struct identity *
find_identity(const char *dataset)
{
	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++)
		if (strcmp(identities[i].dataset, dataset) == 0)
			return &identities[i];
	abort();
}

static struct json_object *
get_path(struct json_object *o, const char *path, size_t len)
{
	size_t n = strcspn(path, ". ");
	struct json_object *v = NULL;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)n, path);
	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &v);
	return n == len || v == NULL ? v :
				       get_path(v, path + n + 1, len - n - 1);
}

/* values */

static void
put_integer(FILE *f, int64_t v)
{
	uint64_t le = htole64((uint64_t)v);

	fwrite(&le, 1, v >= INT32_MIN && v <= INT32_MAX ? 4 : 8, f);
}

static void
put_number(FILE *f, const char *text)
{
	intmax_t v;
	uint64_t le;
	double d;

	errno = 0;
	v = strtoimax(text, NULL, 10);
	if (errno == 0 && strpbrk(text, ".eE") == NULL) {
		put_integer(f, v);
		return;
	}
	d = strtod(text, NULL);
	memcpy(&le, &d, sizeof(le));
	le = htole64(le);
	fwrite(&le, 1, sizeof(le), f);
}

static int
by_text(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return strcmp(json_object_get_string(*x), json_object_get_string(*y));
}

static void put_value(FILE *f, struct json_object *v);

static void
put_object(FILE *f, struct json_object *v)
{
	struct json_object *names = json_object_new_array();

	json_object_object_foreach(v, key, value) {
		(void)value;
		json_object_array_add(names, tree_quote(key));
	}
	json_object_array_sort(names, by_text);
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(names, i));

		fputc('\0', f);
		fputs(name, f);
		put_value(f, json_object_object_get(v, name));
	}
	json_object_put(names);
}

static void
put_value(FILE *f, struct json_object *v)
{
	enum json_type type = json_object_get_type(v);

	if (type == json_type_object) {
		put_object(f, v);
		return;
	}
	for (size_t i = 0; type == json_type_array &&
	     i < json_object_array_length(v); i++)
		put_value(f, json_object_array_get_idx(v, i));
	if (type == json_type_array)
		return;
	fputc('\0', f);
	if (type == json_type_string)
		fwrite(json_object_get_string(v), 1,
		    (size_t)json_object_get_string_len(v), f);
	else if (type == json_type_boolean)
		fputc(json_object_get_boolean(v) ? 1 : 2, f);
	else if (v != NULL)
		put_number(f, json_object_get_string(v));
}

/* The fields that are there; false when none is. */
static bool
put_fields(FILE *f, const struct identity *identity,
    struct json_object *record)
{
	const char *path = identity->fields;
	bool any = false;

	if (identity->fields_of_timeline != NULL &&
	    get_path(record, "timeline.id", 11) != NULL)
		path = identity->fields_of_timeline;
	while (*path != '\0') {
		size_t n = strcspn(path, " ");
		struct json_object *v = get_path(record, path, n);

		if (v != NULL)
			put_value(f, v);
		any |= v != NULL;
		path += n + (path[n] == ' ');
	}
	return any;
}

/* The text without white space outside of strings. */
static void
put_text(FILE *f, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t n = 1;

		if (strchr(" \t\r\n", text.p[i]) != NULL)
			continue;
		while (text.p[i] == '"' && text.p[i + n] != '"')
			n += 1 + (text.p[i + n] == '\\');
		n += text.p[i] == '"';
		fwrite(text.p + i, 1, n, f);
		i += n - 1;
	}
}

static void
put_all(FILE *f, const struct identity *identity, struct json_object *record,
    struct slice original, const struct identity_context *ctx)
{
	if (identity->fields == NULL) {
		fputc('\0', f);
		put_text(f, original);
		fputc('\0', f);
		fprintf(f, "%" PRId64, ctx->sweep_start_ms / 1000 /
		    (ctx->resend_period_ms / 1000));
		return;
	}
	if (identity->parent && ctx->parent[0] != '\0') {
		fputc('\0', f);
		fputs(ctx->parent, f);
	}
	if (!put_fields(f, identity, record)) {
		fputc('\0', f);
		put_text(f, original);
	}
}

void
oracle_identity(const char *dataset, struct json_object *record,
    struct slice original, const struct identity_context *ctx,
    char id[IDENTITY_LEN + 1])
{
	const struct identity *identity = find_identity(dataset);
	struct json_object *seen = identity->pruned ? tree_prune(record) :
						      json_object_get(record);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n_digest = 0;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	put_all(f, identity, seen, original, ctx);
	fclose(f);
	if (EVP_Digest(text, len, digest, &n_digest, EVP_sha1(), NULL) != 1 ||
	    n_digest != 20)
		abort();
	EVP_EncodeBlock((unsigned char *)id, digest, 20);
	free(text);
	json_object_put(seen);
}
