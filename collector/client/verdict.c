#include "config.h"

#include "collector/client/verdict.h"

#include <openssl/x509_vfy.h>
#include <stddef.h>
#include <string.h>

/* The server wants a client certificate: libcurl 7.77 named this code. */
#define SSL_CLIENTCERT 98
#define TOO_LARGE 100 /* and 8.6 this one */

/* Rows that several causes share. */
#define TOKEN_REFUSED VERDICT_AUTH, \
    "the token is refused: is it expired or revoked?"
#define NOT_SUPPORTED VERDICT_UNSUPPORTED, "this console does not support it"
#define PROXY_LOGIN VERDICT_CONFIG, \
    "the proxy wants credentials: put them into proxy_url"
#define NO_HTTP VERDICT_CONFIG, \
    "no HTTP on this port: check the port and http(s):// in url"
#define NO_TLS VERDICT_CONFIG, \
    "no TLS on this port: check the port and https:// in url"
#define NO_TLS_VERSION VERDICT_CONFIG, \
    "no TLS version in common: check ssl.supported_protocols"
#define UNKNOWN_CA VERDICT_CONFIG, "the certificate is from an unknown CA: " \
    "name the CA's file in ssl.certificate_authorities"
#define CLIENT_UNUSABLE VERDICT_CONFIG, \
    "the client certificate is unusable: check ssl.certificate and ssl.key"
#define CLIENT_WANTED VERDICT_CONFIG, "the server wants a client " \
    "certificate: check ssl.certificate and ssl.key"
/* A TLS 1.2 server says so for both. */
#define HANDSHAKE_REFUSED VERDICT_CONFIG, "the server ended the handshake: " \
    "it may want a client certificate: check ssl.certificate and ssl.key, " \
    "and ssl.cipher_suites and ssl.curve_types where they are set"
#define HEADER_TOO_LARGE VERDICT_RETRY, "the header is too large"
#define CLIENT_REFUSED VERDICT_CONFIG, \
    "the server refuses the client certificate: check ssl.certificate"

#define N_ROWS(table) (sizeof(table) / sizeof((table)[0]))

const char *const verdict_name[VERDICT_COUNT] = {
	[VERDICT_OK] = "ok",
	[VERDICT_RETRY] = "retry",
	[VERDICT_AUTH] = "auth",
	[VERDICT_DENIED] = "denied",
	[VERDICT_UNSUPPORTED] = "unsupported",
	[VERDICT_GONE] = "gone",
	[VERDICT_BAD] = "bad",
	[VERDICT_CONFIG] = "config",
};

/*
 * The first row that fits counts.  code 0 stands for any.  A known code goes
 * before the status: the edge in front of a console may put its own status on
 * an answer.  Not for 429 and 502 to 504, which are about the moment.
 */
static const struct {
	int low, high; /* status, both included */
	int code;
	struct verdict_row row;
} statuses[] = {
	{ 200, 200, 0, { VERDICT_OK, "ok" } },
	{ 201, 299, 0, { VERDICT_RETRY, "an unexpected kind of success" } },
	{ 300, 399, 0, { VERDICT_CONFIG, "a redirect, which is never "
	    "followed: put the console's own address into url" } },
	{ 429, 429, 0, { VERDICT_RETRY, "too many requests" } },
	{ 502, 504, 0, { VERDICT_RETRY, "the console is not available" } },
	{ 400, 599, 4000010, { VERDICT_BAD, "invalid request" } },
	{ 400, 599, 4000020, { VERDICT_BAD, "invalid identifier" } },
	{ 400, 599, 4000040, { VERDICT_BAD, "invalid request" } },
	{ 400, 599, 4010010, { TOKEN_REFUSED } },
	{ 400, 599, 4030010, { VERDICT_DENIED, "the token's role or scope "
	    "does not allow this" } },
	{ 400, 599, 4040010, { VERDICT_GONE, "not there" } },
	{ 400, 599, 5010010, { NOT_SUPPORTED } },
	{ 401, 401, 0, { TOKEN_REFUSED } },
	{ 402, 403, 0, { VERDICT_DENIED, "the token's role, scope or licence "
	    "does not allow this" } },
	{ 404, 404, 0, { VERDICT_GONE, "not there" } },
	{ 407, 407, 0, { PROXY_LOGIN } },
	{ 408, 408, 0, { VERDICT_RETRY, "the console gave up waiting" } },
	{ 410, 410, 0, { VERDICT_GONE, "gone for good" } },
	{ 421, 421, 0, { VERDICT_CONFIG, "this server is not the console: "
	    "check url" } },
	{ 425, 425, 0, { VERDICT_RETRY, "too early" } },
	{ 400, 499, 0, { VERDICT_BAD, "the request is refused" } },
	{ 501, 501, 0, { NOT_SUPPORTED } },
	{ 500, 599, 0, { VERDICT_RETRY, "the console has a fault" } },
};

struct verdict_row
verdict_of_status(int status, int code)
{
	for (size_t i = 0; i < N_ROWS(statuses); i++)
		if (status >= statuses[i].low && status <= statuses[i].high &&
		    (statuses[i].code == 0 || statuses[i].code == code))
			return statuses[i].row;
	return (struct verdict_row){ VERDICT_RETRY,
	    "a status that HTTP does not know" };
}

/* Why OpenSSL refused the certificate. */
static const struct {
	long verify;
	struct verdict_row row;
} certificates[] = {
	{ X509_V_ERR_CERT_NOT_YET_VALID, { VERDICT_CONFIG, "the certificate "
	    "is not valid yet: check this machine's clock" } },
	{ X509_V_ERR_CERT_HAS_EXPIRED, { VERDICT_CONFIG, "the certificate "
	    "has expired: check this machine's clock, or renew it" } },
	{ X509_V_ERR_CERT_REVOKED, { VERDICT_CONFIG, "the certificate is "
	    "revoked" } },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, { VERDICT_CONFIG, "the "
	    "certificate is self-signed: name it in "
	    "ssl.certificate_authorities" } },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, { UNKNOWN_CA } },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, { UNKNOWN_CA } },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, { UNKNOWN_CA } },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, { UNKNOWN_CA } },
};

/*
 * The library's own words where libcurl's code says too little.
 * They differ between versions: a text that is not found here is a retry.
 */
static const struct {
	const char *words;
	struct verdict_row row;
} texts[] = {
	{ "wrong version number", { NO_TLS } },
	{ "packet length too long", { NO_TLS } },
	{ "unknown protocol", { NO_TLS } },
	{ "unsupported protocol", { NO_TLS_VERSION } },
	{ "protocol version", { NO_TLS_VERSION } },
	{ "certificate required", { CLIENT_WANTED } },
	{ "alert handshake failure", { HANDSHAKE_REFUSED } },
	{ "alert bad certificate", { CLIENT_REFUSED } },
	{ "alert certificate", { CLIENT_REFUSED } },
	{ "alert unknown ca", { CLIENT_REFUSED } },
	{ "invalid content-length", { VERDICT_RETRY, "the answer tells a "
	    "length that cannot be" } },
};

static const struct {
	CURLcode result;
	struct verdict_row row;
} transfers[] = {
	{ CURLE_UNSUPPORTED_PROTOCOL, { NO_HTTP } },
	{ CURLE_URL_MALFORMAT, { VERDICT_CONFIG, "not a URL: check url" } },
	{ CURLE_COULDNT_RESOLVE_PROXY, { VERDICT_RETRY, "the proxy's name "
	    "does not resolve: check proxy_url and the DNS" } },
	{ CURLE_COULDNT_RESOLVE_HOST, { VERDICT_RETRY, "the name does not "
	    "resolve: check url and the DNS" } },
	{ CURLE_COULDNT_CONNECT, { VERDICT_RETRY, "no connection: check url, "
	    "firewall and proxy" } },
	{ CURLE_WEIRD_SERVER_REPLY, { NO_HTTP } },
	{ CURLE_HTTP2, { VERDICT_RETRY, "HTTP/2 broke off" } },
	{ CURLE_PARTIAL_FILE, { VERDICT_RETRY, "the answer broke off" } },
	{ CURLE_OPERATION_TIMEDOUT, { VERDICT_RETRY, "no whole answer in "
	    "time" } },
	/* What libcurl calls a line of more than 100 KiB. */
	{ CURLE_OUT_OF_MEMORY, { HEADER_TOO_LARGE } },
	{ TOO_LARGE, { HEADER_TOO_LARGE } },
	{ CURLE_ABORTED_BY_CALLBACK, { VERDICT_RETRY, "the proxy's answer has "
	    "no end: check proxy_url" } },
	{ CURLE_SSL_CONNECT_ERROR, { VERDICT_RETRY, "TLS failed" } },
	/* A restart, or a TLS port that is spoken to in plain HTTP. */
	{ CURLE_GOT_NOTHING, { VERDICT_RETRY, "the connection was closed "
	    "without an answer: if this stays, check the port and https:// "
	    "in url" } },
	{ CURLE_SEND_ERROR, { VERDICT_RETRY, "the connection broke" } },
	{ CURLE_RECV_ERROR, { VERDICT_RETRY, "the connection broke" } },
	{ CURLE_SSL_CERTPROBLEM, { CLIENT_UNUSABLE } },
	{ CURLE_SSL_CIPHER, { VERDICT_CONFIG, "no TLS cipher in common" } },
	{ CURLE_PEER_FAILED_VERIFICATION, { VERDICT_CONFIG, "the certificate "
	    "is not for this host: check url" } },
	{ CURLE_BAD_CONTENT_ENCODING, { VERDICT_RETRY, "the answer cannot be "
	    "unpacked" } },
	{ CURLE_SSL_CACERT_BADFILE, { VERDICT_CONFIG, "the CAs to trust "
	    "cannot be read: check ssl.certificate_authorities, or where it "
	    "is not set the system's, often of a package ca-certificates" } },
	{ CURLE_SSL_ISSUER_ERROR, { UNKNOWN_CA } },
	{ CURLE_HTTP2_STREAM, { VERDICT_RETRY, "HTTP/2 broke off" } },
	{ CURLE_PROXY, { VERDICT_RETRY, "the proxy failed: check "
	    "proxy_url" } },
	{ SSL_CLIENTCERT, { CLIENT_WANTED } },
};

static const struct verdict_row *
of_certificate(long verify)
{
	for (size_t i = 0; i < N_ROWS(certificates); i++)
		if (certificates[i].verify == verify)
			return &certificates[i].row;
	return NULL;
}

static const struct verdict_row *
of_words(const char *text)
{
	for (size_t i = 0; i < N_ROWS(texts); i++)
		if (strcasestr(text, texts[i].words) != NULL)
			return &texts[i].row;
	return NULL;
}

static const struct verdict_row *
of_result(CURLcode result)
{
	for (size_t i = 0; i < N_ROWS(transfers); i++)
		if (transfers[i].result == result)
			return &transfers[i].row;
	return NULL;
}

struct verdict_row
verdict_of_proxy(int status)
{
	if (status == 407)
		return (struct verdict_row){ PROXY_LOGIN };
	return (struct verdict_row){ VERDICT_RETRY,
	    "the proxy does not let us through: check proxy_url" };
}

struct verdict_row
verdict_of_transfer(CURLcode result, long verify, const char *text)
{
	const struct verdict_row *row = NULL;

	if (result == CURLE_PEER_FAILED_VERIFICATION)
		row = of_certificate(verify);
	/* A TLS 1.3 server refuses the client only once we read. */
	if (row == NULL && (result == CURLE_SSL_CONNECT_ERROR ||
	    result == CURLE_RECV_ERROR || result == CURLE_WEIRD_SERVER_REPLY))
		row = of_words(text);
	if (row == NULL)
		row = of_result(result);
	if (row != NULL)
		return *row;
	return (struct verdict_row){ VERDICT_RETRY, "the transfer failed" };
}

/* libcurl quotes a proxy's address, with its credentials, when it cannot read
 * it: such a text is not for the log. */
const char *
verdict_words(CURLcode result, const char *text)
{
	if (text[0] == '\0' || strchr(text, '@') != NULL)
		return curl_easy_strerror(result);
	return text;
}
