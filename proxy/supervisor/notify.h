/* SPDX-License-Identifier: BSD-2-Clause */
/* The service manager's notification socket, sd_notify(3)'s protocol. */
#pragma once

#include "proxy/common/loop.h"

struct notify;

/* Take NOTIFY_SOCKET and WATCHDOG_USEC from the environment, so that no role
 * inherits them. Without a service manager the rest does nothing. NULL when
 * out of memory. */
struct notify *notify_new(struct loop *loop);
void notify_free(struct notify *notify);

/* Send "READY=1", "STOPPING=1" … */
void notify_send(const struct notify *notify, const char *state);
