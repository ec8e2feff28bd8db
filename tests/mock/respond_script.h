/*
 * The scripts that the console knows.
 */
#ifndef S1SPOOL_MOCK_RESPOND_SCRIPT_H
#define S1SPOOL_MOCK_RESPOND_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/mock/console.h"

struct script {
	uint64_t id;
	const char *name, *description, *type, *os, *creator;
	const char *instructions; /* NULL: takes no input */
	bool is_vendors, needs_approval, needs_input;
};

/* By id.  Its texts are valid until the next call.  False: none. */
bool script_find(const struct console *c, uint64_t id, struct script *s);

#endif
