/* SPDX-License-Identifier: BSD-2-Clause */
/* The role: the supervisor says where to listen, and connects with control. */
#include "proxy/http/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/endpoint.h"
#include "proxy/common/log.h"
#include "proxy/http/server.h"

#define TICK_MS  1000u
#define AGAIN_MS 500u /* until control is asked for again */

struct http {
	struct loop *loop;
	struct channel *supervisor;
	struct timer *tick;
	struct link *link;
	struct watch *wanted;
	struct timer *again; /* runs while a connection is asked for */
	bool asked;
	struct server *server; /* NULL before the configuration */
	struct msg_http_config config;
	sandbox_entry *enter;
	bool failed;
};

static bool
is_loopback(const struct address *address)
{
	static const uint8_t one[ADDRESS_MAX] = { [15] = 1 };

	if (address->afi == AFI_IPV4)
		return address->addr[0] == 127;
	return memcmp(address->addr, one, sizeof(one)) == 0;
}

static bool
config_valid(const struct msg_http_config *msg)
{
	return check_address(&msg->address, false) && msg->address.port != 0;
}

static bool
config_same(const struct msg_http_config *a, const struct msg_http_config *b)
{
	return memcmp(&a->address, &b->address, sizeof(a->address)) == 0;
}

static void
http_fail(struct http *http)
{
	http->failed = true;
	loop_stop(http->loop);
}

static void
config_take(struct http *http, const struct msg_http_config *msg)
{
	char text[ENDPOINT_TEXT_MAX];

	if (!config_valid(msg)) {
		log_line(LOG_ERROR, "supervisor: a configuration that is none");
		http_fail(http);
		return;
	}
	if (http->server != NULL && config_same(&http->config, msg))
		return;
	if (http->server != NULL && http->enter != NULL) {
		log_line(LOG_INFO, "another address: starting anew");
		loop_stop(http->loop);
		return;
	}
	server_free(http->server);
	http->config = *msg;
	(void)endpoint_print(&msg->address, true, text, sizeof(text));
	http->server = server_new(&msg->address, http->link);
	if (http->server == NULL) {
		log_line(LOG_ERROR, "listen: %s: %s", strerror(errno), text);
		http_fail(http);
		return;
	}
	if ((http->enter != NULL && http->enter(ROLE_HTTP, NULL, NULL) < 0) ||
	    server_start(http->server) < 0) {
		log_line(LOG_ERROR, "cannot begin");
		http_fail(http);
		return;
	}
	log_line(LOG_INFO, "listening: %s", text);
	if (!is_loopback(&msg->address))
		log_line(LOG_WARN,
		    "the address is no loopback address: whoever "
		    "reaches it reads all rules");
}

/* ---- control ---- */

/* Ask for a connection, if somebody waits for one; and until it comes, for the
 * supervisor makes none while control is down. */
static void
link_ask(void *ctx)
{
	struct msg_head msg = { .kind = MSG_HTTP_ASK };
	struct http *http = ctx;

	if (!link_waits(http->link) || http->asked)
		return;
	http->asked = true;
	timer_start(http->again, AGAIN_MS, 0);
	(void)channel_send(http->supervisor, &msg, sizeof(msg), -1);
	channel_flush(http->supervisor);
}

static void
on_wanted(void *ctx, int events)
{
	(void)events;
	link_ask(ctx);
}

static void
on_again(void *ctx)
{
	struct http *http = ctx;

	http->asked = false;
	link_ask(http);
}

static void
link_take_over(struct http *http, const struct msg_channel *msg, int fd)
{
	if (fd < 0)
		return;
	if (msg->role != ROLE_CONTROL) {
		(void)close(fd);
		return;
	}
	http->asked = false;
	timer_stop(http->again);
	link_offer(http->link, fd);
}

/* ---- supervisor ---- */

static void
on_supervisor(void *ctx, const struct msg_head *head, int fd)
{
	struct http *http = ctx;

	if (head->kind == MSG_CHANNEL) {
		link_take_over(http, (const void *)head, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	switch (head->kind) {
	case MSG_HTTP_CONFIG:
		config_take(http, (const void *)head);
		return;
	case MSG_STOP:
		loop_stop(http->loop);
		return;
	default:
		log_line(LOG_ERROR, "supervisor: message out of turn: kind=%u",
		    (unsigned)head->kind);
		return;
	}
}

static void
on_supervisor_closed(void *ctx)
{
	struct http *http = ctx;

	loop_stop(http->loop);
}

static void
on_tick(void *ctx)
{
	struct http *http = ctx;

	if (http->server != NULL)
		server_tick(http->server);
}

struct http *
http_new(struct loop *loop, int fd)
{
	static const struct channel_ops ops = { .on_message = on_supervisor,
		.on_closed = on_supervisor_closed };
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL) {
		(void)close(fd);
		return NULL;
	}
	http->loop = loop;
	http->tick = timer_new(loop, on_tick, http);
	http->again = timer_new(loop, on_again, http);
	http->link = link_new();
	if (http->link != NULL)
		http->wanted = watch_new(
		    loop, link_wanted_fd(http->link), on_wanted, http);
	http->supervisor = channel_open(loop, fd, 1u << 20, &ops, http);
	if (http->tick == NULL || http->again == NULL || http->wanted == NULL ||
	    http->supervisor == NULL) {
		http_free(http);
		return NULL;
	}
	watch_set(http->wanted, WATCH_READ);
	timer_start(http->tick, TICK_MS, TICK_MS);
	return http;
}

void
http_contain(struct http *http, sandbox_entry *enter)
{
	http->enter = enter;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	server_free(http->server);
	watch_free(http->wanted);
	link_free(http->link);
	timer_free(http->tick);
	timer_free(http->again);
	channel_close(http->supervisor);
	free(http);
}

bool
http_failed(const struct http *http)
{
	return http->failed;
}
