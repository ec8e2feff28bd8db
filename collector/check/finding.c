#include "config.h"

#include "collector/check/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "collector/client/redact.h"

#define TEXT_MAX 4096

const char *const level_name[LEVEL_COUNT] = {
	[LEVEL_OK] = "ok",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
};

/* One line of text, to be freed. */
static __attribute__((format(printf, 2, 0))) char *
format(struct slice secret, const char *fmt, va_list ap)
{
	struct buf b;
	char *text;

	buf_init(&b, TEXT_MAX);
	if (buf_vaddf(&b, fmt, ap) != 0)
		buf_adds(&b, "(too long to be told)");
	redact_secret(&b, secret);
	while (b.len > 0 && b.p[b.len - 1] == '\n')
		buf_cut(&b, b.len - 1);
	for (char *s = b.p; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = ' ';
	text = xstrdup(b.p);
	buf_fini(&b);
	return text;
}

struct finding *
finding_add(struct findings *all, enum level level,
    const struct subject *about, const char *fmt, ...)
{
	struct finding *f = xcalloc(1, sizeof(*f));
	va_list ap;

	f->level = level;
	f->topic = about->topic;
	f->console = xstrdup(about->console);
	f->dataset = xstrdup(about->dataset);
	f->order = all->order;
	va_start(ap, fmt);
	f->text = format(all->secret, fmt, ap);
	va_end(ap);
	all->list = xreallocarray(all->list, all->n + 1, sizeof(*all->list));
	all->list[all->n++] = f;
	return f;
}

void
finding_mend(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	free(f->mend);
	va_start(ap, fmt);
	f->mend = format(SLICE(""), fmt, ap);
	va_end(ap);
}

void
finding_figure(struct finding *f, const char *name, int64_t value)
{
	f->figure = name;
	f->value = value;
}

/* Insertion, which keeps what is equal in its order: most of it is sorted
 * already. */
void
findings_sort(struct findings *all)
{
	for (size_t i = 1; i < all->n; i++) {
		struct finding *f = all->list[i];
		size_t k = i;

		for (; k > 0 && all->list[k - 1]->order > f->order; k--)
			all->list[k] = all->list[k - 1];
		all->list[k] = f;
	}
}

enum level
findings_worst(const struct findings *all)
{
	enum level worst = LEVEL_OK;

	for (size_t i = 0; i < all->n; i++)
		if (all->list[i]->level > worst)
			worst = all->list[i]->level;
	return worst;
}

size_t
findings_count(const struct findings *all, enum level level)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += all->list[i]->level == level;
	return n;
}

void
findings_fini(struct findings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->list[i]->console);
		free(all->list[i]->dataset);
		free(all->list[i]->text);
		free(all->list[i]->mend);
		free(all->list[i]);
	}
	free(all->list);
	*all = (struct findings){ 0 };
}
