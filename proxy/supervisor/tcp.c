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

#include "proxy/common/endpoint.h"

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

#define TCP_CS6        0xc0 /* class selector 6: network control */
#define TTL_MAX        255
#define TTL_INTERNAL   64
#define TCP_HEADER     20 /* octets, without options */
#define TCP_DOFF       12 /* where in it the length stands */
#define TCP_OPTION_MD5 19

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

/* What the kernel has kept of a SYN. */
struct syn {
	uint8_t octets[512];
	size_t len;
	size_t
	    tcp; /* where its TCP header begins, all of it there; 0: unknown */
	int ttl; /* -1: unknown */
};

/* Once for a connection: it is forgotten then. */
static void
syn_read(int fd, struct syn *syn)
{
	socklen_t len = sizeof(syn->octets);
	size_t tcp = 0;

	*syn = (struct syn){ .ttl = -1 };
	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn->octets, &len) < 0)
		return;
	syn->len = len;
	if (len >= sizeof(struct ip) && syn->octets[0] >> 4 == 4) {
		syn->ttl = syn->octets[offsetof(struct ip, ip_ttl)];
		tcp = (syn->octets[0] & 15u) * 4u;
	} else if (len >= sizeof(struct ip6_hdr) && syn->octets[0] >> 4 == 6) {
		syn->ttl = syn->octets[offsetof(struct ip6_hdr, ip6_hlim)];
		if (syn->octets[offsetof(struct ip6_hdr, ip6_nxt)] ==
		    IPPROTO_TCP)
			tcp = sizeof(struct ip6_hdr);
	}
	if (tcp > 0 && tcp + TCP_HEADER <= len &&
	    tcp + (syn->octets[tcp + TCP_DOFF] >> 4) * 4u <= len)
		syn->tcp = tcp;
}

/* RFC 2385 2: is there the option, whatever its digest? */
static bool
syn_is_signed(const struct syn *syn)
{
	size_t end = syn->tcp + (syn->octets[syn->tcp + TCP_DOFF] >> 4) * 4u;
	size_t at = syn->tcp + TCP_HEADER;

	while (at + 1 < end && syn->octets[at] != TCPOPT_EOL) {
		if (syn->octets[at] == TCP_OPTION_MD5)
			return true;
		if (syn->octets[at] == TCPOPT_NOP)
			at++;
		else if (syn->octets[at + 1] >= 2)
			at += syn->octets[at + 1];
		else
			return false;
	}
	return false;
}

int
tcp_syn_check(int fd, const struct msg_cfg_neighbor *neighbor)
{
	struct syn syn;

	if (neighbor->ttl_hops == 0 && neighbor->authenticated != AUTH_MD5)
		return 0;
	syn_read(fd, &syn);
	if (neighbor->ttl_hops > 0 &&
	    syn.ttl < TTL_MAX + 1 - neighbor->ttl_hops)
		return -EHOSTUNREACH;
	if (neighbor->authenticated == AUTH_MD5 && syn.tcp > 0 &&
	    !syn_is_signed(&syn))
		return -ENOKEY;
	return 0;
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
