/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP by libmicrohttpd: the only file of this role that includes it. */
#include "proxy/http/server.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "proxy/common/clock.h"
#include "proxy/common/endpoint.h"
#include "proxy/http/page.h"

#define REQUEST_OCTETS 16384u /* line and headers */

struct connection {
	int fd; /* -1: none */
	uint64_t since_ms;
};

/*
 * The library's thread has pages to itself. connections are of both threads:
 * an fd in them is open, for its end is told before it is closed.
 */
struct server {
	struct MHD_Daemon *daemon;
	struct pages *pages;
	int fd; /* listens; the library's once there is a daemon */
	int stop_fd;
	pthread_mutex_t lock;
	struct connection connections[SERVER_CONNECTIONS_MAX];
};

/* ---- connections ---- */

/* Take note of a connection's begin and end. Should one find no room here, it
 * has no end but that of idleness. */
static void
on_connection(void *ctx, struct MHD_Connection *connection, void **socket_ctx,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool begins = code == MHD_CONNECTION_NOTIFY_STARTED;
	struct server *server = ctx;

	(void)socket_ctx;
	if (info == NULL)
		return;
	(void)pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		struct connection *c = &server->connections[i];

		if (c->fd != (begins ? -1 : info->connect_fd))
			continue;
		c->fd = begins ? info->connect_fd : -1;
		c->since_ms = clock_boot_ms();
		break;
	}
	(void)pthread_mutex_unlock(&server->lock);
}

void
server_tick(struct server *server)
{
	uint64_t now_ms = clock_boot_ms();

	(void)pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		const struct connection *c = &server->connections[i];

		/* The library sees its end and closes it. */
		if (c->fd >= 0 && now_ms - c->since_ms > SERVER_LIFE_MS)
			(void)shutdown(c->fd, SHUT_RDWR);
	}
	(void)pthread_mutex_unlock(&server->lock);
}

/* ---- requests ---- */

static void
page_sent(void *ctx)
{
	page_drop(ctx);
}

/* page is taken; NULL: no memory. */
static enum MHD_Result
page_queue(struct MHD_Connection *connection, struct page *page)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (page == NULL)
		return MHD_NO;
	response = MHD_create_response_from_buffer_with_free_callback_cls(
	    page->body.len, page->body.text, page_sent, page);
	if (response == NULL) {
		page_drop(page);
		return MHD_NO;
	}
	(void)MHD_add_response_header(response, "Content-Type", page->type);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	(void)MHD_add_response_header(
	    response, "X-Content-Type-Options", "nosniff");
	/* One request a connection: none can live on by asking. */
	(void)MHD_add_response_header(response, "Connection", "close");
	if (page->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, "Allow", "GET, HEAD");
	result = MHD_queue_response(connection, page->status, response);
	MHD_destroy_response(response);
	return result;
}

static bool
has_header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name) !=
	       NULL;
}

/* Called once when the headers are there: what is answered then is answered
 * without reading a body. */
static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **request_ctx)
{
	static char seen;
	struct server *server = ctx;

	(void)version;
	(void)upload;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return page_queue(
		    connection, page_error(405, "only GET and HEAD"));
	if (has_header(connection, "Content-Length") ||
	    has_header(connection, "Transfer-Encoding"))
		return page_queue(
		    connection, page_error(400, "a body is not wanted"));
	if (*request_ctx == NULL) {
		*request_ctx = &seen;
		return MHD_YES;
	}
	*upload_len = 0;
	return page_queue(connection, pages_get(server->pages, url));
}

/* ---- life ---- */

int
server_start(struct server *server)
{
	server->daemon = MHD_start_daemon(
	    MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL,
	    on_request, server, MHD_OPTION_LISTEN_SOCKET, server->fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_OCTETS,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, server, MHD_OPTION_END);
	return server->daemon != NULL ? 0 : -1;
}

struct server *
server_new(const struct address *address, struct link *link)
{
	struct server *server = calloc(1, sizeof(*server));
	int error;

	if (server == NULL)
		return NULL;
	(void)pthread_mutex_init(&server->lock, NULL);
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		server->connections[i].fd = -1;
	server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->pages = pages_new(link, server->stop_fd);
	server->fd = endpoint_listen(address);
	if (server->stop_fd >= 0 && server->pages != NULL && server->fd >= 0)
		return server;
	error = errno;
	server_free(server);
	errno = error;
	return NULL;
}

void
server_free(struct server *server)
{
	uint64_t one = 1;

	if (server == NULL)
		return;
	if (server->stop_fd >= 0)
		(void)!write(server->stop_fd, &one, sizeof(one));
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon); /* closes its socket */
	else if (server->fd >= 0)
		(void)close(server->fd);
	pages_free(server->pages);
	if (server->stop_fd >= 0)
		(void)close(server->stop_fd);
	(void)pthread_mutex_destroy(&server->lock);
	free(server);
}
