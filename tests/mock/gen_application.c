#include "config.h"

#include "tests/mock/exchange.h"
#include "tests/mock/gen.h"
#include "tests/mock/software.h"

static const char inventory_source[] =
    "{'applicationName':@name@@vendor@,'applicationVersionsCount':@1..9@,"
    "'endpointsCount':@count@,'estimate':@false|true@}";

static const char source[] =
    "{'accountName':'@account@',"
    "'applicationInstallationDate':?'@installed@',"
    "'applicationInstallationPath':@null|''|'C:^Program Files^Example "
    "(x86)^a b.exe'|'/opt/Überwachung/bin'@,'applicationName':@name@"
    "@vendor@,'coreCount':?@2..64@,'cpe':?'cpe:2.3:a:example:@x8@:"
    "@1..12@.@0..9@:*:*:*:*:*:*:*','cpuCount':@1|1|2|'4'|''@,"
    "'detectionDate':'@created@','endpointId':'@agent_id@',"
    "'endpointName':'@host@','endpointType':'@laptop|desktop|server@',"
    "'endpointUuid':'@agent_uuid@','fileSize':?@12..900000000@,"
    "'groupName':'@group@','id':'@id@','osArch':@'64 bit'|'32 bit'|null@,"
    "'osName':'@os_name@','osType':'@os@',"
    "'osVersion':'@os_name@ @os_revision@','siteName':'@site@',"
    "'version':'@1..30@.@0..9@.@version@'@extra@}";

static struct tmpl inventory_tmpl, tmpl;

static uint32_t
which(const struct gen *g)
{
	return g->row->id <= UINT32_MAX ? g->row->index : g->row->kind;
}

static void
put_name(struct gen *g)
{
	struct buf name;

	buf_init(&name, 1000);
	software_name(which(g), &name);
	exchange_string(g->out, name.p);
	buf_fini(&name);
}

static void
put_vendor(struct gen *g)
{
	const char *vendor = software_vendor(which(g));

	if (software_hides_vendor(which(g)))
		return;
	gen_text(g, ",\"applicationVendor\":");
	if (vendor == NULL)
		gen_text(g, "null");
	else
		exchange_string(g->out, vendor);
}

static void
put_count(struct gen *g)
{
	struct view v = store_view(g->store, SET_APPLICATION, KEY_KIND);
	int64_t kind = g->row->index;

	gen_number(g, view_lower_bound(&v, kind + 1, 0) -
	    view_lower_bound(&v, kind, 0));
}

/* The file came with the update that was seen. */
static void
put_installed(struct gen *g)
{
	gen_time(g, g->row->updated);
	buf_cut(g->out, g->out->len - 8);
	buf_addc(g->out, 'Z');
}

static void
put_version(struct gen *g)
{
	gen_number(g, g->row->version);
}

static const struct tmpl_name names[] = {
	{ "count", put_count, NULL },
	{ "installed", put_installed, NULL },
	{ "name", put_name, NULL },
	{ "vendor", put_vendor, NULL },
	{ "version", put_version, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
}

static void
inventory_init(void)
{
	tmpl_compile(&inventory_tmpl, inventory_source, names, NULL);
}

const struct gen_kind gen_application = { init, &tmpl, NULL };
const struct gen_kind gen_inventory = { inventory_init, &inventory_tmpl, NULL };
