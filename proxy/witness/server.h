/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP for add-checkpoint: POST of a bounded body, answered later. In the loop,
 * without a thread. Who asks is not looked at, but for that one address has no
 * more than SERVER_ADDRESS_MAX of the SERVER_CONNECTIONS_MAX connections. When
 * they are all taken and another comes, that one ends which has gone longest
 * without a whole request: whoever has something to say says it at once.
 *
 * Bounded in time, too: SERVER_IDLE_S without a word, SERVER_REQUEST_MS for a
 * request to arrive whole, SERVER_WAIT_MS for its answer to be known (then
 * 503), SERVER_LIFE_MS and SERVER_REQUESTS_MAX for a connection that is kept
 * alive.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "proxy/common/message.h"

#define SERVER_CONNECTIONS_MAX 64u
#define SERVER_ADDRESS_MAX     4u
#define SERVER_BODY_MAX        16384u /* octets */
#define SERVER_IDLE_S          10u
#define SERVER_REQUEST_MS      5000u
#define SERVER_WAIT_MS         5000u
#define SERVER_LIFE_MS         60000u
#define SERVER_REQUESTS_MAX    100u

struct server;

struct server_post {
	uint32_t ticket;
	uint64_t source; /* its IPv4 address, or the /64 of its IPv6 address */
	const char *body;
	size_t len;
};

struct server_ops {
	/* A whole body, borrowed for the call. Call server_answer() with the
	 * ticket (never 0), from here or later. */
	void (*on_post)(void *ctx, const struct server_post *post);
};

/* Listen on address for POST of path (borrowed until server_free(), as is
 * ops). NULL with errno when that cannot be done. */
struct server *server_new(struct loop *loop, const struct address *address,
    const char *path, const struct server_ops *ops, void *ctx);

/* type and text are copied (text: at most SERVER_BODY_MAX octets). A ticket
 * that nobody waits for any more is passed over. */
struct server_reply {
	unsigned status;
	const char *type; /* static */
	const char *text;
	size_t len;
};
void server_answer(
    struct server *server, uint32_t ticket, const struct server_reply *reply);

/* All that wait. */
void server_answer_all(struct server *server, const struct server_reply *reply);

/* Those that wait get 503. NULL is fine. */
void server_free(struct server *server);
