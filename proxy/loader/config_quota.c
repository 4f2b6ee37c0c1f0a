/* SPDX-License-Identifier: BSD-2-Clause */
/* A guarantee that could not be kept is none. */
#include "proxy/loader/config_quota.h"

#include <inttypes.h>
#include <stdio.h>

#include "proxy/loader/problem.h"

void
config_quota_check(struct config *config)
{
	const struct msg_cfg_fleet *fleet = &config->fleet.msg;
	uint64_t customers = config->customers.n;
	bool rules = fleet->max_rules < fleet->max_cost;
	uint32_t most = rules ? fleet->max_rules : fleet->max_cost;
	const struct place *at = &config->fleet.guaranteed_at;
	char found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];

	if (most == UINT32_MAX || customers * fleet->guaranteed <= most)
		return;
	if (at->line == 0)
		at = &config->where[SECTION_FLEET];
	if (at->line == 0)
		at = &config->where[SECTION_TOP];
	(void)snprintf(found, sizeof(found),
	    "%" PRIu32 " for each of %" PRIu64 " customers, %" PRIu64
	    " together",
	    fleet->guaranteed, customers, customers * fleet->guaranteed);
	(void)snprintf(wanted, sizeof(wanted),
	    "at most %" PRIu64 ", as fleet.%s is %" PRIu32
	    ", or a larger fleet",
	    most / customers, rules ? "max_rules" : "max_cost", most);
	problem_add(config, at, "fleet.guaranteed", found, wanted);
}
