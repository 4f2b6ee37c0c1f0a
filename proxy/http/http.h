/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The http role: read-only pages for Prometheus and for people, made of what
 * control answers, over connections that the supervisor makes. It holds nothing
 * of its own and decides nothing.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/loop.h"
#include "proxy/sandbox/sandbox.h"

struct http;

/* Take over fd, the channel to the supervisor. NULL when out of memory; fd is
 * closed then. The loop is stopped when the supervisor says so or goes away,
 * and when http cannot listen. */
struct http *http_new(struct loop *loop, int fd);

/* How it gives up all other rights once it listens. Another address is another
 * process's then: it ends, to be started anew. */
void http_contain(struct http *http, sandbox_entry *enter);

void http_free(struct http *http); /* NULL is fine */

/* True when the role ended because it could not work. */
bool http_failed(const struct http *http);
