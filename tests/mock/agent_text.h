/*
 * Agents by what their records say.
 */
#ifndef S1SPOOL_MOCK_AGENT_TEXT_H
#define S1SPOOL_MOCK_AGENT_TEXT_H

#include <stdbool.h>

#include "tests/mock/query.h"

/* Does the agent's row fit all texts, by enum agent_text, that are not NULL? */
bool agent_text_match(const char *const text[TEXT_COUNT],
    const struct console *c, const struct row *row);

/* Is one of the comma-separated words the whole of this? */
bool agent_text_lists(const char *words, const char *one);

#endif
