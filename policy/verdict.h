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

/*
 * The checks: X(symbol, persisted number, "name"), in the order they are asked,
 * which is not that of their numbers.
 */
#define CHECK_MAP(X)                                                           \
	X(SESSION, 1, "session")                                               \
	X(FORM, 2, "form")                                                     \
	X(SCOPE, 3, "scope")                                                   \
	X(OWNERSHIP, 4, "ownership")                                           \
	X(VALIDATION, 8, "validation")                                         \
	X(PROTECTED, 9, "protected")                                           \
	X(ACTION, 5, "action")                                                 \
	X(CONFLICT, 6, "conflict")                                             \
	X(QUOTA, 7, "quota")                                                   \
	X(LIFETIME, 10, "lifetime")                                            \
	X(APPROVAL, 11, "approval")
enum check {
	CHECK_NONE = 0,
#define X(symbol, number, name) CHECK_##symbol = (number),
	CHECK_MAP(X)
#undef X
	CHECK_COUNT = 12 /* above every number */
};

/* The check that is asked as the n-th, from 0; NONE after the last. */
enum check check_at(unsigned n);

/*
 * What became of the unicast route that a rule rests on: X(symbol, "name").
 * FINE is also that it rests on none.
 */
#define GROUND_MAP(X)                                                          \
	X(FINE, "fine")                                                        \
	X(GONE, "gone")     /* its best match is gone: it stands a while */    \
	X(DOOMED, "doomed") /* taken over: revoked in a moment */              \
	X(BRAKED, "braked") /* would be revoked; a person must confirm */      \
	X(REST, "rest")     /* revoked: not judged anew for a while */
enum rule_ground {
#define X(symbol, name) GROUND_##symbol,
	GROUND_MAP(X)
#undef X
	GROUND_COUNT
};

#define EVIDENCE_MAX 256 /* octets of an evidence text with its NUL */

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
	/* Where it is not refused: what it takes, and how long it may live. */
	uint32_t rules;       /* inward, the most of all dialects in use */
	uint32_t cost;        /* hardware entries, likewise */
	uint64_t lifetime_ms; /* 0: no end */
	char evidence[EVIDENCE_MAX];
};

const char *state_name(unsigned state); /* "?" when out of range */
const char *check_name(unsigned check);
const char *ground_name(unsigned ground);

/* The verdict lets the rule go inward. */
static inline bool
verdict_accepts(const struct verdict *verdict)
{
	return verdict->reason == REASON_ACCEPTED &&
	       (verdict->state == STATE_ACCEPTED ||
		   verdict->state == STATE_ACCEPTED_MODIFIED);
}
