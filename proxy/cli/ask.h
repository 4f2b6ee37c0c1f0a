/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the daemon. */
#pragma once

#include "proxy/cli/answer.h"
#include "proxy/cli/args.h"

#define ASK_PATH        "/run/sluice/control.sock"
#define ASK_SILENCE_MS  150000 /* longer than the daemon waits for anybody */
#define ASK_REQUEST_MAX 16384u

/*
 * The request as one line with its newline, *len octets, the caller's to free;
 * NULL for a verb that the daemon is not asked about.
 */
char *ask_request(const struct args *args, size_t *len);

/* A connection to the socket at path, or -errno. */
int ask_open(const char *path);

/*
 * Line by line, for answers that are too much to be kept. All return 0 or
 * -errno as ask() does. A line is borrowed until the next call; its
 * newline is left out.
 */
struct ask_stream;
int ask_stream_open(const char *path, struct ask_stream **out);
void ask_close(struct ask_stream *stream); /* NULL is fine */
/* Send one request of len octets; the newline is added. */
int ask_send(struct ask_stream *stream, const char *request, size_t len);
int ask_line(
    struct ask_stream *stream, int silence_ms, const char **line, size_t *len);

/*
 * Send a request and read its answer to the end. silence_ms is how long the
 * daemon may say nothing. Returns 0, or -errno: -ECONNRESET when it ended
 * before its answer did, -ETIMEDOUT, -EPROTO for an answer that is none.
 */
int ask(int fd, const char *request, size_t len, int silence_ms,
    struct answer *answer);
