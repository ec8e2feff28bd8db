#include "config.h"

#include "collector/map/out.h"

#include "collector/json/text.h"

static void
no_room(struct out *o)
{
	o->w = o->b->p + o->b->len;
	o->end = o->w;
}

void
out_init(struct out *o, struct buf *b, struct slice text)
{
	*o = (struct out){ .b = b, .text = (uintptr_t)text.p };
	if (text.len > OUT_BLOCK)
		o->blocks = text.len - OUT_BLOCK;
	no_room(o);
}

void
out_sync(struct out *o)
{
	buf_commit(o->b, (size_t)(o->w - (o->b->p + o->b->len)));
	no_room(o);
}

bool
out_make_room(struct out *o, size_t n)
{
	out_sync(o);
	if (n < 4096 && buf_reserve(o->b, 4096 + OUT_PAD) != NULL)
		n = 4096;
	if (buf_reserve(o->b, n + OUT_PAD) == NULL) {
		o->full = true;
		return false;
	}
	no_room(o);
	o->end = o->w + n;
	return true;
}

void
out_take_back(struct out *o, size_t mark)
{
	if (o->full)
		return;
	if (mark >= o->b->len) {
		o->w = o->b->p + mark;
		return;
	}
	out_sync(o);
	buf_cut(o->b, mark);
	no_room(o);
}

void
out_escape(struct out *o, struct slice text)
{
	out_sync(o);
	if (json_escape(o->b, text) < 0)
		o->full = true;
	no_room(o);
}
