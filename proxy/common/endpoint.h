/* SPDX-License-Identifier: BSD-2-Clause */
/* struct address to and from the kernel's forms, and as text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "proxy/common/message.h"

#define ENDPOINT_TEXT_MAX 72 /* "[fe80::…%4294967295]:65535" and the NUL */
#define BGP_PORT          179

/* Fill *out for bind or connect with this port; returns its length, 0 for an
 * address without a family. */
socklen_t endpoint_sockaddr(
    const struct address *address, uint16_t port, struct sockaddr_storage *out);

/* A listening TCP socket there, at the address's own port, IPv6 only IPv6:
 * non-blocking, close-on-exec, the caller's. -1 with errno. */
int endpoint_listen(const struct address *address);

/* False when it is no IPv4 or IPv6 address; then *out is zero. */
bool endpoint_from(const struct sockaddr_storage *from, struct address *out);

/* Same host: the port is not looked at, nor a scope that one side leaves
 * out. */
bool endpoint_same_host(const struct address *a, const struct address *b);

/* "192.0.2.1", "fe80::1%2"; with its port "192.0.2.1:179", "[fe80::1%2]:179".
 * Returns buf. */
char *endpoint_print(
    const struct address *address, bool with_port, char *buf, size_t size);
