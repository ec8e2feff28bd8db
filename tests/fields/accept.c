#include "config.h"

#include "tests/fields/accept.h"

#include <arpa/inet.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/base/buf.h"

/* The text of a scalar. */
static struct slice
text_of(struct json_object *v)
{
	if (json_object_is_type(v, json_type_string))
		return (struct slice){ json_object_get_string(v),
			(size_t)json_object_get_string_len(v) };
	return slice_of(json_object_to_json_string(v));
}

static bool
is_scalar(struct json_object *v)
{
	return !json_object_is_type(v, json_type_object) &&
	    !json_object_is_type(v, json_type_array);
}

static bool
takes_text(const struct declared_field *f, struct json_object *v)
{
	(void)f;
	return is_scalar(v);
}

static bool
takes_constant(const struct declared_field *f, struct json_object *v)
{
	char value[80];

	return json_object_is_type(v, json_type_string) &&
	    (!declared_text(f, "value", value, sizeof(value)) ||
	    strcmp(json_object_get_string(v), value) == 0);
}

static bool
takes_boolean(const struct declared_field *f, struct json_object *v)
{
	struct slice text = text_of(v);

	(void)f;
	return json_object_is_type(v, json_type_boolean) ||
	    (json_object_is_type(v, json_type_string) &&
	    (slice_is(text, "true") || slice_is(text, "false")));
}

/* Text of a number in decimal, a number's own or a string's; NULL when it is
 * none. */
static const char *
number_text(struct json_object *v)
{
	struct slice text = text_of(v);

	if (!is_scalar(v) || json_object_is_type(v, json_type_boolean) ||
	    text.len == 0 || strspn(text.p, "+-.eE0123456789") != text.len)
		return NULL;
	return text.p;
}

static bool
is_double(const char *text, double max)
{
	char *end;
	double number = text == NULL ? INFINITY : strtod(text, &end);

	return fabs(number) <= max && *end == '\0';
}

static bool
takes_long(const struct declared_field *f, struct json_object *v)
{
	const char *text = number_text(v);
	char *end;

	(void)f;
	if (text == NULL || strpbrk(text, ".eE") != NULL)
		return is_double(text, 0x1p62);
	errno = 0;
	strtoll(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
takes_double(const struct declared_field *f, struct json_object *v)
{
	(void)f;
	return is_double(number_text(v), DBL_MAX);
}

static bool
takes_float(const struct declared_field *f, struct json_object *v)
{
	(void)f;
	return is_double(number_text(v), FLT_MAX);
}

/* The one form that s1spool writes, of a day that there is. */
static bool
takes_date(const struct declared_field *f, struct json_object *v)
{
	struct tm tm = { 0 }, was;
	const char *end;

	(void)f;
	if (!json_object_is_type(v, json_type_string))
		return false;
	end = strptime(json_object_get_string(v), "%Y-%m-%dT%H:%M:%S", &tm);
	if (end == NULL || end - json_object_get_string(v) != 19 ||
	    *end != '.' || strspn(end + 1, "0123456789") != 3 ||
	    strcmp(end + 4, "Z") != 0)
		return false;
	was = tm;
	timegm(&tm);
	return tm.tm_mday == was.tm_mday && tm.tm_sec == was.tm_sec;
}

/* A zone counts for nothing. */
static bool
takes_ip(const struct declared_field *f, struct json_object *v)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];
	const char *p = json_object_get_string(v);
	size_t n;

	(void)f;
	if (!json_object_is_type(v, json_type_string) ||
	    (n = strcspn(p, "%")) >= sizeof(text))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1 ||
	    (p[n] == '\0' && inet_pton(AF_INET, text, &address) == 1);
}

static bool
takes_object(const struct declared_field *f, struct json_object *v)
{
	(void)f;
	return json_object_is_type(v, json_type_object);
}

/* How many objects are inside each other. */
static long
object_depth(struct json_object *v)
{
	long depth = 0, below;

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, member) {
			(void)name;
			below = object_depth(member);
			depth = below > depth ? below : depth;
		}
		return depth + 1;
	}
	if (json_object_is_type(v, json_type_array))
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			below = object_depth(json_object_array_get_idx(v, i));
			depth = below > depth ? below : depth;
		}
	return depth;
}

static bool
takes_flattened(const struct declared_field *f, struct json_object *v)
{
	return json_object_is_type(v, json_type_object) &&
	    object_depth(v) <= declared_number(f, "depth_limit", 20);
}

static const struct {
	const char *type;
	bool (*takes)(const struct declared_field *f, struct json_object *v);
} types[] = {
	{ "boolean", takes_boolean },
	{ "constant_keyword", takes_constant },
	{ "date", takes_date },
	{ "double", takes_double },
	{ "flattened", takes_flattened },
	{ "float", takes_float },
	{ "ip", takes_ip },
	{ "keyword", takes_text },
	{ "long", takes_long },
	{ "match_only_text", takes_text },
	{ "object", takes_object },
	{ "wildcard", takes_text },
};

bool
accept_value(const struct declared_field *f, struct json_object *v)
{
	char text[8];

	/* Then a scalar that does not fit is left out of the index alone. */
	if (is_scalar(v) &&
	    declared_text(f, "ignore_malformed", text, sizeof(text)))
		return true;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, f->type) == 0)
			return types[i].takes(f, v);
	return false;
}
