/*
 * Scripts that were run, or wait for an approval.
 */
#ifndef S1SPOOL_MOCK_RESPOND_TASK_H
#define S1SPOOL_MOCK_RESPOND_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/mock/exchange.h"

struct task {
	uint64_t id, parent, pending; /* 0: none of it */
	uint32_t agent; /* index */
	uint64_t script; /* id */
	char *description, *input;
	int64_t begun; /* console time, 0: not yet */
	int64_t asked;
	enum { TASK_WAITING, TASK_APPROVED, TASK_DECLINED } approval;
};

struct tasks {
	struct task *task;
	size_t n;
};

void tasks_free(struct tasks *t);

/* By its own id, NULL: none. */
const struct task *task_find(const struct console *c, uint64_t id);

/* Its state by now; NULL: it does not show yet. */
const char *task_state(const struct console *c, const struct task *t);

/* Since when it is over, 0: it is not. */
int64_t task_end(const struct console *c, const struct task *t);

#endif
