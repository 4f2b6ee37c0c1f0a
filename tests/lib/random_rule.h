/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random rules, actions and packets for property tests, from a seed; and the
 * plain reading of a rule against one packet, to compare with.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/rule.h"

/* A generator (xorshift64*). Any seed but 0. */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *random);
/* 0..n-1; n > 0. */
uint64_t random_below(struct random *random, uint64_t n);
/* True once in n. */
bool random_one_in(struct random *random, unsigned n);

/*
 * A canonical rule that passes rule_valid(): values inside their fields, no
 * pattern offset, usually a destination (198.18.0.0/15, 2001:db8::/32) and up
 * to four further components. It may match nothing or everything, and have
 * any operators.
 */
void random_rule(struct random *random, unsigned afi, struct rule *rule);

/* The same with IPv6 offsets, values beyond their fields and long lists. */
void random_rule_wild(struct random *random, unsigned afi, struct rule *rule);

/*
 * A rule of at most two components beside the prefixes, with few small values
 * (also at the ends of the fields), so that two of them often touch.
 */
void random_rule_small(struct random *random, unsigned afi, struct rule *rule);

/* One to three actions that pass action_valid(), as RFC 8955 7 has them. */
void random_actions(struct random *random, struct action_set *actions);

struct packet {
	uint8_t afi;
	uint8_t dst[ADDRESS_MAX];
	uint8_t src[ADDRESS_MAX];
	uint8_t proto;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t dscp;
	uint8_t fragment; /* enum rule_fragment, a state that can be */
	uint16_t src_port;
	uint16_t dst_port;
	uint16_t tcp_flags;
	uint16_t length;
	uint32_t flow_label;
};

/* A packet of the rule's family, likely to match or to miss by one. */
void random_packet(
    struct random *random, const struct rule *near, struct packet *packet);

/* The n terms of one component match value, read one by one. */
bool packet_terms_match(
    const struct rule_term *terms, unsigned n, uint64_t value);

/* The packet has every field that the rule asks for, and each matches. */
bool packet_matches(const struct rule *rule, const struct packet *packet);
