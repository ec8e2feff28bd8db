/*
 * IP addresses as text.
 */
#ifndef S1SPOOL_ADDRESS_H
#define S1SPOOL_ADDRESS_H

#include <stdbool.h>

#include "collector/base/buf.h"

/*
 * What Elasticsearch takes for an address (InetAddresses.isInetAddress): four
 * decimal octets without leading zeros, or IPv6 with at most one "::", at its
 * end optionally dotted, optionally with a zone ("%" and at least one
 * character).
 */
bool address_is_valid(struct slice text);

#endif
