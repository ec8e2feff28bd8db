#include "config.h"

#include "tests/mock/world.h"

#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Streams of random numbers that belong to no set of records. */
enum { STREAM_AGENT = 100, STREAM_SITE, STREAM_ADMIN, STREAM_ID };

static const struct person people[] = {
	{ "Ana", "Díaz", "a.diaz" },
	{ "Étienne", "Lefèvre", "e.lefevre" },
	{ "Jürgen", "Groß", "j.gross" },
	{ "Zoë", "O’Neill", "z.oneill" },
	{ "Łukasz", "Żółć", "l.zolc" },
	{ "Ana", "Martin", "a.martin" },
	{ "Søren", "Ångström", "s.angstrom" },
	{ "美咲", "田中", "m.tanaka" },
	{ "Дарья", "Иванова", "d.ivanova" },
	{ "Mary", "Smith", "m.smith" },
	{ "John", "Roe", "j.roe" },
	{ "İpek", "Şahin", "i.sahin" },
	{ "Niamh", "Byrne", "n.byrne" },
	{ "محمد", "الفارسي", "m.alfarsi" },
	{ "Giulia", "D’Angelo", "g.dangelo" },
	{ "Bob", "Brown", "b.brown" },
	{ "Tom \\\"TJ\\\"", "Jones", "t.jones" },
	{ "Olga", "Novák", "o.novak" },
	{ "Wei", "张伟", "w.zhang" },
	{ "Sam", "Lee", "s.lee" },
};

static const struct site sites[] = {
	{ 0, "Lyon HQ", "LYO" },
	{ 0, "Zürich", "ZRH" },
	{ 0, "São Paulo", "SAO" },
	{ 0, "東京オフィス", "TYO" },
	{ 0, "Łódź plant", "LOD" },
	{ 0, "Austin, TX", "AUS" },
	{ 0, "Kraków \\\"R&D\\\"", "KRK" },
	{ 0, "Dublin", "DUB" },
};

static const char *const group_names[] = {
	"Default Group", "Finance laptops", "Serveurs d’été", "Werkstätten",
	"Domain controllers", "Kiosks / Öffentlich", "Build farm", "営業部",
};

static const char *const departments[] = {
	"FIN", "ENG", "OPS", "HR", "LAB", "SRV", "MKT",
};

static const struct {
	const char *family, *name, *revision;
} systems[OS_COUNT] = {
	[OS_WINDOWS] = { "windows", "Windows 11 Pro", "22631" },
	[OS_MACOS] = { "macos", "macOS", "14.5 (23F79)" },
	[OS_LINUX] = { "linux", "Linux",
	    "Ubuntu 22.04.4 LTS 5.15.0-105-generic" },
};

uint32_t
world_n_sites(const struct world *w)
{
	return w->n_groups < COUNT(sites) ? w->n_groups : COUNT(sites);
}

struct site
world_site(const struct world *w, uint32_t group)
{
	uint32_t n = group % world_n_sites(w);
	struct site site = sites[n];
	struct rng r = rng_for(w->seed, STREAM_SITE, n);

	site.id = UINT64_C(1336793312849490611) + rng_below(&r, 1u << 30);
	return site;
}

const char *
world_group_name(uint32_t group)
{
	return group_names[group % COUNT(group_names)];
}

struct person
world_person(uint64_t n)
{
	return people[n % COUNT(people)];
}

uint64_t
world_admin_id(const struct world *w, uint32_t n)
{
	struct rng r = rng_for(w->seed, STREAM_ADMIN, n);

	return UINT64_C(1336793311070729202) + rng_below(&r, 1u << 30);
}

void
world_agent(const struct world *w, uint32_t index, struct agent *a)
{
	struct rng r = rng_for(w->seed, STREAM_AGENT, index);
	uint64_t dice = rng_below(&r, 10);

	a->os = dice < 7 ? OS_WINDOWS : dice < 8 ? OS_MACOS : OS_LINUX;
	a->family = systems[a->os].family;
	a->os_name = systems[a->os].name;
	a->os_revision = systems[a->os].revision;
	a->user = world_person(rng_next(&r));
	a->dept = departments[rng_below(&r, COUNT(departments))];
	a->index = index;
	a->group = (uint32_t)rng_below(&r, w->n_groups);
	a->serial = rng_next(&r);
	if (index < w->n_namesakes)
		snprintf(a->host, sizeof(a->host), "NAMESAKE");
	else
		snprintf(a->host, sizeof(a->host), "%s-%s-%04u",
		    world_site(w, a->group).code, a->dept, (unsigned)index);
}

uint64_t
world_id(const struct world *w, int64_t created, uint32_t set, uint32_t index)
{
	/* Milliseconds of a newer epoch, then 22 bits. */
	uint64_t ms = (uint64_t)(created / 1000 - INT64_C(1288834974657));
	uint64_t salt = rng_mix(w->seed * 31 + STREAM_ID + set);

	/* An odd factor permutes the 22 bits: ties are not in id order. */
	return ms << 22 | ((index * UINT64_C(2654435761) ^ salt) & 0x3fffff);
}
