/* SPDX-License-Identifier: BSD-2-Clause */
/* The listening sockets. Life of one: bound by listen_update, keyed, then
 * listening from listen_start on. */
#pragma once

#include <stdbool.h>

#include "proxy/common/loop.h"
#include "proxy/supervisor/cfg_set.h"
#include "proxy/supervisor/password.h"

struct listeners;

struct listen_ops {
	/* A connection; fd is now the callee's. Not yet set up in any way. */
	void (*on_accept)(void *ctx, int fd, const struct address *remote);
};

/* NULL when out of memory. */
struct listeners *listeners_new(
    struct loop *loop, const struct listen_ops *ops, void *ctx);
void listeners_free(struct listeners *listeners);

/*
 * Bind what the set names and is not there yet, close what it no longer names.
 * Returns 0, or the number of addresses that could not be bound (logged).
 */
int listeners_update(struct listeners *listeners, const struct cfg_set *set);

/* Set remote's key on each listener of its family, NULL: take it away; len as
 * for tcp_key(). 0 or -errno of the first that failed. */
int listeners_key(struct listeners *listeners, const struct address *remote,
    unsigned len, const struct password *password);

/* Call fn with the socket of each listener of this family. */
void listeners_each(struct listeners *listeners, unsigned afi,
    void (*fn)(void *ctx, int fd), void *ctx);

/* TTL 255 in the SYN-ACK, for peers with TTL security; else the default. */
void listeners_ttl(struct listeners *listeners, bool security);

/*
 * From now on only the set's neighbours are heard, and, of those with TTL
 * security, only from as far away as they are (RFC 5082): the kernel drops all
 * other segments to the listeners, and nobody gets an answer. Before
 * listeners_start(), and again with another set. Where the kernel does not
 * take the program, which is logged, connections are judged when they are
 * accepted; that is done in any case.
 */
void listeners_filter(struct listeners *listeners, const struct cfg_set *set);

/* Begin to accept where that is not done yet. */
void listeners_start(struct listeners *listeners);

unsigned listeners_count(const struct listeners *listeners);
