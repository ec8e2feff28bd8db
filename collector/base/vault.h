/*
 * Memory for secrets, and for libraries that make copies of them: no core file
 * has it, and it is zeroed when it is freed.  Threads may share it.
 */
#ifndef S1SPOOL_VAULT_H
#define S1SPOOL_VAULT_H

#include <stddef.h>

/*
 * n bytes of zeros, aligned for any type, never NULL: out of memory ends the
 * process.  The caller frees them with vault_free().
 */
void *vault_alloc(size_t n);
/* The same for n * size bytes. */
void *vault_calloc(size_t n, size_t size);
/* Like realloc(): p may be NULL, and is wiped where it was left. */
void *vault_resize(void *p, size_t n);
char *vault_strdup(const char *s);
char *vault_strndup(const char *s, size_t n);
char *vault_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* NULL is let be. */
void vault_free(void *p);

#endif
