/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP to witnesses, by libcurl: one POST at a time to each, in the loop, so
 * that one that hangs delays no other. What they answer is bounded and handed
 * on unread.
 */
#pragma once

#include "proxy/common/loop.h"
#include "proxy/common/message_seal.h"

#define CLIENT_CONNECT_MS 5000
#define CLIENT_TOTAL_MS   10000
#define CLIENT_ANSWER_MAX 8192u  /* octets of a body; more is passed over */
#define CLIENT_HEADS_MAX  32768u /* octets of header lines */

struct client;

/* A result; head is not filled in. Borrowed for the call, from which nothing
 * here may be called. */
typedef void client_done(void *ctx, const struct msg_submitted *result);

/* NULL when it cannot be had. The loop outlives it. */
struct client *client_new(struct loop *loop, client_done *done, void *ctx);
void client_free(struct client *client); /* no results more; NULL is fine */

/* Who the witnesses are. What is under way ends without a result where that
 * has changed. */
void client_configure(struct client *client, const struct msg_cfg_log *config);

/*
 * One result follows for each, perhaps at once: status 0 where there is no such
 * witness, where it is not reached, and where the one before is not through
 * yet. msg has been checked.
 */
void client_submit(struct client *client, const struct msg_submit *msg);

/* End what is under way, without results: nobody waits for them. */
void client_abort(struct client *client);
