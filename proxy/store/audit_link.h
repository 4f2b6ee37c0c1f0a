/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's end of its channel to control: the log is searched and read. */
#pragma once

#include "proxy/common/channel.h"
#include "store/store.h"

/* Entries looked at for one query; whoever wants more asks again from where
 * MSG_AUDIT_END says. Keeps a query from holding up the loop. */
#define AUDIT_LOOK_MAX   2048
#define AUDIT_ANSWER_MAX 256

struct audit_link;

/* store is borrowed. NULL when out of memory. */
struct audit_link *audit_link_new(struct loop *loop, struct store *store);
void audit_link_free(struct audit_link *link); /* NULL is fine */

/* Take over fd, a channel to control; the one before is closed. */
void audit_link_attach(struct audit_link *link, int fd);

/* True when the query's fields are such as control may send. */
bool audit_query_valid(const struct msg_audit_query *query);

/* Control did what no control of ours does, and its channel is closed; true
 * once for each such channel. */
bool audit_link_broken(struct audit_link *link);
