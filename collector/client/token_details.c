#include "config.h"

#include "collector/client/token_details.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"


static struct json_object *
object_of(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return json_object_is_type(v, json_type_object) ? v : NULL;
}

/* NULL for what is missing, empty, or neither a string nor a number. */
static const char *
text_of(struct json_object *v)
{
	if (json_object_is_type(v, json_type_int))
		return tree_string(v);
	if (!json_object_is_type(v, json_type_string) ||
	    json_object_get_string_len(v) == 0)
		return NULL;
	return json_object_get_string(v);
}

static void
take_text(char **to, struct json_object *o, const char *key)
{
	struct json_object *v = NULL;
	const char *text;

	json_object_object_get_ex(o, key, &v);
	text = text_of(v);
	if (text == NULL)
		return;
	free(*to);
	*to = xstrdup(text);
}

static void
take_time(int64_t *to, struct json_object *o, const char *key)
{
	struct json_object *v = NULL;
	int64_t ms;

	json_object_object_get_ex(o, key, &v);
	if (json_object_is_type(v, json_type_string) &&
	    iso8601_parse(slice_of(json_object_get_string(v)), &ms) == 0 &&
	    ms > 0)
		*to = ms;
}

static void
take_life(struct token_details *t, struct json_object *o)
{
	if (o == NULL)
		return;
	take_time(&t->created_ms, o, "createdAt");
	take_time(&t->expires_ms, o, "expiresAt");
}

static void
role_free(struct token_role *r)
{
	free(r->name);
	free(r->id);
	free(r->where);
}

static void
forget_roles(struct token_details *t)
{
	for (size_t i = 0; i < t->n_roles; i++)
		role_free(&t->role[i]);
	free(t->role);
	t->role = NULL;
	t->n_roles = 0;
}

/* "roleName", of older consoles the first of "roles". */
static void
take_role(struct token_role *r, struct json_object *o)
{
	struct json_object *list = NULL;
	const char *first = NULL;

	take_text(&r->name, o, "roleName");
	take_text(&r->id, o, "roleId");
	take_text(&r->where, o, "name");
	if (r->name != NULL)
		return;
	json_object_object_get_ex(o, "roles", &list);
	if (json_object_is_type(list, json_type_array))
		first = text_of(json_object_array_get_idx(list, 0));
	if (first != NULL)
		r->name = xstrdup(first);
}

static void
take_roles(struct token_details *t, struct json_object *data)
{
	struct json_object *list = NULL, *o;
	size_t n;

	json_object_object_get_ex(data, "scopeRoles", &list);
	if (!json_object_is_type(list, json_type_array))
		return;
	forget_roles(t);
	n = json_object_array_length(list);
	t->role = xcalloc(n > 0 ? n : 1, sizeof(*t->role));
	for (size_t i = 0; i < n; i++) {
		o = json_object_array_get_idx(list, i);
		if (json_object_is_type(o, json_type_object))
			take_role(&t->role[t->n_roles++], o);
	}
}

/* The body's tree, with *data within; NULL when it has none.  To be put. */
static struct json_object *
parse(struct slice body, struct json_object **data)
{
	struct json_object *root;

	if (body.len > TOKEN_DETAILS_MAX)
		return NULL;
	root = tree_parse_object(body);
	*data = root != NULL ? object_of(root, "data") : NULL;
	if (*data != NULL)
		return root;
	json_object_put(root);
	return NULL;
}

void
token_details_init(struct token_details *t)
{
	*t = (struct token_details){ 0 };
}

void
token_details_fini(struct token_details *t)
{
	forget_roles(t);
	free(t->email);
	free(t->name);
	free(t->scope);
	token_details_init(t);
}

int
token_details_user(struct token_details *t, struct slice body)
{
	struct json_object *data, *root = parse(body, &data);

	if (root == NULL)
		return -1;
	take_text(&t->email, data, "email");
	take_text(&t->name, data, "fullName");
	take_text(&t->scope, data, "scope");
	take_roles(t, data);
	take_life(t, object_of(data, "apiToken"));
	json_object_put(root);
	return 0;
}

int
token_details_life(struct token_details *t, struct slice body)
{
	struct json_object *data, *root = parse(body, &data);

	if (root == NULL)
		return -1;
	take_life(t, data);
	json_object_put(root);
	return 0;
}

const char *
token_details_who(const struct token_details *t)
{
	return t->email != NULL ? t->email : t->name;
}
