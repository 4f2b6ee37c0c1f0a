/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operators' own rules. They go the way of all rules, as those of a
 * customer that owns nothing and whose session is the control socket.
 */
#pragma once

#include "proxy/guard/guard.h"

/* Its peer follows the configuration in force. 0, or -1: memory. */
int noc_configure(struct guard *guard);
void noc_fini(struct guard *guard);

/* NULL before the first configuration. */
struct guard_peer *noc_peer(const struct guard *guard);
bool noc_owns(const struct rib_rule *rule);
/* Who announced this rule of the NOC's; "" for others. */
const char *noc_operator(
    const struct guard *guard, const struct rib_rule *rule);
/* A rule of the NOC's came back from the log. */
void noc_restored(
    struct guard *guard, struct rib_rule *rule, const char *operator_name);

/* CTL_ANNOUNCE, CTL_RETRACT; answered. */
void noc_announce(struct guard *guard, const struct msg_ctl_request *msg);
void noc_retract(struct guard *guard, const struct msg_ctl_request *msg);
