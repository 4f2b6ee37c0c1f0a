/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of sockets, and sockets that listen at one. */
#include "proxy/common/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "policy/prefix.h"

#define BACKLOG 64

socklen_t
endpoint_sockaddr(
    const struct address *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (address->afi == AFI_IPV4) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		memcpy(&in4->sin_addr, address->addr, sizeof(in4->sin_addr));
		return sizeof(*in4);
	}
	if (address->afi == AFI_IPV6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		in6->sin6_scope_id = address->scope;
		memcpy(&in6->sin6_addr, address->addr, sizeof(in6->sin6_addr));
		return sizeof(*in6);
	}
	return 0;
}

int
endpoint_listen(const struct address *address)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(address, address->port, &at);
	int fd, on = 1, error;

	fd =
	    socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at.ss_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, len) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

bool
endpoint_from(const struct sockaddr_storage *from, struct address *out)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;

	memset(out, 0, sizeof(*out));
	if (from->ss_family == AF_INET) {
		out->afi = AFI_IPV4;
		out->port = ntohs(in4->sin_port);
		memcpy(out->addr, &in4->sin_addr, sizeof(in4->sin_addr));
		return true;
	}
	if (from->ss_family == AF_INET6) {
		out->afi = AFI_IPV6;
		out->port = ntohs(in6->sin6_port);
		out->scope = in6->sin6_scope_id;
		memcpy(out->addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
		return true;
	}
	return false;
}

bool
endpoint_same_host(const struct address *a, const struct address *b)
{
	if (a->afi != b->afi || memcmp(a->addr, b->addr, ADDRESS_MAX) != 0)
		return false;
	return a->scope == b->scope || a->scope == 0 || b->scope == 0;
}

char *
endpoint_print(
    const struct address *address, bool with_port, char *buf, size_t size)
{
	struct prefix host = { .afi = address->afi,
		.len = (uint8_t)afi_bits(address->afi) };
	char text[PREFIX_TEXT_MAX] = "*";
	char scope[16] = "";
	bool brackets = with_port && address->afi == AFI_IPV6;

	memcpy(host.addr, address->addr, ADDRESS_MAX);
	if (host.len != 0)
		(void)prefix_print_address(&host, text, sizeof(text));
	if (address->scope != 0)
		(void)snprintf(scope, sizeof(scope), "%%%u", address->scope);
	(void)snprintf(buf, size, "%s%s%s%s", brackets ? "[" : "", text, scope,
	    brackets ? "]" : "");
	if (with_port) {
		size_t used = strlen(buf);

		(void)snprintf(&buf[used], size - used, ":%u", address->port);
	}
	return buf;
}
