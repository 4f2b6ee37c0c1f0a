/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the audit link: what its files share. Only for proxy/store/audit*.c.
 */
#pragma once

#include "proxy/store/audit_link.h"

/* Answers fill at most half of the channel's buffer; the other half always has
 * room for the end of one, and nothing is read before it is so. */
#define AUDIT_LINK_LIMIT (1u << 20)

struct audit_link {
	struct loop *loop;
	struct store *store;
	struct channel *channel; /* NULL: no control */
	struct timer *poll;      /* for room */
	struct audit_ops ops;    /* of zeroes: none */
	bool broken;             /* not told yet */
};

/* The end of an answer: more from next on, or no more. */
void audit_end(
    struct audit_link *link, uint32_t request, bool more, uint64_t next);

/* audit_raw.c */
void audit_raw(struct audit_link *link, const struct msg_audit_raw_ask *ask);

/* audit_ask.c */
void audit_seal(struct audit_link *link, const struct msg_audit_seal_ask *ask);
void audit_proof(
    struct audit_link *link, const struct msg_audit_proof_ask *ask);
/* False when it is none that control sends. */
bool audit_act(struct audit_link *link, const struct msg_audit_act *act);
