/*
 * The customer whose console this is: one account, its sites, people,
 * computers and malware.  All of it follows from the seed.
 */
#ifndef S1SPOOL_MOCK_WORLD_H
#define S1SPOOL_MOCK_WORLD_H

#include <stdint.h>

#include "tests/mock/rng.h"

#define WORLD_ACCOUNT_ID "617755838952421242"
#define WORLD_ACCOUNT "Northwind"
#define WORLD_ADMINS 12

/* How many of what, and when. */
struct world {
	uint64_t seed;
	int64_t base; /* microseconds: where the history ends */
	int64_t span; /* its length */
	uint32_t n_agents, n_groups, n_threats, n_activities;
	uint32_t n_namesakes; /* the first agents, all of one name */
	uint32_t n_alerts, n_unified, n_applications, n_installations, n_risks;
};

enum os { OS_WINDOWS, OS_MACOS, OS_LINUX, OS_COUNT };

struct person {
	const char *first, *last;
	const char *login; /* a.martin */
};

struct site {
	uint64_t id;
	const char *name; /* may hold any Unicode text */
	const char *code; /* three letters for host names */
};

/* What does not change during an agent's life. */
struct agent {
	enum os os;
	const char *family; /* "windows" */
	const char *os_name, *os_revision;
	struct person user;
	const char *dept;
	uint32_t index;
	uint32_t group;
	uint64_t serial; /* for addresses and UUIDs */
	char host[32];
};

uint32_t world_n_sites(const struct world *w);

/* The site of a group. */
struct site world_site(const struct world *w, uint32_t group);
const char *world_group_name(uint32_t group);

/* A user of a computer, or (below WORLD_ADMINS) of the console. */
struct person world_person(uint64_t n);
uint64_t world_admin_id(const struct world *w, uint32_t n);
void world_agent(const struct world *w, uint32_t index, struct agent *a);

/*
 * An id as the console makes them: 19 digits, roughly growing with time,
 * never twice for the same set as long as it has fewer than 2^22 rows.
 */
uint64_t world_id(const struct world *w, int64_t created, uint32_t set,
    uint32_t index);

#endif
