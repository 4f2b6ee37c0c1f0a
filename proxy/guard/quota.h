/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer, and all together, have used; who waits for room. */
#pragma once

#include "proxy/guard/guard.h"

/* 0, or -1 when memory is out; quota_fini() is fine then, too. */
int quota_init(struct guard *guard);
void quota_fini(struct guard *guard);

/* Limits are those of the configuration in force; what is counted stays. 0, or
 * -1 when memory is out. */
int quota_configure(struct guard *guard);

/* Fleet figures as a question of this customer has them. */
void quota_fleet(const struct guard *guard,
    const struct guard_customer *customer, struct fleet *fleet);

/* Is it one that goes when there is room? */
bool quota_waits(unsigned reason);

/* Do rules of it wait to pass by its rate of new ones? */
bool quota_queue(const struct guard_customer *customer);

/* A rule that is not refused takes its token as a new one, once. */
void quota_charge(struct guard *guard, struct rib_rule *rule);

/* Add to, or take from, what the customer and all together have used. */
void quota_add(struct guard *guard, struct guard_customer *customer,
    uint32_t rules, uint32_t cost);
void quota_take(struct guard *guard, struct guard_customer *customer,
    uint32_t rules, uint32_t cost);

/* What is counted of this rule is only monitored from now on (or no longer):
 * it takes nothing of the fleet's. */
void quota_idle(struct guard *guard, struct guard_customer *customer,
    const struct rib_rule *rule, bool on);

/* Nothing is counted, for a trial of config; and all as before. */
void quota_save(struct guard *guard, struct config *config);
/* This rule would pass, or be held, so: counted in the trial. */
void quota_try(struct guard *guard, const struct rib_rule *rule,
    const struct verdict *verdict);
void quota_restore(struct guard *guard);

/* Called once a turn: those that wait and fit now. */
void quota_promote(struct guard *guard);
/* Called once a second: those that have waited too long wait no more. */
void quota_second(struct guard *guard);
/* At or above the warning mark. */
bool quota_near(const struct guard *guard, const struct guard_customer *c);
