/*
 * What an answer means: tables from HTTP status and error code, and from
 * libcurl's result, to a verdict and what to tell the admin.
 */
#ifndef S1SPOOL_VERDICT_H
#define S1SPOOL_VERDICT_H

#include <curl/curl.h>

#include "collector/client/client.h"

struct verdict_row {
	enum verdict verdict;
	const char *reason; /* with the mend, where people can do something */
};

/*
 * A whole answer.  code is the body's own error code (4030010), 0 for none.
 * VERDICT_OK is for 200 alone.
 */
struct verdict_row verdict_of_status(int status, int code);

/* A proxy's answer to CONNECT, which is not 2xx. */
struct verdict_row verdict_of_proxy(int status);

/*
 * A transfer that libcurl ended with result (not CURLE_OK).  verify is
 * CURLINFO_SSL_VERIFYRESULT, text the content of the error buffer.
 *
 * Whatever passes by itself (a name that does not resolve now, a refused
 * connection, a cut one) is VERDICT_RETRY; what will be the same tomorrow
 * (an unknown CA, another host's certificate, no TLS on that port) is
 * VERDICT_CONFIG.  An expired certificate is the latter too: it ends when
 * somebody renews it.
 */
struct verdict_row verdict_of_transfer(CURLcode result, long verify,
    const char *text);

/* The library's own words for it, of which text is the error buffer; without a
 * proxy's credentials. */
const char *verdict_words(CURLcode result, const char *text);

#endif
