/*
 * Derived fields of alert and unified_alert.
 */
#include "config.h"

#include "tests/oracle/derive.h"
#include "tests/oracle/tree.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define A "sentinel_one.alert."

/* The name now takes the place of the one when detected, also when it is
 * empty. */
static void
derive_host_name(struct oracle *o)
{
	const char *now = derive_string(o, ".name_now");

	if (now != NULL && *now == '\0')
		oracle_set(o, "host.name", NULL);
	else
		derive_copy(o, "host.name", ".name_now");
}

void
derive_alert(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "related.hosts", ".detected_name" },
		{ "related.ip", "source.ip" },
		{ "related.ip", "destination.ip" },
		{ "related.ip", "host.ip" },
		{ "related.user", "user.name" },
		{ "related.hash", "dll.hash.sha1" },
		{ "related.hash", "process.parent.hash.md5" },
		{ "related.hash", "process.parent.hash.sha1" },
		{ "related.hash", "process.parent.hash.sha256" },
		{ "related.hash", "process.hash.md5" },
		{ "related.hash", "process.hash.sha1" },
		{ "related.hash", "process.hash.sha256" },
		{ "related.hash", A "target.process.file.hash.sha256" },
		{ "related.hash", A "target.process.file.hash.sha1" },
	};

	derive_host_name(o);
	derive_copy_text(o, "message", "rule.name");
	derive_severity(o, A "rule.severity");
	derive_user(o, ".user");
	derive_copy(o, "user.domain", ".account_domain");
	if (derive_is_one_of(derive_string(o, ".direction"), "ingress egress "
	    "inbound outbound internal external unknown", false))
		derive_copy(o, "network.direction", ".direction");
	DERIVE_LISTS(o, lists);
}

static void
derive_category(struct oracle *o)
{
	static const char *const categories[][2] = {
		{ "malware", "MALWARE RANSOMWARE TROJAN DOWNLOADER WORM VIRUS "
		  "SPYWARE KEYLOGGER INFO_STEALER ROOTKIT BACKDOOR DROPPER "
		  "COINMINER CRYPTOMINER MINER PACKED LINUX_MALWARE "
		  "MALICIOUS_OFFICE_DOC MALICIOUS_PDF GENERIC_HEURISTIC PUA "
		  "ROGUE TOOLBAR" },
		{ "intrusion_detection", "COMMAND_AND_CONTROL EXPLOIT "
		  "HACKTOOL ENUMERATION INTERACTIVE_SHELL REMOTE_SHELL "
		  "LATERAL_MOVEMENT MANUAL" },
		{ "network", "NETWORK" },
		{ "email", "PHISHING" },
	};
	const char *class = derive_string(o,
	    "sentinel_one.threat_classification.name");

	for (size_t i = 0; i < COUNT_OF(categories); i++)
		if (derive_is_one_of(class, categories[i][1], false))
			derive_add_word(o, "event.category", categories[i][0]);
}

/* A known operating system ends the rules here: what the others would have set
 * is not set, unless the option corrects it. */
static void
derive_cloud(struct oracle *o)
{
	static const char *const rest[] = { "cloud", "container",
		"orchestrator" };
	static const char *const fall_backs[][2] = {
		{ "cloud.instance.id", ".details_id" },
		{ "cloud.machine.type", ".details_type" },
		{ "cloud.region", ".details_region" },
	};
	bool correct = oracle_switch(o, "correct_cloud_fields");

	derive_copy(o, "cloud.account.id", ".service_account");
	derive_copy(o, "cloud.account.id", ".subscription_id");
	for (size_t i = 0; correct && i < COUNT_OF(fall_backs); i++)
		if (oracle_get(o, fall_backs[i][0]) == NULL)
			derive_copy(o, fall_backs[i][0], fall_backs[i][1]);
	if (correct || oracle_get(o, "host.os.type") == NULL)
		return;
	for (size_t i = 0; i < COUNT_OF(rest); i++)
		oracle_set(o, rest[i], NULL);
}

/* Some values go to a list whether they are in it or not. */
static void
derive_related(struct oracle *o)
{
	static const struct {
		const char *to, *from;
		bool unique;
	} lists[] = {
		{ "host.ip", ".console_ip", false },
		{ "host.ip", ".ip_v4", false },
		{ "host.ip", ".ip_v6", false },
		{ "related.hosts", ".asset_id", false },
		{ "related.hosts", "host.name", false },
		{ "related.hosts", "source.domain", true },
		{ "related.user", ".asset_user", false },
		{ "related.user", ".detected_user", false },
		{ "related.user", "user.email", true },
		{ "related.user", "user.name", true },
		{ "related.user", ".assignee_email", true },
		{ "related.user", ".assignee_name", true },
		{ "related.user", ".assignee_id", true },
		{ "related.ip", ".console_ip", false },
		{ "related.ip", ".ip_v4", false },
		{ "related.ip", ".ip_v6", false },
		{ "related.ip", "source.ip", true },
		{ "related.hash", "file.hash.md5", true },
		{ "related.hash", "file.hash.sha1", true },
		{ "related.hash", "file.hash.sha256", true },
		{ "related.hash", ".exclusion_hash", true },
	};

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		oracle_add(o, lists[i].to, lists[i].from, lists[i].unique);
}

void
derive_unified_alert(struct oracle *o)
{
	derive_category(o);
	derive_outcome(o, ".result", "mitigated", "unmitigated");
	derive_severity(o, ".severity");
	derive_copy_text(o, "message", ".name");
	derive_cloud(o);
	derive_related(o);
}
