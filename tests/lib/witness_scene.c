/* SPDX-License-Identifier: BSD-2-Clause */
/* Playing all around the witness role. */
#include "tests/lib/witness_scene.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include <cmocka.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "tests/lib/http_client.h"

static void
on_closed(void *ctx)
{
	(void)ctx;
}

static void
on_supervisor(void *ctx, const struct msg_head *head, int fd)
{
	(void)ctx;
	fail_msg("it says %u to the supervisor, fd %d", head->kind, fd);
}

static void
on_signer(void *ctx, const struct msg_head *head, int fd)
{
	struct witness_scene *scene = ctx;

	assert_int_equal(head->kind, MSG_COSIGN);
	assert_int_equal(fd, -1);
	memcpy(&scene->cosign, head, sizeof(scene->cosign));
	scene->cosigns++;
	if (scene->silent)
		return;
	scene->answer.head.kind = MSG_SIGNED;
	scene->answer.request = scene->cosign.request;
	assert_int_equal(channel_send(scene->signer, &scene->answer,
			     sizeof(scene->answer), -1),
	    0);
	channel_flush(scene->signer);
}

static void
on_store(void *ctx, const struct msg_head *head, int fd)
{
	struct witness_scene *scene = ctx;

	assert_int_equal(head->kind, MSG_SUBMITTED);
	assert_int_equal(fd, -1);
	memcpy(&scene->result, head, sizeof(scene->result));
	scene->results++;
}

/* ---- the scene ---- */

static void
on_poll(void *ctx)
{
	struct witness_scene *scene = ctx;

	assert_true(clock_boot_ms() < scene->until_ms);
	loop_stop(scene->loop);
}

/* One more turn of the loop, or a few. */
static void
scene_step(struct witness_scene *scene)
{
	timer_start(scene->poll, 2, 0);
	loop_run(scene->loop);
}

static void
scene_hurry(struct witness_scene *scene)
{
	scene->until_ms = clock_boot_ms() + SCENE_WAIT_MS;
}

void
witness_scene_until(
    struct witness_scene *scene, const unsigned *count, unsigned n)
{
	scene_hurry(scene);
	while (__atomic_load_n(count, __ATOMIC_ACQUIRE) < n)
		scene_step(scene);
}

void
witness_scene_witnesses(
    struct witness_scene *scene, const char *const *urls, uint32_t n)
{
	struct msg_cfg_log msg = { .head.kind = MSG_WITNESS_CONFIG,
		.name = "sluice/test",
		.key_path = "/nowhere",
		.n_witnesses = n,
		.n_cosigned = 1,
		.cosigned = { "a.example/1+0+A" },
		.listen = { .afi = AFI_IPV4, .addr = { 127, 0, 0, 1 } } };

	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(msg.witness[i].url, URL_LEN, "%s", urls[i]);
		(void)snprintf(msg.witness[i].vkey, NOTE_VKEY_MAX, "w+0+A");
	}
	msg.listen.port = scene->port;
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), -1), 0);
	channel_flush(scene->supervisor);
}

void
witness_scene_configure(
    struct witness_scene *scene, const char *const *urls, uint32_t n)
{
	int fd;

	scene->port = http_free_port();
	witness_scene_witnesses(scene, urls, n);
	scene_hurry(scene);
	do {
		scene_step(scene);
		fd = http_dial(scene->port);
	} while (fd < 0);
	(void)close(fd);
	assert_false(witness_failed(scene->witness));
}

static struct channel *
link_new(
    struct witness_scene *scene, uint32_t role, const struct channel_ops *ops)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL, .role = role };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	channel_flush(scene->supervisor);
	(void)close(fds[1]);
	return channel_open(scene->loop, fds[0], 1u << 20, ops, scene);
}

void
witness_scene_store_anew(struct witness_scene *scene)
{
	static const struct channel_ops ops = { .on_message = on_store,
		.on_closed = on_closed };

	channel_close(scene->store);
	scene->store = link_new(scene, ROLE_STORE, &ops);
}

struct witness_scene *
witness_scene_new(void)
{
	static const struct channel_ops supervisor = {
		.on_message = on_supervisor, .on_closed = on_closed
	};
	static const struct channel_ops signer = { .on_message = on_signer,
		.on_closed = on_closed };
	struct witness_scene *scene = calloc(1, sizeof(*scene));
	int fds[2];

	assert_non_null(scene);
	log_open("witness", LOG_ERROR);
	scene->loop = loop_new();
	scene->poll = timer_new(scene->loop, on_poll, scene);
	assert_int_equal(channel_pair(fds), 0);
	scene->witness = witness_new(scene->loop, fds[0]);
	scene->supervisor =
	    channel_open(scene->loop, fds[1], 1u << 20, &supervisor, scene);
	assert_non_null(scene->witness);
	scene->signer = link_new(scene, ROLE_SIGNER, &signer);
	witness_scene_store_anew(scene);
	scene->answer.result = SIGN_DONE;
	scene->answer.note_len = (uint32_t)strlen(SCENE_LINES);
	memcpy(scene->answer.note, SCENE_LINES, strlen(SCENE_LINES));
	witness_scene_configure(scene, NULL, 0);
	return scene;
}

void
witness_scene_free(struct witness_scene *scene)
{
	witness_free(scene->witness);
	channel_close(scene->store);
	channel_close(scene->signer);
	channel_close(scene->supervisor);
	timer_free(scene->poll);
	loop_free(scene->loop);
	free(scene);
}

/* ---- strangers ---- */

/* A connection, or -1; nothing is asserted in a thread. */
static int
stranger_dial(const struct stranger *stranger)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	if (stranger->elsewhere &&
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(stranger->port);
	(void)connect(fd, (struct sockaddr *)&at, sizeof(at));
	return fd;
}

static void *
stranger_run(void *ctx)
{
	struct stranger *stranger = ctx;
	struct timeval wait = { .tv_sec = SCENE_WAIT_MS / 1000 };
	int fd = stranger_dial(stranger);
	size_t len = 0;
	ssize_t n = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)!send(fd, stranger->text, stranger->len, MSG_NOSIGNAL);
	while (n > 0 && len < sizeof(stranger->answer) - 1) {
		n = recv(fd, &stranger->answer[len],
		    sizeof(stranger->answer) - 1 - len, 0);
		len += n > 0 ? (size_t)n : 0;
	}
	stranger->answer[len] = '\0';
	if (fd >= 0)
		(void)close(fd);
	__atomic_store_n(&stranger->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void
stranger_go(struct stranger *stranger)
{
	assert_int_equal(
	    pthread_create(&stranger->thread, NULL, stranger_run, stranger), 0);
}

void
stranger_start(
    struct stranger *stranger, uint16_t port, const char *text, size_t len)
{
	*stranger = (struct stranger){ .port = port, .text = text, .len = len };
	stranger_go(stranger);
}

unsigned
stranger_status(struct stranger *stranger, struct witness_scene *scene)
{
	const char *at = stranger->answer;
	const char *next;

	witness_scene_until(scene, &stranger->done, 1);
	assert_int_equal(pthread_join(stranger->thread, NULL), 0);
	while ((next = strstr(at + 1, "HTTP/1.1 ")) != NULL)
		at = next;
	if (strncmp(at, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (unsigned)strtoul(&at[9], NULL, 10);
}

static unsigned
post_from(struct witness_scene *scene, const char *body,
    struct stranger *stranger, bool elsewhere)
{
	char text[20000];
	int len = snprintf(text, sizeof(text),
	    "POST /add-checkpoint HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
	    strlen(body), body);

	assert_true(len > 0 && (size_t)len < sizeof(text));
	*stranger = (struct stranger){ .port = scene->port,
		.elsewhere = elsewhere,
		.text = text,
		.len = (size_t)len };
	stranger_go(stranger);
	return stranger_status(stranger, scene);
}

unsigned
witness_scene_post(
    struct witness_scene *scene, const char *body, struct stranger *stranger)
{
	return post_from(scene, body, stranger, false);
}

unsigned
witness_scene_post_elsewhere(
    struct witness_scene *scene, const char *body, struct stranger *stranger)
{
	return post_from(scene, body, stranger, true);
}

/* ---- servers ---- */

/* Until there is something to read; false: it is to stop. */
static bool
bad_server_wait(const struct bad_server *server, int fd)
{
	struct pollfd fds[2] = { { .fd = server->stop_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN } };

	return poll(fds, 2, -1) > 0 && fds[0].revents == 0;
}

static void
bad_server_talk(const struct bad_server *server, int fd)
{
	size_t len = server->len > 0 ? server->len : strlen(server->text);
	char buf[65536];

	(void)!recv(fd, buf, sizeof(buf), 0);
	for (unsigned i = 0; i < server->times; i++) {
		if (send(fd, server->text, len, MSG_NOSIGNAL) != (ssize_t)len)
			break;
	}
	while (server->hold && bad_server_wait(server, fd) &&
	       recv(fd, buf, sizeof(buf), 0) > 0)
		;
}

static void *
bad_server_run(void *ctx)
{
	const struct bad_server *server = ctx;

	while (bad_server_wait(server, server->listen_fd)) {
		int fd = accept(server->listen_fd, NULL, NULL);

		if (fd < 0)
			continue;
		if (bad_server_wait(server, fd))
			bad_server_talk(server, fd);
		(void)close(fd);
	}
	return NULL;
}

void
bad_server_start(struct bad_server *server)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(server->listen_fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(server->listen_fd, 8), 0);
	assert_int_equal(
	    getsockname(server->listen_fd, (struct sockaddr *)&at, &len), 0);
	server->port = ntohs(at.sin_port);
	server->stop_fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(
	    pthread_create(&server->thread, NULL, bad_server_run, server), 0);
}

void
bad_server_stop(struct bad_server *server)
{
	uint64_t one = 1;

	(void)!write(server->stop_fd, &one, sizeof(one));
	(void)pthread_join(server->thread, NULL);
	(void)close(server->stop_fd);
	(void)close(server->listen_fd);
}

/* ---- the store ---- */

void
witness_scene_submit(struct witness_scene *scene, uint32_t witness, bool wait)
{
	struct msg_submit msg = { .head.kind = MSG_SUBMIT,
		.request = 77 + witness,
		.witness = witness,
		.old_size = 4,
		.proof = { .n = 2 },
		.note_len = (uint32_t)strlen(SCENE_NOTE) };
	unsigned before = scene->results;

	memset(msg.proof.hash[1], 0xff, SEAL_LEN);
	memcpy(msg.note, SCENE_NOTE, strlen(SCENE_NOTE));
	assert_int_equal(channel_send(scene->store, &msg, sizeof(msg), -1), 0);
	channel_flush(scene->store);
	if (wait)
		witness_scene_until(scene, &scene->results, before + 1);
}
