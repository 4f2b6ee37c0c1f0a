/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening: bind, accept in bounded bites, rest when descriptors are out. */
#include "proxy/supervisor/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "policy/prefix.h"
#include "proxy/common/log.h"
#include "proxy/common/endpoint.h"
#include "proxy/supervisor/source_filter.h"
#include "proxy/supervisor/tcp.h"

#define LISTEN_BACKLOG  128
#define LISTEN_PER_TURN 64  /* connections accepted before others run */
#define LISTEN_REST_MS  100 /* after running out of descriptors */
#define TTL_DEFAULT     64
#define TTL_SECURITY    255

struct listener {
	struct listeners *all;
	struct address address;
	struct watch *watch;
	int fd;
	bool started;
};

struct listeners {
	struct loop *loop;
	struct timer *rest;
	const struct listen_ops *ops;
	void *ctx;
	struct listener *slots[CFG_SET_LISTENERS_MAX];
	unsigned n;
};

/* ---- one ---- */

static void
listener_free(struct listener *listener)
{
	watch_free(listener->watch);
	(void)close(listener->fd);
	free(listener);
}

static void
listener_ready(void *ctx, int events)
{
	struct listener *listener = ctx;
	struct listeners *all = listener->all;

	(void)events;
	for (int i = 0; i < LISTEN_PER_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		struct address remote;
		int fd = accept4(listener->fd, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
				  errno == ENOBUFS || errno == ENOMEM)) {
			watch_set(listener->watch, 0);
			timer_start(all->rest, LISTEN_REST_MS, 0);
			return;
		}
		/* None left; or one that went away, and others can wait. */
		if (fd < 0)
			return;
		(void)tcp_filter(fd, NULL, 0);
		if (endpoint_from(&from, &remote))
			all->ops->on_accept(all->ctx, fd, &remote);
		else
			tcp_reset(fd);
	}
}

/* A socket bound to the address; a descriptor or -errno. */
static int
bind_to(const struct address *address)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(address, address->port, &at);
	int fd = tcp_open(address);
	int one = 1;
	int err;

	if (fd < 0)
		return fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	(void)tcp_save_syn(fd);
	if (bind(fd, (const struct sockaddr *)&at, len) < 0) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	return fd;
}

static struct listener *
listener_new(struct listeners *listeners, const struct address *address)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	char text[ENDPOINT_TEXT_MAX];

	if (listener == NULL)
		return NULL;
	listener->all = listeners;
	listener->address = *address;
	listener->fd = bind_to(address);
	if (listener->fd < 0) {
		log_line(LOG_ERROR, "listen %s: cannot bind: %s",
		    endpoint_print(address, true, text, sizeof(text)),
		    strerror(-listener->fd));
		free(listener);
		return NULL;
	}
	listener->watch =
	    watch_new(listeners->loop, listener->fd, listener_ready, listener);
	if (listener->watch == NULL) {
		listener_free(listener);
		return NULL;
	}
	return listener;
}

/* ---- all ---- */

/* Descriptors may be free again. */
static void
listeners_rested(void *ctx)
{
	struct listeners *listeners = ctx;

	for (unsigned i = 0; i < listeners->n; i++) {
		if (listeners->slots[i]->started)
			watch_set(listeners->slots[i]->watch, WATCH_READ);
	}
}

struct listeners *
listeners_new(struct loop *loop, const struct listen_ops *ops, void *ctx)
{
	struct listeners *listeners = calloc(1, sizeof(*listeners));

	if (listeners == NULL)
		return NULL;
	listeners->loop = loop;
	listeners->ops = ops;
	listeners->ctx = ctx;
	listeners->rest = timer_new(loop, listeners_rested, listeners);
	if (listeners->rest == NULL) {
		free(listeners);
		return NULL;
	}
	return listeners;
}

void
listeners_free(struct listeners *listeners)
{
	if (listeners == NULL)
		return;
	for (unsigned i = 0; i < listeners->n; i++)
		listener_free(listeners->slots[i]);
	timer_free(listeners->rest);
	free(listeners);
}

static bool
same_endpoint(const struct address *a, const struct address *b)
{
	return a->port == b->port && endpoint_same_host(a, b);
}

static bool
set_names(const struct cfg_set *set, const struct address *address)
{
	for (uint32_t i = 0; i < set->listeners.n; i++) {
		if (same_endpoint(&cfg_set_listen(set, i)->address, address))
			return true;
	}
	return false;
}

static bool
listeners_has(const struct listeners *listeners, const struct address *address)
{
	for (unsigned i = 0; i < listeners->n; i++) {
		if (same_endpoint(&listeners->slots[i]->address, address))
			return true;
	}
	return false;
}

int
listeners_update(struct listeners *listeners, const struct cfg_set *set)
{
	unsigned kept = 0;
	int failed = 0;

	for (unsigned i = 0; i < listeners->n; i++) {
		if (set_names(set, &listeners->slots[i]->address))
			listeners->slots[kept++] = listeners->slots[i];
		else
			listener_free(listeners->slots[i]);
	}
	listeners->n = kept;
	for (uint32_t i = 0; i < set->listeners.n; i++) {
		const struct address *want = &cfg_set_listen(set, i)->address;
		struct listener *listener;

		if (listeners_has(listeners, want))
			continue;
		listener = listener_new(listeners, want);
		if (listener == NULL)
			failed++;
		else
			listeners->slots[listeners->n++] = listener;
	}
	return failed;
}

int
listeners_key(struct listeners *listeners, const struct address *remote,
    unsigned len, const struct password *password)
{
	int first = 0;

	for (unsigned i = 0; i < listeners->n; i++) {
		struct listener *listener = listeners->slots[i];
		int err;

		if (listener->address.afi != remote->afi)
			continue;
		err = tcp_key(listener->fd, remote, len, password);
		if (err < 0 && first == 0)
			first = err;
	}
	return first;
}

void
listeners_each(struct listeners *listeners, unsigned afi,
    void (*fn)(void *ctx, int fd), void *ctx)
{
	for (unsigned i = 0; i < listeners->n; i++) {
		if (listeners->slots[i]->address.afi == afi)
			fn(ctx, listeners->slots[i]->fd);
	}
}

void
listeners_ttl(struct listeners *listeners, bool security)
{
	for (unsigned i = 0; i < listeners->n; i++)
		(void)tcp_ttl(listeners->slots[i]->fd,
		    listeners->slots[i]->address.afi,
		    security ? TTL_SECURITY : TTL_DEFAULT);
}

/* The set's neighbours of one family; returns how many. */
static uint32_t
sources_fill(const struct cfg_set *set, unsigned afi, struct source_row *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->neighbors.n; i++) {
		const struct msg_cfg_neighbor *neighbor =
		    cfg_set_neighbor(set, i);
		struct source_row *row = &rows[n];

		if (neighbor->remote.afi != afi)
			continue;
		memcpy(row->addr, neighbor->remote.addr, sizeof(row->addr));
		row->len = neighbor->range_len;
		if (row->len == 0)
			row->len = (uint8_t)afi_bits(afi);
		row->least = 0;
		if (neighbor->ttl_hops != 0)
			row->least =
			    (uint8_t)(TTL_SECURITY + 1 - neighbor->ttl_hops);
		n++;
	}
	return n;
}

/* What is in the way of a filter, for a person. */
static const char *
filter_obstacle(int err)
{
	switch (err) {
	case -E2BIG:
		return "too many neighbours for a filter";
	case -ENOMEM:
		return "not enough memory (net.core.optmem_max)";
	case -EPERM:
		/* Since Linux 5d39580f68e6, for sockets of TCP. */
		return "this kernel asks for CAP_NET_ADMIN";
	default:
		return strerror(-err);
	}
}

/* In the place of the one that is there. */
static void
listener_filter(
    const struct listener *listener, struct sock_filter *code, int n)
{
	char text[ENDPOINT_TEXT_MAX];
	int err = n;

	if (n > 0)
		err = tcp_filter(listener->fd, code, (unsigned)n);
	/* Without the old one: it would drop new neighbours, and both together
	 * may be more than the kernel allows. */
	if (err < 0)
		(void)tcp_filter(listener->fd, NULL, 0);
	if (err == -ENOMEM && n > 0)
		err = tcp_filter(listener->fd, code, (unsigned)n);
	if (err < 0)
		log_line(LOG_WARN,
		    "listen %s: strangers are turned away only after they "
		    "have connected: %s",
		    endpoint_print(
			&listener->address, true, text, sizeof(text)),
		    filter_obstacle(err));
}

static void
family_filter(
    struct listeners *listeners, const struct cfg_set *set, unsigned afi)
{
	struct sock_filter *code = calloc(SOURCE_FILTER_MAX, sizeof(*code));
	struct source_row *rows =
	    calloc((size_t)set->neighbors.n + 1, sizeof(*rows));
	int n = -ENOMEM;

	if (code != NULL && rows != NULL)
		n = source_filter_build(
		    afi, rows, sources_fill(set, afi, rows), code);
	for (unsigned i = 0; i < listeners->n; i++) {
		if (listeners->slots[i]->address.afi == afi)
			listener_filter(listeners->slots[i], code, n);
	}
	free(rows);
	free(code);
}

void
listeners_filter(struct listeners *listeners, const struct cfg_set *set)
{
	family_filter(listeners, set, AFI_IPV4);
	family_filter(listeners, set, AFI_IPV6);
}

void
listeners_start(struct listeners *listeners)
{
	for (unsigned i = 0; i < listeners->n; i++) {
		struct listener *listener = listeners->slots[i];
		char text[ENDPOINT_TEXT_MAX];

		if (listener->started)
			continue;
		(void)endpoint_print(
		    &listener->address, true, text, sizeof(text));
		if (listen(listener->fd, LISTEN_BACKLOG) < 0) {
			log_line(
			    LOG_ERROR, "listen %s: %s", text, strerror(errno));
			continue;
		}
		listener->started = true;
		watch_set(listener->watch, WATCH_READ);
		log_line(LOG_INFO, "listen %s: up", text);
	}
}

unsigned
listeners_count(const struct listeners *listeners)
{
	unsigned n = 0;

	for (unsigned i = 0; i < listeners->n; i++)
		n += listeners->slots[i]->started;
	return n;
}
