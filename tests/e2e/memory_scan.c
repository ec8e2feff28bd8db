/*
 * memory_scan PID FILE: look for each line of FILE in the memory of a process,
 * and print a line for each place: "dumped" or "spared" by a core file, the
 * number of the line in FILE, the mapping.  Ends with 0 when all could be read,
 * whatever was found.
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATTERNS_MAX 64
#define PATTERN_MAX 8192
/* Of a mapping, at a time; the next piece begins with the end of this one. */
#define PIECE ((size_t)1 << 20)

static char *pattern[PATTERNS_MAX];
static size_t n_patterns, n_pieces;
static char piece[PIECE];

struct mapping {
	uintmax_t begin, end;
	bool readable;
	char line[512];
};

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static FILE *
open_text(const char *name)
{
	FILE *f = fopen(name, "re");

	if (f == NULL)
		die(name);
	return f;
}

static void
read_patterns(const char *name)
{
	static char line[PATTERN_MAX];
	FILE *f = open_text(name);

	while (n_patterns < PATTERNS_MAX &&
	    fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		pattern[n_patterns] = strdup(line);
		if (line[0] == '\0' || pattern[n_patterns++] == NULL)
			exit(2);
	}
	fclose(f);
}

static void
look(const struct mapping *m, bool spared, size_t n)
{
	for (size_t i = 0; i < n_patterns; i++) {
		const char *p = piece, *end = piece + n;

		while ((p = memmem(p, (size_t)(end - p), pattern[i],
		    strlen(pattern[i]))) != NULL) {
			printf("%s %zu %s", spared ? "spared" : "dumped",
			    i + 1, m->line);
			p++;
		}
	}
}

static void
scan(int mem, const struct mapping *m, bool spared)
{
	uintmax_t at = m->begin;

	while (at < m->end) {
		size_t want = m->end - at < PIECE ? (size_t)(m->end - at) :
		    PIECE;
		ssize_t n = pread(mem, piece, want, (off_t)at);

		/* [vvar], and what was unmapped meanwhile. */
		if (n <= 0)
			return;
		n_pieces++;
		look(m, spared, (size_t)n);
		if (at + (size_t)n >= m->end)
			return;
		at += (size_t)n > PATTERN_MAX ? (size_t)n - PATTERN_MAX :
		    (size_t)n;
	}
}

/* smaps: a line with the addresses, others, at last the one with VmFlags. */
static void
scan_all(int mem, FILE *smaps)
{
	struct mapping m = { 0 };
	char line[sizeof(m.line)], mode[8];
	uintmax_t begin, end;

	while (fgets(line, sizeof(line), smaps) != NULL) {
		if (sscanf(line, "%jx-%jx %7s", &begin, &end, mode) == 3) {
			m = (struct mapping){ .begin = begin, .end = end,
			    .readable = mode[0] == 'r' };
			memcpy(m.line, line, sizeof(line));
		} else if (strncmp(line, "VmFlags:", 8) == 0 && m.readable) {
			scan(mem, &m, strstr(line, " dd") != NULL);
		}
	}
}

int
main(int argc, char **argv)
{
	char name[64];
	FILE *smaps;
	long pid;
	int mem;

	if (argc != 3)
		return 2;
	pid = strtol(argv[1], NULL, 10);
	read_patterns(argv[2]);
	snprintf(name, sizeof(name), "/proc/%ld/mem", pid);
	mem = open(name, O_RDONLY | O_CLOEXEC);
	if (mem < 0)
		die(name);
	snprintf(name, sizeof(name), "/proc/%ld/smaps", pid);
	smaps = open_text(name);
	scan_all(mem, smaps);
	return n_pieces > 0 && n_patterns > 0 ? 0 : 2;
}
