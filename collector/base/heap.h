/*
 * How the C library's heap behaves.
 */
#ifndef S1SPOOL_HEAP_H
#define S1SPOOL_HEAP_H

/*
 * Have it give back what is freed: large buffers come and go with the pages of
 * an answer.  Before the first of them; does nothing where the C library and the
 * kernel have no such choice.
 */
void heap_keep_small(void);

#endif
