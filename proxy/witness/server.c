/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP by libmicrohttpd, which polls nothing here: its epoll descriptor is
 * watched by our loop. (The http role has its own use of the library: there a
 * thread makes pages, and may wait; here answers come from another role.)
 */
#include "proxy/witness/server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include <microhttpd.h>

#include "proxy/common/clock.h"
#include "proxy/common/endpoint.h"

#define REQUEST_OCTETS 16384u /* line and headers */
#define TICK_MS        1000u
#define TURNS_MAX      16 /* of the library, before others have theirs */
/* Those that are to end still have a place until the library sees it. */
#define PLACES_MAX     (SERVER_CONNECTIONS_MAX + 16u)

static const struct server_reply too_slow = { 503, "text/plain",
	"the signer does not answer\n", 27 };

enum stage {
	STAGE_HEADERS,
	STAGE_BODY,
	STAGE_WAITING,  /* ticket is out */
	STAGE_ANSWERED, /* reply is there */
};

struct connection {
	struct server *server;
	int fd; /* -1: none */
	struct MHD_Connection *mhd;
	enum stage stage;
	bool suspended;
	bool ending; /* has been shut down */
	uint32_t ticket;
	uint64_t source;
	unsigned requests;
	uint64_t born_ms;
	uint64_t since_ms; /* when this stage, or the one request, began */
	char *body;        /* NULL, or SERVER_BODY_MAX octets */
	size_t len;        /* may be more than SERVER_BODY_MAX: too long */
	struct MHD_Response *response; /* STAGE_ANSWERED */
	unsigned status;
};

struct server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct watch *watch;
	struct timer *tick;
	struct timer *soon; /* the library has more to do */
	const char *path;
	const struct server_ops *ops;
	void *ctx;
	uint32_t last_ticket;
	bool closing; /* nobody else is listened to */
	struct connection connections[PLACES_MAX];
};

/* ---- connections ---- */

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

/* The library sees its end and closes it. */
static void
connection_end(struct connection *c)
{
	c->ending = true;
	(void)shutdown(c->fd, SHUT_RDWR);
}

/* Make room for one more, if it is needed. Who waits for the signer stays. */
static void
places_look(struct server *server)
{
	struct connection *oldest = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct connection *c = &server->connections[i];

		if (c->fd < 0 || c->ending)
			continue;
		n++;
		if (c->stage != STAGE_WAITING &&
		    (oldest == NULL || c->since_ms < oldest->since_ms))
			oldest = c;
	}
	if (n >= SERVER_CONNECTIONS_MAX && oldest != NULL)
		connection_end(oldest);
}

static uint64_t
source_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
	uint64_t net = 0;

	if (info == NULL || info->client_addr == NULL)
		return 0;
	if (info->client_addr->sa_family == AF_INET) {
		memcpy(&in4, info->client_addr, sizeof(in4));
		return ntohl(in4.sin_addr.s_addr);
	}
	if (info->client_addr->sa_family != AF_INET6)
		return 0;
	memcpy(&in6, info->client_addr, sizeof(in6));
	memcpy(&net, in6.sin6_addr.s6_addr, sizeof(net));
	return net;
}

static void
connection_begin(struct server *server, struct MHD_Connection *mhd, void **ctx)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	places_look(server);
	for (size_t i = 0; info != NULL && i < PLACES_MAX; i++) {
		struct connection *c = &server->connections[i];

		if (c->fd >= 0)
			continue;
		*c = (struct connection){
			.server = server, .fd = info->connect_fd, .mhd = mhd
		};
		c->source = source_of(mhd);
		c->born_ms = clock_boot_ms();
		c->since_ms = c->born_ms;
		*ctx = c;
		return;
	}
}

/* The request is over; another may follow. */
static void
request_reset(struct connection *c)
{
	free(c->body);
	c->body = NULL;
	c->len = 0;
	c->ticket = 0;
	c->suspended = false;
	if (c->response != NULL)
		MHD_destroy_response(c->response);
	c->response = NULL;
	c->stage = STAGE_HEADERS;
	c->since_ms = clock_boot_ms();
}

static void
on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_ctx,
    enum MHD_ConnectionNotificationCode code)
{
	struct connection *c = *socket_ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_begin(ctx, mhd, socket_ctx);
	} else if (c != NULL) {
		request_reset(c);
		c->fd = -1;
		*socket_ctx = NULL;
	}
}

static void
on_completed(void *ctx, struct MHD_Connection *mhd, void **request_ctx,
    enum MHD_RequestTerminationCode code)
{
	struct connection *c = *request_ctx;

	(void)ctx;
	(void)mhd;
	(void)code;
	*request_ctx = NULL;
	if (c != NULL)
		request_reset(c);
}

/* ---- answers ---- */

/* NULL when memory is out. */
static struct MHD_Response *
response_new(const struct server_reply *reply, bool last)
{
	/* Copied: the library does not write to it. */
	union {
		const char *in;
		void *out;
	} text = { reply->text };
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    reply->len, text.out, MHD_RESPMEM_MUST_COPY);

	if (response == NULL)
		return NULL;
	(void)MHD_add_response_header(response, "Content-Type", reply->type);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	(void)MHD_add_response_header(
	    response, "X-Content-Type-Options", "nosniff");
	if (last)
		(void)MHD_add_response_header(response, "Connection", "close");
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, "Allow", "POST");
	return response;
}

/* At once, and the connection ends: what it says further is not read. */
static enum MHD_Result
refuse(struct MHD_Connection *mhd, unsigned status, const char *text)
{
	const struct server_reply reply = { status, "text/plain", text,
		strlen(text) };
	struct MHD_Response *response = response_new(&reply, true);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(mhd, status, response);
	MHD_destroy_response(response);
	return result;
}

static bool
is_last(const struct connection *c)
{
	return c->requests >= SERVER_REQUESTS_MAX ||
	       clock_boot_ms() - c->born_ms > SERVER_LIFE_MS;
}

static void
connection_answer(struct connection *c, const struct server_reply *reply)
{
	c->response = response_new(reply, is_last(c));
	c->status = reply->status;
	c->stage = STAGE_ANSWERED;
	c->ticket = 0;
	if (!c->suspended)
		return;
	c->suspended = false;
	MHD_resume_connection(c->mhd);
	timer_start(c->server->soon, 0, 0);
}

void
server_answer(
    struct server *server, uint32_t ticket, const struct server_reply *reply)
{
	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct connection *c = &server->connections[i];

		if (c->fd >= 0 && c->stage == STAGE_WAITING &&
		    c->ticket == ticket) {
			connection_answer(c, reply);
			return;
		}
	}
}

void
server_answer_all(struct server *server, const struct server_reply *reply)
{
	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct connection *c = &server->connections[i];

		if (c->fd >= 0 && c->stage == STAGE_WAITING)
			connection_answer(c, reply);
	}
}

/* ---- requests ---- */

/* A length in its header that is too long is not waited for. */
static bool
is_too_long(struct MHD_Connection *mhd)
{
	const char *text =
	    MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Content-Length");
	unsigned long long len;
	char *end;

	if (text == NULL)
		return false;
	errno = 0;
	len = strtoull(text, &end, 10);
	return errno != 0 || *end != '\0' || len > SERVER_BODY_MAX;
}

static enum MHD_Result
headers_take(struct connection *c, const char *url, const char *method)
{
	if (strcmp(url, c->server->path) != 0)
		return refuse(c->mhd, 404, "no such page\n");
	if (strcmp(method, "POST") != 0)
		return refuse(c->mhd, 405, "only POST\n");
	if (is_too_long(c->mhd))
		return refuse(c->mhd, 413, "the request is too long\n");
	c->body = malloc(SERVER_BODY_MAX);
	if (c->body == NULL)
		return MHD_NO;
	c->requests++;
	c->stage = STAGE_BODY;
	return MHD_YES;
}

/* Chunks have no length in front: the connection ends where they are too many.
 */
static enum MHD_Result
body_take(struct connection *c, const char *upload, size_t *len)
{
	if (*len > SERVER_BODY_MAX - c->len)
		return MHD_NO;
	memcpy(&c->body[c->len], upload, *len);
	c->len += *len;
	*len = 0;
	return MHD_YES;
}

static enum MHD_Result
body_done(struct connection *c)
{
	struct server *server = c->server;
	struct server_post post = { 0, c->source, c->body, c->len };

	if (++server->last_ticket == 0)
		server->last_ticket = 1;
	c->ticket = server->last_ticket;
	post.ticket = c->ticket;
	c->stage = STAGE_WAITING;
	c->since_ms = clock_boot_ms();
	server->ops->on_post(server->ctx, &post);
	free(c->body);
	c->body = NULL;
	if (c->stage == STAGE_WAITING) {
		c->suspended = true;
		MHD_suspend_connection(c->mhd);
		return MHD_YES;
	}
	return c->response == NULL
		   ? MHD_NO
		   : MHD_queue_response(c->mhd, c->status, c->response);
}

/* Called with the headers, with each piece of the body, and at its end; again
 * when it was suspended and is no longer. */
static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **request_ctx)
{
	struct connection *c = connection_of(mhd);

	(void)ctx;
	(void)version;
	if (c == NULL || (c->server->closing && c->stage != STAGE_ANSWERED))
		return MHD_NO;
	*request_ctx = c;
	switch (c->stage) {
	case STAGE_HEADERS:
		return headers_take(c, url, method);
	case STAGE_BODY:
		return *upload_len > 0 ? body_take(c, upload, upload_len)
				       : body_done(c);
	case STAGE_ANSWERED:
		return c->response == NULL
			   ? MHD_NO
			   : MHD_queue_response(mhd, c->status, c->response);
	case STAGE_WAITING:
		break;
	}
	return MHD_YES;
}

/* ---- the loop ---- */

static void
server_run(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;

	for (int i = 0; i < TURNS_MAX; i++) {
		(void)MHD_run(server->daemon);
		if (MHD_get_timeout(server->daemon, &wait_ms) != MHD_YES ||
		    wait_ms > 0)
			return;
	}
	timer_start(server->soon, 1, 0);
}

static void
on_readable(void *ctx, int events)
{
	(void)events;
	server_run(ctx);
}

static void
on_soon(void *ctx)
{
	server_run(ctx);
}

static void
connection_tick(struct connection *c, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms - c->since_ms;

	if (c->stage == STAGE_WAITING) {
		if (passed_ms > SERVER_WAIT_MS)
			connection_answer(c, &too_slow);
		return;
	}
	if (passed_ms > SERVER_REQUEST_MS)
		connection_end(c);
}

static void
on_tick(void *ctx)
{
	struct server *server = ctx;
	uint64_t now_ms = clock_boot_ms();

	for (size_t i = 0; i < PLACES_MAX; i++) {
		if (server->connections[i].fd >= 0)
			connection_tick(&server->connections[i], now_ms);
	}
	server_run(server);
}

/* ---- life ---- */

static int
daemon_start(struct server *server, int fd)
{
	const union MHD_DaemonInfo *info;

	server->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
	    server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)PLACES_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)SERVER_ADDRESS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)SERVER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)REQUEST_OCTETS, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_END);
	if (server->daemon == NULL) {
		(void)close(fd);
		return -1;
	}
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return -1;
	server->watch =
	    watch_new(server->loop, info->epoll_fd, on_readable, server);
	server->tick = timer_new(server->loop, on_tick, server);
	server->soon = timer_new(server->loop, on_soon, server);
	if (server->watch == NULL || server->tick == NULL ||
	    server->soon == NULL)
		return -1;
	watch_set(server->watch, WATCH_READ);
	timer_start(server->tick, TICK_MS, TICK_MS);
	return 0;
}

struct server *
server_new(struct loop *loop, const struct address *address, const char *path,
    const struct server_ops *ops, void *ctx)
{
	struct server *server = calloc(1, sizeof(*server));
	int fd;

	if (server == NULL)
		return NULL;
	server->loop = loop;
	server->path = path;
	server->ops = ops;
	server->ctx = ctx;
	for (size_t i = 0; i < PLACES_MAX; i++)
		server->connections[i].fd = -1;
	fd = endpoint_listen(address);
	if (fd >= 0 && daemon_start(server, fd) == 0)
		return server;
	if (fd >= 0)
		errno = EIO;
	fd = errno;
	server_free(server);
	errno = fd;
	return NULL;
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	watch_free(server->watch);
	timer_free(server->tick);
	if (server->daemon != NULL) {
		/* The library does not end while one is suspended. */
		server->closing = true;
		server_answer_all(server, &too_slow);
		(void)MHD_run(server->daemon);
		MHD_stop_daemon(server->daemon); /* closes its socket */
	}
	timer_free(server->soon);
	free(server);
}
