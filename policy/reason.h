/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The closed list of reasons, the only one. Numbers are persisted in the log
 * and never reused. Below 100: arouteserver's reject reasons where the meaning
 * is the same. Zero is "nobody judged", and refuses.
 */
#pragma once

/* X(symbol, number, "stable-name", "one sentence for a person") */
#define REASON_MAP(X)                                                          \
	X(UNJUDGED, 0, "unjudged", "no verdict was reached")                   \
	X(AS_PATH_LENGTH, 1, "as-path-length",                                 \
	    "the AS_PATH is empty or longer than allowed")                     \
	X(FIRST_AS, 6, "first-as",                                             \
	    "the left-most AS of the AS_PATH is not the neighbour's")          \
	X(AS_PATH_INVALID, 7, "as-path-invalid",                               \
	    "the AS_PATH holds our AS or confederation segments")              \
	X(NOT_REGISTERED, 12, "not-registered",                                \
	    "the destination is not inside the customer's registered "         \
	    "prefixes")                                                        \
	X(PREFIX_LENGTH, 13, "prefix-length",                                  \
	    "the destination is outside the customer's length window")         \
	X(ACCEPTED, 100, "accepted", "every check passed")                     \
	X(MONITOR, 101, "monitor",                                             \
	    "every check passed; the customer is in monitor mode")             \
	X(NOT_AUTHENTICATED, 110, "not-authenticated",                         \
	    "the session is not authenticated as configured")                  \
	X(CUSTOMER_OFF, 111, "customer-off", "the customer is switched off")   \
	X(MALFORMED, 120, "malformed", "the NLRI value cannot be decoded")     \
	X(ATTRIBUTES, 121, "attributes-malformed",                             \
	    "a path attribute is malformed (treat-as-withdraw)")               \
	X(IPV6_OFFSET, 122, "ipv6-offset",                                     \
	    "an IPv6 prefix has a pattern offset")                             \
	X(VALUE_RANGE, 123, "value-range",                                     \
	    "a value is larger than its field can hold")                       \
	X(MATCHES_NOTHING, 124, "matches-nothing", "no packet can match")      \
	X(ICMP_WITH_PORTS, 125, "icmp-with-ports",                             \
	    "ICMP components and ports exclude each other")                    \
	X(TOO_MANY_TERMS, 126, "too-many-terms",                               \
	    "the rule has more operators than sluice handles")                 \
	X(NOT_EXPRESSIBLE, 127, "not-expressible",                             \
	    "the rule cannot be said exactly in the inward dialect")           \
	X(TOO_MANY_PARTS, 128, "too-many-parts",                               \
	    "the rule would have to be split into too many parts")             \
	X(NO_DESTINATION, 130, "no-destination",                               \
	    "the rule has no destination prefix")                              \
	X(COMPONENT, 131, "component-not-allowed",                             \
	    "the customer may not use one of the rule's components")           \
	X(WIDE, 132, "wide",                                                   \
	    "the destination is so wide that a person must approve it")        \
	X(DENIED, 133, "denied", "an operator denied the rule")                \
	X(ACTION_MISSING, 140, "action-missing",                               \
	    "the rule has no action, which routers read as accept")            \
	X(ACTION_NOT_ALLOWED, 141, "action-not-allowed",                       \
	    "the customer may not use this action")                            \
	X(RATE_FLOOR, 142, "rate-below-floor",                                 \
	    "the rate is above zero and below the floor")                      \
	X(RATE_CEILING, 143, "rate-above-ceiling",                             \
	    "the rate is above the ceiling")                                   \
	X(RATE_NOT_FINITE, 144, "rate-not-finite",                             \
	    "the rate is not a number or infinite")                            \
	X(ACTION_TARGET, 145, "action-target",                                 \
	    "the redirect target or DSCP is not listed for the customer")      \
	X(ACTION_REPEATED, 146, "action-repeated",                             \
	    "two actions of one kind contradict each other")                   \
	X(ACTION_UNKNOWN, 147, "action-unknown",                               \
	    "the rule carries an action that sluice does not know")            \
	X(CONFLICT, 150, "conflict",                                           \
	    "the same rule with another action stands for another customer")   \
	X(QUOTA_RULES, 160, "quota-rules",                                     \
	    "the customer has as many rules as it may have")                   \
	X(QUOTA_RECEIVED, 161, "quota-received",                               \
	    "the customer announces more rules than are kept")                 \
	X(STORE_BEHIND, 170, "store-behind",                                   \
	    "the log cannot take the verdict now")                             \
	X(WITHDRAWN, 180, "withdrawn", "the customer withdrew the rule")       \
	X(OPERATOR, 181, "operator", "an operator withdrew the rule")          \
	X(SESSION_LOST, 182, "session-lost",                                   \
	    "the customer's session is lost; the rule stays for its linger")   \
	X(LINGER_ENDED, 183, "linger-ended",                                   \
	    "the session did not come back in time")                           \
	X(SESSION_CEASED, 184, "session-ceased",                               \
	    "the session was closed on purpose")                               \
	X(CUSTOMER_REMOVED, 185, "customer-removed",                           \
	    "the customer or its session is no longer configured")             \
	X(NOT_ANNOUNCED_AGAIN, 186, "not-announced-again",                     \
	    "the session came back without the rule")                          \
	X(REPLACED, 187, "replaced",                                           \
	    "the customer announced the rule anew with other actions")         \
	X(CONFIGURATION, 188, "configuration",                                 \
	    "the configuration changed and the rule no longer passes")         \
	X(UNICAST_UNKNOWN, 190, "unicast-unknown",                             \
	    "there is no complete unicast view to validate against")           \
	X(NO_ROUTE, 191, "no-route",                                           \
	    "no unicast route covers the destination")                         \
	X(ORIGINATOR, 192, "originator",                                       \
	    "the best unicast route comes from another originator")            \
	X(NEIGHBOR_AS, 193, "neighbor-as",                                     \
	    "the best unicast route does not lead to the customer")            \
	X(MORE_SPECIFIC, 194, "more-specific",                                 \
	    "a more-specific unicast route leads to another AS")

enum reason {
#define X(symbol, number, name, text) REASON_##symbol = (number),
	REASON_MAP(X)
#undef X
};

/* Stable name; "?" for a number that is not in the list. */
const char *reason_name(unsigned reason);
/* One sentence, lower case, no full stop; "?" likewise. */
const char *reason_text(unsigned reason);
/* 1 and *out when name is in the list, else 0. */
int reason_from_name(const char *name, unsigned *out);
