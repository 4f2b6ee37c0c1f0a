/* SPDX-License-Identifier: BSD-2-Clause */
/* One outgoing connection to a neighbour, in the making. */
#pragma once

#include "proxy/common/loop.h"
#include "proxy/common/message.h"

#define DIAL_TIMEOUT_MS 10000

struct dial;

/*
 * Connect to neighbor with its TTL and local address set. secure(ctx, fd)
 * (NULL: nothing to do) puts its keys on the socket before that: 0, or -errno
 * for done(). done(ctx, fd, 0) gives the connected socket, now the callee's;
 * done(ctx, -1, errno) says that it failed. It is called once, later, also
 * for an error that shows at once; the callee calls dial_free() in it. NULL
 * when out of memory.
 */
struct dial *dial_start(struct loop *loop,
    const struct msg_cfg_neighbor *neighbor, int (*secure)(void *ctx, int fd),
    void (*done)(void *ctx, int fd, int error), void *ctx);

/* Also gives up a connection still in the making; NULL is fine. */
void dial_free(struct dial *dial);
