/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer asks for beside the rule, by communities of ours. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Part of the rule's identity like its actions: announced with another wish it
 * is a new rule. Zero asks for nothing. No padding.
 */
struct wish {
	uint32_t lifetime_s; /* no longer than this; 0: the customer's most */
	uint8_t dry_run;     /* judge and record it, never announce it */
	uint8_t zero[3];
};

#define WISH_LIFETIME_MAX_S (UINT32_C(366) * 86400)

/* It came from another process: as one of ours would say it. */
static inline bool
wish_valid(const struct wish *wish)
{
	return wish->lifetime_s <= WISH_LIFETIME_MAX_S && wish->dry_run <= 1 &&
	       wish->zero[0] == 0 && wish->zero[1] == 0 && wish->zero[2] == 0;
}

static inline bool
wish_equal(const struct wish *a, const struct wish *b)
{
	return a->lifetime_s == b->lifetime_s && a->dry_run == b->dry_run;
}
