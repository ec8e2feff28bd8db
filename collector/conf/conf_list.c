#include "config.h"

#include "collector/conf/conf_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_text.h"
#include "collector/conf/conf_word.h"

#define PEM_CERTIFICATE "-----BEGIN CERTIFICATE-----"

static int
append(void *field, struct slice text)
{
	char **list = *(char ***)field;
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	list = xreallocarray(list, n + 2, sizeof(*list));
	list[n] = xstrndup(text.p, text.len);
	list[n + 1] = NULL;
	*(char ***)field = list;
	return 0;
}

int
conf_list_tag(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	(void)o;
	if (text.len == 0)
		return conf_refuse(why, text, "is no tag");
	return append(field, text);
}

/* Filebeat's registry has "::" between an input's id and what follows. */
int
conf_list_input(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	(void)o;
	if (text.len == 0 || memmem(text.p, text.len, "::", 2) != NULL)
		return conf_refuse(why, text, "is no id of an input");
	return append(field, text);
}

/* A typing error here would leave a host without its protection. */
int
conf_list_deny(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	static const char *const kinds[] = {
		"id:", "name:", "group:", "site:", "tag:"
	};

	(void)o;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i]);

		if (text.len > n && bytes_eq(text.p, kinds[i], n))
			return append(field, text);
	}
	return conf_refuse(why, text, "is none of id:ID, name:PATTERN, "
	    "group:PATTERN, site:PATTERN, tag:KEY=PATTERN");
}

/* What is refused is not repeated: it may be a key put there. */
int
conf_list_authority(const struct conf_option *o, void *field,
    struct slice text, struct buf *why)
{
	size_t n = sizeof(PEM_CERTIFICATE) - 1;

	(void)o;
	if (text.len > n && bytes_eq(text.p, PEM_CERTIFICATE, n))
		return append(field, text);
	if (text.len == 0 || text.p[0] != '/' || conf_text_has_control(text)) {
		buf_adds(why, "must be an absolute path, beginning with /, or "
		    "a certificate in PEM form");
		return -1;
	}
	return append(field, text);
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
			return conf_refuse(why, id,
			    "is no site id; ids are digits");
	if (id.len == 0 || id.len > 20)
		return conf_refuse(why, id,
		    "is no site id; ids have 1 to 20 digits");
	longer = xasprintf("%s%s%.*s", *field == NULL ? "" : *field,
	    *field == NULL ? "" : ",", (int)id.len, id.p);
	free(*field);
	*field = longer;
	return 0;
}

int
conf_list_ids(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	(void)o;
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
conf_list_set(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	int place = conf_word_find(o->words, text, why);

	if (place < 0)
		return -1;
	*(unsigned *)field |= 1u << place;
	return 0;
}

char **
conf_list_new(const char *const *texts, size_t n)
{
	char **copy = xcalloc(n + 1, sizeof(*copy));

	for (size_t i = 0; i < n && texts[i] != NULL; i++)
		copy[i] = xstrdup(texts[i]);
	return copy;
}

void
conf_list_free(char **list)
{
	for (char **text = list; text != NULL && *text != NULL; text++)
		free(*text);
	free(list);
}

bool
conf_list_same(char *const *a, char *const *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return *a == *b;
}
