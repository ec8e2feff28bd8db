#include "config.h"

#include "collector/conf/conf_word.h"

#include "collector/base/nearest.h"

/* A value in a message is cut to this: it may be a token put there. */
#define QUOTE_MAX 40

int
conf_refuse(struct buf *why, struct slice text, const char *fmt, ...)
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

int
conf_word_find(const char *const *words, struct slice text, struct buf *why)
{
	struct nearest near;

	nearest_init(&near, text);
	for (int i = 0; words[i] != NULL; i++) {
		if (slice_is(text, words[i]))
			return i;
		nearest_offer(&near, slice_of(words[i]));
	}
	conf_refuse(why, text, "is none of");
	for (int i = 0; words[i] != NULL; i++)
		buf_addf(why, "%s %s", i > 0 ? "," : "", words[i]);
	if (near.name.len > 0)
		buf_addf(why, "; did you mean %.*s?", (int)near.name.len,
		    near.name.p);
	return -1;
}
