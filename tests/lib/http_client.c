/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests over plain sockets. */
#include "tests/lib/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

static struct sockaddr_in
loopback(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

uint16_t
http_free_port(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)close(fd);
	return ntohs(address.sin_port);
}

int
http_dial(uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	struct timeval wait = { .tv_sec = 30 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

void
http_read(int fd, struct http_reply *reply)
{
	size_t size = 0;
	ssize_t n;
	const char *gap;

	*reply = (struct http_reply){ 0 };
	do {
		if (size - reply->len < 65536) {
			size += 1u << 20;
			reply->text = realloc(reply->text, size);
			assert_non_null(reply->text);
		}
		n = recv(
		    fd, &reply->text[reply->len], size - reply->len - 1, 0);
		if (n > 0)
			reply->len += (size_t)n;
	} while (n > 0);
	(void)close(fd);
	reply->text[reply->len] = '\0';
	if (reply->len > 12 && memcmp(reply->text, "HTTP/1.", 7) == 0)
		reply->status = (unsigned)strtoul(&reply->text[9], NULL, 10);
	gap = strstr(reply->text, "\r\n\r\n");
	reply->body = gap == NULL ? &reply->text[reply->len] : gap + 4;
}

void
http_ask(uint16_t port, const char *method, const char *path,
    const char *headers, struct http_reply *reply)
{
	char text[1024];
	int fd = http_dial(port);
	int len = snprintf(text, sizeof(text),
	    "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, path,
	    headers == NULL ? "" : headers);

	assert_true(fd >= 0 && len > 0 && (size_t)len < sizeof(text));
	assert_int_equal(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
	http_read(fd, reply);
}

void
http_reply_fini(struct http_reply *reply)
{
	free(reply->text);
	*reply = (struct http_reply){ 0 };
}
