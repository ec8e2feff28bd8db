#include "config.h"

#include "tests/mock/gen.h"

/* One event of a threat: row->threat is its threat, row->index its place. */
static const char source[] =
    "{'activeContentFileId':null,'activeContentHash':?'@x40@',"
    "'activeContentPath':null,'agentDomain':'@NORTHWIND|WORKGROUP@',"
    "'agentGroupId':'@group_id@','agentId':'@agent_id@',"
    "'agentInfected':@false|true@,'agentIp':?'@external_ip@',"
    "'agentIsActive':@true|'True'@,'agentIsDecommissioned':@false|"
    "'False'@,'agentMachineType':'@laptop|desktop|server@',"
    "'agentName':'@host@','agentNetworkStatus':'@connected|"
    "disconnected@','agentOs':'@os@','agentUuid':'@agent_uuid@',"
    "'agentVersion':'@agent_version@','connectionStatus':@null|"
    "'SUCCESS'@,'createdAt':'@created@','direction':@null|'OUTGOING'@,"
    "'dnsRequest':@null|'cdn.example.net'@,'dnsResponse':@null|"
    "'type: A 203.0.113.80;'@,'dstIp':@null|'198.51.100.23'|"
    "'2001:db8::7'@,'dstPort':@null|443|'8443'@,"
    "'eventType':'@type@','fileFullName':?'@path@','fileId':@null|"
    "'0A1B'@,'fileMd5':?'@md5@','fileSha1':?'@sha1@',"
    "'fileSha256':?'@sha256@','fileSize':@'221696'|null|''|12@,"
    "'fileType':@'PE'|null@,'hasActiveContent':@null|false|true@,"
    "'id':'@id@','indicatorCategory':@null|'Evasion'@,"
    "'indicatorDescription':@null|'Zugriff auf Geheimnisse é'@,"
    "'indicatorMetadata':null,'indicatorName':@null|"
    "'ProcessHollowing'@,'loginsBaseType':null,'loginsUserName':?"
    "'@login@','md5':?'@md5@','networkMethod':@null|'GET'@,"
    "'networkSource':null,'networkUrl':@null|"
    "'https://cdn.example.net/a?b=1&c=%20'@,'objectType':'@object@',"
    "'oldFileMd5':null,'oldFileName':null,'oldFileSha1':?'@x40@',"
    "'oldFileSha256':null,'parentPid':@'1180'|1180|null@,"
    "'parentProcessGroupId':'@x16@','parentProcessIsMalicious':@false|"
    "true@,'parentProcessName':'winword.exe',"
    "'parentProcessUniqueKey':'@x16@','pid':'@4..70000@',"
    "'processCmd':'powershell.exe -enc @x24@ \\\"@file@\\\"',"
    "'processDisplayName':'Windows PowerShell',"
    "'processGroupId':'@storyline@','processImagePath':'@path@',"
    "'processImageSha1Hash':'@sha1@','processIntegrityLevel':'@HIGH|"
    "MEDIUM@','processIsMalicious':@false|true@,"
    "'processIsRedirectedCommandProcessor':'False',"
    "'processIsWow64':'@False|True@','processName':'@file@',"
    "'processRoot':'@True|False@','processSessionId':'1',"
    "'processStartTime':'@earlier@','processSubSystem':'SYS_WIN32',"
    "'processUniqueKey':'@x16@','processUserName':'@process_user@',"
    "'protocol':@null|'tcp'|'TCP'@,'publisher':@''|"
    "'EXAMPLE SOFTWARE LTD'@,'registryClassification':null,"
    "'registryId':null,'registryPath':@null|'MACHINE^SOFTWARE^Run'@,"
    "'relatedToThreat':@false|true|'true'@,'rpid':null,"
    "'sha1':?'@sha1@','sha256':?'@sha256@',"
    "'signatureSignedInvalidReason':null,'signedStatus':'@signed|"
    "unsigned@','siteId':'@site_id@','siteName':'@site@',"
    "'srcIp':?'@ip@','srcPort':@null|51544|'51544'@,"
    "'storyline':'@storyline@','taskName':null,'taskPath':null,"
    "'threatStatus':null,'tid':@null|'4410'@,"
    "'trueContext':'@storyline@','user':'@process_user@',"
    "'verifiedStatus':'@verified|not_verified@'@extra@}";

static const struct {
	const char *type, *object;
} types[] = {
	{ "PROCESSCREATION", "process" },
	{ "FILECREATION", "file" },
	{ "TCPV4", "ip" },
	{ "DNS", "dns" },
	{ "REGVALUEMODIFIED", "registry" },
	{ "LOGIN", "logins" },
	{ "SCHEDTASKREGISTER", "scheduled_task" },
	{ "BEHAVIORALINDICATORS", "indicators" },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static struct tmpl tmpl;

/* Static detections have none, some threats have many. */
uint32_t
gen_threat_event_count(const struct world *w, const struct row *threat)
{
	struct rng r = rng_for(w->seed, SET_THREAT_EVENT, threat->index);
	uint64_t dice = rng_below(&r, 20);
	uint64_t n = dice < 6 ? 0 : rng_below(&r, dice == 19 ? 300 : 20);

	return (uint32_t)n + 2 * threat->version;
}

static void
put_type(struct gen *g)
{
	gen_text(g, types[g->row->index % N_TYPES].type);
}

static void
put_object(struct gen *g)
{
	gen_text(g, types[g->row->index % N_TYPES].object);
}

static const struct tmpl_name names[] = {
	{ "object", put_object, NULL },
	{ "type", put_type, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, gen_malware_names);
}

static void
begin(struct gen *g)
{
	g->rng = rng_for(g->world->seed, SET_THREAT_EVENT, g->row->id);
}

const struct gen_kind gen_threat_event = { init, &tmpl, begin };
