/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be wrong with a peer's bytes, and what BGP says to do about it:
 * the only list of faults.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * X(symbol, code, subcode, "stable-name", "one sentence").
 *
 * code and subcode are those of the NOTIFICATION that ends the session, when
 * the fault ends it. A row with code 0 never does: it costs one rule.
 * Attribute faults have a code because they end the session only in an UPDATE
 * that announces nothing (RFC 7606 5.2); update.h says what became of them.
 */
#define FAULT_MAP(X)                                                           \
	X(HEADER_MARKER, 1, 1, "header-marker",                                \
	    "the marker of the message header is not all ones")                \
	X(HEADER_LENGTH, 1, 2, "header-length",                                \
	    "the message is too short or too long for its type")               \
	X(HEADER_TYPE, 1, 3, "header-type", "the message type is not known")   \
	X(OPEN_MALFORMED, 2, 0, "open-malformed",                              \
	    "a capability or optional parameter of the OPEN is malformed")     \
	X(OPEN_VERSION, 2, 1, "open-version", "the BGP version is not 4")      \
	X(OPEN_PEER_AS, 2, 2, "open-peer-as",                                  \
	    "the AS number of the OPEN is not acceptable")                     \
	X(OPEN_BGP_ID, 2, 3, "open-bgp-id",                                    \
	    "the BGP identifier of the OPEN is not acceptable")                \
	X(OPEN_PARAMETER, 2, 4, "open-parameter",                              \
	    "an optional parameter of the OPEN is not known")                  \
	X(OPEN_HOLD_TIME, 2, 6, "open-hold-time",                              \
	    "the hold time is one or two seconds")                             \
	X(OPEN_CAPABILITY, 2, 7, "open-capability",                            \
	    "the peer lacks a capability that the session cannot do without")  \
	X(ATTRIBUTE_LIST, 3, 1, "attribute-list",                              \
	    "the lengths of the UPDATE contradict each other")                 \
	X(ATTRIBUTE_MP_TWICE, 3, 1, "attribute-mp-twice",                      \
	    "MP_REACH_NLRI or MP_UNREACH_NLRI comes twice")                    \
	X(ATTRIBUTE_OVERRUN, 3, 1, "attribute-overrun",                        \
	    "an attribute is cut short by the end of the attributes")          \
	X(ATTRIBUTE_UNKNOWN, 3, 2, "attribute-unknown",                        \
	    "an attribute said to be well-known is not known")                 \
	X(ATTRIBUTE_MISSING, 3, 3, "attribute-missing",                        \
	    "a mandatory attribute is missing")                                \
	X(ATTRIBUTE_FLAGS, 3, 4, "attribute-flags",                            \
	    "the flags of an attribute contradict its type")                   \
	X(ATTRIBUTE_LENGTH, 3, 5, "attribute-length",                          \
	    "the length of an attribute contradicts its type")                 \
	X(ATTRIBUTE_ORIGIN, 3, 6, "attribute-origin",                          \
	    "the ORIGIN is none of the three")                                 \
	X(ATTRIBUTE_AS_PATH, 3, 11, "attribute-as-path",                       \
	    "the AS_PATH is malformed")                                        \
	X(MP_FLAGS, 3, 9, "mp-flags",                                          \
	    "the flags of MP_REACH_NLRI or MP_UNREACH_NLRI are wrong")         \
	X(MP_LENGTH, 3, 9, "mp-length",                                        \
	    "MP_REACH_NLRI or MP_UNREACH_NLRI is too short")                   \
	X(MP_NEXT_HOP, 3, 9, "mp-next-hop",                                    \
	    "the next hop overruns MP_REACH_NLRI")                             \
	X(NLRI_FRAMING, 3, 9, "nlri-framing",                                  \
	    "a length in MP_REACH_NLRI or MP_UNREACH_NLRI overruns it")        \
	X(NLRI_PREFIX, 3, 10, "nlri-prefix",                                   \
	    "an IPv4 prefix of the UPDATE is malformed")                       \
	X(REFRESH_LENGTH, 7, 1, "refresh-length",                              \
	    "the ROUTE-REFRESH is not four octets long")                       \
	X(NOTIFICATION_LENGTH, 0, 0, "notification-length",                    \
	    "the NOTIFICATION is shorter than its codes")                      \
	X(RATE_NOT_FINITE, 3, 9, "rate-not-finite",                            \
	    "a traffic rate is not a number or infinite")                      \
	X(FLOW_EMPTY, 0, 0, "flow-empty", "the rule has no component")         \
	X(FLOW_TYPE, 0, 0, "flow-type",                                        \
	    "a component type is not known in this family")                    \
	X(FLOW_ORDER, 0, 0, "flow-order", "the component types do not ascend") \
	X(FLOW_DUPLICATE, 0, 0, "flow-duplicate",                              \
	    "a component type comes twice")                                    \
	X(FLOW_TRUNCATED, 0, 0, "flow-truncated",                              \
	    "a component is cut short by the end of the rule")                 \
	X(FLOW_NO_END, 0, 0, "flow-no-end",                                    \
	    "an operator list lacks its end-of-list bit")                      \
	X(FLOW_PREFIX_LENGTH, 0, 0, "flow-prefix-length",                      \
	    "a prefix is longer than its address")                             \
	X(FLOW_OFFSET, 0, 0, "flow-offset",                                    \
	    "a prefix offset is not below its length")                         \
	X(FLOW_TCP_FLAGS_WIDTH, 0, 0, "flow-tcp-flags-width",                  \
	    "a TCP flags value is wider than two octets")                      \
	X(FLOW_DSCP_WIDTH, 0, 0, "flow-dscp-width",                            \
	    "a DSCP value is wider than one octet")                            \
	X(FLOW_FRAGMENT_WIDTH, 0, 0, "flow-fragment-width",                    \
	    "a fragment value is wider than one octet")                        \
	X(TOO_MANY_TERMS, 0, 0, "too-many-terms",                              \
	    "the rule has more operators than sluice handles")

enum wire_fault {
	WIRE_OK = 0,
#define X(symbol, code, subcode, name, text) FAULT_##symbol,
	FAULT_MAP(X)
#undef X
	FAULT_COUNT
};

/* "header-marker"; "ok" for WIRE_OK, "?" for a number out of range. */
const char *fault_name(unsigned fault);

/* One sentence, lower case, no full stop; "ok" and "?" likewise. */
const char *fault_text(unsigned fault);

/*
 * The NOTIFICATION that this fault ends a session with (RFC 4271 6). False,
 * and zeros, for WIRE_OK and for faults that never end one.
 */
bool fault_notification(unsigned fault, uint8_t *code, uint8_t *subcode);
