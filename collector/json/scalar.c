#include "config.h"

#include "collector/json/scalar.h"

#include "collector/json/text.h"

static bool
is_hex(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') ||
	    (ch >= 'A' && ch <= 'F');
}

/* An escape at p, its backslash.  Returns what is wrong, or NULL. */
static const char *
check_escape(const char *p, const char *end, size_t *len)
{
	size_t left = (size_t)(end - p);

	if (left < 2)
		return "string without end";
	*len = 2;
	if (p[1] != 'u')
		return p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL ?
		    "unknown escape in a string" : NULL;
	*len = 6;
	if (left < 6 || !is_hex(p[2]) || !is_hex(p[3]) || !is_hex(p[4]) ||
	    !is_hex(p[5]))
		return "\\u without four hexadecimal digits";
	return NULL;
}

/* What stopped a plain run inside a string, other than its quote. */
static const char *
check_special(const char *p, const char *end, size_t *len)
{
	if (p == end)
		return "string without end";
	if (*p == '\\')
		return check_escape(p, end, len);
	if ((unsigned char)*p < ' ')
		return "control character in a string";
	*len = json_utf8_len(p, end);
	return *len == 0 ? "invalid UTF-8" : NULL;
}

const char *
json_string_end(const char *p, const char *end, uint8_t *flags,
    struct bad *bad)
{
	size_t len;

	while (p == end || *p != '"') {
		bad->why = check_special(p, end, &len);
		if (bad->why != NULL) {
			bad->at = p;
			return NULL;
		}
		if (*p == '\\')
			*flags = TOK_ESCAPED;
		p = json_skip_plain(p + len, end);
	}
	return p + 1;
}
