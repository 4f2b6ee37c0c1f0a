/* SPDX-License-Identifier: BSD-2-Clause */
/* A BGP speaker for load, without timers. */
#include "tests/bench/bench_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/wire/message.h"
#include "proxy/wire/open.h"

#define HOLD_S 240

static int
greet(const struct bench_peer *peer, struct in_addr from)
{
	const struct open open = {
		.version = OPEN_VERSION,
		.asn = peer->asn,
		.has_as4 = true,
		.hold_s = HOLD_S,
		.bgp_id = ntohl(from.s_addr),
		.families =
		    peer->families != 0 ? peer->families : FAMILY_IPV4_FLOWSPEC,
		.has_graceful_restart = peer->families != 0,
		.has_refresh = peer->families != 0,
	};
	uint8_t octets[256];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	open_encode(&open, &writer);
	if (writer.failed || send(peer->fd, octets, writer.len, MSG_NOSIGNAL) !=
				 (ssize_t)writer.len)
		return -EPIPE;
	return 0;
}

int
bench_peer_dial(
    struct bench_peer *peer, const struct bench_address *at, uint32_t asn)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr = at->from };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr = at->to,
		.sin_port = htons(at->port) };
	const int on = 1;

	peer->asn = asn;
	peer->rx = malloc(BENCH_PEER_RX);
	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer->rx == NULL || peer->fd < 0)
		return -ENOMEM;
	(void)setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(peer->fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(peer->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	(void)fcntl(peer->fd, F_SETFL, O_NONBLOCK);
	return greet(peer, at->from);
}

void
bench_peer_close(struct bench_peer *peer)
{
	if (peer->fd >= 0)
		(void)close(peer->fd);
	free(peer->rx);
	peer->fd = -1;
	peer->rx = NULL;
}

static void
say_keepalive(struct bench_peer *peer)
{
	uint8_t octets[MESSAGE_HEADER_LEN];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	message_keepalive(&writer);
	if (send(peer->fd, octets, writer.len, MSG_NOSIGNAL) !=
	    (ssize_t)writer.len)
		peer->broken = true;
}

static void
take(struct bench_peer *peer, uint8_t type, const uint8_t *body, size_t len)
{
	switch (type) {
	case MESSAGE_OPEN:
		say_keepalive(peer);
		break;
	case MESSAGE_KEEPALIVE:
		peer->up = true;
		break;
	case MESSAGE_UPDATE:
		if (peer->on_update != NULL)
			peer->on_update(peer->ctx, body, len);
		break;
	case MESSAGE_NOTIFICATION:
		peer->broken = true;
		peer->up = false;
		peer->code = body[0];
		peer->subcode = body[1];
		break;
	default:
		break;
	}
}

static void
take_all(struct bench_peer *peer)
{
	size_t at = 0;

	while (!peer->broken) {
		size_t total = 0;
		uint8_t type = 0;

		if (message_peek(&peer->rx[at], peer->rx_len - at, MESSAGE_MAX,
			&type, &total) != WIRE_OK) {
			peer->broken = true;
			return;
		}
		if (total == 0)
			break;
		take(peer, type, &peer->rx[at + MESSAGE_HEADER_LEN],
		    total - MESSAGE_HEADER_LEN);
		at += total;
	}
	memmove(peer->rx, &peer->rx[at], peer->rx_len - at);
	peer->rx_len -= at;
}

void
bench_peer_read(struct bench_peer *peer)
{
	const int on = 1;
	ssize_t n = recv(peer->fd, &peer->rx[peer->rx_len],
	    BENCH_PEER_RX - peer->rx_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		peer->broken = true;
		peer->up = false;
		return;
	}
	/* Senders that batch small writes wait for our acknowledgement. */
	(void)setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	peer->rx_len += (size_t)n;
	take_all(peer);
}

bool
bench_peer_write(struct bench_peer *peer)
{
	while (peer->out_at < peer->out_len) {
		ssize_t n = send(peer->fd, &peer->out[peer->out_at],
		    peer->out_len - peer->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			peer->broken = true;
			return true;
		}
		peer->out_at += (size_t)n;
	}
	return true;
}
