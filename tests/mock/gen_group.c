#include "config.h"

#include "tests/mock/gen.h"

static const char source[] =
    "{'createdAt':'@created@','creator':?'@admin@',"
    "'creatorId':?'@admin_id@',"
    "'description':@null|''|'Rechner der Fertigung'|'moved 2025'@,"
    "'filterId':@filter_id@,'filterName':@null|''|'Windows 11'@,"
    "'id':'@id@','inherits':@true|false@,'isDefault':@is_default@,"
    "'name':'@group@','rank':?@1..40@,"
    "'registrationToken':'@token@','siteId':'@site_id@',"
    "'totalAgents':@0..400@,'type':'@static|dynamic|pinned@',"
    "'updatedAt':'@updated@'@extra@}";

static struct tmpl tmpl;

static void
put_is_default(struct gen *g)
{
	gen_text(g, g->row->index < world_n_sites(g->world) ? "true" : "false");
}

static void
put_filter_id(struct gen *g)
{
	if (rng_below(&g->rng, 3) > 0) {
		gen_text(g, "null");
		return;
	}
	buf_addc(g->out, '"');
	gen_number(g, g->row->id + 77);
	buf_addc(g->out, '"');
}

/* Base64 of a small JSON object, in shape. */
static void
put_token(struct gen *g)
{
	gen_text(g, "eyJ1cmwiOiAiaHR0cHM6Ly9hY21lLnNlbnRpbmVsb25lLm5ldCIs");
	gen_hex(g, &g->rng, 96);
	gen_text(g, "In0=");
}

static const struct tmpl_name names[] = {
	{ "is_default", put_is_default, NULL },
	{ "filter_id", put_filter_id, NULL },
	{ "token", put_token, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
}

const struct gen_kind gen_group = { init, &tmpl, NULL };
