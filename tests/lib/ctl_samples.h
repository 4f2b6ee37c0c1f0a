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

/* What the check (enum check) says of the refused rule. */
void sample_check(struct msg_ctl_check *msg, unsigned check);

void sample_status(struct msg_ctl_status *msg);

/* Acme's session, up. */
void sample_session(struct msg_ctl_session *msg);

/* The session to rr1, down after a NOTIFICATION. */
void sample_session_down(struct msg_ctl_session *msg);

/* A verdict, an operator's act, a start: kinds that look different. */
void sample_entry(struct entry *entry);
void sample_entry_operator(struct entry *entry);
void sample_entry_start(struct entry *entry);
