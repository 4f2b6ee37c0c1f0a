/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules live so long and no longer. */
#pragma once

#include "proxy/guard/guard.h"

/* 0, or -1 when memory is out; life_fini() is fine then, too. */
int life_init(struct guard *guard);
void life_fini(struct guard *guard);

/* It has been let in, or is held, for so long (0: no end); a rule that has an
 * end keeps it. */
void life_begin(
    struct guard *guard, struct rib_rule *rule, uint64_t lifetime_ms);
/* It ends so long from now, whatever was said before (0: no end). */
void life_set(struct guard *guard, struct rib_rule *rule, uint64_t lifetime_ms);
/* No end any more. */
void life_forget(struct guard *guard, struct rib_rule *rule);
/* It ends so soon from now at the latest (0: no limit); false when it does
 * already. */
bool life_limit(struct guard *guard, struct rib_rule *rule, uint64_t most_ms);

/* What is left; 0: no end. At least 1 where there is one. */
uint64_t life_left_ms(const struct rib_rule *rule);
/* The same at a time of clock_boot_ms() that the caller has read already. */
uint64_t life_left_at_ms(const struct rib_rule *rule, uint64_t now_ms);

/* It has ended, or does in this moment. */
bool life_is_over(const struct rib_rule *rule);
/* Left of what an entry says, in doubt nothing: *ended. */
uint64_t life_of_entry(
    const struct guard *guard, const struct entry *entry, bool *ended);
