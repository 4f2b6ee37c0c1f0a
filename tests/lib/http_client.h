/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP by hand: what is sent is exactly what the test says. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct http_reply {
	unsigned status; /* 0: it closed without a word */
	char *text;      /* all that came, with a NUL; http_reply_fini() */
	size_t len;
	const char *body; /* inside text */
};

/* A port of 127.0.0.1 that nobody listens on. */
uint16_t http_free_port(void);

/* A connection, or -1. */
int http_dial(uint16_t port);

/* Read to the end of the connection, and close it. */
void http_read(int fd, struct http_reply *reply);

/* One request with this line and these headers (each with its end; NULL:
 * none), and its reply. */
void http_ask(uint16_t port, const char *method, const char *path,
    const char *headers, struct http_reply *reply);

void http_reply_fini(struct http_reply *reply);
