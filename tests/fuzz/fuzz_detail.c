/*
 * What people are told of an error body: one short line without control
 * characters, in which no secret is left.  Where the body holds '~', the
 * server has echoed the token.  The first two bytes are the status.
 */
#include "config.h"

#include <string.h>

#include "collector/client/detail.h"
#include "collector/client/verdict.h"
#include "tests/fuzz/fuzz.h"

#define TOKEN "eyJhbGciOi.mock/secret+0123456789"

static void
check_verdict(int status, int code)
{
	struct verdict_row row = verdict_of_status(status, code);

	MUST(row.verdict < VERDICT_COUNT && row.reason != NULL);
	MUST((row.verdict == VERDICT_OK) == (status == 200));
	/* Those are about the moment, whatever the body says. */
	if (status == 429 || (status >= 502 && status <= 504))
		MUST(row.verdict == VERDICT_RETRY);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf body, line;
	int status, code;

	if (size < 2 || size > DETAIL_BODY_MAX)
		return 0;
	status = (data[0] << 8 | data[1]) % 700;
	buf_init(&body, 1 << 20);
	for (size_t i = 2; i < size; i++) {
		if (data[i] == '~')
			buf_adds(&body, TOKEN);
		else
			buf_addc(&body, (char)data[i]);
	}
	buf_init(&line, DETAIL_DRAFT_MAX);
	code = detail_add_body(&line, buf_slice(&body));
	MUST(code >= 0 && (code == 0 || line.len > 0));
	check_verdict(status, code);
	buf_add_slice(&line, buf_slice(&body));
	detail_finish(&line, SLICE(TOKEN));
	MUST(line.len <= DETAIL_MAX);
	for (size_t i = 0; i < line.len; i++)
		MUST((unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7f);
	MUST(memmem(line.p, line.len, TOKEN, sizeof(TOKEN) - 1) == NULL);
	buf_fini(&line);
	buf_fini(&body);
	return 0;
}
