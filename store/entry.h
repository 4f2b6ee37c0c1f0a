/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of the log as a value. store/record.h turns it into the bytes
 * that are hashed and kept, and back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/rule.h"
#include "policy/verdict.h"
#include "policy/wish.h"

/* Kinds of entry: X(symbol, persisted number, "name"). All are reserved from
 * the first release on; numbers are never reused. */
#define ENTRY_MAP(X)                                                           \
	X(VERDICT, 1, "verdict")       /* a rule was judged */                 \
	X(WITHDRAWAL, 2, "withdrawal") /* a rule left, by customer or us */    \
	X(REVOCATION, 3, "revocation") /* its ground moved away */             \
	X(EXPIRY, 4, "expiry")         /* its lifetime ended */                \
	X(LINGER, 5, "linger")         /* session lost, rule stays a while */  \
	X(OPERATOR, 6, "operator")     /* a person acted */                    \
	X(CONFIG, 7, "config")         /* a configuration came into force */   \
	X(START, 8, "start")                                                   \
	X(STOP, 9, "stop")                                                     \
	X(SESSION, 10, "session") /* a BGP session came up or went down */     \
	X(SUMMARY, 11, "summary") /* many alike, counted */                    \
	X(SELFTEST, 12, "selftest")                                            \
	X(KEY, 13, "key")             /* signing key made or changed */        \
	X(FEED, 14, "feed")           /* a source of facts changed state */    \
	X(EMERGENCY, 15, "emergency") /* panic, freeze, quarantine … */
enum entry_kind {
	ENTRY_NONE = 0,
#define X(symbol, number, name) ENTRY_##symbol = (number),
	ENTRY_MAP(X)
#undef X
	ENTRY_COUNT
};

#define NAME_MAX_LEN   64   /* octets of a name with its NUL */
#define ENTRY_RAW_MAX  4096 /* longest NLRI as received, length octets too */
#define ENTRY_TEXT_MAX 256  /* free text of an operator or a summary */

/* What is to happen to the table of live rules in the same transaction. */
enum live_op {
	LIVE_NONE = 0,
	LIVE_PUT = 1,    /* rule_id stands, as this entry says */
	LIVE_DELETE = 2, /* rule_id no longer stands */
};

/*
 * Strings are NUL-terminated and may be empty. has_rule says whether rule and
 * actions mean anything.
 */
struct entry {
	uint64_t seq;     /* place in the log, from 0, without gaps */
	uint64_t wall_ns; /* CLOCK_REALTIME */
	uint64_t mono_ns; /* CLOCK_BOOTTIME */
	uint64_t rule_id; /* seq of the rule's first entry; seq itself then */
	uint64_t count;   /* SUMMARY: how many; WITHDRAWAL: 1; EMERGENCY: which
			     act, where it stays in force */
	uint64_t lifetime_ms; /* the rule, or the act, ends so long after
				 mono_ns; 0: no end */
	uint8_t boot_id[16];
	uint8_t config_hash[32];
	uint8_t kind;    /* enum entry_kind */
	uint8_t state;   /* enum state after this entry */
	uint8_t check;   /* enum check that decided */
	uint8_t live_op; /* enum live_op; not part of the record */
	uint16_t reason; /* enum reason */
	uint8_t has_rule;
	uint8_t approved; /* an operator's approval stands behind it */
	uint16_t raw_len; /* 0: the NLRI came in canonical form, or none did;
			     its family is rule.afi, also without has_rule (0:
			     unknown) */
	uint16_t zero[3];
	char customer[NAME_MAX_LEN];
	char session[NAME_MAX_LEN]; /* the neighbour's address */
	char operator_name[32];     /* who acted, from the socket's peer */
	char evidence[EVIDENCE_MAX];
	char text[ENTRY_TEXT_MAX];
	struct wish wish; /* what the customer asked beside it */
	struct action_set actions;
	struct rule rule;           /* only rule_size() octets are meaningful */
	uint8_t raw[ENTRY_RAW_MAX]; /* NLRI as received, raw_len octets */
};

const char *entry_kind_name(unsigned kind); /* "?" when out of range */

/* Is it about one rule? The others carry no verdict: id, state and reason say
 * nothing. */
bool entry_is_of_rule(const struct entry *entry);

/* May the table of live rules name it? What is about a rule, and acts that stay
 * in force over a restart (EMERGENCY: panic, freeze, quarantine). */
static inline bool
entry_may_live(const struct entry *entry)
{
	return entry->has_rule != 0 || entry->kind == ENTRY_EMERGENCY;
}
