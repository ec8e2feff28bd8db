#include "config.h"

#include "collector/base/nearest.h"

#include <stdint.h>

/* Names are shorter; what is longer is no typing error. */
#define NAME_MAX_LEN 40

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edits between two texts: a character put in, left out or exchanged, or two
 * neighbours swapped.  SIZE_MAX when one is too long.
 */
static size_t
distance(struct slice a, struct slice b)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *tmp;

	if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		tmp = before;
		before = above;
		above = row;
		row = tmp;
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];

			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + !same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[b.len];
}

void
nearest_init(struct nearest *n, struct slice word)
{
	/* One error in three characters. */
	*n = (struct nearest){
		.word = word,
		.distance = (word.len + 2) / 3 + 1,
	};
}

/* A name that was cut short, or has something appended. */
static bool
is_part(struct slice a, struct slice b)
{
	size_t n = least(a.len, b.len);

	return n >= 3 && memcmp(a.p, b.p, n) == 0;
}

void
nearest_offer(struct nearest *n, struct slice name)
{
	size_t d = is_part(n->word, name) ? 1 : distance(n->word, name);

	if (d >= n->distance || d >= name.len)
		return;
	n->name = name;
	n->distance = d;
}
