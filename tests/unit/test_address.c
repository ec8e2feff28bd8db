#include "config.h"

#include <arpa/inet.h>

#include "collector/map/address.h"
#include "tests/unit/unit.h"

static bool
is_valid(const char *text)
{
	return address_is_valid(slice_of(text));
}

static void
test_valid(void)
{
	static const char *const texts[] = {
		"0.0.0.0", "255.255.255.255", "10.0.0.1", "::", "::1", "1::",
		"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
		"1::8", "ABCD:ef01::", "::1.2.3.4", "::ffff:192.0.2.1",
		"1:2:3:4:5:6:1.2.3.4", "fe80::1%eth0", "::1%%", "::1%a b",
		"1:2:3:4:5:6:7:8%0",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CU_ASSERT_TRUE(is_valid(texts[i]));
		if (!is_valid(texts[i]))
			fprintf(stderr, "refused: %s\n", texts[i]);
	}
}

static void
test_invalid(void)
{
	static const char *const texts[] = {
		"", ":", ":::", "%", "%eth0", "1", "1.2", "1.2.3", "1.2.3.4.5",
		"1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "1.2.3.1000",
		"01.2.3.4", "1.2.3.00", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4",
		"1.2.3.4%eth0", "1.2.3.4:80", "-1.2.3.4", "::1%", ":1", "1:",
		"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8", "1::2::3", "12345::", "g::", "[::1]",
		"::1/64", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::01.2.3.4",
		"1.2.3.4::", "::1.2.3.4:5", "::%", "a.b.c.d",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CU_ASSERT_FALSE(is_valid(texts[i]));
		if (is_valid(texts[i]))
			fprintf(stderr, "taken: %s\n", texts[i]);
	}
	CU_ASSERT_FALSE(address_is_valid((struct slice){ "1.2.3.4\0", 8 }));
	CU_ASSERT_FALSE(address_is_valid((struct slice){ "::\0", 3 }));
}

/* Pieces of addresses put together by chance: inet_pton() agrees on all that
 * have no zone. */
static void
test_against_inet_pton(void)
{
	static const char *const pieces[] = { "1", "0", "25", "255", "256",
		"ffff", "a", "01", "00", ".", ".", ".", ":", ":", ":", "::", "g",
		" ", "1.2.3.4", "2001:db8" };
	uint32_t seed = 11;
	int n_valid = 0;

	for (int round = 0; round < 200000; round++) {
		char text[128] = "";
		size_t len = 0;
		struct in6_addr addr;
		bool theirs;

		for (uint32_t n = 1 + (seed >> 16) % 15; n > 0; n--) {
			const char *piece;

			seed = seed * 1664525u + 1013904223u;
			piece = pieces[(seed >> 16) % 20];
			memcpy(text + len, piece, strlen(piece) + 1);
			len += strlen(piece);
		}
		theirs = inet_pton(AF_INET, text, &addr) == 1 ||
		    inet_pton(AF_INET6, text, &addr) == 1;
		n_valid += theirs;
		CU_ASSERT_EQUAL(is_valid(text), theirs);
		if (is_valid(text) != theirs)
			fprintf(stderr, "inet_pton disagrees: %s\n", text);
	}
	CU_ASSERT_TRUE(n_valid > 500);
}

static const struct unit_test tests[] = {
	{ "addresses", test_valid },
	{ "what is none", test_invalid },
	{ "inet_pton agrees", test_against_inet_pton },
};

UNIT_MAIN("address", tests)
