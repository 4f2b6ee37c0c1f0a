/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts at the network. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "proxy/sandbox/attempts.h"

/* Linux 6.7; not in every C library's headers. */
#define AO_ADD_KEY  38
#define AO_GET_KEYS 41

static int
done(int status)
{
	return status < 0 ? -errno : 0;
}

static struct sockaddr_in
loopback(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int
try_connect(int type, uint16_t port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = done(connect(fd, (const struct sockaddr *)&to, sizeof(to)));
	(void)close(fd);
	return err;
}

int
try_tcp_wanted(const struct stage *stage)
{
	return try_connect(SOCK_STREAM, stage->port_wanted);
}

int
try_tcp_other(const struct stage *stage)
{
	return try_connect(SOCK_STREAM, stage->port_other);
}

int
try_udp(const struct stage *stage)
{
	return try_connect(SOCK_DGRAM, stage->port_other);
}

static int
try_unix(int type, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	memcpy(to.sun_path, path, strnlen(path, STAGE_PATH_MAX - 1));
	err = done(connect(fd, (const struct sockaddr *)&to, sizeof(to)));
	(void)close(fd);
	return err;
}

int
try_control(const struct stage *stage)
{
	return try_unix(SOCK_STREAM, stage->control);
}

int
try_journal(const struct stage *stage)
{
	return try_unix(SOCK_DGRAM, stage->journal);
}

/* Its name is the path of the other one, behind a zero. */
int
try_abstract(const struct stage *stage)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	memcpy(&to.sun_path[1], stage->journal,
	    strnlen(stage->journal, STAGE_PATH_MAX - 1));
	err = done(connect(fd, (const struct sockaddr *)&to, sizeof(to)));
	(void)close(fd);
	return err;
}

int
try_bind(const struct stage *stage)
{
	struct sockaddr_in to = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	(void)stage;
	if (fd < 0)
		return -errno;
	err = done(bind(fd, (const struct sockaddr *)&to, sizeof(to)));
	(void)close(fd);
	return err;
}

int
try_listen(const struct stage *stage)
{
	return done(listen(stage->listening, 1));
}

int
try_accept(const struct stage *stage)
{
	int fd = accept4(stage->listening, NULL, NULL, SOCK_CLOEXEC);
	int err = done(fd);

	/* Another one has been here: it was let, and there was none left. */
	if (err == -EAGAIN)
		return 0;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static int
try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	int err = done(fd);

	if (fd >= 0)
		(void)close(fd);
	return err;
}

int
try_netlink(const struct stage *stage)
{
	(void)stage;
	return try_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

int
try_raw(const struct stage *stage)
{
	(void)stage;
	return try_socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
}

int
try_pair(const struct stage *stage)
{
	int fds[2];

	(void)stage;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	(void)close(fds[0]);
	(void)close(fds[1]);
	return 0;
}

/* What the kernel says of an option that it does not have, or of what is in it,
 * has got as far as to the kernel. */
static int
option_done(int status)
{
	int err = done(status);

	return err == -ENOPROTOOPT || err == -EINVAL ? 0 : err;
}

int
try_ao_get(const struct stage *stage)
{
	unsigned char octets[160] = { 0 };
	socklen_t len = sizeof(octets);

	return option_done(getsockopt(
	    stage->connected, IPPROTO_TCP, AO_GET_KEYS, octets, &len));
}

int
try_ao_add(const struct stage *stage)
{
	const unsigned char octets[288] = { 0 };

	return option_done(setsockopt(
	    stage->connected, IPPROTO_TCP, AO_ADD_KEY, octets, sizeof(octets)));
}

int
try_md5(const struct stage *stage)
{
	struct tcp_md5sig key = { .tcpm_keylen = 1, .tcpm_key = "x" };
	struct sockaddr_in to = loopback(stage->port_wanted);

	memcpy(&key.tcpm_addr, &to, sizeof(to));
	return option_done(setsockopt(
	    stage->connected, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)));
}

int
try_send(const struct stage *stage)
{
	char zero = 0;
	struct iovec octet = { &zero, 1 };
	struct msghdr msg = { .msg_iov = &octet, .msg_iovlen = 1 };

	return done(
	    (int)sendmsg(stage->connected, &msg, MSG_NOSIGNAL | MSG_DONTWAIT));
}
