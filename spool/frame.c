#include "config.h"

#include "spool/frame.h"

#include <stdint.h>
#include <zlib.h>

#define HEAD_LEN 9 /* eight digits and a space */

/* Write the checksum of a body in front of it. */
static void
put_head(char head[HEAD_LEN], const char *body, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t crc;

	crc = (uint32_t)crc32_z(0, (const unsigned char *)body, n);
	for (int i = 7; i >= 0; i--, crc >>= 4)
		head[i] = hex[crc & 15];
	head[8] = ' ';
}

int
frame_add(struct buf *b, const struct slice *parts, size_t n)
{
	size_t len = 0;
	char *start, *to;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	start = buf_reserve(b, HEAD_LEN + len + 1);
	if (start == NULL)
		return -1;

	to = start + HEAD_LEN;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > 0)
			memcpy(to, parts[i].p, parts[i].len);
		to += parts[i].len;
	}
	*to = '\n';
	put_head(start, start + HEAD_LEN, len);
	buf_commit(b, HEAD_LEN + len + 1);
	return 0;
}

int
frame_check(struct slice line, struct slice *body)
{
	char head[HEAD_LEN];

	if (line.len < HEAD_LEN)
		return -1;
	put_head(head, line.p + HEAD_LEN, line.len - HEAD_LEN);
	if (memcmp(head, line.p, HEAD_LEN) != 0)
		return -1;
	*body = (struct slice){ line.p + HEAD_LEN, line.len - HEAD_LEN };
	return 0;
}
