#include "config.h"

#include "tests/mock/gen.h"

/* A timeline row: row->threat is its threat, row->index its place. */
static const char source[] =
    "{'accountId':'@account_id@','activityType':@type@,"
    "'agentId':'@agent_id@','agentUpdatedVersion':null,"
    "'createdAt':'@created@','data':{@data@'accountName':'@account@',"
    "'computerName':'@host@','fileContentHash':'@sha1@',"
    "'fileDisplayName':'@file@','filePath':'@path@','scopeId':@some_id@},"
    "'groupId':'@group_id@','hash':@?hash@'@sha1@','id':'@id@',"
    "'osFamily':'@os@','primaryDescription':'@text@: @file@.',"
    "'secondaryDescription':@null|''|'C:^a.exe'@,'siteId':'@site_id@',"
    "'threatId':@?own@'@threat_id@','updatedAt':'@updated@',"
    "'userId':?'@admin_id@'}";

static const char rule_source[] =
    "'ruledescription':'Schreibt é nach HKLM^Run','ruleid':"
    "'1234567890123456789','rulename':'autorun','severity':'High',";

static const char twin_source[] =
    "'ruleDescription':'','ruleId':1234567890123456789,"
    "'ruleName':'encoded command','mitigationActions':[],";

static const struct {
	uint32_t type;
	const char *text;
} steps[] = {
	{ 19, "Threat with confidence level malicious detected" },
	{ 2001, "The agent successfully killed the threat" },
	{ 3608, "Alert created from Custom Rule" },
	{ 2004, "The agent successfully quarantined the threat" },
	{ 2030, "The management user changed the analyst verdict" },
	{ 4104, "STAR response marked as malicious" },
};
#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static struct tmpl tmpl, rule_tmpl, twin_tmpl;

uint32_t
gen_timeline_count(const struct world *w, const struct row *threat)
{
	struct rng r = rng_for(w->seed, SET_TIMELINE, threat->index);

	return (uint32_t)rng_below(&r, 7) + threat->version;
}

static void
put_type(struct gen *g)
{
	gen_number(g, steps[g->row->index % N_STEPS].type);
}

static void
put_what(struct gen *g)
{
	gen_text(g, steps[g->row->index % N_STEPS].text);
}

static void
put_data(struct gen *g)
{
	uint32_t type = steps[g->row->index % N_STEPS].type;

	if (type == 3608)
		tmpl_expand(&rule_tmpl, g);
	else if (type == 4104)
		tmpl_expand(&twin_tmpl, g);
}

static bool
has_hash(const struct gen *g)
{
	return g->row->index % 2 == 1;
}

/* Some rows name their threat, some leave it null. */
static bool
has_own_threat(const struct gen *g)
{
	return g->row->index % 3 > 0;
}

static const struct tmpl_name names[] = {
	{ "data", put_data, NULL },
	{ "hash", NULL, has_hash },
	{ "own", NULL, has_own_threat },
	{ "text", put_what, NULL },
	{ "type", put_type, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, gen_malware_names);
	tmpl_compile(&rule_tmpl, rule_source, NULL, NULL);
	tmpl_compile(&twin_tmpl, twin_source, NULL, NULL);
}

const struct gen_kind gen_timeline = { init, &tmpl, NULL };
