/* Addresses: what inet_pton() takes, and a zone behind an IPv6 address. */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "collector/map/address.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool ours = address_is_valid((struct slice){ (const char *)data,
	    size });
	char *text = malloc(size + 1), *zone;
	struct in6_addr addr;
	bool theirs;

	memcpy(text, data, size);
	text[size] = '\0';
	if (strlen(text) != size) {
		/* No address holds a NUL, a zone may. */
		zone = memchr(text, '%', size);
		MUST(!ours || (zone != NULL && strlen(text) > (size_t)(zone -
		    text)));
		free(text);
		return 0;
	}
	theirs = inet_pton(AF_INET, text, &addr) == 1;
	zone = strchr(text, '%');
	if (zone == NULL || zone[1] != '\0') {
		if (zone != NULL)
			*zone = '\0';
		theirs |= inet_pton(AF_INET6, text, &addr) == 1;
	}
	MUST(ours == theirs);
	free(text);
	return 0;
}
