#include "config.h"

#include "tests/mock/gen.h"

static const char source[] =
    "{'agentDetectionInfo':{'accountId':'@account_id@',"
    "'machineType':'@laptop|desktop|server@','name':'@host@',"
    "'osFamily':'@os@','osName':'@os_name@','osRevision':'@os_revision@',"
    "'siteId':'@site_id@','uuid':'@agent_uuid@',"
    "'version':'@agent_version@'},"
    "'agentRealtimeInfo':{'id':'@agent_id@','infected':@false|'true'@,"
    "'isActive':@true|'false'@,'isDecommissioned':@false|'false'@,"
    "'machineType':'@laptop|desktop|server@','name':?'@host@',"
    "'os':'@os@','uuid':'@agent_uuid@'},"
    "'alertInfo':{'alertId':'@id@','analystVerdict':'@verdict@',"
    "'createdAt':'@created@',"
    "'dnsRequest':@null|'cdn.example.net'|''@,"
    "'dnsResponse':@null|'type: A 203.0.113.80;'@,"
    "'dstIp':@null|'203.0.113.80'|'2001:db8::7'|''@,"
    "'dstPort':@null|'443'|'8443'|''@,'dvEventId':'@dv_event@',"
    "'eventType':'@PROCESSCREATION|FILECREATION|TCPV4|DNS|"
    "REGVALUEMODIFIED|WINLOGONATTEMPT@',"
    "'hitType':'@Events|Processes|Correlation@',"
    "'incidentStatus':'@status@',"
    "'indicatorCategory':@null|'Evasion'@,"
    "'indicatorDescription':@null|'Schlüssel wurde geändert'|''@,"
    "'indicatorName':@''|null|'ProcessHollowing'@,'isEdr':@false|true@,"
    "'loginAccountDomain':@null|'NORTHWIND'@,"
    "'loginAccountSid':@null|'S-1-5-21-1004-1104'@,"
    "'loginIsAdministratorEquivalent':@null|'False'|'True'|''@,"
    "'loginIsSuccessful':@null|'True'|'False'@,"
    "'loginType':@null|'REMOTE_INTERACTIVE'@,"
    "'loginsUserName':?'@|NORTHWIND^@@login@',"
    "'modulePath':@null|'C:^Temp^demo.dll'@,'moduleSha1':?'@x40@',"
    "'netEventDirection':@null|'OUTGOING'|'INCOMING'@,"
    "'registryKeyPath':@null|'MACHINE^SOFTWARE^Demo'@,"
    "'registryOldValue':null,'registryOldValueType':@null|'DWORD'@,"
    "'registryPath':@null|'MACHINE^SOFTWARE^Demo^Enabled'@,"
    "'registryValue':@null|'1'@,'reportedAt':'@reported@',"
    "'source':'STAR','srcIp':?'@ip@','srcMachineIp':?'@ip@',"
    "'srcPort':@null|'51544'|50123@,"
    "'tiIndicatorComparisonMethod':@null|'EQUALS'@,"
    "'tiIndicatorSource':@null|'Feed'@,'tiIndicatorType':@null|'SHA1'@,"
    "'tiIndicatorValue':null,'updatedAt':'@updated@'},"
    "'containerInfo':{'id':@null|'c0ffee'@,'image':null,'labels':null,"
    "'name':@null|'web'@},"
    "'kubernetesInfo':{'cluster':@null|'prod-1'@,"
    "'controllerKind':@null|'deployment'@,'controllerLabels':null,"
    "'controllerName':null,'namespace':@null|'default'@,"
    "'namespaceLabels':null,'node':null,'pod':@null|'web-6d9c'@,"
    "'podLabels':null},"
    "'ruleInfo':{'description':@''|null|'Büro startet Shell'@,"
    "'id':'@rule_id@','name':'@Office spawns shell|Suspicious outbound "
    "TLS|Neuer Dienst é@','queryLang':'@1.0|2.0@',"
    "'queryType':'@events|processes|correlation@',"
    "'s1ql':'EventType = \\\"Process Creation\\\" AND SrcProcName = "
    "\\\"winword.exe\\\"','scopeLevel':'@group|site|account|global@',"
    "'severity':'@Low|Medium|High|Critical@',"
    "'treatAsThreat':'@UNDEFINED|Suspicious|Malicious@'},"
    "'sourceParentProcessInfo':@parent@,'sourceProcessInfo':@process@,"
    "'targetProcessInfo':{'tgtFileCreatedAt':'@earlier@',"
    "'tgtFileHashSha1':?'@x40@','tgtFileHashSha256':?'@x64@',"
    "'tgtFileId':'@x16@','tgtFileIsSigned':'@signed|unsigned@',"
    "'tgtFileModifiedAt':?'@earlier@',"
    "'tgtFileOldPath':null,'tgtFilePath':'C:^Users^@login@^x y.bin',"
    "'tgtProcCmdLine':@null|'cmd.exe /c whoami'@,"
    "'tgtProcImagePath':'C:^Windows^System32^cmd.exe',"
    "'tgtProcIntegrityLevel':'@unknown|medium|high@',"
    "'tgtProcName':'cmd.exe','tgtProcPid':'@4..70000@',"
    "'tgtProcSignedStatus':'@signed|unsigned@',"
    "'tgtProcStorylineId':'@x16@','tgtProcUid':'@x16@',"
    "'tgtProcessStartTime':'@earlier@'}@extra@}";

static const char process_source[] =
    "{'commandline':'@powershell.exe -nop -w hidden|\\\"C:^a b.exe\\\" /q@',"
    "'effectiveUser':?'NORTHWIND^@login@','fileHashMd5':?'@x32@',"
    "'fileHashSha1':?'@x40@','fileHashSha256':?'@x64@',"
    "'filePath':'^Device^HarddiskVolume3^Users^@login@^a.exe',"
    "'fileSignerIdentity':?'EXAMPLE SIGNER',"
    "'integrityLevel':'@unknown|low|medium|high|system@',"
    "'loginUser':null,'name':'@winword.exe|explorer.exe|a.exe@',"
    "'pid':'@4..70000@','pidStarttime':'@earlier@','realUser':null,"
    "'storyline':'@x16@','subsystem':'@unknown|wsl|sys_win32@',"
    "'uniqueId':'@x16@','user':'NORTHWIND^@login@'}";

static struct tmpl tmpl, process_tmpl;

/* How an alert goes on: by number of updates. */
static const struct {
	const char *status, *verdict;
} states[] = {
	{ "Unresolved", "Undefined" },
	{ "In progress", "Undefined" },
	{ "In progress", "Suspicious" },
	{ "Resolved", "True positive" },
	{ "Resolved", "False positive" },
};
#define N_STATES (sizeof(states) / sizeof(states[0]))

static size_t
state(const struct gen *g)
{
	return (g->row->index % 2 + g->row->version) % N_STATES;
}

static void
put_status(struct gen *g)
{
	gen_text(g, states[state(g)].status);
}

static void
put_verdict(struct gen *g)
{
	gen_text(g, states[state(g)].verdict);
}

static void
put_process(struct gen *g)
{
	tmpl_expand(&process_tmpl, g);
}

/* Some seconds after it was created. */
static void
put_reported(struct gen *g)
{
	gen_time(g, g->row->created + rng_range(&g->rng, 0, 20000000));
}

static void
put_dv_event(struct gen *g)
{
	gen_text(g, "01HQ8Z5T3M4N5P6R7S8T9V0W");
	gen_number(g, g->row->index);
	gen_text(g, "_42");
}

static void
put_rule_id(struct gen *g)
{
	gen_number(g, UINT64_C(1402938271160544301) + rng_below(&g->rng, 9));
}

static const struct tmpl_name names[] = {
	{ "dv_event", put_dv_event, NULL },
	{ "parent", put_process, NULL },
	{ "process", put_process, NULL },
	{ "reported", put_reported, NULL },
	{ "rule_id", put_rule_id, NULL },
	{ "status", put_status, NULL },
	{ "verdict", put_verdict, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
	tmpl_compile(&process_tmpl, process_source, NULL, NULL);
}

const struct gen_kind gen_alert = { init, &tmpl, NULL };
