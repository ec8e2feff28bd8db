/*
 * The head of a spool line, from which a start after a death reads what is
 * there already: what is read lies within the line, and is written as the same
 * head again.
 */
#include "config.h"

#include <string.h>

#include "spool/prefix.h"
#include "spool/stream.h"
#include "tests/fuzz/fuzz.h"

static void
check_within(struct slice part, struct slice whole)
{
	MUST(part.len == 0 || (part.p >= whole.p &&
	    part.p + part.len <= whole.p + whole.len));
}

static void
check_again(const struct stream_line *line)
{
	int64_t birth, number;
	struct prefix prefix;
	struct buf b;

	MUST(prefix_parse_seq(line->seq, &birth, &number) == 0);
	buf_init(&b, 1 << 20);
	prefix_init(&prefix, birth);
	MUST(prefix_add(&prefix, &b, number, line->id, line->at,
	    line->backfill ? STREAM_BACKFILL : line->resend) == 0);
	MUST(b.len <= line->text.len);
	MUST(memcmp(b.p, line->text.p, b.len) == 0);
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct stream_line line;

	if (stream_parse_line(text, &line) != 0)
		return 0;
	MUST(slice_eq(line.text, text));
	check_within(line.seq, text);
	check_within(line.id, text);
	check_within(line.at, text);
	check_again(&line);
	return 0;
}
