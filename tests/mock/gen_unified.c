#include "config.h"

#include "tests/mock/gen.h"

/* A node of the GraphQL answer: row->created is its detectedAt. */
static const char source[] =
    "{'id':'@uid@','aiInvestigation':@null|{'purpleAiStatus':'QUEUED',"
    "'status':null,'verdict':''}@,'analystVerdict':'@verdict@',"
    "'analytics':@null|{'category':'Behavioral','name':'Beacon Pattern é',"
    "'typeValue':'RULE','uid':'an-7731'}@,'assets':[@asset@],"
    "'assignee':@assignee@,'attackSurfaces':@[]|['ENDPOINT']|['CLOUD',"
    "'NETWORK']@,'availableActionIds':@[]|['S1/kill','S1/addNote']@,"
    "'classification':@'MALWARE'|'COMMAND_AND_CONTROL'|null@,"
    "'confidenceLevel':'@MALICIOUS|SUSPICIOUS@',"
    "'createdAt':'@created_ms@','dataSources':@[]|['ENDPOINT']@,"
    "'description':@null|''|'Outbound beacon'|'Verdächtige Anmeldung'@,"
    "'detectedAt':'@detected@',"
    "'detectionSource':{'product':'@EDR|STAR|CWS@',"
    "'vendor':'SentinelOne'},"
    "'detectionTime':{'assets':[{'accessible':@true|false@,"
    "'asset':{'agentVersion':'@agent_version@',"
    "'consoleIpAddress':?'@external_ip@','domain':'corp',"
    "'ipV4':?'@ip@','ipV6':?'@ip6@','lastLoggedInUser':?'@login@',"
    "'osName':'@os_name@','osRevision':'@os_revision@',"
    "'osType':'@os@','policy':null,'subscriptionTime':?'@earlier@'},"
    "'cloud':@null|{'accountId':'prod','cloudProvider':'AWS','image':null,"
    "'instanceId':'i-77aa','instanceSize':null,'location':'eu-west-1',"
    "'network':'vpc-9','providerDetails':{'accountId':'900011112222',"
    "'imageId':'ami-0a1','instanceId':'i-77aa','instanceType':'m7g.large',"
    "'region':'eu-west-1','role':'ci','securityGroups':['sg-1'],"
    "'subnetIds':[],'tags':['team:build'],'vpcId':'vpc-9'},'tags':[]}@,"
    "'kubernetes':@null|{'clusterName':'ci','containerId':'c0ffee',"
    "'containerImageName':'runner:4','containerLabels':['app=runner'],"
    "'containerName':'runner','controllerLabels':null,"
    "'controllerName':'runner-rs','controllerType':'replicaset',"
    "'namespaceLabels':null,'namespaceName':'ci-jobs','nodeLabels':null,"
    "'nodeName':'n1','podLabels':[],'podName':'runner-1'}@,"
    "'origin':'RESOURCES','scope':@scope@}],"
    "'attacker':@null|{'host':'c2.bad.example','ip':'192.0.2.66'}|"
    "{'host':null,'ip':''}@,'scope':@scope@,"
    "'targetUser':@null|{'domain':'corp','emailAddress':'',"
    "'name':'svc-build'}@},"
    "'exclusionHash':?'@x32@','externalId':@external@,"
    "'firstSeenAt':?'@detected@','lastSeenAt':?'@updated_ms@',"
    "'name':'@Beacon to c2.bad.example|Office spawns shell|不審な通信@',"
    "'noteExists':@false|true@,"
    "'process':@null|{'cmdLine':'/opt/x -q','file':{'certSubject':null,"
    "'md5':null,'name':'x','path':'/opt/x','sha1':"
    "'da39a3ee5e6b4b0d3255bfef95601890afd80709','sha256':''},"
    "'parentName':'sh'}@,"
    "'realTime':{'scope':{'account':{'id':'@account_id@',"
    "'name':'@account@'},'group':{'id':'@group_id@','name':'@group@'},"
    "'site':{'id':'@site_id@','name':'@site@'}}},"
    "'result':'@UNMITIGATED|MITIGATED@',"
    "'severity':'@CRITICAL|HIGH|MEDIUM|LOW|INFO|UNKNOWN@',"
    "'sloDetails':@null|{'timeToResolveData':null,'timeToResponseData':"
    "{'actionComplete':'false','actionDue':'45','completion':null,"
    "'completionTime':null,'status':'IN_PROGRESS','target':60,"
    "'targetTime':'2026-03-03T09:15:01Z'}}@,'status':'@status@',"
    "'storylineId':?'@x16@','ticketId':@null|''|'INC0012345'@,"
    "'updatedAt':'@updated_ms@'}";

static const char asset_source[] =
    "{'accessible':@true|'true'|false@,'agentUuid':?'@agent_uuid@',"
    "'agentVersion':'@agent_version@',"
    "'assetTypeClassifier':@null|'AWS EC2 Instance'@,"
    "'category':'@Server|Workstation@',"
    "'connectivityToConsole':@null|'ONLINE'@,'decommissioned':@false|"
    "'true'@,'id':'asset-@agent_id@','lastLoggedInUser':?'@login@',"
    "'name':'@host@','origin':'RESOURCES','osType':'@os@',"
    "'osVersion':'@os_name@','pendingReboot':false,'policy':null,"
    "'role':'TARGET','status':'ACTIVE','subcategory':'Other Device'}";

static const char assignee_source[] =
    "{'email':?'@admin_mail@','fullName':'@admin@','userId':'@admin_id@'}";

static const char scope_source[] =
    "{'accountId':'@account_id@','accountName':'@account@',"
    "'groupName':'@group@','siteName':'@site@'}";

static struct tmpl tmpl, asset_tmpl, assignee_tmpl, scope_tmpl;

/* How an alert goes on: by number of updates. */
static const struct {
	const char *status, *verdict;
} states[] = {
	{ "NEW", "UNDEFINED" },
	{ "IN_PROGRESS", "UNDEFINED" },
	{ "IN_PROGRESS", "SUSPICIOUS" },
	{ "RESOLVED", "TRUE_POSITIVE" },
	{ "RESOLVED", "FALSE_POSITIVE_USER_ERROR" },
};
#define N_STATES (sizeof(states) / sizeof(states[0]))

static size_t
state(const struct gen *g)
{
	return (g->row->index % 2 + g->row->version) % N_STATES;
}

uint64_t
gen_unified_external(const struct row *row)
{
	return row->index % 5 == 0 ? 0 : row->id - row->index;
}

static void
put_uid(struct gen *g)
{
	set_put_id(SET_UNIFIED, g->row->id, g->out);
}

static void
put_external(struct gen *g)
{
	uint64_t id = gen_unified_external(g->row);

	if (id == 0) {
		gen_text(g, "null");
		return;
	}
	buf_addc(g->out, '"');
	gen_number(g, id);
	buf_addc(g->out, '"');
}

static void
put_detected(struct gen *g)
{
	gen_time_ms(g, g->row->created);
}

static void
put_created(struct gen *g)
{
	gen_time_ms(g, g->row->created + rng_range(&g->rng, 0, 3000000));
}

static void
put_updated(struct gen *g)
{
	gen_time_ms(g, g->row->updated);
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
put_asset(struct gen *g)
{
	uint64_t n = rng_below(&g->rng, 3);

	for (uint64_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(g->out, ',');
		tmpl_expand(&asset_tmpl, g);
	}
}

static void
put_assignee(struct gen *g)
{
	if (rng_below(&g->rng, 2) == 0)
		gen_text(g, "null");
	else
		tmpl_expand(&assignee_tmpl, g);
}

static void
put_scope(struct gen *g)
{
	tmpl_expand(&scope_tmpl, g);
}

static const struct tmpl_name names[] = {
	{ "asset", put_asset, NULL },
	{ "assignee", put_assignee, NULL },
	{ "created_ms", put_created, NULL },
	{ "detected", put_detected, NULL },
	{ "external", put_external, NULL },
	{ "scope", put_scope, NULL },
	{ "status", put_status, NULL },
	{ "uid", put_uid, NULL },
	{ "updated_ms", put_updated, NULL },
	{ "verdict", put_verdict, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
	tmpl_compile(&asset_tmpl, asset_source, names, NULL);
	tmpl_compile(&assignee_tmpl, assignee_source, names, NULL);
	tmpl_compile(&scope_tmpl, scope_source, names, NULL);
}

const struct gen_kind gen_unified = { init, &tmpl, NULL };
