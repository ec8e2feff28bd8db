/*
 * Inside site_preload.so: what fails, and what is put in place of the C library's
 * calls (site_preload.c) and of what libraries allocate with (site_memory.c).
 */
#ifndef S1SPOOL_SITE_H
#define S1SPOOL_SITE_H

#include <stdbool.h>

enum kind { SYSTEM, MEMORY, OPENSSL, LIBCURL };

/* Is this call, which returns to `from`, to fail?  errno is as it was then, or
 * says why. */
bool site_is_due(const char *call, void *from, enum kind kind);

/* The same of an allocation of OpenSSL, in that line. */
bool site_is_due_at(const char *file, int line);

/* The next mmap() fails. */
extern __thread bool site_fail_mmap;

/* What comes behind our own, for NEXT(). */
void *site_next(const char *name);

#define HERE __builtin_return_address(0)

/* Our names hide the C library's; this finds those. */
#define NEXT(name) \
	static __typeof__(&(name)) next; \
	if (next == NULL) \
		*(void **)&next = site_next(#name)

#endif
