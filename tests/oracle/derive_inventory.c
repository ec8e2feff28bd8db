/*
 * Derived fields of what stands there: agents, groups, applications and their
 * risks.
 */
#include "config.h"

#include "tests/oracle/derive.h"
#include "tests/oracle/tree.h"

#define K "sentinel_one.application_risk."

void
derive_agent(struct oracle *o)
{
	static const char *const lists[][2] = {
		{ "related.hosts", "host.name" },
		{ "related.hosts", "host.domain" },
		{ "related.ip", "host.ip" },
		{ "related.ip", "sentinel_one.agent.last_ip_to_mgmt" },
		{ "related.ip", ".gateway_ip" },
		{ "related.ip", ".inet" },
		{ "related.ip", ".inet6" },
		{ "related.user",
		    "sentinel_one.agent.last_logged_in_user_name" },
		{ "related.user", "user.name" },
	};

	derive_user(o, ".os_username");
	DERIVE_LISTS(o, lists);
}

void
derive_application(struct oracle *o)
{
	oracle_add(o, "related.hosts", "host.name", true);
}

void
derive_application_risk(struct oracle *o)
{
	oracle_set(o, "event.outcome", tree_quote("unknown"));
	derive_outcome(o, K "last_scan_result", "succeeded", "failed");
	derive_severity(o, K "severity");
	if (derive_is_one_of(derive_string(o, K "os_type"),
	    "windows linux macos", false))
		derive_copy(o, "host.os.type", K "os_type");
}

void
derive_group(struct oracle *o)
{
	oracle_add(o, "related.user", "user.full_name", true);
}
