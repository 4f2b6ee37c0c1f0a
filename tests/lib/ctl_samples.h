/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixed answers of guard and store, for what operators are shown of them. */
#pragma once

#include "proxy/common/message.h"

#define SAMPLE_NOW_NS  (UINT64_C(1769828645) * 1000000000) /* 2026-01-31 */
#define SAMPLE_BOOT_MS UINT64_C(90000000)

/* Acme's accepted rule 17, 192 s old. */
void sample_rule(struct msg_ctl_rule *msg);

/* A rule of six components that is refused, for beta, over IPv6. */
void sample_rule_refused(struct msg_ctl_rule *msg);

/* Rule 17 again, with this ground; one that ends has 43 s left. */
void sample_rule_ground(struct msg_ctl_rule *msg, enum rule_ground ground);

/* Alice's own rule 4720, a dry run of at most an hour and a half. */
void sample_rule_noc(struct msg_ctl_rule *msg);

/* What the check (enum check) says of the refused rule. */
void sample_check(struct msg_ctl_check *msg, unsigned check);

void sample_status(struct msg_ctl_status *msg);

/* Feeds that are up, an IPv6 one that is not complete, and the brake on. */
void sample_status_braked(struct msg_ctl_status *msg);

/* Everything that can be unusual is. */
void sample_status_unusual(struct msg_ctl_status *msg);

/* Acme; beta, with all that keeps rules out and without limits; the operators'
 * own. */
void sample_customer(struct msg_ctl_customer *msg);
void sample_customer_contained(struct msg_ctl_customer *msg);
void sample_customer_noc(struct msg_ctl_customer *msg);

/* 4711 rules of acme's that were not registered. */
void sample_metric(struct msg_ctl_metric *msg);

/*
 * Routes to 203.0.113.0/24: the best from rr1, one that lost over acme's own
 * lost session, one without an AS_PATH; then a more-specific through another
 * AS, its path ending in an AS_SET.
 */
#define SAMPLE_ROUTES 4
void sample_route(struct msg_ctl_route *msg, unsigned i);

/* 2001:db8::/32 in a view that is not complete: the only route to it. */
void sample_route_unknown(struct msg_ctl_route *msg);

/* Acme's session, up. */
void sample_session(struct msg_ctl_session *msg);

/* The session to rr1, up: a feed of which IPv6 is still to come. */
void sample_session_feed(struct msg_ctl_session *msg);

/* The session to rr1, down after a NOTIFICATION. */
void sample_session_down(struct msg_ctl_session *msg);

/* Place n (from 1) of a range of eight with MD5 and TTL security, of which the
 * second has been taken. */
void sample_session_place(struct msg_ctl_session *msg, unsigned n);

/* The seal of a log that is signed, half of it cosigned; of one that was rolled
 * back, with damage on disk. */
void sample_seal(struct msg_audit_seal *msg);
void sample_seal_rolled_back(struct msg_audit_seal *msg);
