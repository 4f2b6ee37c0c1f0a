/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The set of packets that a rule matches, and its algebra. Exact: no
 * approximation by text or by component.
 *
 * A packet is (source, destination, protocol, ports where the protocol is TCP
 * or UDP and this is not a later fragment, ICMP type and code likewise, TCP
 * flags likewise, length, DSCP, fragment state, flow label). A component asks
 * for a field; a packet without the field does not match (RFC 8955 4.2.2).
 */
#pragma once

#include <stdbool.h>

#include "policy/rule.h"

/* No packet can match. */
bool matchset_empty(const struct rule *rule);

/* Some packet matches both. False across families. */
bool matchset_intersects(const struct rule *a, const struct rule *b);

/* Every packet that matches inner matches outer. */
bool matchset_contains(const struct rule *outer, const struct rule *inner);

/* The two match the same packets. */
bool matchset_equal(const struct rule *a, const struct rule *b);

/* a is evaluated before b (RFC 8955 5.1) and they share a packet. */
bool matchset_precedes(const struct rule *a, const struct rule *b);
