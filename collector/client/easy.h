/*
 * How libcurl's easy handles are set up.
 */
#ifndef S1SPOOL_EASY_H
#define S1SPOOL_EASY_H

#include <curl/curl.h>

#define USER_AGENT "s1spool/" PACKAGE_VERSION

/*
 * A request without one of its options could be one without the check of the
 * certificate, or one to another URL: rather none at all.  Out of memory is
 * the only cause that is left.
 */
#define EASY_SET(easy, option, value)                                        \
	do {                                                                 \
		if (curl_easy_setopt(easy, option, value) != CURLE_OK)       \
			easy_refused(#option);                               \
	} while (0)

void easy_refused(const char *option) __attribute__((noreturn));

#endif
