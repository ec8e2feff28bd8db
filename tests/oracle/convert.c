#include "config.h"

#include "tests/oracle/convert.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "tests/oracle/tree.h"

/* Compiled patterns are kept: this is called for each value. */
static const regex_t *
compiled(const char *pattern)
{
	static struct {
		const char *pattern;
		regex_t re;
	} cache[16];
	size_t i = 0;

	while (i < 16 && cache[i].pattern != NULL &&
	    strcmp(cache[i].pattern, pattern) != 0)
		i++;
	if (i == 16)
		abort();
	if (cache[i].pattern == NULL) {
		if (regcomp(&cache[i].re, pattern, REG_EXTENDED) != 0)
			abort();
		cache[i].pattern = pattern;
	}
	return &cache[i].re;
}

static bool
matches(const char *pattern, const char *text, regmatch_t *m, size_t n)
{
	return regexec(compiled(pattern), text, n, m, 0) == 0;
}

struct json_object *
oracle_list(void)
{
	static int mark;
	struct json_object *list = json_object_new_array();

	json_object_set_userdata(list, &mark, NULL);
	return list;
}

bool
oracle_is_list(struct json_object *v)
{
	return json_object_is_type(v, json_type_array) &&
	    json_object_get_userdata(v) != NULL;
}

static bool
is_string(struct json_object *v)
{
	return json_object_is_type(v, json_type_string);
}

/* Text as C has it: what holds a NUL is no date, number or address. */
static const char *
text_of(struct json_object *v)
{
	const char *text = json_object_get_string(v);

	if (is_string(v) &&
	    strlen(text) != (size_t)json_object_get_string_len(v))
		return "\x01";
	return text;
}

struct json_object *
oracle_text(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_string:
		return json_object_get(v);
	case json_type_boolean:
	case json_type_double:
		return tree_string(json_object_to_json_string(v));
	default:
		return NULL;
	}
}

static int
number_at(const char *text, const regmatch_t *m, int missing)
{
	char digits[8] = "";

	if (m->rm_so < 0)
		return missing;
	memcpy(digits, text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
	return (int)strtol(digits, NULL, 10);
}

/* Minutes east of UTC, or a value out of range. */
static long
zone_of(const char *zone)
{
	long minutes = strtol((char[]){ zone[1], zone[2], '\0' }, NULL, 10) *
	    60;
	const char *rest = zone + 3 + (zone[3] == ':');
	long more = zone[3] == '\0' ? 0 : strtol(rest, NULL, 10);

	if (more > 59)
		return 9999;
	minutes += more;
	return zone[0] == '-' ? -minutes : minutes;
}

static struct json_object *
date_of(const char *text)
{
	static const char pattern[] =
	    "^([0-9]{4})(-([0-9]{2})(-([0-9]{2})(T([0-9]{2})(:([0-9]{2})"
	    "(:([0-9]{2})([.,]([0-9]{1,9}))?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
	    ")?)?)?$";
	regmatch_t m[16];
	struct tm tm = { .tm_isdst = 0 }, back;
	char zone[8] = "", ms[4] = "000", out[40];
	long east = 0;
	time_t at;

	if (!matches(pattern, text, m, 16))
		return NULL;
	tm.tm_year = number_at(text, &m[1], 0) - 1900;
	tm.tm_mon = number_at(text, &m[3], 1) - 1;
	tm.tm_mday = number_at(text, &m[5], 1);
	tm.tm_hour = number_at(text, &m[7], 0);
	tm.tm_min = number_at(text, &m[9], 0);
	tm.tm_sec = number_at(text, &m[11], 0);
	back = tm;
	at = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon ||
	    back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return NULL;
	if (m[14].rm_so >= 0 && text[m[14].rm_so] != 'Z') {
		memcpy(zone, text + m[14].rm_so,
		    (size_t)(m[14].rm_eo - m[14].rm_so));
		east = zone_of(zone);
	}
	if (labs(east) > 18 * 60)
		return NULL;
	at -= east * 60;
	gmtime_r(&at, &back);
	if (back.tm_year < -1900 || back.tm_year > 9999 - 1900)
		return NULL;
	for (int i = 0; m[13].rm_so >= 0 && i < 3 &&
	     i < m[13].rm_eo - m[13].rm_so; i++)
		ms[i] = text[m[13].rm_so + i];
	snprintf(out, sizeof(out), "%04d-%02d-%02dT%02d:%02d:%02d.%sZ",
	    (int)((unsigned)(back.tm_year + 1900) % 10000), back.tm_mon + 1,
	    back.tm_mday, back.tm_hour, back.tm_min, back.tm_sec, ms);
	return tree_string(out);
}

static struct json_object *
long_of(const char *text)
{
	bool hex = matches("^-?0x[0-9a-fA-F]+$", text, NULL, 0);
	bool negative = text[0] == '-';
	unsigned base = hex ? 16 : 10;
	__int128 v = 0, max = ((__int128)1 << 63) - !negative;
	char out[24];

	if (!hex && !matches("^[-+]?[0-9]+$", text, NULL, 0))
		return NULL;
	text += negative || *text == '+';
	for (text += hex ? 2 : 0; *text != '\0'; text++) {
		v = v * base + (isdigit((unsigned char)*text) ? *text - '0' :
		    tolower((unsigned char)*text) - 'a' + 10);
		if (v > max)
			return NULL;
	}
	snprintf(out, sizeof(out), "%s%llu", negative && v > 0 ? "-" : "",
	    (unsigned long long)v);
	return tree_number(out);
}

static struct json_object *
bool_of(const char *text)
{
	if (strcasecmp(text, "true") == 0)
		return json_object_new_boolean(1);
	return strcasecmp(text, "false") == 0 ? json_object_new_boolean(0) :
						NULL;
}

/* inet_pton(), which refuses octets with leading zeros as upstream does; a
 * zone of at least one character may follow an IPv6 address. */
static bool
is_address(const char *text)
{
	struct in6_addr addr;
	char *copy = strdup(text), *zone = strchr(copy, '%');
	bool is_v4 = inet_pton(AF_INET, copy, &addr) == 1, is_v6 = false;

	if (zone == NULL || zone[1] != '\0') {
		if (zone != NULL)
			*zone = '\0';
		is_v6 = inet_pton(AF_INET6, copy, &addr) == 1;
	}
	free(copy);
	return is_v4 || is_v6;
}

static enum converted
ip_list_of(const char *text, struct json_object **out)
{
	struct json_object *list = oracle_list();
	size_t end = strlen(text);

	while (end > 0 && text[end - 1] == ',')
		end--;
	for (size_t at = 0; at < end;) {
		size_t n = strcspn(text + at, ",");
		char *part = strndup(text + at, n);
		bool ok = is_address(part);

		if (ok)
			json_object_array_add(list, tree_string(part));
		free(part);
		if (!ok) {
			json_object_put(list);
			return CONVERT_FAILED;
		}
		at += n + 1;
	}
	if (json_object_array_length(list) > 0) {
		*out = list;
		return CONVERTED;
	}
	json_object_put(list);
	return CONVERTED_TO_NOTHING;
}

/* Java's toString() of maps and lists. */
static void
print_java(FILE *f, struct json_object *v)
{
	const char *comma = "";

	switch (json_object_get_type(v)) {
	case json_type_object:
		fputc('{', f);
		json_object_object_foreach(v, key, value) {
			fprintf(f, "%s%s=", comma, key);
			print_java(f, value);
			comma = ", ";
		}
		fputc('}', f);
		break;
	case json_type_array:
		fputc('[', f);
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			fputs(comma, f);
			print_java(f, json_object_array_get_idx(v, i));
			comma = ", ";
		}
		fputc(']', f);
		break;
	case json_type_string:
		fwrite(json_object_get_string(v), 1,
		    (size_t)json_object_get_string_len(v), f);
		break;
	default:
		fputs(v == NULL ? "null" : json_object_to_json_string(v), f);
		break;
	}
}

static struct json_object *
java_text(struct json_object *v)
{
	struct json_object *out;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	print_java(f, v);
	fclose(f);
	out = json_object_new_string_len(text, (int)len);
	free(text);
	return out;
}

static enum converted
join(struct json_object *v, struct json_object **out)
{
	const char *comma = "";
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (!json_object_is_type(v, json_type_array))
		return CONVERTED_TO_NOTHING;
	f = open_memstream(&text, &len);
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *one = json_object_array_get_idx(v, i);

		struct json_object *scalar = oracle_text(one);

		if (scalar != NULL && !tree_is_void(one)) {
			fputs(comma, f);
			print_java(f, one);
			comma = ",";
		}
		json_object_put(scalar);
	}
	fclose(f);
	*out = len == 0 ? NULL : json_object_new_string_len(text, (int)len);
	free(text);
	return len == 0 ? CONVERTED_TO_NOTHING : CONVERTED;
}

struct json_object *
oracle_mac(struct json_object *string)
{
	size_t n = (size_t)json_object_get_string_len(string);
	char *text = malloc(n + 1);
	struct json_object *out;

	memcpy(text, json_object_get_string(string), n);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == ':' || text[i] == '.')
			text[i] = '-';
		else if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)(text[i] - 'a' + 'A');
	}
	out = json_object_new_string_len(text, (int)n);
	free(text);
	return out;
}

static struct json_object *
os_type(const char *text)
{
	static const char *const types[] = { "linux", "macos", "unix",
		"windows", "ios", "android" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (matches(types[i], text, NULL, 0))
			return tree_string(types[i]);
	return NULL;
}

static struct json_object *
os_type_of(struct json_object *v)
{
	char *text = strdup(text_of(v));
	struct json_object *type;

	for (char *p = text; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	type = os_type(text);
	free(text);
	return type;
}

/* One value that is no list, or a list where lists are not gone into. */
static enum converted
convert_one(const struct map_row *row, struct json_object *v,
    struct json_object **out)
{
	bool string = is_string(v);
	bool scalar = string || json_object_is_type(v, json_type_double);

	*out = NULL;
	switch (row->conv) {
	case MAP_DATE:
		*out = scalar ? date_of(text_of(v)) : NULL;
		break;
	case MAP_LONG:
		*out = scalar ? long_of(text_of(v)) : NULL;
		break;
	case MAP_BOOL:
		*out = string || json_object_is_type(v, json_type_boolean) ?
		    bool_of(text_of(v)) : NULL;
		break;
	case MAP_IP_LIST:
		if (string)
			return ip_list_of(text_of(v), out);
		break;
	case MAP_IP:
		if (string && is_address(text_of(v)))
			*out = json_object_get(v);
		break;
	case MAP_STRING_JAVA:
		if (v == NULL)
			break;
		*out = oracle_text(v);
		if (*out == NULL)
			*out = java_text(v);
		break;
	case MAP_TEXT:
		*out = oracle_text(v);
		return *out == NULL ? CONVERTED_TO_NOTHING : CONVERTED;
	case MAP_MAC:
		if (!string)
			return CONVERTED_TO_NOTHING;
		*out = oracle_mac(v);
		break;
	case MAP_OS_TYPE:
		*out = string ? os_type_of(v) : NULL;
		return *out == NULL ? CONVERTED_TO_NOTHING : CONVERTED;
	default:
		abort();
	}
	return *out == NULL ? CONVERT_FAILED : CONVERTED;
}

static bool
goes_into_lists(const struct map_row *row)
{
	size_t n = strlen(row->raw);

	return row->conv == MAP_LONG || row->conv == MAP_BOOL ||
	    row->conv == MAP_IP || row->conv == MAP_IP_LIST ||
	    row->conv == MAP_STRING_JAVA ||
	    (n > 2 && strcmp(row->raw + n - 2, "[]") == 0);
}

static enum converted
convert_list(const struct map_row *row, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out)
{
	bool each = (row->flags & MAP_EACH) != 0;
	struct map_row one_row = *row;

	/* An element is no list again. */
	if (row->conv == MAP_IP_LIST)
		one_row.conv = MAP_IP;
	*out = oracle_list();
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *in = json_object_array_get_idx(v, i), *one;
		enum converted r;

		if (tree_is_void(in) && (prune_first ||
		    (in == NULL ? each : is_string(in))))
			continue;
		r = convert_one(&one_row, in, &one);
		if (r == CONVERTED) {
			json_object_array_add(*out, one);
			continue;
		}
		*n_errors += r == CONVERT_FAILED;
		if (!each && row->conv != MAP_TEXT) {
			json_object_put(*out);
			*out = NULL;
			return CONVERTED_TO_NOTHING;
		}
	}
	if (json_object_array_length(*out) > 0)
		return CONVERTED;
	json_object_put(*out);
	*out = NULL;
	return CONVERTED_TO_NOTHING;
}

enum converted
oracle_convert(const struct map_row *row, bool prune_first,
    struct json_object *v, unsigned *n_errors, struct json_object **out)
{
	unsigned errors = 0;
	enum converted r;

	if (row->conv == MAP_JOIN)
		return join(v, out);
	if (json_object_is_type(v, json_type_array) && goes_into_lists(row)) {
		r = convert_list(row, prune_first, v, &errors, out);
	} else {
		r = convert_one(row, v, out);
		errors = r == CONVERT_FAILED;
	}
	if ((row->flags & MAP_QUIET) == 0)
		*n_errors += errors;
	return r;
}
