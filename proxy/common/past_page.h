/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guard was working on when it ended: one page of memory that it shares
 * with the supervisor, which reads it when the guard is gone and believes
 * nothing in it. Both map it; it can neither grow nor shrink.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "policy/rule.h"

#define PAST_PAGE_SIZE 4096u
#define PAST_WORKING   UINT32_C(0x574f524b)

struct past_page {
	_Atomic uint32_t working; /* PAST_WORKING: the rest is filled in */
	uint32_t peer;
	uint32_t customer;
	uint32_t zero;
	struct rule rule; /* rule_size() octets of it */
};
_Static_assert(sizeof(struct past_page) <= PAST_PAGE_SIZE, "one page");
