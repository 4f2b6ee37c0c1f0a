/* SPDX-License-Identifier: BSD-2-Clause */
/* One of many small BGP speakers. */
#include "tests/interop/load_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/open.h"
#include "tests/bench/bench_loop.h"

#define BGP_PORT   179
#define MS         UINT64_C(1000000)
#define PATIENCE_S 10 /* for a session to come up */

static void
watch(struct load_session *session, uint32_t events)
{
	struct epoll_event event = { .events = events,
		.data = { .ptr = session } };
	int how = session->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (session->watched == events)
		return;
	if (epoll_ctl(session->pool->epoll, how, session->fd, &event) < 0)
		bench_die("epoll", strerror(errno));
	session->watched = events;
}

static void
session_end(struct load_session *session)
{
	struct load_pool *pool = session->pool;

	if (session->state == LOAD_UP)
		pool->counts.lost++;
	else
		pool->counts.refused++;
	(void)close(session->fd);
	session->fd = -1;
	session->watched = 0;
	session->state = LOAD_CLOSED;
	session->wake_ns = pool->now_ns + pool->redial_ms * MS;
	session->drop_ns = 0;
	session->out_len = 0;
	session->out_at = 0;
}

/* ---- out ---- */

/* A small message, which the socket has room for. */
static void
say(struct load_session *session, const struct writer *writer)
{
	if (writer->failed ||
	    send(session->fd, writer->data, writer->len,
		MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)writer->len)
		session_end(session);
}

static void
say_open(struct load_session *session)
{
	const struct open open = {
		.version = OPEN_VERSION,
		.asn = session->asn,
		.has_as4 = true,
		.hold_s = session->pool->hold_s,
		.bgp_id = session->from,
		.families = session->pool->families,
		.has_refresh = true,
		.has_graceful_restart = true, /* End-of-RIB will come */
	};
	uint8_t octets[256];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	open_encode(&open, &writer);
	say(session, &writer);
}

static void
say_keepalive(struct load_session *session)
{
	uint8_t octets[MESSAGE_HEADER_LEN];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	message_keepalive(&writer);
	say(session, &writer);
}

static void
session_write(struct load_session *session)
{
	while (session->out_at < session->out_len) {
		ssize_t n = send(session->fd, &session->out[session->out_at],
		    session->out_len - session->out_at,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			watch(session, EPOLLIN | EPOLLOUT);
			return;
		}
		if (n <= 0) {
			session_end(session);
			return;
		}
		session->out_at += (size_t)n;
	}
	watch(session, EPOLLIN);
	session->out_len = 0;
	session->out_at = 0;
	session->pool->ops->on_written(session);
}

void
load_session_send(
    struct load_session *session, const uint8_t *octets, size_t len)
{
	session->out = octets;
	session->out_len = len;
	session->out_at = 0;
	watch(session, EPOLLIN | EPOLLOUT);
}

void
load_session_drop(struct load_session *session, enum load_drop how)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	uint8_t octets[64];
	struct writer writer;

	if (how == LOAD_DROP_RESET)
		(void)setsockopt(
		    session->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (how == LOAD_DROP_RESTART || how == LOAD_DROP_SHUTDOWN) {
		writer_init(&writer, octets, sizeof(octets));
		notification_encode(&writer, NOTIFICATION_CEASE,
		    how == LOAD_DROP_RESTART ? NOTIFICATION_CEASE_RESET
					     : NOTIFICATION_CEASE_SHUTDOWN,
		    NULL, 0);
		(void)send(session->fd, octets, writer.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	session_end(session);
}

/* ---- in ---- */

void
load_session_gap(struct load_session *session)
{
	struct load_counts *counts = &session->pool->counts;
	uint64_t gap_ns = session->pool->now_ns - session->heard_ns;

	if (session->state != LOAD_UP)
		return;
	if (gap_ns > counts->gap_ns)
		counts->gap_ns = gap_ns;
}

static void
gap_count(struct load_session *session)
{
	struct load_counts *counts = &session->pool->counts;
	uint64_t gap_ns = session->pool->now_ns - session->heard_ns;
	uint64_t slot = gap_ns / (10 * MS);

	load_session_gap(session);
	counts->gaps[slot < LOAD_GAPS ? slot : LOAD_GAPS - 1]++;
	counts->late += gap_ns > session->pool->late_ms * MS;
	session->heard_ns = session->pool->now_ns;
}

static void
session_up(struct load_session *session)
{
	struct load_pool *pool = session->pool;

	session->state = LOAD_UP;
	session->heard_ns = pool->now_ns;
	session->wake_ns = pool->now_ns + pool->hold_s * MS * 1000 / 3;
	pool->counts.established++;
	pool->ops->on_up(session);
}

/* What ended it; it is closed by the other side now. */
static void
take_notification(struct load_session *session, const uint8_t *body)
{
	unsigned code = body[0] < LOAD_CODES ? body[0] : 0;
	unsigned sub = body[1] < LOAD_SUBCODES ? body[1] : LOAD_SUBCODES - 1;

	session->pool->counts.ended[code][sub]++;
	session_end(session);
}

static void
take(struct load_session *session, uint8_t type, const uint8_t *body)
{
	session->pool->counts.heard++;
	if (type == MESSAGE_NOTIFICATION)
		take_notification(session, body);
	else if (type == MESSAGE_OPEN)
		say_keepalive(session);
	else if (type == MESSAGE_KEEPALIVE && session->state == LOAD_GREETING)
		session_up(session);
	else if (session->state == LOAD_UP)
		gap_count(session);
}

static void
take_all(struct load_session *session)
{
	size_t at = 0;

	while (session->state != LOAD_CLOSED) {
		size_t total = 0;
		uint8_t type = 0;

		if (message_peek(&session->rx[at], session->rx_len - at,
			MESSAGE_MAX, &type, &total) != WIRE_OK)
			bench_die("sluice", "sends what is no message");
		if (total == 0)
			break;
		take(session, type, &session->rx[at + MESSAGE_HEADER_LEN]);
		at += total;
	}
	if (session->state == LOAD_CLOSED)
		return;
	memmove(session->rx, &session->rx[at], session->rx_len - at);
	session->rx_len -= at;
}

static void
session_read(struct load_session *session)
{
	ssize_t n = recv(session->fd, &session->rx[session->rx_len],
	    sizeof(session->rx) - session->rx_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		session_end(session);
		return;
	}
	session->rx_len += (size_t)n;
	take_all(session);
}

/* ---- dialling ---- */

static void
dial(struct load_session *session)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr = { htonl(session->from) } };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr = { htonl(LOAD_RELAY) },
		.sin_port = htons(BGP_PORT) };
	const int on = 1;

	session->fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (session->fd < 0)
		bench_die("socket", strerror(errno));
	(void)setsockopt(
	    session->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(
	    session->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	session->rx_len = 0;
	session->state = LOAD_DIALLING;
	session->wake_ns =
	    session->pool->now_ns + PATIENCE_S * UINT64_C(1000) * MS;
	session->pool->counts.dialled++;
	if (bind(session->fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		bench_die("bind", strerror(errno));
	if (connect(session->fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != EINPROGRESS)
		session_end(session);
	else
		watch(session, EPOLLIN | EPOLLOUT);
}

/* The connection is there, or has failed. */
static void
dialled(struct load_session *session)
{
	int err = 0;
	socklen_t len = sizeof(err);

	(void)getsockopt(session->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err != 0) {
		session_end(session);
		return;
	}
	session->state = LOAD_GREETING;
	watch(session, EPOLLIN);
	say_open(session);
}

void
load_session_tick(struct load_session *session)
{
	if (session->pool->now_ns < session->wake_ns)
		return;
	if (session->state == LOAD_CLOSED) {
		dial(session);
	} else if (session->state != LOAD_UP) {
		session_end(session);
	} else {
		session->wake_ns += session->pool->hold_s * MS * 1000 / 3;
		/* Between two messages only. */
		if (session->out_len == 0)
			say_keepalive(session);
	}
}

void
load_session_ready(struct load_session *session, uint32_t events)
{
	if (session->state == LOAD_CLOSED)
		return;
	if (session->state == LOAD_DIALLING) {
		dialled(session);
		return;
	}
	if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
		session_read(session);
	if ((events & EPOLLOUT) != 0 && session->state == LOAD_UP)
		session_write(session);
}
