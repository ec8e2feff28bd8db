/*
 * What a check has found: one line each, printed as text and as JSON from the
 * same list.
 */
#ifndef S1SPOOL_CHECK_FINDING_H
#define S1SPOOL_CHECK_FINDING_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_ERROR, LEVEL_COUNT };
extern const char *const level_name[LEVEL_COUNT];

struct finding {
	enum level level;
	const char *topic; /* borrowed, constant: "token" */
	char *console, *dataset; /* owned; NULL: of none */
	char *text; /* owned, one line, no full stop */
	char *mend; /* owned, what people can do; NULL: nothing, or it is in
		     * the text */
	const char *figure; /* what value is, borrowed; NULL: there is none */
	int64_t value;
	unsigned order; /* findings of a lower one are printed first */
};

struct findings {
	struct finding **list; /* owned, each by itself */
	size_t n;
	unsigned order; /* of those that are added next */
	struct slice secret; /* "[secret]" stands for it in what is added next;
			      * borrowed, empty for none */
};

/* What a finding is about; console and dataset may be NULL. */
struct subject {
	const char *topic, *console, *dataset;
};

/* Add one; valid until findings_fini().  Control characters in the text become
 * blanks. */
struct finding *finding_add(struct findings *all, enum level level,
    const struct subject *about, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void finding_mend(struct finding *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A number for scripts; name is constant: "days_left". */
void finding_figure(struct finding *f, const char *name, int64_t value);

/* By their order, and as they were added within it. */
void findings_sort(struct findings *all);
enum level findings_worst(const struct findings *all);
size_t findings_count(const struct findings *all, enum level level);

void findings_fini(struct findings *all);

#endif
