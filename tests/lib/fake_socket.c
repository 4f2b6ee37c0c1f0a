/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of a world in memory, where a program calls the kernel. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/tcp_ao_abi.h"
#include "tests/lib/fake_world.h"

#define IN_MAX 16384u

ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags);
int __wrap_shutdown(int fd, int how);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_setsockopt(
    int fd, int level, int name, const void *value, socklen_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags);

struct socket {
	bool open;
	bool ended; /* by the peer */
	bool shut;  /* by us */
	int error;
	size_t room; /* octets that the peer reads yet */
	size_t len;
	uint8_t in[IN_MAX];
};

static struct socket sockets[WORLD_SOCKETS];
static unsigned used;
static uint8_t random_octet;

static struct socket *
at(int fd)
{
	world_must(fd >= WORLD_SOCKET0 && fd < WORLD_SOCKET0 + (int)used,
	    "a descriptor of a socket");
	return &sockets[fd - WORLD_SOCKET0];
}

static struct socket *
at_open(int fd)
{
	struct socket *socket = at(fd);

	world_must(socket->open, "the descriptor is open");
	return socket;
}

void
world_sockets_reset(void)
{
	for (unsigned i = 0; i < used; i++)
		world_must(!sockets[i].open, "every socket is closed");
	used = 0;
	random_octet = 0;
}

int
world_connect(void)
{
	struct socket *socket = &sockets[used];

	if (used == WORLD_SOCKETS)
		return -1;
	memset(socket, 0, offsetof(struct socket, in));
	socket->open = true;
	socket->room = SIZE_MAX;
	return (int)used++;
}

bool
world_is_open(unsigned socket)
{
	return socket < used && sockets[socket].open;
}

bool
world_send(unsigned socket, const uint8_t *data, size_t len)
{
	struct socket *to = &sockets[socket];

	if (!world_is_open(socket) || to->ended || to->error != 0 ||
	    len > IN_MAX - to->len)
		return false;
	memcpy(&to->in[to->len], data, len);
	to->len += len;
	return true;
}

void
world_hang_up(unsigned socket, int error)
{
	if (!world_is_open(socket))
		return;
	sockets[socket].ended = true;
	sockets[socket].error = error;
}

void
world_read(unsigned socket, size_t octets)
{
	if (world_is_open(socket))
		sockets[socket].room = octets;
}

size_t
world_unread(unsigned socket)
{
	return world_is_open(socket) ? sockets[socket].len : 0;
}

int
world_ready(int fd)
{
	const struct socket *socket = at_open(fd);
	int ready = 0;

	if (socket->len > 0 || socket->ended)
		ready |= WATCH_READ;
	if (socket->room > 0 || socket->error != 0)
		ready |= WATCH_WRITE;
	return ready;
}

/* ---- calls ---- */

ssize_t
__wrap_recv(int fd, void *buf, size_t len, int flags)
{
	struct socket *socket = at_open(fd);
	size_t n = len < socket->len ? len : socket->len;

	(void)flags;
	if (socket->error != 0) {
		errno = socket->error;
		return -1;
	}
	if (n == 0 && socket->ended)
		return 0;
	if (n == 0) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(buf, socket->in, n);
	socket->len -= n;
	memmove(socket->in, &socket->in[n], socket->len);
	if (!socket->shut)
		world_on_received((unsigned)(fd - WORLD_SOCKET0), buf, n);
	return (ssize_t)n;
}

ssize_t
__wrap_send(int fd, const void *buf, size_t len, int flags)
{
	struct socket *socket = at_open(fd);
	size_t n = len < socket->room ? len : socket->room;

	world_must((flags & MSG_NOSIGNAL) != 0, "no signal by a write");
	world_must(!socket->shut, "nothing is written behind the end");
	if (socket->error != 0) {
		errno = socket->error;
		return -1;
	}
	if (n == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (socket->room != SIZE_MAX)
		socket->room -= n;
	world_on_sent((unsigned)(fd - WORLD_SOCKET0), buf, n);
	return (ssize_t)n;
}

int
__wrap_shutdown(int fd, int how)
{
	world_must(how == SHUT_WR, "our direction is shut");
	at_open(fd)->shut = true;
	return 0;
}

int
__wrap_close(int fd)
{
	if (fd < WORLD_SOCKET0)
		return __real_close(fd);
	at_open(fd)->open = false;
	return 0;
}

int
__wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	world_must(request == FIONREAD, "a request that is known");
	va_start(args, request);
	*va_arg(args, int *) = (int)at_open(fd)->len;
	va_end(args);
	return 0;
}

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	struct ao_info *info = value;

	(void)at_open(fd);
	(void)level;
	world_must(name == AO_INFO && *len == sizeof(*info), "AO's counters");
	info->good = world_now_ms();
	return 0;
}

int
__wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)at_open(fd);
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	return 0;
}

ssize_t
__wrap_getrandom(void *buf, size_t len, unsigned flags)
{
	(void)flags;
	memset(buf, random_octet++, len);
	return (ssize_t)len;
}

/* Log lines: looked at, and thrown away. */
ssize_t
__wrap_write(int fd, const void *buf, size_t len)
{
	const char *line = buf;

	world_must(fd == STDERR_FILENO && len > 0 && line[len - 1] == '\n',
	    "whole lines of the log");
	for (size_t i = 0; i + 1 < len; i++)
		world_must((uint8_t)line[i] >= 0x20, "one line at a time");
	return (ssize_t)len;
}
