/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's end of its channel to control: the log is searched and read,
 * records as they stand, proofs, the seal; and what operators have done to it.
 */
#pragma once

#include "proxy/common/channel.h"
#include "store/store.h"

/* Entries and blocks looked at for one query, records for one
 * MSG_AUDIT_RAW_ASK; whoever wants more asks again from where MSG_AUDIT_END
 * says. Keeps a query from holding up the loop. */
#define AUDIT_LOOK_MAX   2048
#define AUDIT_BLOCKS_MAX 16384
#define AUDIT_ANSWER_MAX 256
#define AUDIT_RAWS_MAX   1024

struct audit_link;

/* What others know, or do. */
struct audit_ops {
	/* Fill in what concerns seal and full looks; *out is zeroed but for
	 * the note and what the store itself knows. */
	void (*seal)(void *ctx, struct msg_audit_seal *out);
	/* Do what an operator wants, and tell in ok and text. msg->act is one
	 * of enum audit_act, its texts are terminated. */
	void (*act)(void *ctx, const struct msg_audit_act *msg,
	    struct msg_audit_acted *out);
	void *ctx;
};

/* store is borrowed. NULL when out of memory. */
struct audit_link *audit_link_new(struct loop *loop, struct store *store);
void audit_link_free(struct audit_link *link); /* NULL is fine */

/* Copied. Without it the seal is away, and nothing is done. */
void audit_link_serve(struct audit_link *link, const struct audit_ops *ops);

/* Take over fd, a channel to control; the one before is closed. */
void audit_link_attach(struct audit_link *link, int fd);

/* Control did what no control of ours does, and its channel is closed; true
 * once for each such channel. */
bool audit_link_broken(struct audit_link *link);
