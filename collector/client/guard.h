/*
 * The libraries that a secret passes through keep their memory in the vault.
 */
#ifndef S1SPOOL_GUARD_H
#define S1SPOOL_GUARD_H

/* Of libcurl and OpenSSL; to be called before anything else of theirs is. */
void guard_libraries(void);

#endif
