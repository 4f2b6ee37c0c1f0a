/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The http role: read-only pages for Prometheus and for people, made of what
 * the control socket answers. It holds nothing of its own and decides nothing.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/loop.h"

struct http;

/* Take over fd, the channel to the supervisor. NULL when out of memory; fd is
 * closed then. The loop is stopped when the supervisor says so or goes away,
 * and when http cannot listen. */
struct http *http_new(struct loop *loop, int fd);
void http_free(struct http *http); /* NULL is fine */

/* True when the role ended because it could not work. */
bool http_failed(const struct http *http);
