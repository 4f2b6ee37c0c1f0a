/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP: GET and HEAD of pages, one request a connection, in a thread of its
 * own. Who asks is not looked at. Bounded: SERVER_CONNECTIONS_MAX at a time,
 * each for SERVER_LIFE_MS whatever it does and SERVER_IDLE_S without a word;
 * the rest wait in the kernel's queue.
 */
#pragma once

#include "proxy/common/message.h"
#include "proxy/http/link.h"

#define SERVER_CONNECTIONS_MAX 16u
#define SERVER_IDLE_S          10u
#define SERVER_LIFE_MS         15000u

struct server;

/*
 * Listen on address, and ask control over link, borrowed until server_free().
 * NULL with errno when that cannot be done. No thread yet.
 */
struct server *server_new(const struct address *address, struct link *link);

/* The thread that answers. 0 or -1. */
int server_start(struct server *server);

/* End connections that are too old: call it once a second or so. */
void server_tick(struct server *server);

/* Also ends what is being answered. NULL is fine. */
void server_free(struct server *server);
