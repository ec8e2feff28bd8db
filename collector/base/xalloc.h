/*
 * Allocation that does not fail: out of memory is logged to stderr and the
 * process aborts.  That loses nothing: a restart goes on from the journal.  Two
 * libraries may crash before: json-c's parser, which reads registries of shippers
 * and lines that are verified, and the C library's name services.
 * Anything whose size comes from outside is capped before it gets here.
 * The result belongs to the caller, who frees it with free().
 */
#ifndef S1SPOOL_XALLOC_H
#define S1SPOOL_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t n) __attribute__((malloc));
/* n * size bytes of zeros; aborts when the product overflows. */
void *xcalloc(size_t n, size_t size) __attribute__((malloc));
void *xrealloc(void *p, size_t n);
/* Resize to n * size bytes; aborts when the product overflows. */
void *xreallocarray(void *p, size_t n, size_t size);
/* NULL stays NULL. */
char *xstrdup(const char *s);
/* All n bytes, whatever they are, and a NUL behind them. */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The end of the process, for other allocators. */
void xalloc_failed(void) __attribute__((noreturn));

/* p, which a library has allocated: NULL means that it found no memory. */
void *xcheck(void *p);

#endif
