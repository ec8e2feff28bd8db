/*
 * Many consoles in one process: each is an address of its own, so that a client
 * shares no connection between them.  All have the same data.
 */
#ifndef S1SPOOL_MOCK_LISTEN_H
#define S1SPOOL_MOCK_LISTEN_H

#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

struct listen;

/*
 * Take connections at n addresses, 127.1.0.1 to 127.1.0.250, 127.1.1.1 and so
 * on, on a thread of its own, and hand them to the daemon.  NULL with errno.
 */
struct listen *listen_start(struct MHD_Daemon *daemon, uint16_t port, size_t n);
/* Before the daemon stops.  NULL is fine. */
void listen_stop(struct listen *l);

#endif
