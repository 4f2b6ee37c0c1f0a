/* SPDX-License-Identifier: BSD-2-Clause */
/* What every role does first: take the channel to the supervisor at ROLE_FD,
 * close all other inherited descriptors, set the process name, ignore SIGPIPE
 * and SIGINT/SIGTERM (the supervisor says when to stop; its end is our end). */
#pragma once

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"

/*
 * Set up the process as role name. Returns 0, or -1 when ROLE_FD is no socket
 * (then the program was started by hand: say so and exit 2).
 */
int role_init(const char *name);

/* "guard"; the supervisor is "supervisor", what is out of range "?". */
const char *role_name(enum role role);

/*
 * channel_open() to another role: without memory for it the process ends, and
 * the supervisor starts it anew, since nobody would ever try this again. The
 * guard, which others rest on, blames instead (guard_no_memory()).
 */
struct channel *role_channel(struct loop *loop, int fd, size_t limit,
    const struct channel_ops *ops, void *ctx);

/* The supervisor says what is to be logged (MSG_LOG_LEVEL). What is not sound
 * changes nothing. The channel at ROLE_FD calls it. */
void role_log_level(const struct msg_log_level *msg);
