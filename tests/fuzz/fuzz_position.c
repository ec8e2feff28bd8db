/*
 * Positions, the values in the journal: what is read is written in a form that
 * is read as the same.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "collector/walk/position.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX (1 << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct position p, q;
	struct buf first, second;

	position_init(&p);
	if (position_parse(&p, text) != 0) {
		MUST(errno == EPROTONOSUPPORT || errno == EBADMSG);
		position_fini(&p);
		return 0;
	}
	position_init(&q);
	buf_init(&first, TEXT_MAX);
	buf_init(&second, TEXT_MAX);
	MUST(position_print(&first, &p) == 0);
	MUST(memchr(first.p, '\n', first.len) == NULL);
	MUST(position_parse(&q, buf_slice(&first)) == 0);
	MUST(position_print(&second, &q) == 0);
	MUST(slice_eq(buf_slice(&first), buf_slice(&second)));
	buf_fini(&first);
	buf_fini(&second);
	position_fini(&p);
	position_fini(&q);
	return 0;
}
