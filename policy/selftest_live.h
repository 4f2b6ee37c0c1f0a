/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that no configuration may let pass, asked for a configured customer. */
#pragma once

#include "policy/judge.h"

#define SELFTEST_LIVE_ROWS 14u

struct selftest_live {
	struct customer customer; /* a view of the real one: not freed */
	struct rule rule;
	struct action_set actions;
	struct question q; /* points at those above */
	struct prefix owned;
	struct prefix foreign;
	const struct question *live; /* borrowed */
};

/* live has a customer; both outlive the struct. */
void selftest_live_init(
    struct selftest_live *asked, const struct question *live);

/* Put row i (< SELFTEST_LIVE_ROWS) into asked->q. The reason that it is there
 * for (an earlier check may have another), or ACCEPTED when this customer's
 * configuration leaves no such rule. */
enum reason selftest_live_row(struct selftest_live *asked, unsigned i);
