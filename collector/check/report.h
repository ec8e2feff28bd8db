/*
 * The findings for people and for scripts.
 */
#ifndef S1SPOOL_CHECK_REPORT_H
#define S1SPOOL_CHECK_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "collector/check/finding.h"

/* May what is written there be coloured: a terminal, and NO_COLOR is not set? */
bool report_may_colour(FILE *out);

/* A line each, and one with how many there are. */
void report_text(const struct findings *all, FILE *out, bool colour);

/* One object with a list of all. */
void report_json(const struct findings *all, FILE *out);

#endif
