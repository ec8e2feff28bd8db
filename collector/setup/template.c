#include "config.h"

#include "collector/setup/template.h"

#include <errno.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static int
add(struct buf *out, struct slice s)
{
	if (buf_add_slice(out, s) == 0)
		return 0;
	errno = EFBIG;
	return -1;
}

/* Cut the text's first line off, without its newline. */
static struct slice
next_line(struct slice *text)
{
	const char *end = memchr(text->p, '\n', text->len);
	struct slice line = { text->p,
		end == NULL ? text->len : (size_t)(end - text->p) };
	size_t used = line.len + (end != NULL);

	text->p += used;
	text->len -= used;
	return line;
}

/* The first word of the text, with its @; len 0: there is none. */
static struct slice
find_word(struct slice text)
{
	const char *end = text.p + text.len;
	const char *at = text.p;

	while ((at = memchr(at, '@', (size_t)(end - at))) != NULL) {
		const char *p = at + 1;

		while (p < end && memchr(LETTERS, *p, strlen(LETTERS)) != NULL)
			p++;
		if (p < end && *p == '@' && p > at + 1)
			return (struct slice){ at, (size_t)(p + 1 - at) };
		at++;
	}
	return (struct slice){ end, 0 };
}

/* NULL with errno when the table does not have it. */
static const char *
value_of(struct slice word, const struct template_word *words)
{
	struct slice name = { word.p + 1, word.len - 2 };

	for (; words->name != NULL; words++)
		if (slice_is(name, words->name))
			return words->value;
	errno = EINVAL;
	return NULL;
}

static int
indent_with(struct slice text, struct slice prefix, struct buf *out)
{
	struct slice blank = prefix;

	while (blank.len > 0 && blank.p[blank.len - 1] == ' ')
		blank.len--;
	while (text.len > 0) {
		struct slice line = next_line(&text);

		if (add(out, line.len > 0 ? prefix : blank) != 0 ||
		    add(out, line) != 0 || add(out, SLICE("\n")) != 0)
			return -1;
	}
	return 0;
}

int
template_indent(struct slice text, const char *prefix, struct buf *out)
{
	return indent_with(text, slice_of(prefix), out);
}

static int
expand_line(struct slice line, const struct template_word *words,
    struct buf *out)
{
	struct slice word = find_word(line);
	struct slice indent = { line.p, (size_t)(word.p - line.p) };
	const char *value;

	if (word.len > 0 && word.p + word.len == line.p + line.len &&
	    strspn(line.p, " ") >= indent.len) {
		value = value_of(word, words);
		return value == NULL ? -1 :
		    indent_with(slice_of(value), indent, out);
	}
	for (; word.len > 0; word = find_word(line)) {
		struct slice before = { line.p, (size_t)(word.p - line.p) };

		value = value_of(word, words);
		if (value == NULL || add(out, before) != 0 ||
		    add(out, slice_of(value)) != 0)
			return -1;
		line.p += before.len + word.len;
		line.len -= before.len + word.len;
	}
	return add(out, line) != 0 ? -1 : add(out, SLICE("\n"));
}

int
template_expand(struct slice text, const struct template_word *words,
    struct buf *out)
{
	while (text.len > 0)
		if (expand_line(next_line(&text), words, out) != 0)
			return -1;
	return 0;
}

void
template_quote(const char *text, struct buf *out)
{
	buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}
