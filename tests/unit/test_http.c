/* SPDX-License-Identifier: BSD-2-Clause */
/* The http role whole: requests by hand, a supervisor and a control socket. */
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/channel.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/http/http.h"
#include "proxy/http/page.h"
#include "proxy/http/server.h"
#include "tests/lib/fake_control.h"
#include "tests/lib/http_client.h"

#define WAIT_MS 20000 /* only when something is broken */

/* One that is made while the role's loop runs here. */
struct request {
	uint16_t port;
	const char *method;
	const char *path;
	const char *headers;
	struct http_reply *reply;
	int fd; /* -1; else it has been sent there, and path is NULL */
	atomic_bool done;
};

struct scene {
	struct loop *loop;
	struct timer *poll;
	uint64_t until_ms;
	struct http *http;
	struct channel *supervisor;
	struct fake_control control;
	uint16_t port;
	struct request *request; /* under way; NULL: none */
	const void *row;         /* of the test, where it has one */
};

/* A connection is all that it asks for. */
static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_CONTROL };
	struct scene *scene = ctx;

	assert_int_equal(head->kind, MSG_HTTP_ASK);
	assert_int_equal(fd, -1);
	fd = fake_control_dial(&scene->control);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fd), 0);
	channel_flush(scene->supervisor);
	(void)close(fd);
}

static void
on_closed(void *ctx)
{
	(void)ctx;
}

/* Until somebody listens, or has answered. */
static void
on_poll(void *ctx)
{
	struct scene *scene = ctx;
	int fd;

	if (scene->request != NULL) {
		if (scene->request->done)
			loop_stop(scene->loop);
		return;
	}
	fd = http_dial(scene->port);
	assert_true(clock_boot_ms() < scene->until_ms);
	if (fd < 0)
		return;
	(void)close(fd);
	loop_stop(scene->loop);
}

static void
configure(struct scene *scene)
{
	struct msg_http_config msg = { .head.kind = MSG_HTTP_CONFIG,
		.address = { .afi = AFI_IPV4, .addr = { 127, 0, 0, 1 } } };

	scene->port = http_free_port();
	msg.address.port = scene->port;
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), -1), 0);
	channel_flush(scene->supervisor);
	scene->until_ms = clock_boot_ms() + WAIT_MS;
	timer_start(scene->poll, 1, 5);
	loop_run(scene->loop);
	timer_stop(scene->poll);
	assert_false(http_failed(scene->http));
}

static int
setup(void **state)
{
	static const struct channel_ops ops = { .on_message = on_message,
		.on_closed = on_closed };
	struct scene *scene = calloc(1, sizeof(*scene));
	int fds[2];

	assert_non_null(scene);
	scene->row = *state;
	log_open("http", LOG_ERROR);
	fake_control_start(&scene->control);
	scene->loop = loop_new();
	scene->poll = timer_new(scene->loop, on_poll, scene);
	assert_int_equal(channel_pair(fds), 0);
	scene->http = http_new(scene->loop, fds[0]);
	scene->supervisor =
	    channel_open(scene->loop, fds[1], 1u << 20, &ops, scene);
	assert_true(scene->http != NULL && scene->supervisor != NULL);
	configure(scene);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	channel_close(scene->supervisor);
	http_free(scene->http);
	timer_free(scene->poll);
	loop_free(scene->loop);
	fake_control_stop(&scene->control);
	free(scene);
	return 0;
}

static void *
request_run(void *ctx)
{
	struct request *request = ctx;

	if (request->path == NULL)
		http_read(request->fd, request->reply);
	else
		http_ask(request->port, request->method, request->path,
		    request->headers, request->reply);
	request->done = true;
	return NULL;
}

static void
request_wait(struct scene *scene, struct request *request)
{
	pthread_t thread;

	scene->request = request;
	assert_int_equal(
	    pthread_create(&thread, NULL, request_run, request), 0);
	timer_start(scene->poll, 1, 1);
	loop_run(scene->loop);
	timer_stop(scene->poll);
	assert_int_equal(pthread_join(thread, NULL), 0);
	scene->request = NULL;
}

static void
ask(struct scene *scene, const char *method, const char *path,
    const char *headers, struct http_reply *reply)
{
	struct request request = { scene->port, method, path, headers, reply,
		-1, false };

	request_wait(scene, &request);
}

/* What is answered on fd, which is closed. */
static void
answer_read(struct scene *scene, int fd, struct http_reply *reply)
{
	struct request request = { .fd = fd, .reply = reply };

	request_wait(scene, &request);
}

/* ---- pages ---- */

struct row {
	const char *name;
	enum fake_mood mood;
	const char *method;
	const char *path;
	const char *headers;
	unsigned status;
	const char *has;   /* in the body */
	const char *lacks; /* NULL: anything may be there */
};

static struct row rows[] = {
	{ "metrics", FAKE_FINE, "GET", "/metrics", NULL, 200, "sluice_up 1\n",
	    "olga" },
	{ "status", FAKE_FINE, "GET", "/api/v1/status", NULL, 200,
	    "\"message\":\"sluice is up\"", "olga" },
	{ "protocols", FAKE_FINE, "GET", "/api/v1/protocols", NULL, 200,
	    "\"acme/198.51.100.2\":{", NULL },
	{ "customers", FAKE_FINE, "GET", "/api/v1/customers", NULL, 200,
	    "\"customer\":\"acme\"", "olga" },
	{ "rules", FAKE_FINE, "GET", "/api/v1/rules", NULL, 200,
	    "\"truncated\":false}", "olga" },
	{ "checkpoint_is_the_note", FAKE_FINE, "GET", "/checkpoint", NULL, 200,
	    "o\n7\nAAAA\n\n\xe2\x80\x94 o BBBB\n", "{" },
	{ "checkpoint_when_control_says_no", FAKE_NO, "GET", "/checkpoint",
	    NULL, 503, "does not answer", NULL },
	{ "rules_of_a_session", FAKE_FINE, "GET",
	    "/api/v1/routes/protocol/acme/198.51.100.2", NULL, 200,
	    "\"network\":\"dst 203.0.113.9/32\"", "203.0.113.10" },
	{ "rules_of_a_session_escaped", FAKE_FINE, "GET",
	    "/api/v1/routes/protocol/acme%2F198.51.100.2", NULL, 200,
	    "\"id\":17", "olga" },
	{ "inward_session_sent_no_rules", FAKE_FINE, "GET",
	    "/api/v1/routes/protocol/rr1", NULL, 200, "\"routes\":[]", NULL },
	{ "session_that_is_none", FAKE_FINE, "GET",
	    "/api/v1/routes/protocol/nobody", NULL, 404, "no such protocol",
	    NULL },
	{ "session_without_a_name", FAKE_FINE, "GET",
	    "/api/v1/routes/protocol/", NULL, 404, "no such protocol", NULL },
	{ "query_string_changes_nothing", FAKE_FINE, "GET",
	    "/metrics?x=%00%ff&y", NULL, 200, "sluice_up 1\n", NULL },
	{ "unknown_path", FAKE_FINE, "GET", "/api/v1/rule", NULL, 404,
	    "no such page", NULL },
	{ "path_that_climbs", FAKE_FINE, "GET", "/../../etc/passwd", NULL, 404,
	    "no such page", NULL },
	{ "path_with_a_nul", FAKE_FINE, "GET", "/metrics%00x", NULL, 200,
	    "sluice_up 1\n", NULL },
	{ "post_is_refused", FAKE_FINE, "POST", "/metrics",
	    "Content-Length: 5\r\n", 405, "only GET", NULL },
	{ "delete_is_refused", FAKE_FINE, "DELETE", "/api/v1/rules", NULL, 405,
	    "only GET", NULL },
	{ "method_that_is_none", FAKE_FINE, "PANIC", "/metrics", NULL, 405,
	    "only GET", NULL },
	{ "body_is_refused", FAKE_FINE, "GET", "/metrics",
	    "Content-Length: 99999999\r\n", 400, "a body", NULL },
	{ "chunks_are_refused", FAKE_FINE, "GET", "/metrics",
	    "Transfer-Encoding: chunked\r\n", 400, "a body", NULL },
	{ "rules_are_cut", FAKE_MANY, "GET", "/api/v1/rules", NULL, 200,
	    "\"truncated\":true}", NULL },
	{ "metrics_say_that_control_says_no", FAKE_NO, "GET", "/metrics", NULL,
	    200, "sluice_up 0\n", "\nsluice_up 1\n" },
	{ "status_when_control_says_no", FAKE_NO, "GET", "/api/v1/status", NULL,
	    503, "does not answer", NULL },
	{ "rules_of_garbage", FAKE_GARBAGE, "GET", "/api/v1/rules", NULL, 503,
	    "does not answer", NULL },
	{ "routes_of_garbage", FAKE_GARBAGE, "GET",
	    "/api/v1/routes/protocol/rr1", NULL, 503, "does not answer", NULL },
	{ "metrics_when_control_is_silent", FAKE_SILENT, "GET", "/metrics",
	    NULL, 200, "sluice_up 0\n", NULL },
	{ "metrics_when_control_hangs_up", FAKE_HANGS_UP, "GET", "/metrics",
	    NULL, 200, "sluice_up 0\n", NULL },
};

/* What a request gets. */
static void
test_request(void **state)
{
	struct scene *scene = *state;
	const struct row *row = scene->row;
	struct http_reply reply;

	scene->control.mood = row->mood;
	ask(scene, row->method, row->path, row->headers, &reply);
	assert_int_equal(reply.status, row->status);
	assert_non_null(strstr(reply.body, row->has));
	if (row->lacks != NULL)
		assert_null(strstr(reply.body, row->lacks));
	http_reply_fini(&reply);
}

/* HEAD is GET without the body. */
static void
head_has_no_body(void **state)
{
	struct scene *scene = *state;
	struct http_reply reply;

	ask(scene, "HEAD", "/metrics", NULL, &reply);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.text, "Content-Length: "));
	assert_string_equal(reply.body, "");
	http_reply_fini(&reply);
}

/* Prometheus looks at it. */
static void
metrics_say_their_format(void **state)
{
	struct scene *scene = *state;
	struct http_reply reply;

	ask(scene, "GET", "/metrics", NULL, &reply);
	assert_non_null(strstr(reply.text,
	    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	http_reply_fini(&reply);
}

/* The socket is gone, and back. */
static void
control_may_come_back(void **state)
{
	struct scene *scene = *state;
	uint64_t until_ms = clock_boot_ms() + WAIT_MS;
	struct http_reply reply;
	unsigned status = 503;

	scene->control.mood = FAKE_NO;
	ask(scene, "GET", "/api/v1/status", NULL, &reply);
	assert_int_equal(reply.status, 503);
	http_reply_fini(&reply);
	scene->control.mood = FAKE_FINE;
	while (status == 503 && clock_boot_ms() < until_ms) {
		ask(scene, "GET", "/api/v1/status", NULL, &reply);
		status = reply.status;
		http_reply_fini(&reply);
	}
	assert_int_equal(status, 200);
}

/* ---- who asks too much ---- */

/* Control is asked once in PAGE_TTL_MS, however many ask here. */
static void
storm_does_not_reach_control(void **state)
{
	struct scene *scene = *state;
	uint64_t begin_ms = clock_boot_ms(), seconds;

	for (unsigned i = 0; i < 200; i++) {
		struct http_reply reply;

		ask(scene, "GET",
		    i % 2 == 0 ? "/api/v1/rules" : "/api/v1/status", NULL,
		    &reply);
		assert_int_equal(reply.status, 200);
		http_reply_fini(&reply);
	}
	seconds = (clock_boot_ms() - begin_ms) / PAGE_TTL_MS;
	assert_true(scene->control.asked <= 2 * (seconds + 1));
}

/* Fails that control answers nothing cost no more. */
static void
storm_does_not_reach_control_that_fails(void **state)
{
	struct scene *scene = *state;
	uint64_t begin_ms = clock_boot_ms(), seconds;

	scene->control.mood = FAKE_NO;
	for (unsigned i = 0; i < 100; i++) {
		struct http_reply reply;

		ask(scene, "GET", "/api/v1/rules", NULL, &reply);
		assert_int_equal(reply.status, 503);
		http_reply_fini(&reply);
	}
	seconds = (clock_boot_ms() - begin_ms) / PAGE_TTL_MS;
	assert_true(scene->control.asked <= seconds + 1);
}

static void
still_works(struct scene *scene)
{
	struct http_reply reply;

	ask(scene, "GET", "/metrics", NULL, &reply);
	assert_int_equal(reply.status, 200);
	http_reply_fini(&reply);
}

/* A line that has no end costs its connection alone. */
static void
long_url_is_refused(void **state)
{
	struct scene *scene = *state;
	int fd = http_dial(scene->port);
	struct http_reply reply;
	char text[1024];

	memset(text, 'a', sizeof(text));
	assert_true(fd >= 0);
	(void)send(fd, "GET /", 5, MSG_NOSIGNAL);
	for (unsigned i = 0; i < 64; i++)
		(void)send(fd, text, sizeof(text), MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	answer_read(scene, fd, &reply);
	assert_true(reply.status == 0 || reply.status / 100 == 4);
	http_reply_fini(&reply);
	still_works(scene);
}

/* Of requests one behind the other the first is answered. */
static void
pipelined_requests_get_one_answer(void **state)
{
	static const char text[] =
	    "GET /api/v1/status HTTP/1.1\r\nHost: a\r\n\r\n"
	    "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
	    "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
	struct scene *scene = *state;
	int fd = http_dial(scene->port);
	struct http_reply reply;

	assert_true(fd >= 0);
	assert_int_equal(
	    send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), sizeof(text) - 1);
	answer_read(scene, fd, &reply);
	assert_int_equal(reply.status, 200);
	assert_null(strstr(reply.body, "HTTP/1.1 "));
	assert_null(strstr(reply.body, "sluice_up"));
	http_reply_fini(&reply);
	still_works(scene);
}

/* Those who say half a request do not keep others out. */
static void
slow_requests_do_not_keep_others_out(void **state)
{
	static const char half[] = "GET /metrics HTTP/1.1\r\nHost: ";
	struct scene *scene = *state;
	int fds[SERVER_CONNECTIONS_MAX - 1];

	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX - 1; i++) {
		fds[i] = http_dial(scene->port);
		assert_true(fds[i] >= 0);
		assert_int_equal(
		    send(fds[i], half, sizeof(half) - 1, MSG_NOSIGNAL),
		    sizeof(half) - 1);
	}
	still_works(scene);
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX - 1; i++)
		(void)close(fds[i]);
}

/* No HTTP at all. */
static void
garbage_is_refused(void **state)
{
	static const char text[] = "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n\r\n";
	struct scene *scene = *state;
	int fd = http_dial(scene->port);
	struct http_reply reply;

	assert_true(fd >= 0);
	(void)send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	answer_read(scene, fd, &reply);
	assert_true(reply.status == 0 || reply.status / 100 == 4);
	http_reply_fini(&reply);
	still_works(scene);
}

/* ---- the supervisor ---- */

/* A reload names another port. */
static void
another_configuration_moves_it(void **state)
{
	struct scene *scene = *state;
	uint16_t before = scene->port;

	configure(scene);
	assert_int_not_equal(scene->port, before);
	assert_int_equal(http_dial(before), -1);
	still_works(scene);
}

/* It does not wait for a control that says nothing. */
static void
stop_ends_the_role(void **state)
{
	static const char text[] = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
	struct msg_stop stop = { .head.kind = MSG_STOP };
	struct scene *scene = *state;
	int fd = http_dial(scene->port);

	scene->control.mood = FAKE_SILENT;
	assert_int_equal(
	    send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), sizeof(text) - 1);
	assert_int_equal(
	    channel_send(scene->supervisor, &stop, sizeof(stop), -1), 0);
	channel_flush(scene->supervisor);
	loop_run(scene->loop);
	assert_false(http_failed(scene->http));
	http_free(scene->http);
	scene->http = NULL;
	assert_int_equal(http_dial(scene->port), -1);
	(void)close(fd);
}

/* There is no such address. */
static void
configuration_that_is_none_ends_the_role(void **state)
{
	struct msg_http_config msg = { .head.kind = MSG_HTTP_CONFIG,
		.address = { .afi = AFI_IPV4, .port = 9, .addr = { 127 } } };
	struct scene *scene = *state;

	log_open("http", LOG_ERROR);
	msg.address.port = 0;
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), -1), 0);
	channel_flush(scene->supervisor);
	loop_run(scene->loop);
	assert_true(http_failed(scene->http));
}

#define SCENE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest single[] = {
		SCENE_TEST(head_has_no_body),
		SCENE_TEST(metrics_say_their_format),
		SCENE_TEST(control_may_come_back),
		SCENE_TEST(storm_does_not_reach_control),
		SCENE_TEST(storm_does_not_reach_control_that_fails),
		SCENE_TEST(long_url_is_refused),
		SCENE_TEST(pipelined_requests_get_one_answer),
		SCENE_TEST(slow_requests_do_not_keep_others_out),
		SCENE_TEST(garbage_is_refused),
		SCENE_TEST(another_configuration_moves_it),
		SCENE_TEST(stop_ends_the_role),
		SCENE_TEST(configuration_that_is_none_ends_the_role),
	};
	enum {
		N = sizeof(rows) / sizeof(rows[0]),
		M = sizeof(single) / sizeof(single[0])
	};
	struct CMUnitTest tests[N + M];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_request,
			setup, teardown, &rows[i] };
	memcpy(&tests[N], single, sizeof(single));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
