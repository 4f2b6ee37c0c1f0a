/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking out what does harm: everything, a customer, a rule. What an operator
 * did stays over restarts; what comes back is judged before it goes inward.
 */
#pragma once

#include "proxy/guard/guard.h"

/* Why nothing of this rule may go inward now; ACCEPTED: no such reason. */
enum reason contain_reason(
    const struct guard *guard, const struct rib_rule *rule);
/* It was let in and is kept out, to come back when that ends. */
bool contain_out(const struct guard *guard, const struct rib_rule *rule);
/* Take it out of the inward tables; its record stays live. */
void contain_hold(struct guard *guard, struct rib_rule *rule);

/* Persisted, in an entry's count. */
enum contain_verb {
	CONTAIN_PANIC = 1,
	CONTAIN_FREEZE = 2,
	CONTAIN_QUARANTINE = 3,
	CONTAIN_VERBS
};
/*
 * Do it: to customer, or (FREEZE: NULL) to all. False when it was so already.
 * Never fails: what finds no room in the log is *owed, and recorded later.
 */
bool contain_begin(struct guard *guard, enum contain_verb verb,
    struct guard_customer *customer, const struct msg_ctl_request *msg,
    bool *owed);
/* Before the store has said what stands: what routers hold of whom is kept out
 * leaves this table. */
void contain_held(const struct guard *guard, struct rib_out *out);
/* Undo it; rules that it kept out are judged. False when it was not so, or
 * (*full) the log has no room for it now. */
bool contain_end(struct guard *guard, enum contain_verb verb,
    struct guard_customer *customer, const struct msg_ctl_request *msg,
    bool *full);

/* Another configuration: customers may be back for whom one was restored. */
void contain_configure(struct guard *guard);
/* A live entry of such an act; false when it is none. */
bool contain_restore(struct guard *guard, const struct entry *entry);

/* Malformed input from a customer. */
void contain_strike(struct guard *guard, struct guard_customer *customer);
/* An operator's pardon. False when it was not muted. */
bool contain_unmute(struct guard *guard, struct guard_customer *customer,
    const struct msg_ctl_request *msg);

/* Its session was lost, not by anybody's wish, as msg says. */
void contain_lost(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg);
/* A rule is announced (again): was it one that kills sessions? */
void contain_suspect(struct guard *guard, struct rib_rule *rule);
/* Is it, or does it now turn out to be, a rule of which a guard may have
 * crashed? */
bool contain_crashed(struct guard *guard, struct rib_rule *rule);
/* Such a rule is kept out, and on record so. There is room in the log. */
void contain_crash(struct guard *guard, struct rib_rule *rule);
bool contain_recorded(const struct rib_rule *rule); /* it is already */
/* An operator lets a flapped or suspected rule back: it is judged. */
void contain_pardon(struct guard *guard, struct rib_rule *rule);

/* Called once a turn: entries that are owed. */
void contain_promote(struct guard *guard);
/* Called once a second: mutes end. */
void contain_second(struct guard *guard);
