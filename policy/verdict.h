/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer to "may this rule pass?", and the states a rule lives through. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/reason.h"

/* X(symbol, persisted number, "name"). 0 refuses. */
#define STATE_MAP(X)                                                           \
	X(REFUSED, 0, "refused")                                               \
	X(ACCEPTED, 1, "accepted")                                             \
	X(ACCEPTED_MODIFIED, 2, "accepted-modified")                           \
	X(HELD, 3, "held")           /* waits for a person */                  \
	X(MONITORED, 4, "monitored") /* would pass; monitor mode */            \
	X(LINGERING, 5, "lingering") /* session lost, still announced */       \
	X(WITHDRAWN, 6, "withdrawn")                                           \
	X(EXPIRED, 7, "expired")                                               \
	X(REVOKED, 8, "revoked")                                               \
	X(QUARANTINED, 9, "quarantined")
enum state {
#define X(symbol, number, name) STATE_##symbol = (number),
	STATE_MAP(X)
#undef X
	STATE_COUNT
};

/* The checks, in the order they are asked: X(symbol, "name"). */
#define CHECK_MAP(X)                                                           \
	X(SESSION, "session")                                                  \
	X(FORM, "form")                                                        \
	X(SCOPE, "scope")                                                      \
	X(OWNERSHIP, "ownership")                                              \
	X(ACTION, "action")                                                    \
	X(CONFLICT, "conflict")                                                \
	X(QUOTA, "quota")
enum check {
	CHECK_NONE = 0,
#define X(symbol, name) CHECK_##symbol,
	CHECK_MAP(X)
#undef X
	CHECK_COUNT
};

#define EVIDENCE_MAX 192 /* octets of an evidence text with its NUL */

/* What one check said. */
struct check_result {
	uint16_t reason;             /* enum reason; ACCEPTED passes */
	char evidence[EVIDENCE_MAX]; /* what it looked at, for a person */
};

/* reason is the first objection, or ACCEPTED or MONITOR. state follows. */
struct verdict {
	uint16_t reason; /* enum reason */
	uint8_t state;   /* enum state */
	uint8_t check;   /* enum check that objected; NONE: nobody did */
	char evidence[EVIDENCE_MAX];
};

const char *state_name(unsigned state); /* "?" when out of range */
const char *check_name(unsigned check);

/* The verdict lets the rule go inward. */
static inline bool
verdict_accepts(const struct verdict *verdict)
{
	return verdict->reason == REASON_ACCEPTED &&
	       (verdict->state == STATE_ACCEPTED ||
		   verdict->state == STATE_ACCEPTED_MODIFIED);
}
