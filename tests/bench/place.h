/*
 * Where a benchmark works, and its watch.
 */
#ifndef S1SPOOL_BENCH_PLACE_H
#define S1SPOOL_BENCH_PLACE_H

/* Monotonic, in seconds. */
double bench_now(void);

/* End with the name of what failed, and errno. */
void bench_die(const char *what) __attribute__((noreturn));

/*
 * Make a folder below `top`, which is removed at the end of the program; not in
 * /tmp by default, for that is memory on many machines.  Its path, which stays
 * valid.
 */
const char *bench_place(const char *top);

/* Remove everything in it. */
void bench_clear(void);

#endif
