#include "config.h"

#define ZLIB_CONST

#include "tests/hostile/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

#include "collector/base/xalloc.h"

#define CHUNK (64 << 10)
#define ZIP_TEXT (1 << 20) /* of the text in one block */
#define ZIP_AGAIN 64 /* blocks in one block of blocks */

unsigned script_trap;

void
script_begin(struct script *s, const struct step *steps, enum asked asked,
    const char *token)
{
	*s = (struct script){ .step = steps, .asked = asked };
	snprintf(s->token, sizeof(s->token), "%s", token);
}

static void
put_counted(struct buf *out, const struct step *step)
{
	static unsigned long number;

	if (memchr(step->text, '#', step->len) == NULL) {
		buf_add(out, step->text, step->len);
		return;
	}
	number++;
	for (size_t i = 0; i < step->len; i++)
		if (step->text[i] == '#')
			buf_addf(out, "%lu", number);
		else
			buf_addc(out, step->text[i]);
}

/* Deflated so that it can be repeated. */
static void
put_block(struct buf *out, struct slice text)
{
	z_stream z = { 0 };
	uLong room;

	if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	room = deflateBound(&z, text.len) + 64;
	z.next_in = (const Bytef *)text.p;
	z.avail_in = (uInt)text.len;
	z.next_out = (Bytef *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FULL_FLUSH) != Z_OK)
		abort();
	buf_commit(out, room - z.avail_out);
	deflateEnd(&z);
}

static const char gzip_head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";

static void
put_zip(struct buf *out, const struct step *step)
{
	struct buf text;

	buf_init(&text, 2 * ZIP_TEXT + step->len);
	do
		buf_add(&text, step->text, step->len);
	while (step->times == FOREVER && text.len < ZIP_TEXT);
	put_block(out, buf_slice(&text));
	buf_fini(&text);
}

static void
put_zip_twice(struct buf *out, const struct step *step, bool first)
{
	struct buf block, text;

	buf_init(&block, 2 * ZIP_TEXT);
	buf_init(&text, 2 * ZIP_TEXT * ZIP_AGAIN);
	put_zip(&block, step);
	if (first)
		buf_add(&text, gzip_head, sizeof(gzip_head) - 1);
	for (int i = 0; i < ZIP_AGAIN; i++)
		buf_add_slice(&text, buf_slice(&block));
	put_block(out, buf_slice(&text));
	buf_fini(&text);
	buf_fini(&block);
}

/* Each is made once: deflating takes its time. */
static void
put_made(struct buf *out, const struct step *step, bool first)
{
	static struct made {
		const struct step *step;
		bool first;
		struct buf bytes;
	} made[16];
	bool twice = step->op == OP_ZIP_TWICE;
	struct made *m = made;

	while (m->step != NULL && (m->step != step || m->first != first))
		m++;
	if (m == &made[15])
		abort();
	if (m->step == NULL) {
		*m = (struct made){ .step = step, .first = first };
		buf_init(&m->bytes, 2 * ZIP_TEXT);
		if (twice)
			put_zip_twice(&m->bytes, step, first);
		else
			put_zip(&m->bytes, step);
	}
	buf_add_slice(out, buf_slice(&m->bytes));
}

static void
put_now(struct buf *out)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[64];

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	buf_adds(out, text);
}

static void
put_record(struct script *s, struct buf *out)
{
	bool node = s->asked == ASKED_GRAPHQL;

	if (s->has_record)
		buf_addc(out, ',');
	s->has_record = true;
	if (node)
		buf_adds(out, "{\"node\":");
	put_counted(out, s->step);
	if (node)
		buf_addc(out, '}');
}

static void
put_cursor(struct script *s, struct buf *out)
{
	bool node = s->asked == ASKED_GRAPHQL;

	buf_adds(out, node ? "],\"pageInfo\":{\"hasNextPage\":true,"
	    "\"endCursor\":" : "],\"pagination\":{\"nextCursor\":");
	put_counted(out, s->step);
	buf_adds(out, node ? "}}}}" : "}}");
}

static void
put(struct script *s, struct buf *out)
{
	switch (s->step->op) {
	case OP_SAY:
		put_counted(out, s->step);
		break;
	case OP_RAW:
		buf_add(out, s->step->text, s->step->len);
		break;
	case OP_ZIP:
	case OP_ZIP_TWICE:
		if (!s->zips)
			buf_add(out, gzip_head, sizeof(gzip_head) - 1);
		put_made(out, s->step, !s->zips);
		s->zips = true;
		break;
	case OP_TOKEN:
		buf_adds(out, s->token);
		break;
	case OP_TRAP:
		buf_addf(out, "%u", script_trap);
		break;
	case OP_NOW:
		put_now(out);
		break;
	case OP_PAGE:
		buf_adds(out, s->asked == ASKED_GRAPHQL ?
		    "{\"data\":{\"alerts\":{\"edges\":[" : "{\"data\":[");
		break;
	case OP_RECORD:
		put_record(s, out);
		break;
	case OP_CURSOR:
		put_cursor(s, out);
		break;
	case OP_CLOSE:
	case OP_KEEP:
	case OP_HANG:
	case OP_RESET:
	case OP_TICKETS:
	case OP_DRIP:
		break;
	}
}

bool
script_more(struct script *s, struct buf *out)
{
	size_t begin = out->len;

	while (s->step->op >= OP_SAY && s->step->op != OP_DRIP) {
		if (out->len - begin >= CHUNK)
			return true;
		put(s, out);
		s->done++;
		if (s->step->times == FOREVER || s->done < s->step->times)
			continue;
		s->step++;
		s->done = 0;
	}
	return out->len > begin;
}
