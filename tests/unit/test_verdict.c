#include "config.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "collector/client/verdict.h"
#include "tests/unit/unit.h"

static void
test_every_verdict_has_a_name(void)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		CU_ASSERT_PTR_NOT_NULL(verdict_name[i]);
}

static const struct {
	int status, code;
	enum verdict want;
} statuses[] = {
	{ 200, 0, VERDICT_OK },
	{ 201, 0, VERDICT_RETRY },
	{ 204, 0, VERDICT_RETRY },
	{ 206, 0, VERDICT_RETRY },
	{ 301, 0, VERDICT_CONFIG },
	{ 302, 0, VERDICT_CONFIG },
	{ 304, 0, VERDICT_CONFIG },
	{ 308, 0, VERDICT_CONFIG },
	{ 400, 0, VERDICT_BAD },
	{ 400, 4000010, VERDICT_BAD },
	{ 400, 4000020, VERDICT_BAD },
	{ 400, 4000040, VERDICT_BAD },
	{ 401, 0, VERDICT_AUTH },
	{ 401, 4010010, VERDICT_AUTH },
	{ 403, 0, VERDICT_DENIED },
	{ 403, 4030010, VERDICT_DENIED },
	{ 404, 0, VERDICT_GONE },
	{ 404, 4040010, VERDICT_GONE },
	{ 405, 0, VERDICT_BAD },
	{ 407, 0, VERDICT_CONFIG },
	{ 408, 0, VERDICT_RETRY },
	{ 409, 0, VERDICT_BAD },
	{ 410, 0, VERDICT_GONE },
	{ 418, 0, VERDICT_BAD },
	{ 429, 0, VERDICT_RETRY },
	{ 429, 4030010, VERDICT_RETRY },
	{ 500, 0, VERDICT_RETRY },
	{ 500, 5000010, VERDICT_RETRY },
	{ 500, 4010010, VERDICT_AUTH },
	{ 400, 4040010, VERDICT_GONE },
	{ 501, 0, VERDICT_UNSUPPORTED },
	{ 501, 5010010, VERDICT_UNSUPPORTED },
	{ 500, 5010010, VERDICT_UNSUPPORTED },
	{ 502, 0, VERDICT_RETRY },
	{ 503, 0, VERDICT_RETRY },
	{ 503, 4040010, VERDICT_RETRY },
	{ 504, 0, VERDICT_RETRY },
	{ 599, 0, VERDICT_RETRY },
	{ 600, 0, VERDICT_RETRY },
	{ 0, 0, VERDICT_RETRY },
	{ 999, 4010010, VERDICT_RETRY },
};

static void
test_statuses(void)
{
	struct verdict_row row;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		row = verdict_of_status(statuses[i].status, statuses[i].code);
		CU_ASSERT_EQUAL(row.verdict, statuses[i].want);
		if (row.verdict != statuses[i].want)
			fprintf(stderr, "%d %d: %s\n", statuses[i].status,
			    statuses[i].code, verdict_name[row.verdict]);
	}
}

static void
test_only_200_is_ok(void)
{
	for (int status = 0; status < 1000; status++)
		CU_ASSERT_EQUAL(verdict_of_status(status, 0).verdict ==
		    VERDICT_OK, status == 200);
}

static const struct {
	CURLcode result;
	long verify;
	const char *text;
	enum verdict want;
	const char *says;
} transfers[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, 0, "", VERDICT_RETRY, "DNS" },
	{ CURLE_COULDNT_RESOLVE_PROXY, 0, "", VERDICT_RETRY, "proxy_url" },
	{ CURLE_COULDNT_CONNECT, 0, "", VERDICT_RETRY, "no connection" },
	{ CURLE_ABORTED_BY_CALLBACK, 0, "", VERDICT_RETRY, "proxy_url" },
	{ CURLE_OPERATION_TIMEDOUT, 0, "", VERDICT_RETRY, "in time" },
	{ CURLE_PARTIAL_FILE, 0, "", VERDICT_RETRY, "broke off" },
	{ CURLE_RECV_ERROR, 0, "Connection reset by peer", VERDICT_RETRY,
	    "broke" },
	{ CURLE_PEER_FAILED_VERIFICATION, X509_V_ERR_CERT_HAS_EXPIRED, "",
	    VERDICT_CONFIG, "expired" },
	{ CURLE_PEER_FAILED_VERIFICATION, X509_V_ERR_CERT_NOT_YET_VALID, "",
	    VERDICT_CONFIG, "clock" },
	{ CURLE_PEER_FAILED_VERIFICATION,
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "", VERDICT_CONFIG,
	    "ssl.certificate_authorities" },
	{ CURLE_PEER_FAILED_VERIFICATION, X509_V_OK, "", VERDICT_CONFIG,
	    "not for this host" },
	{ CURLE_SSL_CONNECT_ERROR, 0, "error:0A00010B:SSL routines::wrong "
	    "version number", VERDICT_CONFIG, "no TLS on this port" },
	{ CURLE_SSL_CONNECT_ERROR, 0, "SSL_ERROR_SYSCALL", VERDICT_RETRY,
	    "TLS failed" },
	{ CURLE_RECV_ERROR, 0, "tlsv13 alert certificate required",
	    VERDICT_CONFIG, "ssl.certificate" },
	{ CURLE_UNSUPPORTED_PROTOCOL, 0, "", VERDICT_CONFIG, "no HTTP" },
	{ CURLE_FTP_ACCEPT_FAILED, 0, "", VERDICT_RETRY, "failed" },
};

static void
test_transfers(void)
{
	struct verdict_row row;

	for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]);
	    i++) {
		row = verdict_of_transfer(transfers[i].result,
		    transfers[i].verify, transfers[i].text);
		CU_ASSERT_EQUAL(row.verdict, transfers[i].want);
		CU_ASSERT_PTR_NOT_NULL(strstr(row.reason, transfers[i].says));
	}
}

static void
test_no_failed_transfer_is_ok(void)
{
	struct verdict_row row;

	for (int i = 1; i < CURL_LAST; i++) {
		row = verdict_of_transfer((CURLcode)i, 0, "");
		CU_ASSERT(row.verdict == VERDICT_RETRY ||
		    row.verdict == VERDICT_CONFIG);
		CU_ASSERT_PTR_NOT_NULL_FATAL(row.reason);
	}
}

static const struct unit_test tests[] = {
	{ "every verdict has a name", test_every_verdict_has_a_name },
	{ "status and code to verdict", test_statuses },
	{ "only 200 is ok", test_only_200_is_ok },
	{ "libcurl's result to verdict", test_transfers },
	{ "no failed transfer is ok", test_no_failed_transfer_is_ok },
};

UNIT_MAIN("verdict", tests)
