/*
 * What the tests of the client share: a server on the loopback, a token file,
 * a client with one console, and one request from start to end.
 */
#ifndef S1SPOOL_CLIENT_WORLD_H
#define S1SPOOL_CLIENT_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "collector/client/client.h"
#include "collector/client/client_internal.h"
#include "tests/unit/http_server.h"

#define TOKEN "eyJsec.mock-token.of-a-test"

#define OK_HEAD "HTTP/1.1 200 OK\r\nDate: Fri, 01 May 2026 12:00:00 GMT\r\n" \
    "Content-Type: application/json\r\n"
#define OK_PAGE OK_HEAD "Content-Length: 11\r\n\r\n{\"data\":[]}"
/* That Date in ms since 1970. */
#define OK_DATE INT64_C(1777636800000)

/* One per program, made anew for each test. */
struct world {
	struct http_server *server;
	struct client *client;
	struct console *console; /* NULL when a test freed it */
	struct conf_console conf;
	char dir[64];
	char token_file[80];
	char url[80];
};
extern struct world w;

void world_begin(const struct http_route *routes);
void world_end(void);

/* Another console of the client; console_free(). */
struct console *world_console(const struct conf_console *conf);
/* There is no such console, and a message says so. */
void world_refuses(const struct conf_console *conf, const char *says);

void world_write_token(const char *text, mode_t mode);

/* What came of a request; what the callbacks saw. */
struct result {
	int n_done;
	enum verdict verdict;
	int status;
	int64_t retry_after_ms;
	char detail[1024];
	size_t body_bytes;
	struct buf body;
};

/* A GET that fills r, which is made empty. */
struct call world_call(const char *path, struct result *r);
/* Poll until *count is `want`, which must happen within 20 s. */
void world_poll(const int *count, int want);
/* Poll for a while, whatever happens. */
void world_idle(int ms);
/* One GET from start to end; r->body is to be freed. */
void world_fetch(const char *path, struct result *r);
/* The same of another console, or of one for this alone; the body is gone. */
void world_fetch_by(struct console *con, const char *path, struct result *r);
void world_ask(const struct conf_console *conf, const char *path,
    struct result *r);
/* The same of the world's console at another address, for "/ok". */
void world_ask_at(const char *scheme_and_host, int port, char *proxy_url,
    struct result *r);

/* It ended with this verdict, and says these words. */
void world_expect(const struct result *r, enum verdict verdict,
    const char *says);

#endif
