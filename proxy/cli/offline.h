/* SPDX-License-Identifier: BSD-2-Clause */
/* Searching the log of a store, or of a copy of one, without a daemon. */
#pragma once

#include "proxy/cli/answer.h"
#include "proxy/cli/args.h"
#include "proxy/common/message.h"
#include "store/index.h"

/*
 * Answer "audit list" from the store at args->store, as the daemon would:
 * newest first. Returns 0, or an exit status (enum cli_exit) with why
 * (ARGS_WHY_MAX octets).
 */
int offline_audit(
    const struct args *args, uint64_t now_ns, struct answer *answer, char *why);

/*
 * Before a store's file is read by a library that trusts it: is it whole? A
 * child looks, and ends in our place. 0, or an exit status with why (why_size
 * octets), which names what is damaged.
 */
int offline_look(const char *path, char *why, size_t why_size);

/* The filters of args as a query. 0, or -1 with why (ARGS_WHY_MAX octets). */
int offline_filter(const struct args *args, uint64_t now_ns,
    struct msg_audit_query *query, char *why);

/* The part of it that a store's index knows; borrows from query. */
void offline_query(
    const struct msg_audit_query *query, struct index_query *out);
