#include "config.h"

#include "tests/mock/cursor.h"

#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mock/member.h"
#include "tests/mock/stamp.h"

#define CURSOR_MAX 600

static const char *const key_names[KEY_COUNT] = {
	[KEY_ID] = "id",
	[KEY_CREATED] = "createdAt",
	[KEY_UPDATED] = "updatedAt",
	[KEY_KIND] = "activityType",
};

const char *
key_name(enum key key)
{
	return key_names[key];
}

static void
add_value(struct buf *b, const struct cursor *c, const char *quote)
{
	char stamp[STAMP_LEN + 1];

	if (c->key == KEY_ID) {
		buf_addf(b, "%s%llu%s", quote, (unsigned long long)c->id,
		    quote);
	} else if (c->key == KEY_KIND) {
		buf_addf(b, "%lld", (long long)c->value);
	} else {
		stamp_format(c->value, stamp);
		buf_addf(b, "\"%s\"", stamp);
	}
}

static void
encode(const struct cursor *c, const char *prefix,
    unsigned char text[CURSOR_MAX * 2])
{
	const char *order = c->desc ? "desc" : "asc";
	const char *quote = prefix[0] == '\0' ? "\"" : "";
	struct buf b;

	buf_init(&b, CURSOR_MAX);
	buf_addf(&b, "{\"id_column\":\"%sid\",\"id_value\":%s%llu%s,"
	    "\"id_sort_order\":\"%s\",\"sort_by_column\":\"%s%s\","
	    "\"sort_by_value\":", prefix, quote, (unsigned long long)c->id,
	    quote, order, prefix, key_names[c->key]);
	add_value(&b, c, quote);
	buf_addf(&b, ",\"sort_order\":\"%s\"%s}", order,
	    c->again ? ",\"again\":true" : "");
	EVP_EncodeBlock(text, (const unsigned char *)b.p, (int)b.len);
	buf_fini(&b);
}

void
cursor_write(const struct cursor *c, const char *prefix, struct buf *out)
{
	unsigned char text[CURSOR_MAX * 2];

	encode(c, prefix, text);
	for (const unsigned char *p = text; *p != '\0'; p++) {
		if (strchr("+/=", *p) != NULL)
			buf_addf(out, "%%%02X", *p);
		else
			buf_addc(out, (char)*p);
	}
}

void
cursor_write_plain(const struct cursor *c, struct buf *out)
{
	unsigned char text[CURSOR_MAX * 2];

	encode(c, "", text);
	buf_adds(out, (const char *)text);
}

/* Base64 to JSON.  A client may have encoded what was encoded already. */
static struct json_object *
decode(const char *text)
{
	unsigned char in[CURSOR_MAX * 2 + 1], out[CURSOR_MAX * 2];
	size_t n = 0;

	for (; *text != '\0' && n < sizeof(in) - 1; text++) {
		if (strncmp(text, "%3D", 3) == 0) {
			in[n++] = '=';
			text += 2;
		} else {
			in[n++] = (unsigned char)*text;
		}
	}
	in[n] = '\0';
	if (*text != '\0' || n == 0 || n % 4 != 0 ||
	    EVP_DecodeBlock(out, in, (int)n) < 0)
		return NULL;
	out[n / 4 * 3] = '\0';
	return json_tokener_parse((const char *)out);
}

/* A column's name without its view. */
static int
key_of(const char *column, enum key *key)
{
	const char *dot = strchr(column, '.');

	if (dot != NULL)
		column = dot + 1;
	for (int k = 0; k < KEY_COUNT; k++) {
		if (strcmp(column, key_names[k]) == 0) {
			*key = (enum key)k;
			return 0;
		}
	}
	return -1;
}

static int
read_members(struct json_object *o, struct cursor *c)
{
	const char *value = member_text(o, "sort_by_value", "");

	if (key_of(member_text(o, "sort_by_column", ""), &c->key) != 0)
		return -1;
	c->id = strtoull(member_text(o, "id_value", ""), NULL, 10);
	c->desc = strcmp(member_text(o, "sort_order", ""), "desc") == 0;
	c->again = member_text(o, "again", "")[0] != '\0';
	if (c->key == KEY_ID || c->key == KEY_KIND) {
		c->value = strtoll(value, NULL, 10);
		return 0;
	}
	return stamp_parse(value, &c->value);
}

int
cursor_read(const char *text, struct cursor *c)
{
	struct json_object *o = decode(text);
	int r;

	if (o == NULL)
		return -1;
	r = read_members(o, c);
	json_object_put(o);
	return r;
}
