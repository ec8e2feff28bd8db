/*
 * Policies for Fleet, as bodies of POST /api/fleet/package_policies.
 */
#ifndef S1SPOOL_FLEET_H
#define S1SPOOL_FLEET_H

#include "collector/setup/feeds.h"
#include "collector/setup/setup.h"

/*
 * Deliver a policy of the package Custom Logs (Filestream) for each feed, and,
 * if a version of the package sentinel_one is given, one of that for each
 * namespace, with all of its inputs off.  The feeds are those of namespaces.
 * The exit code.
 */
int fleet_policies(struct setup *s, const struct feeds *feeds);

#endif
