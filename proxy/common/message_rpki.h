/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from the rpki role to the guard. */
#pragma once

#include "proxy/common/message_base.h"

struct msg_vrp_begin { /* MSG_VRP_BEGIN */
	struct msg_head head;
};

#define VRPS_MAX 600u /* in one message */

/* VRPs that came, or went; then n times struct vrp. In no order, each at most
 * once; announced ones are not there yet, withdrawn ones are. */
struct msg_vrp {
	struct msg_head head;
	uint16_t n;
	uint8_t withdraw;
	uint8_t zero[5];
};

/* What the VRPs sent so far are worth. FRESH: they are one complete set, that
 * of session and serial. Sent on change, and first of all to a new guard. */
struct msg_rpki_state {
	struct msg_head head;
	uint8_t state; /* enum rpki_state */
	uint8_t held;  /* a smaller set has come and waits for MSG_CONFIRMED */
	uint16_t session;
	uint32_t serial;
	uint32_t have[2];    /* IPv4, IPv6: VRPs in force */
	uint32_t found[2];   /* .. and in the set that is held */
	uint64_t since_ms;   /* CLOCK_BOOTTIME of the last End of Data; 0 */
	uint64_t expires_ms; /* .. of its Expire; 0: nothing came yet */
	char cache[RPKI_CACHE_MAX]; /* "127.0.0.1:3323" */
	char text[128];             /* what is wrong, for a person */
};
