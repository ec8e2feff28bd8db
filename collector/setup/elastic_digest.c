/*
 * What an index is made of stands in its mapping, so that a run that was cut
 * short leaves nothing behind that no later one sees.
 */
#include "config.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "collector/json/tree.h"
#include "collector/setup/elastic.h"

#define MEMBER "s1spool_digest"
#define PARTS_MAX (64u << 20)

static void
add_json(struct buf *b, struct json_object *o)
{
	buf_adds(b, tree_print(o, JSON_C_TO_STRING_PLAIN));
}

static bool
holds(struct json_object *list, struct json_object *text)
{
	for (size_t i = 0; i < elastic_length(list); i++)
		if (json_object_equal(json_object_array_get_idx(list, i),
		    text) != 0)
			return true;
	return false;
}

void
elastic_digest(const struct elastic *e, struct json_object *template,
    char hex[ELASTIC_DIGEST_LEN + 1])
{
	struct json_object *names =
	    json_object_object_get(template, "composed_of");
	struct json_object *others = json_object_object_get(template,
	    "ignore_missing_component_templates");
	unsigned char sha[SHA256_DIGEST_LENGTH];
	struct buf text;

	buf_init(&text, PARTS_MAX);
	add_json(&text, template);
	for (size_t i = 0; i < elastic_length(names); i++) {
		struct json_object *name = json_object_array_get_idx(names, i);
		struct json_object *part = holds(others, name) ? NULL :
		    elastic_asset(e, "component_template",
			json_object_get_string(name));

		add_json(&text, part);
		json_object_put(part);
	}
	SHA256((const unsigned char *)text.p, text.len, sha);
	for (size_t i = 0; i < ELASTIC_DIGEST_LEN / 2; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha[i]);
	buf_fini(&text);
}

/* Follow names from an object; the member at their end, made where it is
 * not. */
static struct json_object *
make_way(struct json_object *o, const char *const *names)
{
	struct json_object *next;

	for (; *names != NULL; names++, o = next)
		if (!json_object_object_get_ex(o, *names, &next)) {
			next = tree_object();
			tree_put(o, *names, next);
		}
	return o;
}

void
elastic_stamp(const struct elastic *e, struct json_object *template)
{
	static const char *const way[] = { "template", "mappings", "_meta",
		NULL };
	char hex[ELASTIC_DIGEST_LEN + 1];

	elastic_digest(e, template, hex);
	tree_put(make_way(template, way), MEMBER, tree_text(hex));
}

bool
elastic_is_stamped(struct json_object *o, const char *digest)
{
	o = json_object_object_get(o, "mappings");
	o = json_object_object_get(json_object_object_get(o, "_meta"), MEMBER);
	return o != NULL && strcmp(json_object_get_string(o), digest) == 0;
}
