/*
 * The endpoints that are lists of stored rows.
 */
#ifndef S1SPOOL_MOCK_LISTS_H
#define S1SPOOL_MOCK_LISTS_H

#include "tests/mock/exchange.h"

void list_activities(struct exchange *x);
void list_agents(struct exchange *x);
void list_alerts(struct exchange *x);
void list_groups(struct exchange *x);
void list_inventory(struct exchange *x);
void list_risks(struct exchange *x);
void list_threats(struct exchange *x);

/* The computers that have one application; 400 unless ?applicationName= and
 * ?applicationVendor= say which. */
void list_installations(struct exchange *x);

#endif
