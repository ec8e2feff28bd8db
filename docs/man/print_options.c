/*
 * Prints the options of the configuration as the middle part of s1spool.yml(5),
 * from the tables that the configuration is read by.
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/num.h"
#include "collector/conf/conf_dataset.h"
#include "collector/conf/conf_schema.h"
#include "collector/dataset/dataset.h"

#define LINE_LEN 78

static const struct {
	const struct conf_section *section;
	const char *title;
} sections[] = {
	{ &conf_schema_top, "The top level" },
	{ &conf_schema_shipper, "Each entry of shippers" },
	{ &conf_schema_elasticsearch, "Below elasticsearch" },
	{ &conf_schema_kibana, "Below kibana" },
	{ &conf_schema_console, "Each entry of consoles" },
	{ &conf_schema_dataset, "Below datasets.NAME of a console" },
};

/* What is written; NULL where the words of the row say it. */
static const char *const kinds[] = {
	[CONF_BOOL] = "true or false",
	[CONF_COUNT] = "a number",
	[CONF_SHARE] = "a number above 0, at most 1",
	[CONF_DURATION] = "a duration",
	[CONF_TIME] = "a time",
	[CONF_SIZE] = "a size",
	[CONF_NAME] = "a name",
	[CONF_NAMESPACE] = "a name",
	[CONF_USER] = "a name",
	[CONF_UUID] = "an id",
	[CONF_PATH] = "a path",
	[CONF_URL] = "an address",
	[CONF_SERVER_URL] = "an address",
	[CONF_PROXY] = "an address",
	[CONF_TAGS] = "a list of words",
	[CONF_INPUTS] = "a list of ids",
	[CONF_IDS] = "a list of ids",
	[CONF_AUTHORITIES] = "a list of paths",
	[CONF_SET] = "a list",
	[CONF_DENY] = "a list of hosts",
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool
is_number(enum conf_type type)
{
	return type == CONF_DURATION || type == CONF_SIZE ||
	    type == CONF_COUNT;
}

static void
add_number(struct buf *b, enum conf_type type, int64_t value)
{
	char text[NUM_TEXT];

	if (type == CONF_DURATION)
		num_duration_text(value, text);
	else if (type == CONF_SIZE)
		num_size_text(value, text);
	else
		snprintf(text, sizeof(text), "%" PRId64, value);
	buf_addf(b, "%s", text);
}

/* The option's value where nothing is configured. */
static void
add_value(struct buf *b, const struct conf_option *o, const void *field)
{
	if (o->type == CONF_BOOL)
		buf_addf(b, "%s", *(const bool *)field ? "true" : "false");
	else
		add_number(b, o->type, *(const int64_t *)field);
}

static void
add_words(struct buf *b, const char *const *words)
{
	for (; *words != NULL; words++)
		buf_addf(b, "%s%s", *words, words[1] == NULL ? "" :
		    words[2] == NULL ? " or " : ", ");
}

static void
add_kind(struct buf *b, const struct conf_option *o)
{
	if ((size_t)o->type < N_KINDS && kinds[o->type] != NULL) {
		buf_addf(b, "%s", kinds[o->type]);
	} else if (o->words != NULL) {
		buf_addf(b, "one of ");
		add_words(b, o->words);
	}
	if (!is_number(o->type))
		return;
	buf_addf(b, o->or_zero ? ", 0 or " : ", ");
	add_number(b, o->type, o->min);
	buf_addf(b, " to ");
	add_number(b, o->type, o->max);
}

struct own {
	struct buf value;
	bool done; /* or the dataset does not have the option */
};

/* Those that have what the first of them has, and are done then. */
static void
add_group(struct buf *b, struct own *own, size_t first)
{
	const char *separator = " (";

	for (size_t i = first; i < DATASET_COUNT; i++) {
		if (own[i].done ||
		    strcmp(own[i].value.p, own[first].value.p) != 0)
			continue;
		own[i].done = true;
		buf_addf(b, "%s%s", separator, dataset_table[i]->name);
		separator = ", ";
	}
	buf_addf(b, ")");
}

/* "30s (activity, agent); 24h (application)", or the value of all alone. */
static void
add_groups(struct buf *b, struct own *own)
{
	const char *separator = "";
	const struct own *one = NULL;
	bool differ = false;

	for (size_t i = 0; i < DATASET_COUNT; i++) {
		if (own[i].done)
			continue;
		differ |= one != NULL && strcmp(one->value.p, own[i].value.p) != 0;
		one = &own[i];
	}
	if (!differ && one != NULL)
		buf_addf(b, "%s", one->value.p);
	for (size_t i = 0; differ && i < DATASET_COUNT; i++) {
		if (own[i].done)
			continue;
		buf_addf(b, "%s%s", separator, own[i].value.p);
		add_group(b, own, i);
		separator = "; ";
	}
}

/* Defaults of an option that the row leaves to the datasets. */
static void
add_own_defaults(struct buf *b, const struct conf_option *o)
{
	struct own own[DATASET_COUNT];
	struct conf_console *c = conf_console_new();

	for (size_t i = 0; i < DATASET_COUNT; i++) {
		buf_init(&own[i].value, 64);
		own[i].done = !conf_dataset_has(dataset_table[i], o);
		add_value(&own[i].value, o,
		    (const char *)&c->dataset[i] + o->offset);
	}
	add_groups(b, own);
	for (size_t i = 0; i < DATASET_COUNT; i++)
		buf_fini(&own[i].value);
	conf_console_free(c);
}

/* The datasets that have an option which not all have. */
static void
add_owners(struct buf *b, const struct conf_option *o)
{
	const char *separator = "; of ";

	if (o->has == CONF_HAS_EACH)
		return;
	for (size_t i = 0; i < DATASET_COUNT; i++) {
		if (!conf_dataset_has(dataset_table[i], o))
			continue;
		buf_addf(b, "%s%s", separator, dataset_table[i]->name);
		separator = ", ";
	}
}

static void
add_default(struct buf *b, const struct conf_section *s,
    const struct conf_option *o)
{
	if (o->required) {
		buf_addf(b, "; required");
	} else if (o->inherited) {
		buf_addf(b, "; default: that of the console");
	} else if (o->def != NULL) {
		buf_addf(b, "; default: %s", o->def);
	} else if (s == &conf_schema_dataset &&
	    (o->type == CONF_BOOL || is_number(o->type))) {
		buf_addf(b, "; default: ");
		add_own_defaults(b, o);
	}
}

/* A capital letter for a word, not for a name with points and the like. */
static bool
is_word(const char *text, size_t len)
{
	return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz") + 1 >= len;
}

/* One sentence, broken between words. */
static void
print_sentence(const char *text)
{
	size_t column = 0, len = strcspn(text, " ");
	bool capital = is_word(text, len);

	for (; *text != '\0'; len = strcspn(text, " ")) {
		if (column > 0 && column + 1 + len > LINE_LEN) {
			putchar('\n');
			column = 0;
		}
		if (column > 0)
			putchar(' ');
		else if (*text == '.' || *text == '\'')
			fputs("\\&", stdout); /* not a macro */
		putchar(capital ? toupper((unsigned char)*text) : *text);
		fwrite(text + 1, 1, len - 1, stdout);
		capital = false;
		column += len + 1;
		text += len + strspn(text + len, " ");
	}
	puts(".");
}

static void
print_option(const struct conf_section *s, const struct conf_option *o)
{
	struct buf b;

	buf_init(&b, 4096);
	printf(".It Cm %s", o->path);
	if (o->alias != NULL)
		printf(" , %s", o->alias);
	putchar('\n');
	print_sentence(o->help);
	add_kind(&b, o);
	add_default(&b, s, o);
	add_owners(&b, o);
	print_sentence(b.p);
	buf_fini(&b);
}

static bool
is_group(const struct conf_option *o)
{
	return o->type == CONF_GROUP || o->type == CONF_CONSOLES ||
	    o->type == CONF_SHIPPERS || o->type == CONF_SERVER ||
	    o->type == CONF_DATASETS;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct conf_section *s = sections[i].section;

		printf(".Ss %s\n.Bl -tag -width Ds\n", sections[i].title);
		for (size_t k = 0; k < s->n; k++)
			if (!is_group(&s->options[k]))
				print_option(s, &s->options[k]);
		puts(".El");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
