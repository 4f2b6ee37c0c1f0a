/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket's name. The control role makes it, and is then somebody
 * who can neither change its mode nor remove it: that is done here.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/message.h"

/* May all connect? With groups in the configuration, which are looked at then;
 * else its owner and group. */
bool control_socket_open(const struct msg_control_config *config);

/* Set the mode that says so. What is no socket is left alone. 0 or -errno. */
int control_socket_mode(const struct msg_control_config *config);

/* Nobody listens any more: remove it. One at which somebody does is another's.
 * "" is fine. */
void control_socket_remove(const char *path);
