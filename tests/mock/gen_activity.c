#include "config.h"

#include "tests/mock/gen.h"

#define STREAM_BATCH 500

enum {
	OF_USER = 1, /* a console user did it */
	OF_AGENT = 2,
	OF_THREAT = 4, /* with the threat's agent */
	OF_HASH = 8, /* `hash` is filled */
	OF_GLOBAL = 16 /* no site, no group */
};

static const struct {
	uint32_t type;
	uint32_t weight; /* how often, relative to the others; 0: on request */
	uint32_t of;
	const char *action, *description; /* as /activities/types has them */
	const char *primary, *secondary, *data; /* templates */
} types[] = {
	{ 27, 20, OF_USER, "User Logged In",
	    "The management user {{ username }} logged in.",
	    "'The management user @admin@ logged in to the management console "
	    "with IP Address @admin_ip@.'", "null",
	    "'ipAddress':'@admin_ip@','reason':null,"
	    "'role':'@Admin|SOC|Viewer@','source':'mgmt',"
	    "'userScope':'@site|account@',"
	    "'username':'@admin@'," },
	{ 33, 8, OF_USER, "User Logged Out",
	    "The management user {{ username }} logged out.",
	    "'The management user @admin@ logged out of the management "
	    "console.'", "null",
	    "'ipAddress':?'@admin_ip@','username':'@admin@',"
	    "'source':'mgmt','role':null," },
	{ 133, 3, OF_USER | OF_GLOBAL, "Existing User Login Failure",
	    "The management user {{ username }} failed to log in.",
	    "'The management user @admin@ failed to log in to the management "
	    "console with IP Address @admin_ip@.'", "null",
	    "'ipAddress':'@admin_ip@','reason':'@bad password|2FA failed@',"
	    "'username':'@admin_mail@',"},
	{ 44, 3, OF_USER, "Auto decommission On",
	    "{{ byUser }} enabled auto decommission in {{ scopeName }}.",
	    "'The management user @admin@ enabled auto decommission in "
	    "@site@.'", "''",
	    "'byUser':'@admin@','newValue':@true|false|'on'|15@,"
	    "'oldValue':@null|false|'off'@,'policy':{'id':'@some_id@'},"
	    "'changedKeys':@['autoDecommissionDays','agentUi']|[]|null@,"
	    "'role':'Admin'," },
	{ 76, 3, OF_USER, "Anti Tampering Modified",
	    "{{ byUser }} modified anti tampering.",
	    "'@admin@ added or modified Anti Tampering in the policy of "
	    "@group@.'", "null",
	    "'byUser':'@admin@','current':@true|'enabled'@,"
	    "'previous':@false|'disabled'@,'newValue':true,"
	    "'policyEnabled':@true|false@,'status':'@started|done@'," },
	{ 43, 10, OF_AGENT, "Agent Updated",
	    "Agent {{ computerName }} updated to {{ newVersion }}.",
	    "'The agent @host@ was updated from version 23.4.4.223 to version "
	    "@agent_version@.'", "''",
	    "'computerName':'@host@','uuid':'@agent_uuid@',"
	    "'newVersion':'@agent_version@','oldVersion':'23.4.4.223',"
	    "'osFamily':null,'system':@true|false@,"
	    "'externalIp':?'@external_ip@'," },
	{ 54, 2, OF_USER | OF_AGENT, "Agent Decommissioned",
	    "{{ username }} decommissioned {{ computerName }}.",
	    "'The management user @admin@ decommissioned @host@.'", "null",
	    "'computerName':'@host@','username':'@admin@',"
	    "'uuid':'@agent_uuid@'," },
	{ 71, 6, OF_AGENT | OF_USER, "Scan Initiated",
	    "{{ username }} initiated a full disk scan.",
	    "'The management user @admin@ initiated a full disk scan on "
	    "@host@.'", "null",
	    "'computerName':'@host@','username':'@admin@',"
	    "'externalIp':'@external_ip@'," },
	{ 90, 8, OF_AGENT, "Agent Started Full Disk Scan",
	    "{{ computerName }} started a scan.",
	    "'Agent @host@ started full disk scan at @created@.'", "null",
	    "'computerName':'@host@','osFamily':'@os@',"
	    "'createdAt':'@created@','status':'started'," },
	{ 92, 8, OF_AGENT, "Agent Completed Full Disk Scan",
	    "{{ computerName }} completed a scan.",
	    "'Agent @host@ completed full disk scan at @created@.'", "null",
	    "'computerName':'@host@','osFamily':'@os@',"
	    "'createdAt':'@created@','status':'finished'," },
	{ 81, 2, OF_AGENT | OF_USER, "User Requested Fetch Files",
	    "{{ username }} requested files from {{ computerName }}.",
	    "'The management user @admin@ initiated a fetch file command to "
	    "the agent @host@ (@external_ip@).'", "'C:^Windows^System32^a.log'",
	    "'commandBatchUuid':'@batch@','commandId':@2000000000..4000000000@,"
	    "'computerName':'@host@','externalIp':'@external_ip@',"
	    "'username':'@admin@','uuid':'@agent_uuid@'," },
	{ 80, 3, OF_AGENT, "Agent Uploaded Fetched Files",
	    "Agent {{ computerName }} uploaded fetched files.",
	    "'Agent @host@ (@external_ip@) successfully uploaded "
	    "@host@_files.zip.'", "null",
	    "'commandBatchUuid':'@batch@','commandId':@2000000000..4000000000@,"
	    "'computerName':'@host@','downloadUrl':?"
	    "'/agents/@agent_id@/uploads/@id@','externalIp':'@external_ip@',"
	    "'fileSize':@120..9000000@,'filename':'@host@_files.zip',"
	    "'sourceType':'API','uploadedFilename':'@uuid@.zip'," },
	{ 19, 12, OF_THREAT, "New Malicious Threat",
	    "Threat with confidence level malicious detected: {{ name }}.",
	    "'Threat with confidence level malicious detected: @file@.'",
	    "'@path@'",
	    "'computerName':'@host@','confidenceLevel':'@confidence@',"
	    "'fileContentHash':'@sha1@','fileDisplayName':'@file@',"
	    "'filePath':'@path@','threatClassification':'@classification@',"
	    "'threatClassificationSource':'@Static|Engine|Cloud@',"
	    "'username':null," },
	{ 2001, 8, OF_THREAT, "Threat Killed By Agent",
	    "The agent {{ computerName }} killed the threat.",
	    "'The agent @host@ successfully killed the threat: @file@.'",
	    "'@sha1@'",
	    "'computerName':'@host@','escapedMaliciousProcessArguments':"
	    "@null|'\\\"-enc\\\" AAAA'|''@,'fileContentHash':'@sha1@',"
	    "'fileDisplayName':'@file@','filePath':'@path@',"
	    "'globalStatus':'@success|failure@','optionalGroups':@[]|null@,"
	    "'originalStatus':@null|'Not mitigated'@,"
	    "'threatClassification':'@classification@'," },
	{ 2028, 5, OF_THREAT | OF_USER, "Threat Incident Status Changed",
	    "{{ username }} changed the incident status.",
	    "'The management user @admin@ changed the incident status of "
	    "@file@ from Unresolved to Resolved.'", "'@sha1@'",
	    "'newIncidentStatus':'resolved','newIncidentStatusTitle':"
	    "'Resolved','oldIncidentStatus':'unresolved',"
	    "'oldIncidentStatusTitle':'Unresolved','username':'@admin@',"
	    "'computerName':'@host@','fileContentHash':'@sha1@',"
	    "'fileDisplayName':'@file@','ticket':@null|'CHG-7'@," },
	{ 2030, 5, OF_THREAT | OF_USER, "Analyst Verdict Changed",
	    "{{ username }} changed the analyst verdict.",
	    "'The management user @admin@ changed the analyst verdict of "
	    "@file@.'", "null",
	    "'newAnalystVerdictTitle':'True positive',"
	    "'oldAnalystVerdictTitle':'Undefined','username':'@admin@',"
	    "'computerName':'@host@','confidenceLevel':'@confidence@'," },
	{ 3001, 2, OF_USER | OF_HASH, "User Added Hash Exclusion",
	    "{{ username }} added a hash exclusion.",
	    "'The management user @admin@ added @x40@ to the Hash exclusion "
	    "list.'", "null",
	    "'description':'weekly rollout','username':'@admin@',"
	    "'osFamily':'windows','value':'@x40@',"},
	{ 3608, 6, OF_AGENT, "Custom Rules - New Alert",
	    "Alert created for {{ alert }}.",
	    "'Alert created for process @cmd.exe|bash|curl@ from Custom Rule: "
	    "lateral é movement in Group @group@, detected on @host@.'",
	    "null",
	    "'alertId':@1900000000000000000..1999999999999999999@,"
	    "'ruledescription':'','ruleid':@1100000000000000000.."
	    "1199999999999999999@,'rulename':'lateral é movement',"
	    "'severity':'@E_HIGH|E_LOW@','computerName':'@host@',"
	    "'nested':{'a':'','b':[null,'x',{}]}," },
	{ 5126, 12, OF_AGENT, "Device Control Blocked Event",
	    "A device was blocked.",
	    "'A USB device was blocked on @host@ by device control.'", "''",
	    "'computerName':'@host@','deviceName':"
	    "'SanDisk ^ @Ultra|Cruzer@ 32 GB','deviceId':'0x@x4@',"
	    "'eventId':'{@uuid@}','lastLoggedInUserName':'NORTHWIND^@login@',"
	    "'productId':null,'uid':'@x12@','vendorId':''," },
	{ 1001, 1, OF_AGENT, "Agent Disconnected From Network",
	    "Agent {{ computerName }} was disconnected from network.",
	    "'Agent @host@ was disconnected from network.'", "null",
	    "'computerName':'@host@','uuid':'@agent_uuid@'," },
	{ 1002, 0, OF_AGENT, "Agent Reconnected To Network",
	    "Agent {{ computerName }} was connected to network.",
	    "'Agent @host@ was connected to network.'", "null",
	    "'computerName':'@host@','uuid':'@agent_uuid@'," },
	{ 2010, 0, OF_AGENT, "Agent Mitigation Report Quarantine Network Failed",
	    "Agent {{ computerName }} was unable to disconnect from network.",
	    "'Agent @host@ was unable to disconnect from network.'", "null",
	    "'computerName':'@host@','uuid':'@agent_uuid@'," },
	{ 5020, 2, OF_USER, "Site Created",
	    "{{ username }} created the site {{ siteName }}.",
	    "'The management user @admin@ created @site@ site.'", "null",
	    "'username':'@admin@','roleName':'Admin'," },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static const char source[] =
    "{'accountId':'@account_id@','accountName':'@account@',"
    "'activityType':@type@,'activityUuid':?'@uuid@',"
    "'agentId':@?agent@'@agent_id@',"
    "'agentUpdatedVersion':@null|null|'24.2.3.471'@,'comments':@null|null|''@,"
    "'createdAt':'@created@','data':{@data@'accountId':@account_id@,"
    "'accountName':'@account@','fullScopeDetails':"
    "'Group @group@ in Site @site@ of Account @account@',"
    "'fullScopeDetailsPath':'Global / @account@ / @site@ / @group@',"
    "'groupName':'@group@','realUser':@null|null|''@,"
    "'scopeId':@some_id@,'scopeLevel':'@Group|Site|Account@',"
    "'scopeName':'@group@','siteName':'@site@'},"
    "'description':@null|null|''@,'groupId':@?scope@'@group_id@',"
    "'groupName':@?scope@'@group@','hash':@?hash@'@x40@','id':'@id@',"
    "'osFamily':@?agent@'@os@','primaryDescription':@primary@,"
    "'secondaryDescription':@secondary@,'siteId':@?scope@'@site_id@',"
    "'siteName':@?scope@'@site@','threatId':@?threat@'@threat_id@',"
    "'updatedAt':'@updated@','userId':@?user@'@admin_id@'@extra@}";

/* The upload of a command that was given: always with its members. */
static const char fetched_source[] =
    "'commandBatchUuid':'@batch@','commandId':@2000000000..4000000000@,"
    "'computerName':'@host@','downloadUrl':'@download_url@',"
    "'externalIp':'@external_ip@','fileSize':@120..9000000@,"
    "'filename':'@host@_files.zip','sourceType':'API',"
    "'uploadedFilename':'@uuid@.zip',";

static struct tmpl fetched, tmpl, primary[N_TYPES], secondary[N_TYPES], data[N_TYPES];
static uint32_t weight_sum;

static size_t
find_type(uint32_t type)
{
	size_t i = 0;

	while (i + 1 < N_TYPES && types[i].type != type)
		i++;
	return i;
}

static uint32_t
of(const struct gen *g)
{
	return types[find_type(g->row->kind)].of;
}

uint32_t
gen_activity_pick(struct rng *r)
{
	uint64_t dice = rng_below(r, weight_sum);
	size_t i = 0;

	for (; dice >= types[i].weight; i++)
		dice -= types[i].weight;
	return types[i].type;
}

bool
gen_activity_is(uint32_t type)
{
	return types[find_type(type)].type == type;
}

bool
gen_activity_has_scope(uint32_t type)
{
	return (types[find_type(type)].of & OF_GLOBAL) == 0;
}

bool
gen_activity_has_agent(uint32_t type)
{
	return (types[find_type(type)].of & (OF_AGENT | OF_THREAT)) != 0;
}

bool
gen_activity_has_threat(uint32_t type)
{
	return (types[find_type(type)].of & OF_THREAT) != 0;
}

void
gen_activity_types(struct buf *out)
{
	for (size_t i = 0; i < N_TYPES; i++)
		buf_addf(out, "%s{\"id\":%u,\"action\":\"%s\","
		    "\"descriptionTemplate\":\"%s\"}", i == 0 ? "" : ",",
		    (unsigned)types[i].type, types[i].action,
		    types[i].description);
}

static bool
has_agent(const struct gen *g)
{
	return g->row->agent != ROW_NONE;
}

static bool
has_threat(const struct gen *g)
{
	return g->row->threat != ROW_NONE;
}

static bool
has_user(const struct gen *g)
{
	return (of(g) & OF_USER) != 0;
}

static bool
has_hash(const struct gen *g)
{
	return (of(g) & OF_HASH) != 0;
}

static bool
has_scope(const struct gen *g)
{
	return g->row->group != ROW_NONE;
}

static void
put_type(struct gen *g)
{
	gen_number(g, g->row->kind);
}

static void
put_primary(struct gen *g)
{
	tmpl_expand(&primary[find_type(g->row->kind)], g);
}

static void
put_secondary(struct gen *g)
{
	tmpl_expand(&secondary[find_type(g->row->kind)], g);
}

static void
put_data(struct gen *g)
{
	if (g->row->kind == ACTIVITY_UPLOADED && g->row->command != 0)
		tmpl_expand(&fetched, g);
	else
		tmpl_expand(&data[find_type(g->row->kind)], g);
}

/* The same for a command's request and for its upload. */
static void
put_batch(struct gen *g)
{
	struct rng r = rng_for(g->world->seed, STREAM_BATCH, g->row->command);

	gen_uuid(g, g->row->command == 0 ? &g->rng : &r, true);
}

static void
put_download_url(struct gen *g)
{
	if (g->row->state == UPLOAD_WITHOUT_LINK)
		return;
	gen_text(g, "/agents/");
	gen_number(g, store_row(g->store, SET_AGENT, g->row->agent)->id);
	gen_text(g, "/uploads/");
	gen_number(g, g->row->id);
}

static const struct tmpl_name names[] = {
	{ "agent", NULL, has_agent },
	{ "batch", put_batch, NULL },
	{ "data", put_data, NULL },
	{ "download_url", put_download_url, NULL },
	{ "hash", NULL, has_hash },
	{ "primary", put_primary, NULL },
	{ "scope", NULL, has_scope },
	{ "secondary", put_secondary, NULL },
	{ "threat", NULL, has_threat },
	{ "type", put_type, NULL },
	{ "user", NULL, has_user },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, gen_malware_names);
	tmpl_compile(&fetched, fetched_source, names, gen_malware_names);
	for (size_t i = 0; i < N_TYPES; i++) {
		tmpl_compile(&primary[i], types[i].primary, NULL,
		    gen_malware_names);
		tmpl_compile(&secondary[i], types[i].secondary, NULL,
		    gen_malware_names);
		tmpl_compile(&data[i], types[i].data, names,
		    gen_malware_names);
		weight_sum += types[i].weight;
	}
}

const struct gen_kind gen_activity = { init, &tmpl, NULL };
