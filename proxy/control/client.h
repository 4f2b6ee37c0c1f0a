/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One operator's connection: lines in, lines out, both bounded.
 *
 * One request is answered at a time: after a line has been handed over the
 * next one waits for client_ready(). A client that does not read gets
 * CLIENT_OUT_MAX octets kept for it; then its answer is cut off behind the
 * last whole line, an end that says so follows, and the connection is closed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/loop.h"

#define CLIENT_OUT_MAX  (8u << 20) /* octets kept for a client */
#define CLIENT_IDLE_MS  60000      /* without a request */
#define CLIENT_STUCK_MS 30000      /* reading nothing of its answer */

struct client;

struct client_ops {
	/* One line, without its newline; borrowed for the call. */
	void (*on_line)(void *ctx, const char *line, size_t len);
	/* The other end is gone, or was closed for a reason of client.c's. The
	 * owner calls client_close() later: never from one of these. */
	void (*on_closed)(void *ctx);
};

/*
 * Take over fd, a connected stream socket. Limits are CLIENT_OUT_MAX unless
 * out_max is smaller. NULL when out of memory; fd is closed then.
 */
struct client *client_open(struct loop *loop, int fd, size_t out_max,
    const struct client_ops *ops, void *ctx);

void client_close(struct client *client); /* NULL is fine */

/* The answer is complete: the next line may come. */
void client_ready(struct client *client);

/*
 * Write one line; the newline is added. Returns 0, or -1 when the client is too
 * slow or gone: whoever answers it should stop.
 */
int client_write(struct client *client, const char *line, size_t len);

/* Nothing more will be said: close as soon as all is written. on_closed is
 * called then. */
void client_finish(struct client *client);

/* Write what can be written now; called once a turn. */
void client_flush(struct client *client);

/* Octets that wait to be written. */
size_t client_pending(const struct client *client);

/* Called once a second: closes a client that idles or is stuck. */
void client_tick(struct client *client);
