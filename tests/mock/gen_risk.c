#include "config.h"

#include "tests/mock/exchange.h"
#include "tests/mock/gen.h"
#include "tests/mock/software.h"

static const char source[] =
    "{'application':@application@,'applicationName':@name@,"
    "'applicationVendor':@vendor@,'applicationVersion':'@app_version@',"
    "'baseScore':@'7.80'|'9.10'|'4.00'|''|null@,"
    "'cveId':'CVE-@2019..2026@-@1000..99999@',"
    "'cvssVersion':@'3.1'|'3.0'|'2.0'|null@,'daysDetected':@0..400@,"
    "'detectionDate':'@created@','endpointId':'@agent_id@',"
    "'endpointName':'@host@','endpointType':'@laptop|desktop|server@',"
    "'exploitCodeMaturity':?'@Not Defined|Unproven|Proof of Concept|"
    "Functional|High@','id':'@id@','lastScanDate':?'@updated@',"
    "'lastScanResult':?'@Succeeded|Succeeded|Failed@',"
    "'markType':@null|''|'accepted'@,'markedBy':@null|'soc-operator'@,"
    "'markedDate':?'@earlier_second@',"
    "'mitigationStatus':'@mitigation@',"
    "'mitigationStatusChangeTime':?'@updated@',"
    "'mitigationStatusChangedBy':@null|'Łukasz Żółć'|''@,"
    "'mitigationStatusReason':@null|'geplant für März'@,"
    "'nvdBaseScore':@'7.80'|'6.5'|null|''@,'nvdCvssVersion':?'3.1',"
    "'osType':'@os@','publishedDate':?'@earlier_second@',"
    "'reason':@null|'planned'@,"
    "'remediationLevel':?'@Not Defined|Official Fix|Temporary Fix|"
    "Workaround|Unavailable@',"
    "'reportConfidence':?'@Not Defined|Unknown|Reasonable|Confirmed@',"
    "'riskScore':@'6.90'|'3.2'|null@,"
    "'severity':'@HIGH|CRITICAL|MEDIUM|LOW|High@',"
    "'status':'Detected'@extra@}";

static struct tmpl tmpl;

/* Which application; the same whenever it is asked for. */
static uint32_t
which(const struct gen *g)
{
	return (uint32_t)(rng_mix(g->row->id) % g->world->n_applications);
}

static unsigned
app_version(const struct gen *g)
{
	return (unsigned)(rng_mix(g->row->id + 1) % 20);
}

static void
put_text(struct gen *g, bool with_version)
{
	struct buf name;

	buf_init(&name, 1000);
	software_name(which(g), &name);
	if (with_version)
		buf_addf(&name, " %u.1", app_version(g));
	exchange_string(g->out, name.p);
	buf_fini(&name);
}

static void
put_application(struct gen *g)
{
	put_text(g, true);
}

static void
put_name(struct gen *g)
{
	put_text(g, false);
}

static void
put_vendor(struct gen *g)
{
	const char *vendor = software_vendor(which(g));

	if (vendor == NULL)
		gen_text(g, "null");
	else
		exchange_string(g->out, vendor);
}

static void
put_app_version(struct gen *g)
{
	gen_number(g, app_version(g));
	gen_text(g, ".1");
}

static void
put_mitigation(struct gen *g)
{
	static const char *const states[] = {
		"Not mitigated", "To be patched", "On hold",
	};

	gen_text(g, states[(g->row->index + g->row->version) % 3]);
}

static const struct tmpl_name names[] = {
	{ "app_version", put_app_version, NULL },
	{ "application", put_application, NULL },
	{ "mitigation", put_mitigation, NULL },
	{ "name", put_name, NULL },
	{ "vendor", put_vendor, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
}

const struct gen_kind gen_risk = { init, &tmpl, NULL };
