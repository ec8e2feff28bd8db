#include "config.h"

#include "collector/conf/conf_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "collector/base/iso8601.h"
#include "collector/base/nearest.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/conf/conf_url.h"

/* So that one conversion serves all enums. */
_Static_assert(sizeof(enum log_level) == sizeof(unsigned) &&
    sizeof(enum log_format) == sizeof(unsigned) &&
    sizeof(enum conf_output) == sizeof(unsigned), "enums are unsigned");

/* A data stream's namespace and a folder's name. */
#define NAMESPACE_MAX 100
#define NAME_MAX_LEN 64

/* A value in a message is cut to this: it may be a token put there. */
#define QUOTE_MAX 40

bool
conf_type_is_list(enum conf_type type)
{
	return type >= CONF_TAGS;
}

static bool
is_text(enum conf_type type)
{
	switch (type) {
	case CONF_WORD:
	case CONF_NAME:
	case CONF_NAMESPACE:
	case CONF_PATH:
	case CONF_URL:
	case CONF_PROXY:
	case CONF_IDS:
	case CONF_ONE_PATH:
	case CONF_LOWEST:
		return true;
	default:
		return false;
	}
}

static void *
field_of(const struct conf_option *o, void *section)
{
	return (char *)section + o->offset;
}

static bool
has_control(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (iscntrl((unsigned char)text.p[i]))
			return true;
	return false;
}

/* Refuse text: "'TEXT' reason". */
static int __attribute__((format(printf, 3, 4)))
refuse(struct buf *why, struct slice text, const char *fmt, ...)
{
	int len = text.len > QUOTE_MAX ? QUOTE_MAX : (int)text.len;
	va_list ap;

	buf_addf(why, "'%.*s%s' ", len, text.p,
	    text.len > QUOTE_MAX ? "..." : "");
	va_start(ap, fmt);
	buf_vaddf(why, fmt, ap);
	va_end(ap);
	return -1;
}

static int
add_bool(bool *field, struct slice text, struct buf *why)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true }, { "false", false },
		{ "yes", true }, { "no", false },
		{ "on", true }, { "off", false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text.len == strlen(words[i].word) &&
		    strncasecmp(text.p, words[i].word, text.len) == 0) {
			*field = words[i].value;
			return 0;
		}
	return refuse(why, text, "is neither true nor false");
}

static int
add_count(const struct conf_option *o, int64_t *field, struct slice text,
    struct buf *why)
{
	if (num_int(text, o->min, o->max, field) < 0)
		return refuse(why, text, "is no whole number from %lld to %lld",
		    (long long)o->min, (long long)o->max);
	return 0;
}

static int
add_share(double *field, struct slice text, struct buf *why)
{
	double share;

	if (num_fraction(text, &share) < 0 || share <= 0 || share > 1)
		return refuse(why, text, "is no number above 0 and up to 1");
	*field = share;
	return 0;
}

static int
check_range(const struct conf_option *o, int64_t value, struct slice text,
    void (*as_text)(int64_t, char *), struct buf *why)
{
	char min[NUM_TEXT], max[NUM_TEXT];

	if (value >= o->min && value <= o->max)
		return 0;
	as_text(o->min, min);
	as_text(o->max, max);
	return refuse(why, text, "is not within %s and %s", min, max);
}

static int
add_duration(const struct conf_option *o, int64_t *field, struct slice text,
    struct buf *why)
{
	int64_t ms;

	if (num_duration(text, &ms) < 0) {
		if (num_int(text, 0, INT64_MAX, &ms) == 0)
			return refuse(why, text, "has no unit; write %llds for "
			    "seconds", (long long)ms);
		return refuse(why, text, "is no duration; write numbers with d,"
		    " h, m, s or ms, such as 1h30m");
	}
	if (check_range(o, ms, text, num_duration_text, why) < 0)
		return -1;
	*field = ms;
	return 0;
}

static int
add_time(int64_t *field, struct slice text, struct buf *why)
{
	if (iso8601_parse(text, field) < 0 || *field <= 0)
		return refuse(why, text, "is no time; write it in UTC as "
		    "2026-03-04T09:15:42Z");
	return 0;
}

static int
add_size(const struct conf_option *o, int64_t *field, struct slice text,
    struct buf *why)
{
	int64_t bytes;

	if (num_size(text, &bytes) < 0)
		return refuse(why, text, "is no size; write bytes, or a number "
		    "with KiB, MiB, GiB, TiB, kB, MB, GB or TB");
	if (check_range(o, bytes, text, num_size_text, why) < 0)
		return -1;
	*field = bytes;
	return 0;
}

/* The place of text among the words, -1 with the reason. */
static int
find_word(const char *const *words, struct slice text, struct buf *why)
{
	struct nearest near;

	nearest_init(&near, text);
	for (int i = 0; words[i] != NULL; i++) {
		if (slice_is(text, words[i]))
			return i;
		nearest_offer(&near, slice_of(words[i]));
	}
	refuse(why, text, "is none of");
	for (int i = 0; words[i] != NULL; i++)
		buf_addf(why, "%s %s", i > 0 ? "," : "", words[i]);
	if (near.name.len > 0)
		buf_addf(why, "; did you mean %.*s?", (int)near.name.len,
		    near.name.p);
	return -1;
}

static int
add_enum(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int place = find_word(o->words, text, why);
	unsigned value = (unsigned)place;

	if (place < 0)
		return -1;
	memcpy(field, &value, sizeof(value));
	return 0;
}

static int
add_word(const struct conf_option *o, char **field, struct slice text,
    struct buf *why)
{
	int place = find_word(o->words, text, why);

	if (place < 0)
		return -1;
	*field = xstrdup(o->words[place]);
	return 0;
}

static int
add_lowest(const struct conf_option *o, char **field, struct slice text,
    struct buf *why)
{
	int place = find_word(o->words, text, why);
	const char *so_far = *field;

	if (place < 0)
		return -1;
	for (int i = 0; so_far != NULL && i <= place; i++)
		if (strcmp(o->words[i], so_far) == 0)
			return 0;
	free(*field);
	*field = xstrdup(o->words[place]);
	return 0;
}

static int
add_name(char **field, struct slice text, struct buf *why)
{
	size_t i = 0;

	while (i < text.len && (islower((unsigned char)text.p[i]) ||
	    isdigit((unsigned char)text.p[i]) || text.p[i] == '_' ||
	    text.p[i] == '-'))
		i++;
	if (text.len == 0 || i < text.len)
		return refuse(why, text, "is no name; use a-z, 0-9, _ and -");
	if (text.len > NAME_MAX_LEN)
		return refuse(why, text, "is longer than %d characters",
		    NAME_MAX_LEN);
	*field = xstrndup(text.p, text.len);
	return 0;
}

/* What Fleet allows in a data stream's namespace. */
static int
add_namespace(char **field, struct slice text, struct buf *why)
{
	for (size_t i = 0; i < text.len; i++)
		if (isupper((unsigned char)text.p[i]) ||
		    strchr("\\/*?\"<>| ,#:-", text.p[i]) != NULL)
			return refuse(why, text, "is no namespace; it must not "
			    "have capitals, blanks or any of \\/*?\"<>|,#:-");
	if (text.len == 0 || text.len > NAMESPACE_MAX)
		return refuse(why, text, "is no namespace; it has 1 to %d "
		    "characters", NAMESPACE_MAX);
	*field = xstrndup(text.p, text.len);
	return 0;
}

/* A refused path is not repeated: it may be a token or a key put there. */
static int
add_path(char **field, struct slice text, struct buf *why)
{
	if (text.len == 0 || text.p[0] != '/' || has_control(text)) {
		buf_adds(why, "must be an absolute path, beginning with /");
		return -1;
	}
	*field = xstrndup(text.p, text.len);
	return 0;
}

static int
add_one_path(char **field, struct slice text, struct buf *why)
{
	if (*field == NULL)
		return add_path(field, text, why);
	buf_adds(why, "may have one file only; put all certificates into it");
	return -1;
}

static int
add_url(char **field, struct slice text, struct buf *why)
{
	char *written = xstrndup(text.p, text.len);
	bool cut = false;

	*field = conf_url_console(written, &cut, why);
	free(written);
	if (*field == NULL)
		return -1;
	if (cut)
		buf_addf(why, "taken as %s; what follows is ignored", *field);
	return 0;
}

static int
add_proxy(char **field, struct slice text, struct buf *why)
{
	char *written = xstrndup(text.p, text.len);

	if (!conf_url_is_proxy(written, why)) {
		free(written);
		return -1;
	}
	*field = written;
	return 0;
}

static int
add_tag(char ***field, struct slice text, struct buf *why)
{
	size_t n = 0;

	if (text.len == 0)
		return refuse(why, text, "is no tag");
	while (*field != NULL && (*field)[n] != NULL)
		n++;
	*field = xreallocarray(*field, n + 2, sizeof(**field));
	(*field)[n] = xstrndup(text.p, text.len);
	(*field)[n + 1] = NULL;
	return 0;
}

char **
conf_tags_new(const char *const *tags, size_t n)
{
	char **copy = xcalloc(n + 1, sizeof(*copy));

	for (size_t i = 0; i < n && tags[i] != NULL; i++)
		copy[i] = xstrdup(tags[i]);
	return copy;
}

static struct slice
trim(struct slice text)
{
	while (text.len > 0 && text.p[0] == ' ') {
		text.p++;
		text.len--;
	}
	while (text.len > 0 && text.p[text.len - 1] == ' ')
		text.len--;
	return text;
}

static int
add_id(char **field, struct slice id, struct buf *why)
{
	char *longer;

	for (size_t i = 0; i < id.len; i++)
		if (!isdigit((unsigned char)id.p[i]))
			return refuse(why, id, "is no site id; ids are digits");
	if (id.len == 0 || id.len > 20)
		return refuse(why, id, "is no site id; ids have 1 to 20 digits");
	longer = xasprintf("%s%s%.*s", *field == NULL ? "" : *field,
	    *field == NULL ? "" : ",", (int)id.len, id.p);
	free(*field);
	*field = longer;
	return 0;
}

static int
add_ids(char **field, struct slice text, struct buf *why)
{
	for (;;) {
		const char *comma = memchr(text.p, ',', text.len);
		size_t len = comma == NULL ? text.len
					   : (size_t)(comma - text.p);

		if (add_id(field, trim((struct slice){ text.p, len }), why) < 0)
			return -1;
		if (comma == NULL)
			return 0;
		text.p += len + 1;
		text.len -= len + 1;
	}
}

int
conf_value_add(const struct conf_option *o, void *section, struct slice text,
    struct buf *why)
{
	void *field = field_of(o, section);
	bool is_path = o->type == CONF_PATH || o->type == CONF_ONE_PATH;

	if (!is_path && has_control(text)) {
		buf_adds(why, "must be one line without control characters");
		return -1;
	}
	switch (o->type) {
	case CONF_BOOL:
		return add_bool(field, text, why);
	case CONF_COUNT:
		return add_count(o, field, text, why);
	case CONF_SHARE:
		return add_share(field, text, why);
	case CONF_DURATION:
		return add_duration(o, field, text, why);
	case CONF_TIME:
		return add_time(field, text, why);
	case CONF_SIZE:
		return add_size(o, field, text, why);
	case CONF_ENUM:
		return add_enum(o, field, text, why);
	case CONF_WORD:
		return add_word(o, field, text, why);
	case CONF_NAME:
		return add_name(field, text, why);
	case CONF_NAMESPACE:
		return add_namespace(field, text, why);
	case CONF_PATH:
		return add_path(field, text, why);
	case CONF_URL:
		return add_url(field, text, why);
	case CONF_PROXY:
		return add_proxy(field, text, why);
	case CONF_TAGS:
		return add_tag(field, text, why);
	case CONF_IDS:
		return add_ids(field, text, why);
	case CONF_ONE_PATH:
		return add_one_path(field, text, why);
	case CONF_LOWEST:
		return add_lowest(o, field, text, why);
	case CONF_GROUP:
	case CONF_CONSOLES:
	case CONF_DATASETS:
		break;
	}
	abort();
}

static void
free_tags(char ***field)
{
	for (char **tag = *field; tag != NULL && *tag != NULL; tag++)
		free(*tag);
	free(*field);
	*field = NULL;
}

static void
free_value(const struct conf_option *o, void *section)
{
	if (o->type == CONF_TAGS) {
		free_tags(field_of(o, section));
	} else if (is_text(o->type)) {
		char **field = field_of(o, section);

		free(*field);
		*field = NULL;
	}
}

void
conf_value_clear(const struct conf_option *o, void *section)
{
	free_value(o, section);
	if (o->type == CONF_TAGS) {
		char ***field = field_of(o, section);

		*field = conf_tags_new(NULL, 0);
	}
}

void
conf_value_defaults(const struct conf_section *s, void *section)
{
	struct buf why;

	buf_init(&why, 1024);
	for (size_t i = 0; i < s->n; i++) {
		const struct conf_option *o = &s->options[i];

		/* A row whose own default it refuses is caught by the tests. */
		if (o->def != NULL)
			conf_value_add(o, section, slice_of(o->def), &why);
	}
	buf_fini(&why);
}

void
conf_value_free(const struct conf_section *s, void *section)
{
	for (size_t i = 0; i < s->n; i++)
		free_value(&s->options[i], section);
}
