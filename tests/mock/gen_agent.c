#include "config.h"

#include "tests/mock/gen.h"

#include <stdio.h>

/* Members in alphabetical order, as the console has them. */
static const char source[] =
    "{'accountId':'@account_id@','accountName':'@account@',"
    "'activeDirectory':?{"
    "'computerDistinguishedName':?'CN=@host@,OU=@dept@,DC=northwind,"
    "DC=example','computerMemberOf':@[]|['CN=Laptops,DC=northwind']@,"
    "'lastUserDistinguishedName':?'CN=@person@,OU=Users,DC=northwind,"
    "DC=example','lastUserMemberOf':?['CN=@dept@,OU=Groups,DC=northwind,"
    "DC=example','CN=VPN^, all,OU=Groups,DC=northwind,DC=example'],"
    "'mail':?'@mail@',"
    "'userPrincipalName':?'@mail@'},"
    "'activeThreats':@active_threats@,'agentVersion':'@agent_version@',"
    "'allowRemoteShell':@true|false@,"
    "'appsVulnerabilityStatus':'@patch_required|up_to_date|not_applicable@',"
    "'cloudProviders':@cloud@,'computerName':'@host@',"
    "'consoleMigrationStatus':'@N/A|N/A|N/A|Pending|Migrated@',"
    "'containerizedWorkloadCounts':@workload@,"
    "'coreCount':@2..32@,'cpuCount':@1..2@,'cpuId':'@cpu@',"
    "'createdAt':'@created@',"
    "'detectionState':@null|'full_mode'|'full_mode'@,"
    "'domain':'@NORTHWIND|NORTHWIND|WORKGROUP@',"
    "'encryptedApplications':@true|false@,"
    "'externalId':@''|null|'INV-4711'@,'externalIp':'@external_ip@',"
    "'firewallEnabled':@true|false@,'firstFullModeTime':?'@earlier@',"
    "'fullDiskScanLastUpdatedAt':?'@earlier@','groupId':'@group_id@',"
    "'groupIp':'198.51.100.x','groupName':'@group@',"
    "'groupUpdatedAt':@null|null|'2026-01-12T07:31:05.112233Z'@,"
    "'hasContainerizedWorkload':@false|false|true@,'id':'@id@',"
    "'inRemoteShellSession':false,'infected':@infected@,"
    "'installerType':'@.msi|.exe|.deb|.rpm|.pkg|unknown@',"
    "'isActive':@is_active@,'isDecommissioned':@is_decommissioned@,"
    "'isPendingUninstall':false,'isUninstalled':@is_uninstalled@,"
    "'isUpToDate':@true|false@,'lastActiveDate':'@updated@',"
    "'lastIpToMgmt':'@ip@','lastLoggedInUserName':?'@login@',"
    "'lastSuccessfulScanDate':?'@earlier@','licenseKey':'',"
    "'locationEnabled':@true|false@,"
    "'locationType':'@fallback|specific|not_applicable|not_supported@',"
    "'locations':@locations@,"
    "'machineType':'@desktop|laptop|laptop|server|kubernetes node@',"
    "'missingPermissions':@[]|[]|null|['user-action-needed-fda',"
    "'user-action-needed-network']@,"
    "'mitigationMode':'@protect|protect|detect@',"
    "'mitigationModeSuspicious':'@detect|protect@',"
    "'modelName':'@model@',"
    "'networkInterfaces':@interfaces@,'networkQuarantineEnabled':false,"
    "'networkStatus':'@network_status@','operationalState':'@na|na|"
    "partially_disabled@','operationalStateExpiration':null,"
    "'osArch':'@64 bit|64 bit|ARM64|32 bit@','osName':'@os_name@',"
    "'osRevision':'@os_revision@','osStartTime':?'@earlier_second@',"
    "'osType':'@os@','osUsername':@null|'root'|''@,"
    "'policyUpdatedAt':?'@earlier@',"
    "'proxyStates':@{'console':false,'deepVisibility':false}|"
    "{'console':null,'deepVisibility':null}|{'console':true,"
    "'deepVisibility':null}@,"
    "'rangerStatus':'@NotApplicable|Enabled|Disabled@',"
    "'rangerVersion':@null|'24.1.0.3'@,'registeredAt':'@registered@',"
    "'remoteProfilingState':'disabled',"
    "'remoteProfilingStateExpiration':null,'scanAbortedAt':@null|null|"
    "'2025-12-24T23:59:59.999999Z'@,'scanFinishedAt':?'@earlier@',"
    "'scanStartedAt':?'@earlier@',"
    "'scanStatus':'@none|started|aborted|finished|finished@',"
    "'serialNumber':?'@serial@','showAlertIcon':false,"
    "'siteId':'@site_id@','siteName':'@site@','storageName':null,"
    "'storageType':null,'tags':@tags@,'threatRebootRequired':false,"
    "'totalMemory':@4096..65536@,'updatedAt':'@updated@',"
    "'userActionsNeeded':@[]|[]|['reboot_needed']@,"
    "'uuid':'@agent_uuid@'@extra@}";

static const char interface_source[] =
    "{'gatewayIp':?'@gateway_ip@','gatewayMacAddress':?'@mac@',"
    "'id':'@some_id@','inet':?['@ip@'],'inet6':?['@ip6@'],"
    "'name':'@Ethernet|Ethernet 2|Wi-Fi|vEthernet (WSL)|eth0|en0@',"
    "'physical':'@mac@'}";

static const char *const cloud_sources[] = {
	"{'AWS':{'awsRole':?'ec2-app-role',"
	"'awsSecurityGroups':?['sg-@x8@','sg-@x8@'],"
	"'awsSubnetIds':['subnet-@x8@'],"
	"'cloudAccount':'@100000000000..999999999999@',"
	"'cloudImage':'ami-@x17@','cloudInstanceId':'i-@x17@',"
	"'cloudInstanceSize':'@t3.large|m5.xlarge|c6i.2xlarge@',"
	"'cloudLocation':'@eu-west-3|us-east-1@','cloudNetwork':'vpc-@x8@',"
	"'cloudTags':?['env=prod','owner=@dept@']}}",
	"{'Azure':{'azureResourceGroup':'rg-prod','cloudAccount':'@uuid@',"
	"'cloudInstanceId':'@uuid@','cloudInstanceSize':'Standard_D2s_v5',"
	"'cloudLocation':'westeurope','cloudTags':null}}",
	"{'GCP':{'cloudInstanceId':'@1000000000000000000.."
	"9000000000000000000@','cloudLocation':'europe-west9-a',"
	"'gcpServiceAccount':'svc@@proj.example'}}",
	"{'Kubernetes':{'agentNamespace':'sentinelone',"
	"'agentPodName':'s1-agent-@x5@','clusterName':'prod-@1..4@',"
	"'kubernetesNodeLabels':?['zone=a','disk=ssd'],"
	"'kubernetesNodeName':'node-@1..90@','kubernetesType':'@EKS|AKS|GKE@',"
	"'kubernetesVersion':'v1.30'}}",
};
#define N_CLOUDS (sizeof(cloud_sources) / sizeof(cloud_sources[0]))

static const char location_source[] =
    "[{'id':'@some_id@','name':'@Fallback|Büro|VPN@',"
    "'scope':'@site|group|account|global@'}]";

static const char tag_source[] =
    "{'assignedAt':'@earlier@','assignedBy':'@admin@',"
    "'assignedById':'@admin_id@','id':'@some_id@',"
    "'key':'@owner|env|Kostenstelle@','value':'@finance|prod|4711|é@'}";

static struct tmpl tmpl, interface_tmpl, location_tmpl, tag_tmpl;
static struct tmpl cloud_tmpl[N_CLOUDS];

/* What depends on the operating system. */
static const struct {
	const char *cpu, *model;
} systems[OS_COUNT] = {
	[OS_WINDOWS] = { "13th Gen Intel(R) Core(TM) i7-1355U",
	    "Dell Inc. - Latitude 5440" },
	[OS_MACOS] = { "Apple M3 Pro", "Apple Inc. - Mac15,6" },
	[OS_LINUX] = { "AMD EPYC 7R32", "Amazon EC2 - t3.large" },
};

static void
put_cpu(struct gen *g)
{
	gen_text(g, systems[g->agent.os].cpu);
}

static void
put_model(struct gen *g)
{
	gen_text(g, systems[g->agent.os].model);
}

static void
put_flag(struct gen *g, uint32_t flag, bool when_set)
{
	bool set = (g->row->kind & flag) != 0;

	gen_text(g, set == when_set ? "true" : "false");
}

static void
put_infected(struct gen *g)
{
	put_flag(g, AGENT_INFECTED, true);
}

static void
put_is_active(struct gen *g)
{
	put_flag(g, AGENT_INACTIVE, false);
}

static void
put_is_decommissioned(struct gen *g)
{
	put_flag(g, AGENT_DECOMMISSIONED, true);
}

static void
put_is_uninstalled(struct gen *g)
{
	put_flag(g, AGENT_UNINSTALLED, true);
}

static void
put_active_threats(struct gen *g)
{
	gen_number(g, (g->row->kind & AGENT_INFECTED) ?
	    1 + g->row->version % 3 : 0);
}

const char *
gen_network_status(const struct row *agent)
{
	static const char *const born[] = {
		"connected", "connected", "connected", "disconnecting",
		"disconnected", "connecting",
	};
	static const char *const states[] = {
		[NETWORK_CONNECTED] = "connected",
		[NETWORK_CONNECTING] = "connecting",
		[NETWORK_DISCONNECTED] = "disconnected",
		[NETWORK_DISCONNECTING] = "disconnecting",
	};

	return agent->state == NETWORK_AS_BORN ? born[agent->version % 6] :
	    states[agent->state];
}

static void
put_network_status(struct gen *g)
{
	gen_text(g, gen_network_status(g->row));
}

static void
put_registered(struct gen *g)
{
	gen_time(g, g->row->created - 4321);
}

static void
put_serial(struct gen *g)
{
	char text[16];

	snprintf(text, sizeof(text), "%07X",
	    (unsigned)(g->agent.serial & 0xfffffff));
	gen_text(g, text);
}

static void
put_cloud(struct gen *g)
{
	if (g->agent.os != OS_LINUX || rng_below(&g->rng, 2) == 0)
		gen_text(g, "{}");
	else
		tmpl_expand(&cloud_tmpl[rng_below(&g->rng, N_CLOUDS)], g);
}

static void
put_workload(struct gen *g)
{
	if (rng_below(&g->rng, 4) > 0)
		gen_text(g, "null");
	else
		gen_text(g, "{\"containersCount\":12,\"podsCount\":null,"
		    "\"tasksCount\":0}");
}

static void
put_locations(struct gen *g)
{
	if (rng_below(&g->rng, 3) == 0)
		gen_text(g, "null");
	else
		tmpl_expand(&location_tmpl, g);
}

static void
put_list(struct gen *g, const struct tmpl *t, uint64_t n)
{
	buf_addc(g->out, '[');
	for (uint64_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(g->out, ',');
		tmpl_expand(t, g);
	}
	buf_addc(g->out, ']');
}

static void
put_interfaces(struct gen *g)
{
	put_list(g, &interface_tmpl, 1 + rng_below(&g->rng, 3));
}

static void
put_tags(struct gen *g)
{
	gen_text(g, "{\"sentinelone\":");
	put_list(g, &tag_tmpl, rng_below(&g->rng, 3));
	buf_addc(g->out, '}');
}

static const struct tmpl_name names[] = {
	{ "active_threats", put_active_threats, NULL },
	{ "cloud", put_cloud, NULL },
	{ "cpu", put_cpu, NULL },
	{ "infected", put_infected, NULL },
	{ "interfaces", put_interfaces, NULL },
	{ "is_active", put_is_active, NULL },
	{ "is_decommissioned", put_is_decommissioned, NULL },
	{ "is_uninstalled", put_is_uninstalled, NULL },
	{ "locations", put_locations, NULL },
	{ "model", put_model, NULL },
	{ "network_status", put_network_status, NULL },
	{ "registered", put_registered, NULL },
	{ "serial", put_serial, NULL },
	{ "tags", put_tags, NULL },
	{ "workload", put_workload, NULL },
	{ NULL, NULL, NULL },
};

static void
init(void)
{
	tmpl_compile(&tmpl, source, names, NULL);
	tmpl_compile(&interface_tmpl, interface_source, NULL, NULL);
	tmpl_compile(&location_tmpl, location_source, NULL, NULL);
	tmpl_compile(&tag_tmpl, tag_source, NULL, NULL);
	for (size_t i = 0; i < N_CLOUDS; i++)
		tmpl_compile(&cloud_tmpl[i], cloud_sources[i], NULL, NULL);
}

const struct gen_kind gen_agent = { init, &tmpl, NULL };
