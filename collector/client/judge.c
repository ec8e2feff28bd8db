#include "config.h"

#include <string.h>

#include "collector/client/client_internal.h"
#include "collector/client/detail.h"
#include "collector/client/verdict.h"

/* The answer was whole, or what came of it says enough. */
static struct verdict_row
judge_status(struct request *r, struct buf *detail)
{
	struct verdict_row row;
	struct buf said;
	struct slice host;
	int code;

	buf_init(&said, DETAIL_DRAFT_MAX);
	code = detail_add_body(&said, buf_slice(&r->error_body));
	row = verdict_of_status(r->head.status, code);
	buf_addf(detail, "HTTP %d: %s", r->head.status, row.reason);
	if (r->head.status >= 300 && r->head.status <= 399) {
		host = head_url_host(slice_of(r->head.location));
		if (host.len == 0)
			host = SLICE("the same host");
		buf_addf(detail, " (to %.*s)", (int)host.len, host.p);
	}
	if (said.len > 0)
		buf_addf(detail, ": %s", said.p);
	buf_fini(&said);
	return row;
}

/* No answer, or a 200 that was not whole. */
static struct verdict_row
judge_transfer(struct request *r, CURLcode result, struct buf *detail)
{
	struct verdict_row row;
	long verify = 0, proxy = 0;

	curl_easy_getinfo(r->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	curl_easy_getinfo(r->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
	if (proxy >= 300)
		row = verdict_of_proxy((int)proxy);
	else
		row = verdict_of_transfer(result, verify, r->error);
	buf_addf(detail, "%s (%s)", row.reason, verdict_words(result, r->error));
	return row;
}

enum verdict
request_judge(struct request *r, CURLcode result, struct buf *detail)
{
	struct verdict_row row = { VERDICT_RETRY, NULL };

	if (result == CURLE_OK && r->head.status == 200 && !r->sniffed &&
	    !r->call.any_body)
		r->broke = "an empty answer";
	buf_addf(detail, "%s: ", r->console->host);
	if (r->broke != NULL)
		buf_addf(detail, "HTTP %d: %s", r->head.status, r->broke);
	else if (r->head.ended &&
	    (result == CURLE_OK || r->head.status != 200))
		row = judge_status(r, detail);
	else
		row = judge_transfer(r, result, detail);
	if (r->head.request_id[0] != '\0' && row.verdict != VERDICT_OK)
		buf_addf(detail, "; request id %s", r->head.request_id);
	return row.verdict;
}
