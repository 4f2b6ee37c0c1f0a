/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The closed list of reasons, the only one. Numbers are persisted in the log
 * and never reused. Below 100: arouteserver's reject reasons where the meaning
 * is the same. Zero is "nobody judged", and refuses.
 */
#pragma once

#include <stdbool.h>

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
	X(RPKI_INVALID, 14, "rpki-invalid",                                    \
	    "ROAs cover the destination and none names an AS of the "          \
	    "customer's")                                                      \
	X(ACCEPTED, 100, "accepted", "every check passed")                     \
	X(MONITOR, 101, "monitor",                                             \
	    "every check passed; the customer is in monitor mode")             \
	X(DRY_RUN, 102, "dry-run",                                             \
	    "every check passed; the customer asked for a verdict only")       \
	X(NOT_AUTHENTICATED, 110, "not-authenticated",                         \
	    "the session is not authenticated as configured")                  \
	X(CUSTOMER_OFF, 111, "customer-off", "the customer is switched off")   \
	X(QUARANTINED, 112, "quarantined",                                     \
	    "an operator took the customer out")                               \
	X(MUTED, 113, "muted", "the customer sent too much that is malformed") \
	X(FROZEN, 114, "frozen", "an operator lets no new rule in")            \
	X(PANIC, 115, "panic", "an operator withdrew everything")              \
	X(SELFTEST, 116, "selftest-failed",                                    \
	    "the guard's own test failed, so nothing goes inward")             \
	X(FLAP, 117, "flap",                                                   \
	    "a session was lost twice just after the rule went active")        \
	X(CRASH_SUSPECT, 118, "crash-suspect",                                 \
	    "the guard ended while it worked on this rule; an operator has "   \
	    "not released it yet")                                             \
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
	X(NOT_IN_IRR, 134, "not-in-irr",                                       \
	    "the destination is not inside the customer's IRR list")           \
	X(RPKI_NOT_FOUND, 135, "rpki-not-found",                               \
	    "no ROA covers the destination, and the customer needs one")       \
	X(RPKI_UNKNOWN, 136, "rpki-unknown",                                   \
	    "there is no valid RPKI data, and the customer needs a ROA")       \
	X(IRR_UNKNOWN, 137, "irr-unknown",                                     \
	    "the customer's IRR list is missing or too old")                   \
	X(PROTECTED, 138, "protected",                                         \
	    "the rule matches packets that are protected")                     \
	X(PROTECTED_SOURCE, 139, "protected-source",                           \
	    "the source is inside protected space")                            \
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
	X(CUSTOMER_SOURCE, 148, "customer-source",                             \
	    "the source is inside another customer's space")                   \
	X(OWN_SESSION, 149, "own-session",                                     \
	    "the rule matches packets of the customer's BGP session with us")  \
	X(CONFLICT, 150, "conflict",                                           \
	    "the same rule with another action stands for another customer")   \
	X(SHADOWS, 151, "shadows",                                             \
	    "the rule comes before another owner's and takes its packets")     \
	X(APPROVAL, 152, "approval", "rules of this class wait for a person")  \
	X(SECOND_OPERATOR, 153, "second-operator",                             \
	    "a second operator must approve so wide a rule")                   \
	X(QUOTA_RULES, 160, "quota-rules",                                     \
	    "the customer has as many rules as it may have")                   \
	X(QUOTA_RECEIVED, 161, "quota-received",                               \
	    "the customer announces more rules than are kept")                 \
	X(QUOTA_COST, 162, "quota-cost",                                       \
	    "the customer has used its hardware entries")                      \
	X(QUOTA_RATE, 163, "quota-rate",                                       \
	    "the customer announces new rules faster than it may")             \
	X(QUOTA_ADDRESSES, 164, "quota-addresses",                             \
	    "the customer's rules cover as many addresses as they may")        \
	X(QUOTA_FLEET, 165, "quota-fleet",                                     \
	    "the routers have no room left beyond what is guaranteed")         \
	X(EXPIRED, 166, "expired", "the rule's lifetime ended")                \
	X(RETRACTED, 167, "retracted", "an operator retracted the rule")       \
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
/* Rules that meet it wait for a person, who may let them pass. */
bool reason_holds(unsigned reason);
/* 1 and *out when name is in the list, else 0. */
int reason_from_name(const char *name, unsigned *out);
