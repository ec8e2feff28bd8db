#include "config.h"

#include "collector/conf/conf_value.h"

#include <stdlib.h>
#include <strings.h>

#include "collector/base/iso8601.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/conf/conf_list.h"
#include "collector/conf/conf_text.h"
#include "collector/conf/conf_word.h"

/* So that one conversion serves all enums. */
_Static_assert(sizeof(enum log_level) == sizeof(unsigned) &&
    sizeof(enum log_format) == sizeof(unsigned) &&
    sizeof(enum conf_compress) == sizeof(unsigned) &&
    sizeof(enum conf_shipper_type) == sizeof(unsigned) &&
    sizeof(enum conf_output) == sizeof(unsigned), "enums are unsigned");

static void *
field_of(const struct conf_option *o, void *section)
{
	return (char *)section + o->offset;
}

static int
add_bool(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true }, { "false", false },
		{ "yes", true }, { "no", false },
		{ "on", true }, { "off", false },
	};

	(void)o;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text.len == strlen(words[i].word) &&
		    strncasecmp(text.p, words[i].word, text.len) == 0) {
			*(bool *)field = words[i].value;
			return 0;
		}
	return conf_refuse(why, text, "is neither true nor false");
}

static int
add_count(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	if (num_int(text, o->min, o->max, field) < 0)
		return conf_refuse(why, text, "is no whole number from %lld to "
		    "%lld", (long long)o->min, (long long)o->max);
	return 0;
}

static int
add_share(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	double share;

	(void)o;
	if (num_fraction(text, &share) < 0 || share <= 0 || share > 1)
		return conf_refuse(why, text,
		    "is no number above 0 and up to 1");
	*(double *)field = share;
	return 0;
}

static int
check_range(const struct conf_option *o, int64_t value, struct slice text,
    void (*as_text)(int64_t, char *), struct buf *why)
{
	char min[NUM_TEXT], max[NUM_TEXT];

	if ((value >= o->min && value <= o->max) || (o->or_zero && value == 0))
		return 0;
	as_text(o->min, min);
	as_text(o->max, max);
	return conf_refuse(why, text, "is not %swithin %s and %s",
	    o->or_zero ? "0 and not " : "", min, max);
}

static int
add_duration(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int64_t ms;

	if (num_duration(text, &ms) < 0) {
		if (num_int(text, 0, INT64_MAX, &ms) == 0)
			return conf_refuse(why, text, "has no unit; write "
			    "%llds for seconds", (long long)ms);
		return conf_refuse(why, text, "is no duration; write numbers "
		    "with d, h, m, s or ms, such as 1h30m");
	}
	if (check_range(o, ms, text, num_duration_text, why) < 0)
		return -1;
	*(int64_t *)field = ms;
	return 0;
}

static int
add_time(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int64_t ms;

	(void)o;
	if (iso8601_parse(text, &ms) < 0 || ms <= 0)
		return conf_refuse(why, text, "is no time; write it in UTC as "
		    "2026-03-04T09:15:42Z");
	*(int64_t *)field = ms;
	return 0;
}

static int
add_size(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int64_t bytes;

	if (num_size(text, &bytes) < 0)
		return conf_refuse(why, text, "is no size; write bytes, or a "
		    "number with KiB, MiB, GiB, TiB, kB, MB, GB or TB");
	if (check_range(o, bytes, text, num_size_text, why) < 0)
		return -1;
	*(int64_t *)field = bytes;
	return 0;
}

static int
add_enum(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int place = conf_word_find(o->words, text, why);
	unsigned value = (unsigned)place;

	if (place < 0)
		return -1;
	memcpy(field, &value, sizeof(value));
	return 0;
}

static int
add_word(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int place = conf_word_find(o->words, text, why);

	if (place < 0)
		return -1;
	*(char **)field = xstrdup(o->words[place]);
	return 0;
}

enum holds {
	HOLDS_VALUE, /* nothing that would have to be freed */
	HOLDS_TEXT, /* char * */
	HOLDS_LIST /* char ** */
};

#define VALUE(type, fn)                                                      \
	.add = (fn), .holds = HOLDS_VALUE, .size = sizeof(type)
#define TEXT(fn) .add = (fn), .holds = HOLDS_TEXT, .size = sizeof(char *)
#define LIST(fn)                                                             \
	.add = (fn), .holds = HOLDS_LIST, .size = sizeof(char **),           \
	.is_list = true

static const struct kind {
	int (*add)(const struct conf_option *o, void *field,
	    struct slice text, struct buf *why);
	enum holds holds;
	size_t size; /* of the field */
	bool is_list; /* of which one value may stand for a list of one */
	bool many_lines;
} kinds[] = {
	[CONF_BOOL] = { VALUE(bool, add_bool) },
	[CONF_COUNT] = { VALUE(int64_t, add_count) },
	[CONF_SHARE] = { VALUE(double, add_share) },
	[CONF_DURATION] = { VALUE(int64_t, add_duration) },
	[CONF_TIME] = { VALUE(int64_t, add_time) },
	[CONF_SIZE] = { VALUE(int64_t, add_size) },
	[CONF_ENUM] = { VALUE(unsigned, add_enum) },
	[CONF_WORD] = { TEXT(add_word) },
	[CONF_NAME] = { TEXT(conf_text_name) },
	[CONF_NAMESPACE] = { TEXT(conf_text_namespace) },
	[CONF_USER] = { TEXT(conf_text_user) },
	[CONF_UUID] = { TEXT(conf_text_uuid) },
	[CONF_PATH] = { TEXT(conf_text_path), .many_lines = true },
	[CONF_URL] = { TEXT(conf_text_url) },
	[CONF_SERVER_URL] = { TEXT(conf_text_server_url) },
	[CONF_PROXY] = { TEXT(conf_text_proxy) },
	[CONF_TAGS] = { LIST(conf_list_tag) },
	[CONF_IDS] = { TEXT(conf_list_ids), .is_list = true },
	[CONF_AUTHORITIES] = { LIST(conf_list_authority),
	    .many_lines = true },
	[CONF_SET] = { VALUE(unsigned, conf_list_set), .is_list = true },
	[CONF_INPUTS] = { LIST(conf_list_input) },
	[CONF_DENY] = { LIST(conf_list_deny) },
};

bool
conf_type_is_list(enum conf_type type)
{
	return kinds[type].is_list;
}

int
conf_value_add(const struct conf_option *o, void *section, struct slice text,
    struct buf *why)
{
	const struct kind *kind = &kinds[o->type];

	if (!kind->many_lines && conf_text_has_control(text)) {
		buf_adds(why, "must be one line without control characters");
		return -1;
	}
	return kind->add(o, field_of(o, section), text, why);
}

static void
free_value(const struct conf_option *o, void *section)
{
	void *field = field_of(o, section);

	switch (kinds[o->type].holds) {
	case HOLDS_VALUE:
		break;
	case HOLDS_TEXT:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case HOLDS_LIST:
		conf_list_free(*(char ***)field);
		*(char ***)field = NULL;
		break;
	}
}

void
conf_value_clear(const struct conf_option *o, void *section)
{
	void *field = field_of(o, section);

	free_value(o, section);
	if (kinds[o->type].holds == HOLDS_LIST)
		*(char ***)field = conf_list_new(NULL, 0);
	else if (kinds[o->type].is_list)
		memset(field, 0, kinds[o->type].size);
}

void
conf_value_copy(const struct conf_option *from, const void *section,
    const struct conf_option *to, void *to_section)
{
	const void *value = (const char *)section + from->offset;
	void *field = field_of(to, to_section);

	free_value(to, to_section);
	if (kinds[from->type].holds == HOLDS_TEXT)
		*(char **)field = xstrdup(*(char *const *)value);
	else
		memcpy(field, value, kinds[from->type].size);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_value(const struct conf_option *o, const void *a, const void *b)
{
	const void *x = (const char *)a + o->offset;
	const void *y = (const char *)b + o->offset;

	switch (kinds[o->type].holds) {
	case HOLDS_VALUE:
		break;
	case HOLDS_TEXT:
		return same_text(*(char *const *)x, *(char *const *)y);
	case HOLDS_LIST:
		return conf_list_same(*(char **const *)x, *(char **const *)y);
	}
	/* Of a map that has options of its own there is nothing: size 0. */
	return memcmp(x, y, kinds[o->type].size) == 0;
}

bool
conf_value_same_all(const struct conf_section *s, const void *a,
    const void *b)
{
	for (size_t i = 0; i < s->n; i++)
		if (!same_value(&s->options[i], a, b))
			return false;
	return true;
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
