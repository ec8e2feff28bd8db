#include "config.h"

#include "tests/mock/gen.h"

#include <string.h>

#include "tests/mock/stamp.h"

static const struct gen_kind *const kinds[SET_COUNT] = {
	[SET_ACTIVITY] = &gen_activity,
	[SET_AGENT] = &gen_agent,
	[SET_GROUP] = &gen_group,
	[SET_THREAT] = &gen_threat,
	[SET_ALERT] = &gen_alert,
	[SET_UNIFIED] = &gen_unified,
	[SET_INVENTORY] = &gen_inventory,
	[SET_APPLICATION] = &gen_application,
	[SET_RISK] = &gen_risk,
	[SET_TIMELINE] = &gen_timeline,
	[SET_THREAT_EVENT] = &gen_threat_event,
};

void
gen_init(void)
{
	for (int i = 0; i < SET_COUNT; i++)
		kinds[i]->init();
}

void
gen_fini(void)
{
	tmpl_fini();
}

void
gen_row(const struct world *w, const struct store *s, enum set_id set,
    const struct row *row, struct buf *out)
{
	struct gen g = { .out = out, .world = w, .store = s, .row = row };

	/* The same numbers for all versions: an update changes little. */
	g.rng = rng_for(w->seed, set, row->index);
	g.admin = (uint32_t)rng_below(&g.rng, WORLD_ADMINS);
	g.group = row->group == ROW_NONE ? 0 : row->group;
	if (row->agent != ROW_NONE)
		world_agent(w, row->agent, &g.agent);
	g.site = world_site(w, g.group);
	if (kinds[set]->begin != NULL)
		kinds[set]->begin(&g);
	tmpl_expand(kinds[set]->tmpl, &g);
}

void
gen_text(struct gen *g, const char *text)
{
	buf_adds(g->out, text);
}

void
gen_number(struct gen *g, uint64_t n)
{
	char text[20], *p = text + sizeof(text);

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_add(g->out, p, (size_t)(text + sizeof(text) - p));
}

void
gen_time(struct gen *g, int64_t us)
{
	char text[STAMP_LEN + 1];

	stamp_format(us, text);
	buf_add(g->out, text, STAMP_LEN);
}

void
gen_time_ms(struct gen *g, int64_t us)
{
	gen_time(g, us);
	buf_cut(g->out, g->out->len - 4);
	buf_addc(g->out, 'Z');
}

void
gen_hex(struct gen *g, struct rng *r, size_t digits)
{
	char *to = buf_reserve(g->out, digits);
	uint64_t bits = 0;

	if (to == NULL)
		return;
	for (size_t i = 0; i < digits; i++, bits >>= 4) {
		if (i % 16 == 0)
			bits = rng_next(r);
		to[i] = "0123456789abcdef"[bits & 15];
	}
	buf_commit(g->out, digits);
}

void
gen_uuid(struct gen *g, struct rng *r, bool dashes)
{
	static const size_t part[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < 5; i++) {
		if (i > 0 && dashes)
			buf_addc(g->out, '-');
		gen_hex(g, r, part[i]);
	}
}

static void
put_id(struct gen *g)
{
	gen_number(g, g->row->id);
}

static void
put_created(struct gen *g)
{
	gen_time(g, g->row->created);
}

static void
put_updated(struct gen *g)
{
	gen_time(g, g->row->updated);
}

/* Some moment in the 20 days before the record's own. */
static int64_t
earlier(struct gen *g)
{
	return g->row->created - rng_range(&g->rng, 1, 20 * STAMP_DAY);
}

static void
put_earlier(struct gen *g)
{
	gen_time(g, earlier(g));
}

/* Some times have no fraction. */
static void
put_earlier_second(struct gen *g)
{
	gen_time(g, earlier(g));
	buf_cut(g->out, g->out->len - 8);
	buf_addc(g->out, 'Z');
}

static void
put_account_id(struct gen *g)
{
	gen_text(g, WORLD_ACCOUNT_ID);
}

static void
put_account(struct gen *g)
{
	gen_text(g, WORLD_ACCOUNT);
}

static void
put_site_id(struct gen *g)
{
	gen_number(g, g->site.id);
}

static void
put_site(struct gen *g)
{
	gen_text(g, g->site.name);
}

static void
put_group_id(struct gen *g)
{
	gen_number(g, store_row(g->store, SET_GROUP, g->group)->id);
}

static void
put_group(struct gen *g)
{
	gen_text(g, world_group_name(g->group));
	if (g->group >= 8) {
		buf_addc(g->out, ' ');
		gen_number(g, g->group);
	}
}

static void
put_agent_id(struct gen *g)
{
	gen_number(g, store_row(g->store, SET_AGENT, g->row->agent)->id);
}

static void
put_host(struct gen *g)
{
	gen_text(g, g->agent.host);
}

static void
put_os(struct gen *g)
{
	gen_text(g, g->agent.family);
}

static void
put_os_name(struct gen *g)
{
	gen_text(g, g->agent.os_name);
}

static void
put_os_revision(struct gen *g)
{
	gen_text(g, g->agent.os_revision);
}

static void
put_dept(struct gen *g)
{
	gen_text(g, g->agent.dept);
}

static void
put_login(struct gen *g)
{
	gen_text(g, g->agent.user.login);
}

static void
put_mail(struct gen *g)
{
	gen_text(g, g->agent.user.login);
	gen_text(g, "@northwind.example");
}

static void
put_person(struct gen *g)
{
	gen_text(g, g->agent.user.first);
	buf_addc(g->out, ' ');
	gen_text(g, g->agent.user.last);
}

void
gen_agent_uuid(const struct agent *a, struct buf *out)
{
	struct gen g = { .out = out };
	struct rng r = { a->serial };

	gen_uuid(&g, &r, a->os != OS_WINDOWS);
}

static void
put_agent_uuid(struct gen *g)
{
	gen_agent_uuid(&g->agent, g->out);
}

static void
put_dotted(struct gen *g, const char *start, uint64_t a, uint64_t b)
{
	gen_text(g, start);
	gen_number(g, a);
	buf_addc(g->out, '.');
	gen_number(g, b);
}

static void
put_ip(struct gen *g)
{
	put_dotted(g, "10.20.", g->agent.group % 250,
	    g->agent.serial % 250 + 2);
}

static void
put_gateway_ip(struct gen *g)
{
	put_dotted(g, "10.20.", g->agent.group % 250, 1);
}

static void
put_external_ip(struct gen *g)
{
	gen_text(g, "198.51.100.");
	gen_number(g, g->agent.group % 250 + 1);
}

static void
put_ip6(struct gen *g)
{
	struct rng r = { g->agent.serial + 1 };

	gen_text(g, "fe80:");
	for (int i = 0; i < 4; i++) {
		buf_addc(g->out, ':');
		/* No leading zeros, as in the address's own short form. */
		gen_number(g, 1 + rng_below(&r, 9));
		gen_hex(g, &r, 3);
	}
}

static void
put_mac(struct gen *g)
{
	gen_text(g, "00:1b:44");
	for (int i = 0; i < 3; i++) {
		buf_addc(g->out, ':');
		gen_hex(g, &g->rng, 2);
	}
}

static void
put_agent_version(struct gen *g)
{
	static const char *const versions[] = {
		"24.2.3.471", "24.1.5.277", "23.4.4.223", "25.1.1.12",
	};

	gen_text(g, versions[(g->agent.serial >> 8) % 4]);
}

static void
put_uuid(struct gen *g)
{
	gen_uuid(g, &g->rng, true);
}

/* An id of something that is no row of ours. */
static void
put_some_id(struct gen *g)
{
	gen_number(g, UINT64_C(1402938271160544301) +
	    rng_below(&g->rng, UINT64_C(500000000000000000)));
}

static void
put_admin(struct gen *g)
{
	struct person p = world_person(g->admin);

	gen_text(g, p.first);
	buf_addc(g->out, ' ');
	gen_text(g, p.last);
}

static void
put_admin_login(struct gen *g)
{
	gen_text(g, world_person(g->admin).login);
}

static void
put_admin_mail(struct gen *g)
{
	gen_text(g, world_person(g->admin).login);
	gen_text(g, "@northwind.example");
}

static void
put_admin_id(struct gen *g)
{
	gen_number(g, world_admin_id(g->world, g->admin));
}

static void
put_admin_ip(struct gen *g)
{
	gen_text(g, "203.0.113.");
	gen_number(g, 10 + g->admin);
}

/* New keys turn up at any release of the console. */
static void
put_extra(struct gen *g)
{
	static const char *const extras[] = {
		",\"activeProtection\":[\"EDR\",\"EPP\"]",
		",\"futureKey\":{\"nested\":[1,2.50,-3e-7,{\"deep\":null}]}",
		",\"schemaVersion\":9007199254740993",
		",\"X-NewFlag\":true",
		",\"emoji\\u2713\":\"caf\\u00e9 \\ud83d\\ude80 \\/ tab\\t\"",
	};

	if (rng_below(&g->rng, 8) == 0)
		gen_text(g, extras[rng_below(&g->rng, 5)]);
}

const struct tmpl_name gen_names[] = {
	{ "id", put_id, NULL },
	{ "created", put_created, NULL },
	{ "updated", put_updated, NULL },
	{ "earlier", put_earlier, NULL },
	{ "earlier_second", put_earlier_second, NULL },
	{ "account_id", put_account_id, NULL },
	{ "account", put_account, NULL },
	{ "site_id", put_site_id, NULL },
	{ "site", put_site, NULL },
	{ "group_id", put_group_id, NULL },
	{ "group", put_group, NULL },
	{ "agent_id", put_agent_id, NULL },
	{ "host", put_host, NULL },
	{ "os", put_os, NULL },
	{ "os_name", put_os_name, NULL },
	{ "os_revision", put_os_revision, NULL },
	{ "dept", put_dept, NULL },
	{ "login", put_login, NULL },
	{ "mail", put_mail, NULL },
	{ "person", put_person, NULL },
	{ "agent_uuid", put_agent_uuid, NULL },
	{ "ip", put_ip, NULL },
	{ "gateway_ip", put_gateway_ip, NULL },
	{ "external_ip", put_external_ip, NULL },
	{ "ip6", put_ip6, NULL },
	{ "mac", put_mac, NULL },
	{ "agent_version", put_agent_version, NULL },
	{ "uuid", put_uuid, NULL },
	{ "some_id", put_some_id, NULL },
	{ "admin", put_admin, NULL },
	{ "admin_login", put_admin_login, NULL },
	{ "admin_mail", put_admin_mail, NULL },
	{ "admin_id", put_admin_id, NULL },
	{ "admin_ip", put_admin_ip, NULL },
	{ "extra", put_extra, NULL },
	{ NULL, NULL, NULL },
};
