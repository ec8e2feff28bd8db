#include "config.h"

#include "tests/mock/software.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mock/store.h"

/* Later applications are numbered editions of these. */
static const struct software {
	const char *name, *vendor;
	bool hides_vendor;
} software[] = {
	{ "Example Reader", "Example Software Ltd", false },
	{ "Paint & Draw", "Müller + Söhne GmbH & Co. KG", false },
	{ "C++ Runtime (x64) #14", "Example Software Ltd", false },
	{ "Updater", "Acme, Inc.", false },
	{ "Updater", NULL, false },
	{ "日本語入力システム", "株式会社サンプル", false },
	{ "Éditeur d’images — édition 2025", NULL, true },
	{ "100% Free PDF=Writer?", "http://free.example/?a=1&b=2", false },
	{ "Notes; \"Pro\" \\ Beta", "Ünïcode Ltd.", false },
	{ "python3-minimal", "", false },
	{ "a/b+c d%20e", "Vendor/Sub 100%", false },
	{ "Kernel 🚀", "Example Linux", false },
	{ "Paint & Draw", "Acme, Inc.", false },
};
#define N_SOFTWARE (uint32_t)(sizeof(software) / sizeof(software[0]))

void
software_name(uint32_t n, struct buf *out)
{
	buf_adds(out, software[n % N_SOFTWARE].name);
	if (n >= N_SOFTWARE)
		buf_addf(out, " %u", (unsigned)(n / N_SOFTWARE));
}

const char *
software_vendor(uint32_t n)
{
	return software[n % N_SOFTWARE].vendor;
}

bool
software_hides_vendor(uint32_t n)
{
	return software[n % N_SOFTWARE].hides_vendor;
}

/* The number of an edition of s, ROW_NONE when that is not its name. */
static uint32_t
edition(const struct software *s, const char *name)
{
	size_t len = strlen(s->name);
	unsigned long n;
	char *end;

	if (strncmp(name, s->name, len) != 0)
		return ROW_NONE;
	name += len;
	if (*name == '\0')
		return 0;
	if (name[0] != ' ' || name[1] < '1' || name[1] > '9')
		return ROW_NONE;
	n = strtoul(name, &end, 10);
	return *end == '\0' && n < ROW_NONE / N_SOFTWARE ? (uint32_t)n :
	    ROW_NONE;
}

static bool
is_vendor(const struct software *s, const char *vendor)
{
	if (s->vendor == NULL)
		return vendor == NULL || *vendor == '\0';
	return vendor != NULL && strcmp(vendor, s->vendor) == 0;
}

uint32_t
software_find(const char *name, const char *vendor, uint32_t count)
{
	for (uint32_t i = 0; i < N_SOFTWARE; i++) {
		uint32_t n = edition(&software[i], name);

		if (n != ROW_NONE && is_vendor(&software[i], vendor) &&
		    n * N_SOFTWARE + i < count)
			return n * N_SOFTWARE + i;
	}
	return ROW_NONE;
}
