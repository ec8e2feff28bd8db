/*
 * What systemd is told (sd_notify(3)), without its library.  Without
 * NOTIFY_SOCKET in the environment nothing happens.  0, also for nothing; -1
 * with errno when there is a socket that could not be told.
 */
#ifndef S1SPOOL_NOTIFY_H
#define S1SPOOL_NOTIFY_H

#include <stdint.h>

/* Started, or done with reloading. */
int notify_ready(void);
/* Reloading has begun; notify_ready() ends it. */
int notify_reloading(void);
int notify_stopping(void);
/* Still alive.  From the main loop, after a turn that did its work. */
int notify_watchdog(void);
/* One line for `systemctl status`. */
int notify_status(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * How often notify_watchdog() is due: half of what systemd waits.  0 when
 * there is no watchdog, or it is another process's.
 */
int64_t notify_watchdog_ms(void);

#endif
