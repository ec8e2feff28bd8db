#include "config.h"

#include "tests/hostile/trick.h"

#include <stdio.h>
#include <string.h>

#define N(text) (sizeof(text) - 1)

/* Steps. */
#define SAY(text) { OP_SAY, text, N(text), 0 }
#define SAYS(text, n) { OP_SAY, text, N(text), n }
#define RAW(text) { OP_RAW, text, N(text), 0 }
#define DRIP(text) { OP_DRIP, text, N(text), 0 }
#define ZIP(text, n) { OP_ZIP, text, N(text), n }
#define ZIP_TWICE(text, n) { OP_ZIP_TWICE, text, N(text), n }
#define TOKEN { OP_TOKEN, "", 0, 0 }
#define TRAP { OP_TRAP, "", 0, 0 }
#define NOW { OP_NOW, "", 0, 0 }
#define HANG { OP_HANG, "", 0, 0 }
#define RESET { OP_RESET, "", 0, 0 }
#define TICKETS { OP_TICKETS, "", 0, 0 }
#define KEEP { OP_KEEP, "", 0, 0 }
#define CLOSE { OP_CLOSE, "", 0, 0 }
#define PAGE { OP_PAGE, "", 0, 0 }
#define RECORD(text) { OP_RECORD, text, N(text), 0 }
#define RECORDS(text, n) { OP_RECORD, text, N(text), n }
#define CURSOR(text) { OP_CURSOR, text, N(text), 0 }
#define LAST CURSOR("null")

/* Heads; what follows goes on to the end of the connection. */
#define STATUS(line) "HTTP/1.1 " line "\r\nConnection: close\r\n" \
    "Content-Type: application/json\r\n"
#define DATED(line) SAY(STATUS(line) "Date: "), NOW
#define OK(more) DATED("200 OK"), SAY("\r\n" more "\r\n")
#define CHUNKED OK("Transfer-Encoding: chunked\r\n")
#define GZIP OK("Content-Encoding: gzip\r\n")

/* Frames of HTTP/2: three bytes of length, a type, flags, a stream. */
#define H2(...) .tls = TLS_H2, .https = 1, .step = { \
    SAY("\0\0\0\4\0\0\0\0\0"), __VA_ARGS__ }
#define X4(text) text text text text
#define X64(text) X4(X4(X4(text)))
#define H2_OK "\0\0\1\1\4\0\0\0\1\x88" /* ":status: 200" */

/* A record as far as two datasets agree. */
#define TIMES "\"createdAt\":\"2026-01-02T03:04:05.000Z\"," \
    "\"updatedAt\":\"2026-01-02T03:04:05.000Z\"," \
    "\"detectedAt\":\"2026-01-02T03:04:05.000Z\""
#define WITH(id, more) "{\"id\":\"" id "\"," TIMES more "}"
#define GOOD(id) RECORD(WITH(id, ""))

#define TOKEN_ECHO(before, after) SAY(before), TOKEN, SAY(after)

#define MANY 100000

static char long_number[MANY + 512];
static char deep_record[2 * MANY + 512];
static char long_cursor[(1 << 20) + 3];
static char wide_cursor[60000 + 3];

#define MADE(op, text) { op, text, sizeof(text) - 1, 0 }

const struct trick tricks[] = {
	/* Where redirects lead. */
	{ TRICK_TRAP, 0, .step = { CLOSE } },
	/* Time. */
	{ "mute", ON_ALL, ON_PAGES, .step = { HANG } },
	{ "slow-head", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 200 OK\r\n"), DRIP("X-Slow: 1\r\n") } },
	{ "slow-body", ON_ALL, ON_PAGES, .step = { OK(""), PAGE,
	    DRIP("{},") } },
	{ "stall-in-record", ON_PAGES, .step = { OK(""), PAGE,
	    SAY("{\"id\":\""), SAYS("aaaaaaaaaaaaaaaa", 60000), HANG } },
	/* The head. */
	{ "endless-head", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 200 OK\r\n"), SAYS("X-#: 1\r\n", FOREVER) } },
	{ "million-headers", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 200 OK\r\n"), SAYS("X-#: 1\r\n", 1000000),
	    SAY("\r\n{}") } },
	{ "long-header", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 200 OK\r\nX-Long: "),
	    SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-continue", ON_ALL, ON_PAGES, .step = {
	    SAYS("HTTP/1.1 100 Continue\r\n\r\n", FOREVER) } },
	{ "no-http", ON_ALL, ON_PAGES, .step = {
	    SAY("SSH-2.0-OpenSSH_9.2\r\n"), CLOSE } },
	{ "old-http", ON_ALL, ON_PAGES, .step = { SAY("{\"data\":[]}") } },
	{ "odd-status", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 999 Strange\r\n\r\n") } },
	{ "switches", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n"
	    "Connection: Upgrade\r\n\r\n"), HANG } },
	{ "too-early", ON_ALL, .eager = 1, .step = {
	    OK("Content-Length: 2\r\n"), SAY("{}"), KEEP } },
	{ "answers-twice", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), KEEP } },
	{ "no-answer", ON_ALL, ON_PAGES, .step = { CLOSE } },
	{ "reset", ON_ALL, ON_PAGES, .step = { RESET } },
	/* Lengths. */
	{ "too-short", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: 5\r\n"), PAGE, GOOD("a"), LAST } },
	{ "too-long", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: 100000\r\n"), PAGE, GOOD("a"), LAST } },
	{ "never-so-long", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: 100000\r\n"), PAGE, GOOD("a"), LAST,
	    HANG } },
	{ "negative-length", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: -5\r\n"), PAGE, LAST } },
	{ "absurd-length", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: 1000000000000000000000000\r\n"), PAGE,
	    LAST } },
	{ "two-lengths", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Length: 5\r\nContent-Length: 500\r\n"), PAGE,
	    GOOD("a"), LAST } },
	{ "bad-chunk", ON_ALL, ON_PAGES, .step = { CHUNKED,
	    SAY("zz\r\n{}\r\n") } },
	{ "endless-chunk-size", ON_ALL, ON_PAGES, .step = { CHUNKED,
	    SAYS("0000000000000000", FOREVER) } },
	{ "endless-extension", ON_ALL, ON_PAGES, .step = { CHUNKED,
	    SAY("2;x="), SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-trailer", ON_ALL, ON_PAGES, .step = { CHUNKED,
	    SAY("2\r\n{}\r\n0\r\n"), SAYS("X-#: 1\r\n", FOREVER) } },
	/* The body. */
	{ "endless-body", ON_ALL, ON_PAGES, .step = { OK(""),
	    SAYS("                ", FOREVER) } },
	{ "endless-member", ON_PAGES, .step = { OK(""), SAY("{\"other\":\""),
	    SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-name", ON_PAGES, .step = { OK(""), SAY("{\""),
	    SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-record", ON_PAGES, .step = { OK(""), PAGE,
	    SAY("{\"id\":\""), SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-cursor", ON_PAGES, .step = { OK(""),
	    SAY("{\"pagination\":{\"nextCursor\":\""),
	    SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-records", ON_PAGES, .step = { OK(""), PAGE,
	    RECORDS("{\"id\":\"#\"}", FOREVER) } },
	{ "endless-numbers", ON_PAGES, .step = { OK(""), PAGE,
	    RECORDS("#", FOREVER) } },
	{ "wide", ON_PAGES, .step = { OK(""), PAGE,
	    RECORDS("{}", 1000000), LAST } },
	{ "gzip-spaces", ON_ALL, ON_PAGES, .step = { GZIP,
	    ZIP(" ", FOREVER) } },
	{ "gzip-record", ON_PAGES, .step = { GZIP,
	    ZIP("{\"data\":[{\"id\":[[],[],[],[],[],[],[],[]", FOREVER) } },
	{ "gzip-records", ON_PAGES, .step = { GZIP,
	    ZIP("{\"data\":[{},{},{},{},{},{},{},{}", 1),
	    ZIP(",{},{},{},{},{},{},{},{}", FOREVER) } },
	{ "gzip-twice", ON_ALL, ON_PAGES, .step = {
	    OK("Content-Encoding: gzip, gzip\r\n"),
	    ZIP_TWICE(" ", FOREVER) } },
	{ "gzip-error", ON_ALL, ON_PAGES, .step = {
	    SAY(STATUS("500 Oops") "Content-Encoding: gzip\r\n\r\n"),
	    ZIP("{\"errors\":[{\"detail\":\"aaaaaaaa", FOREVER) } },
	{ "no-gzip", ON_ALL, ON_PAGES, .step = { GZIP, PAGE, LAST } },
	{ "endless-error", ON_ALL, ON_PAGES, .step = {
	    DATED("500 Oops"), SAY("\r\n\r\n{\"errors\":[{\"detail\":\""),
	    SAYS("aaaaaaaaaaaaaaaa", FOREVER) } },
	{ "endless-refusal", ON_ALL, .step = {
	    SAY("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n"
	    "Content-Length: 100000000000\r\n\r\n"),
	    SAYS("                ", FOREVER) } },
	/* Elsewhere. */
	{ "redirect-trap", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: "
	    "http://127.0.0.1:"), TRAP, SAY("/web/api/v2.1\r\n\r\n") } },
	{ "redirect-loop", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: "
	    "/web/api/v2.1/activities\r\n\r\n") } },
	{ "redirect-file", ON_ALL, ON_PAGES, .step = {
	    SAY("HTTP/1.1 307 Moved\r\nConnection: close\r\nLocation: "
	    "file:///etc/passwd\r\n\r\n") } },
	{ "wants-login", ON_ALL, ON_PAGES, .step = {
	    SAY(STATUS("401 No") "WWW-Authenticate: Negotiate\r\n"
	    "WWW-Authenticate: Basic realm=x\r\n\r\n{}") } },
	/* When to come back. */
	{ "retry-never", ON_ALL, ON_PAGES, .step = {
	    DATED("429 Later"), SAY("\r\nRetry-After: 1000000000000\r\n\r\n"),
	    CLOSE } },
	{ "retry-before", ON_ALL, ON_PAGES, .step = {
	    DATED("503 Later"), SAY("\r\nRetry-After: -5\r\n\r\n") } },
	{ "retry-9999", ON_ALL, ON_PAGES, .step = {
	    DATED("503 Later"), SAY("\r\nRetry-After: Fri, 31 Dec 9999 "
	    "23:59:59 GMT\r\n\r\n") } },
	{ "date-9999", ON_ALL, .step = { SAY(STATUS("200 OK")
	    "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n"), PAGE,
	    GOOD("a"), LAST } },
	{ "date-1970", ON_ALL, .step = { SAY(STATUS("200 OK")
	    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"), PAGE,
	    GOOD("a"), LAST } },
	{ "date-nonsense", ON_ALL, .step = { SAY(STATUS("200 OK")
	    "Date: -1\r\nDate: 99999999999999999999\r\n\r\n"), PAGE,
	    GOOD("a"), LAST } },
	/* What is said of errors. */
	{ "echo-error", ON_ALL, ON_PAGES, .step = { DATED("500 Oops"),
	    TOKEN_ECHO("\r\nX-RQID: ", "\r\n\r\n{\"errors\":[{\"detail\":"),
	    TOKEN_ECHO("\"\\u001b[2J\\u0007 ", "\"}]}") } },
	{ "error-utf8", ON_ALL, .step = { DATED("500 Oops"), SAY("\r\n\r\n"
	    "{\"errors\":[{\"detail\":\"\xff\xfe\xe2\x82\"}]}") } },
	{ "echo-page", ON_PAGES, .step = { OK(""),
	    TOKEN_ECHO("{\"data\":{},\"errors\":[{\"message\":\"",
	    "\n\x1b[2J\xff\"}]}") } },
	{ "echo-location", ON_ALL, ON_PAGES, .step = {
	    TOKEN_ECHO("HTTP/1.1 302 Found\r\nLocation: http://x:",
	    "@there.example/\r\nConnection: close\r\n\r\n") } },
	{ "echo-version", ASKED_INFO, .step = { OK(""),
	    TOKEN_ECHO("{\"data\":{\"version\":\"\\u001b[2J ",
	    "\"}}") } },
	{ "echo-hello", ASKED_HELLO, .step = { OK(""),
	    TOKEN_ECHO("{\"version\":{\"number\":\"1.2\\u001b[2J ",
	    "\"}}") } },
	/* JSON that is none. */
	{ "empty", ON_ALL, ON_PAGES, .step = { OK("") } },
	{ "list", ON_ALL, ON_PAGES, .step = { OK(""), SAY("[]") } },
	{ "list-hello", ASKED_HELLO, .step = { OK(""), SAY("[]") } },
	{ "word", ON_ALL, ON_PAGES, .step = { OK(""), SAY("null") } },
	{ "broken-off", ON_ALL, ON_PAGES, .step = { OK(""),
	    SAY("{\"data\":[{\"id\":") } },
	{ "two-values", ON_PAGES, .step = { OK(""), PAGE, LAST, PAGE,
	    LAST } },
	{ "two-lists", ON_PAGES, .step = { OK(""), SAY("{\"data\":["
	    WITH("one", "") "],\"pagination\":{\"nextCursor\":null},"
	    "\"data\":[" WITH("two", "") "]}") } },
	{ "long-total", ON_PAGES, .step = { OK(""),
	    SAY("{\"pagination\":{\"totalItems\":"),
	    SAYS("7777777777", MANY / 10),
	    SAY(",\"nextCursor\":null},\"data\":[]}") } },
	{ "no-data", ON_PAGES, .step = { OK(""), SAY("{\"data\":\"\"}") } },
	{ "deep-envelope", ON_PAGES, .step = { OK(""),
	    SAYS("{\"data\":", 1000000) } },
	{ "deep-lists", ON_ALL, ON_PAGES, .step = { OK(""),
	    SAYS("[", 1000000) } },
	/* Cursors. */
	{ "cursor-long", ON_PAGES, .step = { OK(""), PAGE,
	    MADE(OP_CURSOR, long_cursor) } },
	{ "cursor-wide", ON_PAGES, .step = { OK(""), PAGE,
	    MADE(OP_CURSOR, wide_cursor) } },
	{ "cursor-control", ON_PAGES, .step = { OK(""), PAGE,
	    CURSOR("\"a\\r\\nX-Evil: 1\\r\\n\\r\\n&limit=1\\u0001%00\"") } },
	{ "cursor-utf8", ON_PAGES, .step = { OK(""), PAGE,
	    CURSOR("\"\xff\xc0\x80\xe2\x82\"") } },
	{ "cursor-nul", ON_PAGES, .step = { OK(""), PAGE,
	    CURSOR("\"\\u0000a\"") } },
	{ "cursor-object", ON_PAGES, .step = { OK(""), PAGE,
	    CURSOR("{\"a\":1}") } },
	{ "cursor-number", ON_PAGES, .step = { OK(""), PAGE, CURSOR("7") } },
	{ "cursor-same", ON_PAGES, .step = { OK(""), PAGE, GOOD("a"),
	    CURSOR("\"again\"") } },
	{ "cursor-fresh", ON_PAGES, .step = { OK(""), PAGE,
	    CURSOR("\"#\"") } },
	/* Records: the good ones count. */
	{ "records", ON_PAGES, .step = { OK(""), PAGE, GOOD("first"),
	    RECORD(WITH("twice", ",\"id\":\"twice-2\"")),
	    RECORD(WITH("utf8-\xff\xc0\x80", "")),
	    RECORD(WITH("cut-utf8-\xe2\x82", "")),
	    RECORD(WITH("surrogate", ",\"x\":\"\\ud800\"")),
	    RECORD(WITH("raw-nul-\0-", "")),
	    RECORD(WITH("nul-\\u0000-", "")),
	    MADE(OP_RECORD, long_number), MADE(OP_RECORD, deep_record),
	    RECORD(WITH("exponent", ",\"siteId\":1e999999999")),
	    RECORD("null"), RECORD("[]"), RECORD("\"x\""), RECORD("-1"),
	    RECORD("{}"), RECORD("{\"id\":{}}"), RECORD("{\"\":1}"),
	    GOOD("last"), LAST } },
	/* The token's life. */
	{ "token-far", ASKED_TOKEN, .step = { OK(""),
	    SAY("{\"data\":{\"expiresAt\":\"9999-12-31T23:59:59Z\","
	    "\"createdAt\":{},\"expiresAt\":\"0000-01-01T00:00:00Z\"}}") } },
	{ "token-deep", ASKED_TOKEN, .step = { OK(""), SAY("{\"data\":"),
	    SAYS("[", 100000) } },
	{ "token-wide", ASKED_TOKEN, .step = { OK(""),
	    SAY("{\"data\":{\"scopeRoles\":["), SAYS("[],", 80000),
	    SAY("{}]}}") } },
	/* What is no console's: Elasticsearch's and Kibana's lists. */
	{ "odd-names", ON_PAGES, .step = { OK(""), SAY("{"
	    "\"index_templates\":[null,7,{\"name\":null},{\"name\":{}},"
	    "{\"name\":\"\\u001b[2J "), TOKEN, SAY("\",\"index_template\":{"
	    "\"priority\":1e9,\"index_patterns\":[null,{},\"[\"]}}],"
	    "\"data_streams\":[null,{\"name\":null},{\"name\":\"\\u001b[2J "),
	    TOKEN, SAY("\\r\\n../..?x#y\",\"indices\":[null]},"
	    "{\"name\":\"x\",\"indices\":[{\"index_name\":null}]}],"
	    "\"component_templates\":[null],\"transforms\":[null]}") } },
	/* HTTP/2. */
	{ "h2-nonsense", ON_ALL, H2(SAYS("xxxxxxxxx", FOREVER)) },
	{ "h2-headers", ON_ALL, H2(SAY("\0\0\1\1\0\0\0\0\1\x88"),
	    SAYS("\0\0\5\x9\0\0\0\0\1\0\1x\1a", FOREVER)) },
	{ "h2-no-headers", ON_ALL, H2(SAY("\0\0\1\1\0\0\0\0\1\x88"),
	    SAYS("\0\0\0\x9\0\0\0\0\1", FOREVER)) },
	{ "h2-no-data", ON_ALL, H2(SAY(H2_OK),
	    SAYS(X64("\0\0\0\0\0\0\0\0\1"), FOREVER)) },
	{ "h2-blanks", ON_ALL, H2(SAY(H2_OK),
	    SAYS("\0\0\x10\0\0\0\0\0\1                ", FOREVER)) },
	{ "h2-settings", ON_ALL, H2(
	    SAYS("\0\0\0\4\0\0\0\0\0", FOREVER)) },
	{ "h2-pings", ON_ALL, H2(
	    SAYS("\0\0\x8\6\0\0\0\0\0pingpong", FOREVER)) },
	{ "h2-pushes", ON_ALL, H2(
	    SAYS("\0\0\5\5\4\0\0\0\1\0\0\0\2\x88", FOREVER)) },
	{ "h2-reset", ON_ALL, H2(SAY("\0\0\4\3\0\0\0\0\1\0\0\0\2")) },
	{ "h2-away", ON_ALL, H2(
	    SAY("\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0\2")) },
	/* TLS. */
	{ "tls-old", ON_ALL, .tls = TLS_OLD, .https = 1 },
	{ "tls-expired", ON_ALL, .tls = TLS_EXPIRED, .https = 1 },
	{ "tls-stranger", ON_ALL, .tls = TLS_STRANGER, .https = 1 },
	{ "tls-self-signed", ON_ALL, .tls = TLS_SELF_SIGNED, .https = 1 },
	{ "tls-none", ON_ALL, .https = 1, .step = { SAY(STATUS("200 OK")
	    "\r\n{}") }, .eager = 1 },
	{ "tls-mute", ON_ALL, .https = 1, .eager = 1, .step = { HANG } },
	{ "tls-endless", ON_ALL, .https = 1, .eager = 1, .step = {
	    SAYS("\x16\x03\x03\x40\x00\x02\x00\xff\xff", FOREVER) } },
	{ "tls-tickets", ON_PAGES, .tls = TLS_GOOD, .https = 1,
	    .step = { TICKETS } },
	{ "tls-unasked", ON_ALL, .tls = TLS_GOOD },
	{ "tls-redirect", ON_ALL, ON_PAGES, .tls = TLS_GOOD, .https = 1,
	    .step = { SAY("HTTP/1.1 302 Found\r\nConnection: close\r\n"
	    "Location: http://127.0.0.1:"), TRAP, SAY("/\r\n\r\n") } },
	{ 0 }
};

static const struct step good_hello[] = { OK(""), SAY("{\"version\":{"
	"\"number\":\"9.1.0\",\"build_flavor\":\"default\"}}"), CLOSE };
static const struct step good_info[] = { OK(""), SAY("{\"data\":{}}"),
	CLOSE };
static const struct step good_token[] = { OK(""),
	SAY("{\"data\":{\"expiresAt\":\"2100-01-01T00:00:00Z\"}}"), CLOSE };
static const struct step good_page[] = { OK(""), PAGE, LAST, CLOSE };
static const struct step good_parent[] = { OK(""), PAGE,
	RECORD("{\"id\":\"1\",\"threatInfo\":{\"updatedAt\":"
	"\"2026-01-02T03:04:05.000Z\"}}"), LAST, CLOSE };

const struct step *
trick_good(enum asked asked)
{
	switch (asked) {
	case ASKED_HELLO:
		return good_hello;
	case ASKED_INFO:
		return good_info;
	case ASKED_TOKEN:
		return good_token;
	case ASKED_PARENT:
		return good_parent;
	default:
		return good_page;
	}
}

/* before, n times c, after; the rest is spaces.  Returns where after ends. */
static char *
fill(char *to, size_t size, const char *before, const char *c, size_t n,
    const char *after)
{
	memset(to, ' ', size - 1);
	to = mempcpy(to, before, strlen(before));
	for (; n > 0; n--)
		to = mempcpy(to, c, strlen(c));
	return mempcpy(to, after, strlen(after));
}

void
trick_prepare(void)
{
	char *end;

	fill(long_number, sizeof(long_number), "{\"id\":\"long\"," TIMES
	    ",\"siteId\":", "7", MANY, "}");
	end = fill(deep_record, sizeof(deep_record), "{\"id\":\"deep\","
	    TIMES ",\"x\":", "[", MANY, "");
	memset(end, ']', MANY);
	end[MANY] = '}';
	fill(long_cursor, sizeof(long_cursor), "\"", "a", 1 << 20, "\"");
	fill(wide_cursor, sizeof(wide_cursor), "\"", "/", 60000, "\"");
}
