/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decision process (RFC 4271 9.1.2.2, RFC 4456 9) over the routes of one
 * prefix. Each step takes routes out of what the steps before it left, so the
 * outcome does not depend on the order of arrival, also where MED, compared
 * only among routes of one neighbouring AS, gives no order of all routes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/unicast.h"
#include "proxy/guard/rib_unicast.h"

/* One route. Pointers are borrowed. */
struct candidate {
	const struct route_facts *facts;
	const struct source_info *source;
	uint16_t number; /* of the source: decides between equal addresses */
	bool stale;
	uint8_t step; /* enum route_step, as in struct rib_route */
};

/* Which of n > 0 routes is best; sets the step of each. */
size_t decision_run(struct candidate *set, size_t n);
