#include "config.h"

#include "collector/setup/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/http.h"

#define ASSET_MAX (16u << 20)
#define LINE_MAX_BYTES (1u << 20)

static const struct {
	const char *word;
	const char *dry; /* nothing is done yet */
} words[SETUP_RESULTS] = {
	[SETUP_CREATED] = { "created", "create" },
	[SETUP_UPDATED] = { "updated", "update" },
	[SETUP_SAME] = { "right", "right" },
	[SETUP_REFUSED] = { "refused", "refuse" },
	[SETUP_FAILED] = { "failed", "failed" },
};

int
setup_is_recent(const char *version)
{
	size_t len = strcspn(version, ".");
	const char *behind = version + len + (version[len] == '.');
	int64_t major, minor;

	if (num_int((struct slice){ version, len }, 0, INT32_MAX, &major) != 0 ||
	    num_int((struct slice){ behind, strspn(behind, "0123456789") }, 0,
	    INT32_MAX, &minor) != 0)
		return -1;
	return major > SETUP_OLDEST_MAJOR ||
	    (major == SETUP_OLDEST_MAJOR && minor >= SETUP_OLDEST_MINOR);
}

bool
setup_wants(const struct setup *s, const char *part)
{
	char *const *p = s->only;

	if (p == NULL)
		return true;
	while (*p != NULL && strcmp(*p, part) != 0)
		p++;
	return *p != NULL;
}

int
setup_asset(const struct setup *s, const char *name, struct buf *b)
{
	char *path = xasprintf("%s/%s", s->assets, name);
	int rc = fs_read_file(AT_FDCWD, path, b);

	if (rc != 0)
		fprintf(stderr, "s1spool setup: %s: %s; --assets names the "
		    "folder\n", path, strerror(errno));
	free(path);
	return rc;
}

struct json_object *
setup_asset_json(const struct setup *s, const char *name)
{
	struct json_object *asset = NULL;
	struct buf text;

	buf_init(&text, ASSET_MAX);
	if (setup_asset(s, name, &text) == 0) {
		asset = tree_parse_object(buf_slice(&text));
		if (asset == NULL)
			fprintf(stderr, "s1spool setup: %s/%s: no JSON "
			    "object\n", s->assets, name);
	}
	buf_fini(&text);
	return asset;
}

static const char *
word_of(const struct setup *s, enum setup_result result)
{
	return s->dry_run ? words[result].dry : words[result].word;
}

/* Names may be the server's. */
static __attribute__((format(printf, 3, 0))) void
print(const struct setup *s, const char *word, const char *fmt, va_list ap)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (buf_vaddf(&line, fmt, ap) != 0)
		buf_adds(&line, "(too long to be told)");
	if (s->http != NULL)
		http_clean(s->http, &line);
	printf("%-8s %s\n", word, line.p);
	buf_fini(&line);
}

void
setup_report(struct setup *s, enum setup_result result, const char *fmt, ...)
{
	va_list ap;

	s->count[result]++;
	va_start(ap, fmt);
	print(s, word_of(s, result), fmt, ap);
	va_end(ap);
}

void
setup_note(const struct setup *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(s, "note", fmt, ap);
	va_end(ap);
}

int
setup_end(const struct setup *s)
{
	printf("%s", s->dry_run ? "dry run: " : "");
	for (int i = 0; i < SETUP_RESULTS; i++)
		printf("%s%" PRIu64 " %s", i == 0 ? "" : ", ", s->count[i],
		    word_of(s, (enum setup_result)i));
	putchar('\n');
	if (s->count[SETUP_FAILED] > 0)
		return EX_UNAVAILABLE;
	return s->count[SETUP_REFUSED] > 0 ? EX_CANTCREAT : EX_OK;
}
