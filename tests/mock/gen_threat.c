#include "config.h"

#include "tests/mock/gen.h"

#include "tests/mock/stamp.h"

static const char source[] =
    "{'agentDetectionInfo':{'accountId':'@account_id@',"
    "'accountName':'@account@','agentDetectionState':@null|'full_mode'@,"
    "'agentDomain':'@NORTHWIND|WORKGROUP@','agentIpV4':'@ip@',"
    "'agentIpV6':'@ip6@','agentLastLoggedInUpn':?'@mail@',"
    "'agentLastLoggedInUserMail':?'@mail@',"
    "'agentLastLoggedInUserName':'@login@',"
    "'agentMitigationMode':'@protect|detect@','agentOsName':'@os_name@',"
    "'agentOsRevision':'@os_revision@','agentRegisteredAt':'@earlier@',"
    "'agentUuid':'@agent_uuid@','agentVersion':'@agent_version@',"
    "'assetVersion':null,'cloudProviders':@{}|{}|{'AWS':{'cloudAccount':"
    "'123456789012','cloudInstanceId':'i-0abcd1234ef567890',"
    "'cloudLocation':'eu-west-3','awsSecurityGroups':['sg-0a1b2c3d'],"
    "'cloudTags':null}}@,'externalIp':'@external_ip@',"
    "'groupId':'@group_id@','groupName':'@group@','siteId':'@site_id@',"
    "'siteName':'@site@'},"
    "'agentRealtimeInfo':{'accountId':'@account_id@',"
    "'accountName':'@account@','activeThreats':@0..9@,"
    "'agentComputerName':'@host@',"
    "'agentDecommissionedAt':@null|null|false|"
    "'2026-02-11T10:00:00.123456Z'@,'agentDomain':'NORTHWIND',"
    "'agentId':'@agent_id@','agentInfected':@true|false@,"
    "'agentIsActive':@true|true|false@,"
    "'agentIsDecommissioned':@false|false|true@,"
    "'agentMachineType':'@laptop|desktop|server@',"
    "'agentMitigationMode':'@protect|detect@',"
    "'agentNetworkStatus':'@connected|connected|disconnected@',"
    "'agentOsName':'@os_name@','agentOsRevision':'@os_revision@',"
    "'agentOsType':'@os@','agentUuid':'@agent_uuid@',"
    "'agentVersion':'@agent_version@','groupId':'@group_id@',"
    "'groupName':'@group@','networkInterfaces':[@interfaces@],"
    "'operationalState':'na','rebootRequired':false,"
    "'scanAbortedAt':null,'scanFinishedAt':?'@earlier@',"
    "'scanStartedAt':?'@earlier@',"
    "'scanStatus':'@none|finished|started|aborted@',"
    "'siteId':'@site_id@','siteName':'@site@','storageName':null,"
    "'storageType':null,'userActionsNeeded':@[]|['reboot_needed']@},"
    "'containerInfo':{'id':@null|''|'c0ffee'@,'image':null,"
    "'isContainerQuarantine':@null|false@,'labels':@null|[]|['app=web']@,"
    "'name':null},'id':'@id@','indicators':[@indicators@],"
    "'kubernetesInfo':{'cluster':@null|'prod-1'@,"
    "'controllerKind':@null|'deployment'@,'controllerLabels':@null|[]|"
    "['tier=web']@,'controllerName':@null|'web'@,"
    "'isContainerQuarantine':@null|false@,'namespace':@null|'default'@,"
    "'namespaceLabels':null,'node':@null|'node-3'@,'nodeLabels':null,"
    "'pod':@null|'web-6d9c'@,'podLabels':@null|['app=web','rev=7']@},"
    "'mitigationStatus':[@mitigations@],"
    "'threatInfo':{'analystVerdict':'@verdict@',"
    "'analystVerdictDescription':'@verdict_title@',"
    "'automaticallyResolved':@false|true@,'browserType':@null|'chrome'@,"
    "'certificateId':@''|'EXAMPLE SOFTWARE LTD'@,"
    "'classification':'@classification@',"
    "'classificationSource':'@Cloud|Behavioral|Static|Engine@',"
    "'cloudFilesHashVerdict':@'black'|'provider_unknown'|null@,"
    "'collectionId':'@some_id@','confidenceLevel':'@confidence@',"
    "'createdAt':'@created@',"
    "'detectionEngines':@[{'key':'pre_execution','title':"
    "'On-Write Static AI'}]|[{'key':'executables','title':"
    "'Behavioral AI'},{'key':'remediation','title':"
    "'Anti Exploitation / Fileless'}]|[]@,"
    "'detectionType':'@static|dynamic@',"
    "'engines':@['On-Write DFI']|['DBT - Executables']|[]@,"
    "'externalTicketExists':@false|true@,"
    "'externalTicketId':@null|'INC0012345'|''@,'failedActions':false,"
    "'fileExtension':'@extension@','fileExtensionType':"
    "'@extension_type@','filePath':'@path@','fileSize':@12..9000000@,"
    "'fileVerificationType':'@NotSigned|SignedVerified@',"
    "'identifiedAt':'@identified@','incidentStatus':'@status@',"
    "'incidentStatusDescription':'@status_title@',"
    "'initiatedBy':'@agent_policy|full_disk_scan|star_active@',"
    "'initiatedByDescription':'@Agent Policy|Full Disk Scan@',"
    "'initiatingUserId':@null|'1336793311070729202'@,"
    "'initiatingUsername':@null|'Ana Díaz'@,'isFileless':@false|true@,"
    "'isValidCertificate':false,'macroModules':@null|[]|[{'moduleName':"
    "'Module1','sha1':'da39a3ee5e6b4b0d3255bfef95601890afd80709'}]@,"
    "'maliciousProcessArguments':@null|''|"
    "'\\\"C:^Temp^a b.exe\\\" -enc SQBFAFgA /q'@,'md5':?'@md5@',"
    "'mitigatedPreemptively':@false|true@,"
    "'mitigationStatus':'@mitigation@',"
    "'mitigationStatusDescription':'@mitigation_title@',"
    "'originatorProcess':@'explorer.exe'|'winword.exe'|null|''@,"
    "'pendingActions':false,'processUser':?'@process_user@',"
    "'publisherName':@''|'EXAMPLE SOFTWARE LTD'@,"
    "'reachedEventsLimit':@null|false|true@,'rebootRequired':false,"
    "'rootProcessUpn':null,'sha1':'@sha1@','sha256':?'@sha256@',"
    "'storyline':'@storyline@','threatId':'@id@',"
    "'threatName':'@file@','updatedAt':'@updated@'},"
    "'whiteningOptions':@['hash','path']|['hash']|[]@@extra@}";

static const char interface_source[] =
    "{'id':'@some_id@','inet':['@ip@'],'inet6':['@ip6@'],"
    "'name':'@Ethernet|Wi-Fi|eth0@','physical':'@mac@'}";

static const char *const indicator_sources[] = {
	"{'category':'Evasion','categoryId':null,"
	"'description':'Process hollowing was seen. MITRE: Defense Evasion "
	"{T1055}','ids':[12,87],'tactics':[{'name':'Defense Evasion',"
	"'source':'MITRE','techniques':[{'link':"
	"'https://attack.mitre.org/techniques/T1055/','name':'T1055'},"
	"{'link':'https://attack.mitre.org/techniques/T1027/002/',"
	"'name':'T1027.002'}]}]}",
	"{'category':'General','categoryId':null,"
	"'description':'This binary may contain encrypted or compressed data "
	"as measured by high entropy of the sections (greater than 6.8).',"
	"'ids':[29],'tactics':[]}",
	"{'category':'Persistence','categoryId':4,"
	"'description':'Application registered itself to become persistent "
	"via an autorun','ids':[171],'tactics':[{'name':'Persistence',"
	"'source':'MITRE','techniques':[{'link':"
	"'https://attack.mitre.org/techniques/T1547/001/',"
	"'name':'T1547.001'}]},{'name':'Privilege Escalation',"
	"'source':'MITRE','techniques':[]}]}",
	"{'category':'InfoStealer','categoryId':null,"
	"'description':'Zugangsdaten des Browsers wurden gelesen (é, 漢字)',"
	"'ids':[],'tactics':null}",
};
#define N_INDICATORS (sizeof(indicator_sources) / sizeof(indicator_sources[0]))

static const char mitigation_source[] =
    "{'action':'@action@','actionsCounters':@null|{'failed':0,'notFound':0,"
    "'pendingReboot':0,'success':1,'total':1}@,"
    "'agentSupportsReport':@true|false@,'groupNotFound':false,"
    "'lastUpdate':'@step_updated@','latestReport':@report@,"
    "'mitigationEndedAt':'@step_ended@',"
    "'mitigationStartedAt':'@step_started@','reportId':?'@some_id@',"
    "'status':'@success|success|failed|pending|sent|partial@'}";

static struct tmpl tmpl, interface_tmpl, mitigation_tmpl;
static struct tmpl indicator_tmpl[N_INDICATORS];

/* How a threat goes on: by number of updates. */
static const struct {
	const char *status, *status_title, *verdict, *verdict_title,
	    *mitigation, *mitigation_title;
} states[] = {
	{ "unresolved", "Unresolved", "undefined", "Undefined",
	    "not_mitigated", "Not mitigated" },
	{ "unresolved", "Unresolved", "undefined", "Undefined",
	    "mitigated", "Mitigated" },
	{ "in_progress", "In progress", "suspicious", "Suspicious",
	    "mitigated", "Mitigated" },
	{ "resolved", "Resolved", "true_positive", "True positive",
	    "mitigated", "Mitigated" },
	{ "resolved", "Resolved", "false_positive", "False positive",
	    "marked_as_benign", "Marked as benign" },
};
#define N_STATES (sizeof(states) / sizeof(states[0]))

static size_t
state(const struct gen *g)
{
	return (g->row->index + g->row->version) % N_STATES;
}

static void
put_status(struct gen *g)
{
	gen_text(g, states[state(g)].status);
}

static void
put_status_title(struct gen *g)
{
	gen_text(g, states[state(g)].status_title);
}

static void
put_verdict(struct gen *g)
{
	gen_text(g, states[state(g)].verdict);
}

static void
put_verdict_title(struct gen *g)
{
	gen_text(g, states[state(g)].verdict_title);
}

static void
put_mitigation(struct gen *g)
{
	gen_text(g, states[state(g)].mitigation);
}

static void
put_mitigation_title(struct gen *g)
{
	gen_text(g, states[state(g)].mitigation_title);
}

/* An agent that was off-line reports much later. */
static void
put_identified(struct gen *g)
{
	int64_t delay = rng_below(&g->rng, 20) > 0 ? STAMP_SECOND : STAMP_DAY;

	gen_time(g, g->row->created - rng_range(&g->rng, 1, delay));
}

static void
put_interfaces(struct gen *g)
{
	for (uint64_t i = 0, n = 1 + rng_below(&g->rng, 2); i < n; i++) {
		if (i > 0)
			buf_addc(g->out, ',');
		tmpl_expand(&interface_tmpl, g);
	}
}

static void
put_indicators(struct gen *g)
{
	for (uint64_t i = 0, n = rng_below(&g->rng, 4); i < n; i++) {
		if (i > 0)
			buf_addc(g->out, ',');
		tmpl_expand(&indicator_tmpl[rng_below(&g->rng, N_INDICATORS)],
		    g);
	}
}

static void
put_action(struct gen *g)
{
	static const char *const actions[] = {
		"kill", "quarantine", "remediate", "rollback",
		"network_quarantine",
	};

	gen_text(g, actions[g->nth % 5]);
}

static void
put_step(struct gen *g, int64_t add)
{
	gen_time(g, g->row->created + g->nth * 31 * STAMP_SECOND + add);
}

static void
put_step_started(struct gen *g)
{
	put_step(g, 1250123);
}

static void
put_step_ended(struct gen *g)
{
	put_step(g, 2000456);
}

static void
put_step_updated(struct gen *g)
{
	put_step(g, 2000999);
}

static void
put_report(struct gen *g)
{
	if (rng_below(&g->rng, 2) == 0) {
		gen_text(g, "null");
		return;
	}
	gen_text(g, "\"/threats/mitigation-report/");
	gen_number(g, g->row->id + g->nth + 1);
	buf_addc(g->out, '"');
}

/* The list grows with updates; the members behind it must not change. */
static void
put_mitigations(struct gen *g)
{
	uint32_t n = (uint32_t)rng_below(&g->rng, 3) + g->row->version % 4;
	struct rng before = g->rng;

	for (g->nth = 0; g->nth < n; g->nth++) {
		if (g->nth > 0)
			buf_addc(g->out, ',');
		tmpl_expand(&mitigation_tmpl, g);
	}
	g->rng = before;
}

static const struct tmpl_name names[] = {
	{ "action", put_action, NULL },
	{ "identified", put_identified, NULL },
	{ "indicators", put_indicators, NULL },
	{ "interfaces", put_interfaces, NULL },
	{ "mitigation", put_mitigation, NULL },
	{ "mitigation_title", put_mitigation_title, NULL },
	{ "mitigations", put_mitigations, NULL },
	{ "report", put_report, NULL },
	{ "status", put_status, NULL },
	{ "status_title", put_status_title, NULL },
	{ "step_ended", put_step_ended, NULL },
	{ "step_started", put_step_started, NULL },
	{ "step_updated", put_step_updated, NULL },
	{ "verdict", put_verdict, NULL },
	{ "verdict_title", put_verdict_title, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, gen_malware_names);
	tmpl_compile(&interface_tmpl, interface_source, names, NULL);
	tmpl_compile(&mitigation_tmpl, mitigation_source, names, NULL);
	for (size_t i = 0; i < N_INDICATORS; i++)
		tmpl_compile(&indicator_tmpl[i], indicator_sources[i], NULL,
		    NULL);
}

const struct gen_kind gen_threat = { init, &tmpl, NULL };
