/*
 * Numbers that look random and are the same for the same seed everywhere
 * (splitmix64).
 */
#ifndef S1SPOOL_MOCK_RNG_H
#define S1SPOOL_MOCK_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t
rng_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* A stream of its own for each (seed, what, index). */
static inline struct rng
rng_for(uint64_t seed, uint64_t what, uint64_t index)
{
	return (struct rng){ rng_mix(rng_mix(rng_mix(seed) + what) + index) };
}

static inline uint64_t
rng_next(struct rng *r)
{
	r->state += 0x9e3779b97f4a7c15u;
	return rng_mix(r->state);
}

/* 0 to n - 1; n must not be 0. */
static inline uint64_t
rng_below(struct rng *r, uint64_t n)
{
	return rng_next(r) % n;
}

static inline int64_t
rng_range(struct rng *r, int64_t lo, int64_t hi)
{
	return lo + (int64_t)rng_below(r, (uint64_t)(hi - lo) + 1);
}

/* True with probability p. */
static inline bool
rng_chance(struct rng *r, double p)
{
	return (double)(rng_next(r) >> 11) < p * 9007199254740992.0;
}

#endif
