#include "config.h"

#include "tests/mock/squeeze.h"

#include <string.h>
#include <zlib.h>

#define TOO_SMALL 256 /* bytes that are not worth it */

static const struct {
	const char *name;
	int window_bits; /* 16 more: gzip's header */
} codings[] = {
	{ "gzip", MAX_WBITS + 16 },
	{ "deflate", MAX_WBITS },
};

static int
squeeze(const struct buf *from, int window_bits, struct buf *to)
{
	z_stream z = { .next_in = (unsigned char *)from->p,
		.avail_in = (unsigned)from->len };
	unsigned long bound;
	int r;

	if (deflateInit2(&z, 1, Z_DEFLATED, window_bits, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	bound = deflateBound(&z, from->len);
	z.next_out = (unsigned char *)buf_reserve(to, bound);
	z.avail_out = (unsigned)bound;
	r = deflate(&z, Z_FINISH);
	buf_commit(to, z.total_out);
	deflateEnd(&z);
	return r == Z_STREAM_END ? 0 : -1;
}

void
squeeze_reply(struct exchange *x)
{
	const char *wanted = x->accept_encoding;
	struct buf small;

	if (wanted == NULL || x->out.len < TOO_SMALL)
		return;
	buf_init(&small, EXCHANGE_MAX_OUT);
	for (size_t i = 0; i < sizeof(codings) / sizeof(*codings); i++) {
		if (strstr(wanted, codings[i].name) == NULL)
			continue;
		if (squeeze(&x->out, codings[i].window_bits, &small) == 0) {
			struct buf big = x->out;

			x->out = small;
			small = big;
			x->encoding = codings[i].name;
		}
		break;
	}
	buf_fini(&small);
}
