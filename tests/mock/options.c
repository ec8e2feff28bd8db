#include "config.h"

#include "tests/mock/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mock/control.h"
#include "tests/mock/fault.h"
#include "tests/mock/respond.h"

#define CONSOLES_MAX 4000

enum type { FLAG, NUMBER, REAL, TEXT, TEXT_AND_COUNT };

static const struct option_row {
	const char *name, *argument;
	enum type type;
	size_t at; /* in struct options */
	const char *help;
} rows[] = {
	{ "seed", "N", NUMBER, offsetof(struct options, seed),
	    "all records follow from it (1)" },
	{ "agents", "N", NUMBER, offsetof(struct options, agents),
	    "agents (1000)" },
	{ "namesakes", "N", NUMBER, offsetof(struct options, namesakes),
	    "so many of these have one computer name (0)" },
	{ "activities", "N", NUMBER, offsetof(struct options, activities),
	    "activities in the history (5000)" },
	{ "threats", "N", NUMBER, offsetof(struct options, threats),
	    "threats in the history (200)" },
	{ "alerts", "N", NUMBER, offsetof(struct options, alerts),
	    "alerts of custom rules in the history (300)" },
	{ "unified-alerts", "N", NUMBER,
	    offsetof(struct options, unified_alerts),
	    "unified alerts in the history (300)" },
	{ "applications", "N", NUMBER, offsetof(struct options, applications),
	    "applications in the inventory (40)" },
	{ "installations", "N", NUMBER,
	    offsetof(struct options, installations),
	    "applications on computers (500)" },
	{ "risks", "N", NUMBER, offsetof(struct options, risks),
	    "application risks (500)" },
	{ "groups", "N", NUMBER, offsetof(struct options, groups),
	    "groups (20)" },
	{ "days", "N", NUMBER, offsetof(struct options, days),
	    "days of history before the start (7)" },
	{ "cache", "MIB", NUMBER, offsetof(struct options, cache),
	    "memory for record texts; others are made anew each time (512)" },
	{ "epoch", "TIME", TEXT, offsetof(struct options, epoch),
	    "console time of the start (now; 2026-03-04 for dumps)" },
	{ "clock-offset", "SECONDS", REAL,
	    offsetof(struct options, clock_offset),
	    "console clock minus host clock (0)" },
	{ "token", "TOKEN", TEXT, offsetof(struct options, token),
	    "the API token (mock-token)" },
	{ "token-file", "FILE", TEXT, offsetof(struct options, token_file),
	    "a file that holds the API token" },
	{ "action-token", "TOKEN", TEXT,
	    offsetof(struct options, action_token),
	    "a second token that may act; the other only reads then" },
	{ "token-expires", "SECONDS", REAL,
	    offsetof(struct options, token_expires),
	    "after the start all requests get 401 (never)" },
	{ "port", "N", NUMBER, offsetof(struct options, port),
	    "port on 127.0.0.1 (0: any free one)" },
	{ "port-file", "FILE", TEXT, offsetof(struct options, port_file),
	    "gets the port's number once the console listens" },
	{ "consoles", "N", NUMBER, offsetof(struct options, consoles),
	    "so many more, with the same data, at 127.1.0.1 to 127.1.0.250, "
	    "127.1.1.1 ... (0)" },
	{ "tls-cert", "FILE", TEXT, offsetof(struct options, tls_cert),
	    "PEM certificate chain; with --tls-key: speak TLS" },
	{ "tls-key", "FILE", TEXT, offsetof(struct options, tls_key),
	    "PEM private key" },
	{ "rate-limits", "FACTOR", REAL,
	    offsetof(struct options, rate_limits),
	    "429 beyond the vendor's limits times that (none)" },
	{ "fault", "JSON", TEXT, offsetof(struct options, fault),
	    "faults from the start, as POST /_mock/fault takes them" },
	{ "produce", "RATE", REAL, offsetof(struct options, produce.rate),
	    "new activities a second, others in proportion (0)" },
	{ "produce-for", "SECONDS", REAL,
	    offsetof(struct options, produce.seconds),
	    "then stop (0: never)" },
	{ "late-fraction", "F", REAL,
	    offsetof(struct options, produce.late_fraction),
	    "of the new rows and versions that become visible late (0)" },
	{ "late-max", "SECONDS", REAL,
	    offsetof(struct options, produce.late_max),
	    "at most that late (5)" },
	{ "future-fraction", "F", REAL,
	    offsetof(struct options, produce.future_fraction),
	    "of the new activities that are dated an hour ahead (0)" },
	{ "burst-every", "SECONDS", REAL,
	    offsetof(struct options, produce.burst_every),
	    "add a burst of activities of one time (0: never)" },
	{ "burst", "N", NUMBER, offsetof(struct options, produce.burst),
	    "activities of a burst (200)" },
	{ "max-seconds", "SECONDS", REAL,
	    offsetof(struct options, max_seconds),
	    "end by itself after this long (3600)" },
	{ "orphan", NULL, FLAG, offsetof(struct options, orphan),
	    "do not end when the parent process does" },
	{ "dump", "DATASET COUNT", TEXT_AND_COUNT,
	    offsetof(struct options, dump),
	    "print records, one a line, and exit" },
	{ "page", "DATASET COUNT", TEXT_AND_COUNT,
	    offsetof(struct options, page),
	    "print the body of one page and exit" },
};

void
options_help(FILE *to)
{
	fputs("usage: mock_console [OPTION]...\n"
	    "A SentinelOne console with made-up data, for tests.\n\n", to);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct option_row *r = &rows[i];
		int n = fprintf(to, "  --%s %s", r->name,
		    r->argument == NULL ? "" : r->argument);

		fprintf(to, "%*s%s\n", n < 28 ? 28 - n : 2, "", r->help);
	}
	fputs("\nDATASET is activity, agent, alert, application, "
	    "application_risk, group, inventory, threat\nor unified_alert.  "
	    "SIGTERM, SIGINT and the end of the parent process end the\n"
	    "console; `ready PORT' goes to stdout when it listens.\n"
	    "\nControl:\n", to);
	control_help(to);
	fputs("\nFaults, set by JSON objects such as\n"
	    "{\"fault\":\"429\",\"path\":\"/threats\",\"after\":2,"
	    "\"count\":1,\"retry_after\":\"date:5\"}\n"
	    "with the members dataset, path, host (prefixes), after, count, "
	    "probability, retry_after,\nseconds, bytes and location:\n", to);
	fault_help(to);
	fputs("\nResponse actions, set by POST /_mock/respond with some of "
	    "these members:\n", to);
	respond_help(to);
}

static int
bad(const char *name, const char *why)
{
	fprintf(stderr, "mock_console: --%s: %s\n", name, why);
	return -1;
}

static int
set_number(const struct option_row *r, char *field, const char *text)
{
	char *end;
	int64_t n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || n < 0)
		return bad(r->name, "not a number");
	*(int64_t *)field = n;
	return 0;
}

static int
set_real(const struct option_row *r, char *field, const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end != '\0')
		return bad(r->name, "not a number");
	memcpy(field, &n, sizeof(n));
	return 0;
}

static int
set(struct options *o, const struct option_row *r, char **argument)
{
	char *field = (char *)o + r->at;

	switch (r->type) {
	case FLAG:
		*(bool *)field = true;
		return 0;
	case NUMBER:
		return set_number(r, field, argument[0]);
	case REAL:
		return set_real(r, field, argument[0]);
	case TEXT_AND_COUNT:
		if (set_number(r, (char *)&o->count, argument[1]) != 0)
			return -1;
		break;
	case TEXT:
		break;
	}
	*(const char **)field = argument[0];
	return 0;
}

static const struct option_row *
find(const char *argument)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strncmp(argument, "--", 2) == 0 &&
		    strcmp(argument + 2, rows[i].name) == 0)
			return &rows[i];
	return NULL;
}

static int
check(const struct options *o)
{
	const int64_t counts[] = { o->agents, o->activities, o->threats,
		o->groups, o->alerts, o->unified_alerts, o->applications,
		o->installations, o->risks };

	if (o->agents < 1 || o->groups < 1 || o->applications < 1)
		return bad("agents, --groups, --applications",
		    "at least one");
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (counts[i] > 4000000)
			return bad("agents ...", "at most 4000000");
	if ((o->tls_cert == NULL) != (o->tls_key == NULL))
		return bad("tls-cert, --tls-key", "only together");
	if (o->port > 65535)
		return bad("port", "no such port");
	if (o->consoles > CONSOLES_MAX)
		return bad("consoles", "at most 4000");
	return 0;
}

int
options_read(struct options *o, int argc, char **argv)
{
	*o = (struct options){ .seed = 1, .agents = 1000, .activities = 5000,
		.threats = 200, .groups = 20, .days = 7, .cache = 512,
		.alerts = 300, .unified_alerts = 300, .applications = 40,
		.installations = 500, .risks = 500,
		.token = "mock-token", .max_seconds = 3600,
		.produce = { .late_max = 5, .burst = 200 } };
	for (int i = 1; i < argc; i++) {
		const struct option_row *r = find(argv[i]);
		int n;

		if (r == NULL) {
			fprintf(stderr, "mock_console: unknown option %s\n",
			    argv[i]);
			return -1;
		}
		n = r->type == FLAG ? 0 : r->type == TEXT_AND_COUNT ? 2 : 1;
		if (i + n >= argc)
			return bad(r->name, "needs an argument");
		if (set(o, r, argv + i + 1) != 0)
			return -1;
		i += n;
	}
	return check(o);
}
