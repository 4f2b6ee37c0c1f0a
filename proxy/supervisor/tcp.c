/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket options of BGP. */
#include "proxy/supervisor/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/supervisor/endpoint.h"

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

#define TCP_CS6      0xc0 /* class selector 6: network control */
#define TTL_MAX      255
#define TTL_INTERNAL 64

static int
set_int(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)) < 0)
		return -errno;
	return 0;
}

int
tcp_open(const struct address *address)
{
	bool ipv6 = address->afi == AFI_IPV6;
	int fd = socket(ipv6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return -errno;
	if (ipv6) {
		(void)set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		(void)set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, TCP_CS6);
	} else {
		(void)set_int(fd, IPPROTO_IP, IP_TOS, TCP_CS6);
	}
	(void)set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return fd;
}

int
tcp_key(int fd, const struct address *remote, unsigned len,
    const struct password *password)
{
	struct tcp_md5sig md5 = { 0 };
	struct sockaddr_storage to;
	int err = 0;

	/* The key belongs to the host: the port does not count. */
	(void)endpoint_sockaddr(remote, 0, &to);
	memcpy(&md5.tcpm_addr, &to, sizeof(md5.tcpm_addr));
	if (password != NULL) {
		md5.tcpm_keylen = (uint16_t)password->len;
		memcpy(md5.tcpm_key, password->octets, password->len);
	}
	if (len > 0) {
		md5.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
		md5.tcpm_prefixlen = (uint8_t)len;
	}
	if (setsockopt(fd, IPPROTO_TCP, len > 0 ? TCP_MD5SIG_EXT : TCP_MD5SIG,
		&md5, sizeof(md5)) < 0)
		err = -errno;
	explicit_bzero(&md5, sizeof(md5));
	/* Nothing to take away, or a kernel without keys. */
	if (password == NULL && (err == -ENOENT || err == -ENOPROTOOPT))
		return 0;
	return err;
}

int
tcp_ttl(int fd, unsigned afi, int ttl)
{
	if (afi == AFI_IPV6)
		return set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
	return set_int(fd, IPPROTO_IP, IP_TTL, ttl);
}

int
tcp_ttl_for(int fd, const struct msg_cfg_neighbor *neighbor)
{
	int least = TTL_MAX + 1 - neighbor->ttl_hops;
	unsigned afi = neighbor->remote.afi;
	int ttl = neighbor->multihop;
	int err;

	if (neighbor->ttl_hops > 0) {
		err = tcp_ttl(fd, afi, TTL_MAX);
		if (err < 0)
			return err;
		if (afi == AFI_IPV6)
			return set_int(
			    fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least);
		return set_int(fd, IPPROTO_IP, IP_MINTTL, least);
	}
	if (ttl == 0)
		ttl = neighbor->index == CFG_INTERNAL ? TTL_INTERNAL : 1;
	return tcp_ttl(fd, afi, ttl);
}

int
tcp_save_syn(int fd)
{
	return set_int(fd, IPPROTO_TCP, TCP_SAVE_SYN, 1);
}

int
tcp_syn_ttl(int fd)
{
	uint8_t syn[512] = { 0 };
	socklen_t len = sizeof(syn);

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn, &len) < 0)
		return -1;
	if (len >= sizeof(struct ip) && syn[0] >> 4 == 4)
		return syn[offsetof(struct ip, ip_ttl)];
	if (len >= sizeof(struct ip6_hdr) && syn[0] >> 4 == 6)
		return syn[offsetof(struct ip6_hdr, ip6_hlim)];
	return -1;
}

bool
tcp_syn_ok(int fd, const struct msg_cfg_neighbor *neighbor)
{
	if (neighbor->ttl_hops == 0)
		return true;
	return tcp_syn_ttl(fd) >= TTL_MAX + 1 - neighbor->ttl_hops;
}

int
tcp_filter(int fd, struct sock_filter *code, unsigned n)
{
	struct sock_fprog program = { .len = (unsigned short)n,
		.filter = code };
	int none = 0;

	if (n == 0) {
		if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none,
			sizeof(none)) < 0 &&
		    errno != ENOENT)
			return -errno;
		return 0;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) < 0)
		return -errno;
	return 0;
}

void
tcp_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(fd);
}
