/* The skipper and its byte-wise twin agree, however the text is cut.  The
 * first byte chooses where they begin, the second the cuts. */
#include "config.h"

#include "collector/json/skip.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skip a = { .depth = 1 }, b;
	uint32_t seed;
	const char *p;
	bool done = false, twin_done;

	if (size < 2)
		return 0;
	if (data[0] % 2 == 1)
		a = (struct skip){ .in_string = true };
	b = a;
	seed = data[1];
	p = (const char *)data + 2;
	size -= 2;
	while (size > 0 && !done) {
		size_t n = 1 + fuzz_random(&seed) % 300, used;

		if (n > size)
			n = size;
		used = skip_value(&a, p, n, &done);
		MUST(used == skip_value_bytes(&b, p, n, &twin_done));
		MUST(done == twin_done && (done || used == n));
		MUST(a.depth == b.depth && a.in_string == b.in_string &&
		    a.escaped == b.escaped);
		p += used;
		size -= used;
	}
	return 0;
}
