/* SPDX-License-Identifier: BSD-2-Clause */
/* One outgoing connection to a neighbour, in the making. */
#pragma once

#include "proxy/common/loop.h"
#include "proxy/common/message.h"
#include "proxy/supervisor/password.h"

#define DIAL_TIMEOUT_MS 10000

struct dial;

/*
 * Connect to neighbor with its key (NULL: none), TTL and local address set.
 * done(ctx, fd, 0) gives the connected socket, now the callee's;
 * done(ctx, -1, errno) says that it failed. It is called once, later, also
 * for an error that shows at once; the callee calls dial_free() in it. NULL
 * when out of memory.
 */
struct dial *dial_start(struct loop *loop,
    const struct msg_cfg_neighbor *neighbor, const struct password *password,
    void (*done)(void *ctx, int fd, int error), void *ctx);

/* Also gives up a connection still in the making; NULL is fine. */
void dial_free(struct dial *dial);
