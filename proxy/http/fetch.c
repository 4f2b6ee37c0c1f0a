/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines to and from control, never waiting without an end. */
#include "proxy/http/fetch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/control/json.h"

#define ROW_BEGIN "{\"row\":"

/* One question under way. */
struct asking {
	int fd;
	int stop_fd;
	uint64_t until_ms;
	size_t max_rows;
	char *text; /* lines that came in part */
	size_t len;
	size_t size;
	bool done; /* the end came, or enough */
};

/* Wait for events on the socket. 0, or -errno. */
static int
await(const struct asking *asking, short events)
{
	struct pollfd fds[2] = { { .fd = asking->fd, .events = events },
		{ .fd = asking->stop_fd, .events = POLLIN } };
	uint64_t now_ms = clock_boot_ms();
	int n;

	if (now_ms >= asking->until_ms)
		return -ETIMEDOUT;
	n = poll(fds, 2, (int)(asking->until_ms - now_ms));
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents != 0)
		return -ECANCELED;
	return n == 0 ? -ETIMEDOUT : 0;
}

static int
question_send(const struct asking *asking, const char *verb)
{
	char text[64];
	size_t at = 0, len;
	int status = 0;

	(void)snprintf(text, sizeof(text), "{\"verb\":\"%s\"}\n", verb);
	len = strlen(text);
	while (at < len && status == 0) {
		ssize_t n = send(asking->fd, &text[at], len - at,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			at += (size_t)n;
		else if (errno == EAGAIN)
			status = await(asking, POLLOUT);
		else if (errno != EINTR)
			status = -errno;
	}
	/* It may have said why before it closed: read on. */
	return status == -EPIPE ? 0 : status;
}

/* ---- rows ---- */

static int
rows_grow(struct rows *rows, size_t len)
{
	size_t size = rows->size == 0 ? 65536 : rows->size;
	size_t max = rows->max == 0 ? 64 : rows->max;

	while (size - rows->len <= len)
		size *= 2;
	if (size != rows->size) {
		char *text = realloc(rows->text, size);

		if (text == NULL)
			return -ENOMEM;
		rows->text = text;
		rows->size = size;
	}
	if (rows->n == max)
		max *= 2;
	if (max != rows->max) {
		size_t *at = reallocarray(rows->at, max, sizeof(*at));

		if (at == NULL)
			return -ENOMEM;
		rows->at = at;
		rows->max = max;
	}
	return 0;
}

static int
rows_keep(struct rows *rows, const char *text, size_t len)
{
	if (rows_grow(rows, len) < 0)
		return -ENOMEM;
	rows->at[rows->n++] = rows->len;
	memcpy(&rows->text[rows->len], text, len);
	rows->len += len;
	rows->text[rows->len++] = '\0';
	return 0;
}

const char *
rows_at(const struct rows *rows, size_t i, size_t *len)
{
	size_t end = i + 1 < rows->n ? rows->at[i + 1] : rows->len;

	*len = end - rows->at[i] - 1;
	return &rows->text[rows->at[i]];
}

void
rows_fini(struct rows *rows)
{
	free(rows->text);
	free(rows->at);
	*rows = (struct rows){ 0 };
}

/* ---- lines ---- */

static int
end_take(struct asking *asking, const char *line, size_t len)
{
	char why[128];
	struct json *json = json_read(line, len, why, sizeof(why));
	uint64_t exit_code;
	int status = 0;

	if (!json_number(json_get(json, "end"), "exit", &exit_code))
		status = -EPROTO;
	else if (exit_code != 0)
		status = -EAGAIN;
	json_free(json);
	asking->done = true;
	return status;
}

static int
line_take(
    struct asking *asking, const char *line, size_t len, struct rows *rows)
{
	size_t begin = strlen(ROW_BEGIN);

	if (memchr(line, '\0', len) != NULL)
		return -EPROTO;
	if (len <= begin || memcmp(line, ROW_BEGIN, begin) != 0 ||
	    line[len - 1] != '}')
		return end_take(asking, line, len);
	if (rows->n == asking->max_rows || rows->len + len > FETCH_OCTETS_MAX) {
		rows->truncated = true;
		asking->done = true;
		return 0;
	}
	return rows_keep(rows, &line[begin], len - begin - 1);
}

/* Take the whole lines. */
static int
lines_take(struct asking *asking, struct rows *rows)
{
	size_t at = 0;
	int status = 0;

	while (status == 0 && !asking->done) {
		const char *line = &asking->text[at];
		const char *newline = memchr(line, '\n', asking->len - at);
		size_t len;

		if (newline == NULL)
			break;
		len = (size_t)(newline - line);
		status = line_take(asking, line, len, rows);
		at += len + 1;
	}
	asking->len -= at;
	memmove(asking->text, &asking->text[at], asking->len);
	if (status == 0 && asking->len > FETCH_LINE_MAX)
		status = -EPROTO;
	return status;
}

static int
lines_read(struct asking *asking, struct rows *rows)
{
	ssize_t n;

	if (asking->size - asking->len < 65536) {
		char *text = realloc(asking->text, asking->size + 131072);

		if (text == NULL)
			return -ENOMEM;
		asking->text = text;
		asking->size += 131072;
	}
	n = recv(asking->fd, &asking->text[asking->len],
	    asking->size - asking->len, MSG_DONTWAIT);
	if (n == 0)
		return -ECONNRESET;
	if (n < 0) {
		if (errno == EINTR)
			return 0;
		return errno == EAGAIN ? await(asking, POLLIN) : -errno;
	}
	asking->len += (size_t)n;
	return lines_take(asking, rows);
}

/* Only a connection with nothing on it is used again. */
static void
asking_end(struct link *link, const struct asking *asking, bool whole)
{
	if (whole && asking->len == 0)
		link_return(link, asking->fd);
	else
		(void)close(asking->fd);
	free(asking->text);
}

int
fetch(struct link *link, int stop_fd, const char *verb, size_t max,
    struct rows *rows)
{
	struct asking asking = { .stop_fd = stop_fd,
		.until_ms = clock_boot_ms() + FETCH_WAIT_MS,
		.max_rows = max };
	int status;

	*rows = (struct rows){ 0 };
	asking.fd = link_take(link, stop_fd, asking.until_ms);
	if (asking.fd < 0)
		return asking.fd;
	status = question_send(&asking, verb);
	while (status == 0 && !asking.done) {
		status = clock_boot_ms() < asking.until_ms
			     ? lines_read(&asking, rows)
			     : -ETIMEDOUT;
	}
	asking_end(link, &asking, status == 0 && !rows->truncated);
	return status;
}
