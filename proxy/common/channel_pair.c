/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ends of a channel. */
#include <errno.h>
#include <sys/socket.h>

#include "proxy/common/channel.h"

#define PAIR_BUFFER 524288 /* octets the kernel holds per direction */

int
channel_pair(int fds[2])
{
	static const int size = PAIR_BUFFER;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		/* Beyond net.core.wmem_max for root; else up to it. */
		if (setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
			sizeof(size)) < 0)
			(void)setsockopt(
			    fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
	return 0;
}
