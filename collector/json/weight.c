#include "config.h"

#include "collector/json/weight.h"

#include <stdbool.h>

/* By what begins a value or goes before one: an object with its table of 16
 * members, a list with room for 32, any value, a member's name. */
static const unsigned short weights[256] = {
	['{'] = 800,
	['['] = 400,
	[','] = 100,
	[':'] = 120,
};

size_t
json_weight(struct slice text)
{
	bool in_string = false;
	size_t sum = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"')
			in_string = !in_string;
		else if (!in_string)
			sum += weights[(unsigned char)text.p[i]];
		else if (text.p[i] == '\\')
			i++;
	}
	return sum + text.len;
}
