/* Header lines of an answer: bounded whatever a server sends. */
#include "config.h"

#include <string.h>

#include "collector/client/head.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	struct head h;
	struct slice host;
	int64_t wait;

	head_init(&h);
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl == NULL ? (size_t)(end - p) :
					(size_t)(nl + 1 - p);

		if (!head_line(&h, (struct slice){ p, n }))
			break;
		p += n;
	}
	MUST(h.status >= 0 && h.date_ms >= -1);
	MUST(memchr(h.retry_after, '\0', sizeof(h.retry_after)) != NULL);
	MUST(memchr(h.location, '\0', sizeof(h.location)) != NULL);
	MUST(memchr(h.request_id, '\0', sizeof(h.request_id)) != NULL);
	wait = head_retry_after(&h);
	MUST(wait >= -1 && wait <= HEAD_RETRY_AFTER_MAX_MS);
	host = head_url_host(slice_of(h.location));
	MUST(host.len <= strlen(h.location));
	MUST(host.len == 0 || memchr(host.p, '@', host.len) == NULL);
	return 0;
}
