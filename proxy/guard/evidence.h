/* SPDX-License-Identifier: BSD-2-Clause */
/* What ownership rests on: RPKI and IRR data come, change, and age. */
#pragma once

#include "proxy/guard/guard.h"

/* 0, or -1 when memory is out; evidence_fini() is fine then, too. */
int evidence_init(struct guard *guard);
void evidence_fini(struct guard *guard);

/* The rpki role's channel; fd is taken over. */
void evidence_rpki_open(struct guard *guard, int fd);
/* What the guard's table is worth now, for a question. */
void evidence_view(const struct guard *guard, struct rpki_view *view);
/* A person accepts the smaller set, or lists. How many things waited. */
unsigned evidence_confirm_rpki(struct guard *guard, const char *operator_name);
unsigned evidence_confirm_irr(struct guard *guard, const char *operator_name);

/* MSG_IRR_*, MSG_HELD from the supervisor; false when it is none. */
bool evidence_take(struct guard *guard, const struct msg_head *head);
/* Is the list young enough? */
void evidence_age(struct customer_irr *irr, uint64_t now_ns);
/* The configuration in force is another. */
void evidence_configure(struct guard *guard);
/* Called once a second: lists age. */
void evidence_second(struct guard *guard);
