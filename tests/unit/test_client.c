/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection: lines in, lines out, both bounded. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/control/client.h"
#include "proxy/control/request.h"

#define OUT_MAX 100000u

struct scene {
	struct loop *loop;
	struct timer *stop;
	struct client *client;
	int fd;            /* the other end */
	char lines[65536]; /* that came, each with a bar behind it */
	size_t used;
	unsigned n_lines;
	bool hold; /* do not say that the answer is complete */
	bool closed;
};

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct scene *scene = ctx;

	scene->n_lines++;
	assert_true(scene->used + len + 1 < sizeof(scene->lines));
	memcpy(&scene->lines[scene->used], line, len);
	scene->lines[scene->used + len] = '|';
	scene->used += len + 1;
	if (!scene->hold)
		client_ready(scene->client);
}

static void
on_closed(void *ctx)
{
	struct scene *scene = ctx;

	assert_false(scene->closed);
	scene->closed = true;
}

static void
on_stop(void *ctx)
{
	struct scene *scene = ctx;

	loop_stop(scene->loop);
}

/* Let the loop do what there is to do. */
static void
settle(struct scene *scene)
{
	timer_start(scene->stop, 20, 0);
	loop_run(scene->loop);
	if (!scene->closed)
		client_flush(scene->client);
}

static int
setup(void **state)
{
	static const struct client_ops ops = { on_line, on_closed };
	struct scene *scene = calloc(1, sizeof(*scene));
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	scene->loop = loop_new();
	scene->stop = timer_new(scene->loop, on_stop, scene);
	scene->client = client_open(scene->loop, fds[0], OUT_MAX, &ops, scene);
	scene->fd = fds[1];
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	client_close(scene->client);
	timer_free(scene->stop);
	loop_free(scene->loop);
	(void)close(scene->fd);
	free(scene);
	return 0;
}

static void
say(const struct scene *scene, const char *text)
{
	assert_int_equal(
	    send(scene->fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

/* Octets read until nothing more is there; the last ones are kept in tail. */
static size_t
hear(struct scene *scene, char *tail, size_t size)
{
	char buf[65536];
	size_t total = 0;

	for (;;) {
		ssize_t n = recv(scene->fd, buf, sizeof(buf), 0);

		if (n > 0) {
			size_t keep = (size_t)n < size ? (size_t)n : size - 1;

			memcpy(tail, &buf[(size_t)n - keep], keep);
			tail[keep] = '\0';
			total += (size_t)n;
			continue;
		}
		if (n == 0 || scene->closed)
			return total;
		settle(scene);
		if (client_pending(scene->client) == 0 &&
		    recv(scene->fd, buf, 1, MSG_PEEK) <= 0)
			return total;
	}
}

/* Lines arrive whole, however they are cut. */
static void
lines_arrive_whole(void **state)
{
	struct scene *scene = *state;

	say(scene, "on");
	settle(scene);
	assert_int_equal(scene->n_lines, 0);
	say(scene, "e\ntwo\nthr");
	settle(scene);
	say(scene, "ee\n");
	settle(scene);
	assert_string_equal(scene->lines, "one|two|three|");
}

/* The second line waits until the first is answered. */
static void
one_request_at_a_time(void **state)
{
	struct scene *scene = *state;

	scene->hold = true;
	say(scene, "one\ntwo\n");
	settle(scene);
	assert_string_equal(scene->lines, "one|");
	client_ready(scene->client);
	settle(scene);
	assert_string_equal(scene->lines, "one|two|");
}

/* The longest line is taken, one octet more is refused and the client closed.
 */
static void
line_length_is_bounded(void **state)
{
	struct scene *scene = *state;
	char *line = malloc(REQUEST_LINE_MAX + 2), tail[128];

	memset(line, 'x', REQUEST_LINE_MAX + 1);
	line[REQUEST_LINE_MAX] = '\n';
	line[REQUEST_LINE_MAX + 1] = '\0';
	say(scene, line);
	settle(scene);
	assert_int_equal(scene->n_lines, 1);
	line[REQUEST_LINE_MAX] = 'x';
	say(scene, line);
	settle(scene);
	free(line);
	assert_int_equal(scene->n_lines, 1);
	(void)hear(scene, tail, sizeof(tail));
	assert_string_equal(tail,
	    "{\"end\":{\"exit\":2,\"text\":\"the request is too long\"}}\n");
	assert_true(scene->closed);
}

/* An end of file behind a request does not take the answer away. */
static void
half_closed_client_is_answered(void **state)
{
	struct scene *scene = *state;
	char tail[64];

	scene->hold = true;
	say(scene, "one\n");
	assert_int_equal(shutdown(scene->fd, SHUT_WR), 0);
	settle(scene);
	assert_false(scene->closed);
	assert_int_equal(client_write(scene->client, "answer", 6), 0);
	client_ready(scene->client);
	settle(scene);
	assert_int_equal(hear(scene, tail, sizeof(tail)), 7);
	assert_string_equal(tail, "answer\n");
	settle(scene);
	assert_true(scene->closed);
}

/* A client that does not read gets whole lines, then why there are no more. */
static void
slow_client_is_cut_off(void **state)
{
	struct scene *scene = *state;
	char line[1000], tail[256];
	size_t lines = 0, total;

	memset(line, 'x', sizeof(line));
	scene->hold = true;
	say(scene, "one\n");
	settle(scene);
	while (client_write(scene->client, line, sizeof(line)) == 0) {
		lines++;
		assert_true(client_pending(scene->client) <= OUT_MAX);
		assert_true(lines < 10000);
		client_flush(scene->client);
	}
	assert_true(lines >= OUT_MAX / sizeof(line) - 1);
	assert_int_equal(client_write(scene->client, line, 1), -1);
	total = hear(scene, tail, sizeof(tail));
	assert_non_null(strstr(
	    tail, "x\n{\"end\":{\"exit\":1,\"text\":\"the answer was cut off"));
	assert_true(total > lines * (sizeof(line) + 1));
	assert_true(scene->closed);
}

/* A client that went away ends the connection; nothing is raised. */
static void
client_that_went_away_is_closed(void **state)
{
	struct scene *scene = *state;

	scene->hold = true;
	say(scene, "one\n");
	settle(scene);
	(void)close(scene->fd);
	scene->fd = -1;
	settle(scene);
	(void)client_write(scene->client, "answer", 6);
	settle(scene);
	assert_true(scene->closed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(lines_arrive_whole),
		TEST(one_request_at_a_time),
		TEST(line_length_is_bounded),
		TEST(half_closed_client_is_answered),
		TEST(slow_client_is_cut_off),
		TEST(client_that_went_away_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
