/*
 * The command line.
 */
#ifndef S1SPOOL_MOCK_OPTIONS_H
#define S1SPOOL_MOCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/mock/produce.h"

struct options {
	int64_t seed, agents, namesakes, activities, threats, groups, days, cache;
	int64_t alerts, unified_alerts, applications, installations, risks;
	const char *epoch;
	double clock_offset;
	const char *token, *token_file, *action_token;
	double token_expires;
	int64_t port, consoles;
	const char *port_file, *tls_cert, *tls_key;
	double rate_limits; /* factor, 0: none */
	const char *fault; /* JSON */
	struct produce_options produce;
	double max_seconds;
	bool orphan;
	const char *dump, *page; /* dataset's name */
	int64_t count; /* of records to dump */
};

/* Read the arguments; what is wrong goes to stderr.  0, or -1. */
int options_read(struct options *o, int argc, char **argv);
void options_help(FILE *to);

#endif
