#include "config.h"

#include "collector/base/crashpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const crash_point_names[] = {
	"segment_opened",
	"batch_half_written",
	"batch_written",
	"segment_synced",
	"folder_synced",
	"segment_sealed",
	"journal_half_written",
	"journal_written",
	"journal_synced",
	"replace_written",
	"replace_synced",
	"replace_renamed",
	"replace_done",
	"idset_saved",
	NULL
};

const char *const crash_point_prune_names[] = {
	"pack_half_written",
	"pack_written",
	"pack_synced",
	"pack_renamed",
	"prune_linked",
	"prune_archived",
	"prune_unlinked",
	"archive_removed",
	NULL
};

bool crash_point_armed;
static const char *armed_name;
static unsigned long passes_left;

static const char *
find_in(const char *const *names, const char *s, size_t n)
{
	while (*names != NULL &&
	    (strlen(*names) != n || memcmp(*names, s, n) != 0))
		names++;
	return *names;
}

/* The listed name that the first n bytes of s spell, NULL if none does. */
static const char *
find(const char *s, size_t n)
{
	const char *name = find_in(crash_point_names, s, n);

	return name != NULL ? name : find_in(crash_point_prune_names, s, n);
}

int
crash_point_set(const char *spec)
{
	size_t n;
	char *end;

	crash_point_armed = false;
	if (spec == NULL)
		return 0;

	n = strcspn(spec, ":");
	armed_name = find(spec, n);
	passes_left = 1;
	if (spec[n] == ':') {
		errno = 0;
		passes_left = strtoul(spec + n + 1, &end, 10);
		if (errno != 0 || end == spec + n + 1 || *end != '\0')
			passes_left = 0;
	}
	crash_point_armed = armed_name != NULL && passes_left > 0;
	return crash_point_armed ? 0 : -1;
}

bool
crash_point_is_due(const char *name)
{
	if (find(name, strlen(name)) == NULL)
		abort();
	return strcmp(name, armed_name) == 0 && --passes_left == 0;
}

void
crash_point_die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

static void __attribute__((constructor))
arm_from_environment(void)
{
	const char *spec = secure_getenv("S1SPOOL_CRASH_AT");

	if (crash_point_set(spec) == 0)
		return;
	fprintf(stderr, "S1SPOOL_CRASH_AT=%s: no such crash point\n", spec);
	exit(EXIT_FAILURE);
}
