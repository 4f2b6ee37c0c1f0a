/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel is told about BGP's TCP sockets. */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>

#include "proxy/common/message.h"
#include "proxy/supervisor/password.h"

/* A TCP socket for the family of address: non-blocking, close-on-exec, marked
 * CS6 (RFC 4594 3.2), TCP_NODELAY, IPv6 only IPv6. A descriptor or -errno. */
int tcp_open(const struct address *address);

/*
 * Set the key for segments from and to remote (RFC 2385), on a listening
 * socket or one of the connection; NULL takes it away, which is fine when
 * there is none. len: remote is a prefix of this length, 0: one address. 0 or
 * -errno.
 */
int tcp_key(int fd, const struct address *remote, unsigned len,
    const struct password *password);

/* The TTL of what is sent; 255 on a listener lets peers with TTL security
 * take the SYN-ACK. 0 or -errno. */
int tcp_ttl(int fd, unsigned afi, int ttl);

/*
 * TTL to send, and with TTL security (RFC 5082) the least TTL to take, on a
 * socket of the connection with neighbor. 0 or -errno.
 */
int tcp_ttl_for(int fd, const struct msg_cfg_neighbor *neighbor);

/* Keep the SYN of what is accepted, on a listener. 0 or -errno. */
int tcp_save_syn(int fd);

/*
 * The SYN that began an accepted connection, once: has it come from as near as
 * the neighbour's TTL security asks, and (MD5) was it signed? A listener that
 * had no key yet, or could take none, lets others in, with octets that nobody
 * has checked. 0, -EHOSTUNREACH (also without a SYN) or -ENOKEY. A SYN that
 * was answered by a cookie is not kept: of MD5 the listener's word counts then.
 */
int tcp_syn_check(int fd, const struct msg_cfg_neighbor *neighbor);

/* The kernel asks this program about each segment, in place of the one before
 * (n instructions, 0: none). On a listener: accepted sockets have it, too,
 * until it is taken away. 0 or -errno, -ENOMEM when net.core.optmem_max is too
 * small.
 */
int tcp_filter(int fd, struct sock_filter *code, unsigned n);

/* Close with a RST, without a byte. */
void tcp_reset(int fd);
