/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of prefixes as bgpq4 -j writes it: {"NAME": [{"prefix":
 * "192.0.2.0/24", "exact": true}, ...], ...}, and several such texts one after
 * the other (one for each address family). Each prefix counts as such: exact,
 * greater-equal and less-equal say which lengths may be announced, which is not
 * asked here. The only place of the loader that knows jansson.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"
#include "proxy/common/message.h"

#define IRR_WHY_MAX sizeof(((struct msg_cfg_irr *)0)->why)

struct irr_json {
	struct prefix *prefixes; /* n of them, in file order; for free() */
	size_t n;
	char why[IRR_WHY_MAX]; /* not usable: why, printable */
};

/*
 * Parse len octets, at most max prefixes. IRR_USABLE with at least one prefix,
 * IRR_BROKEN or IRR_EMPTY with why, and then none.
 */
enum irr_status irr_json_parse(
    const void *bytes, size_t len, size_t max, struct irr_json *out);
