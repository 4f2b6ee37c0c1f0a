/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program with everything around it played by a test. */
#include "tests/lib/session_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/wire/message.h"

static void
end_message(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_end *end = ctx;
	struct scene_msg *msg =
	    malloc(offsetof(struct scene_msg, data) + head->len);

	assert_non_null(msg);
	assert_int_equal(fd, -1);
	memcpy(msg->data, head, head->len);
	msg->next = NULL;
	*end->last = msg;
	end->last = &msg->next;
	loop_stop(end->scene->loop);
}

static void
end_closed(void *ctx)
{
	struct scene_end *end = ctx;

	end->closed = true;
	loop_stop(end->scene->loop);
}

static void
end_open(struct scene *scene, struct scene_end *end, int fd)
{
	static const struct channel_ops ops = {
		.on_message = end_message,
		.on_closed = end_closed,
	};

	end->scene = scene;
	end->first = NULL;
	end->last = &end->first;
	end->closed = false;
	end->channel = channel_open(scene->loop, fd, 1u << 24, &ops, end);
	assert_non_null(end->channel);
}

static void
end_close(struct scene_end *end)
{
	channel_close(end->channel);
	end->channel = NULL;
	while (end->first != NULL) {
		struct scene_msg *msg = end->first;

		end->first = msg->next;
		free(msg);
	}
}

static void
on_timeout(void *ctx)
{
	struct scene *scene = ctx;

	scene->timed_out = true;
	loop_stop(scene->loop);
}

/* Run the loop once: until something came or the time is over. */
static void
turn(struct scene *scene)
{
	if (scene->supervisor.channel != NULL)
		channel_flush(scene->supervisor.channel);
	if (scene->guard.channel != NULL)
		channel_flush(scene->guard.channel);
	scene->timed_out = false;
	timer_start(scene->timeout, SCENE_WAIT_MS, 0);
	loop_run(scene->loop);
	timer_stop(scene->timeout);
	assert_false(scene->timed_out);
}

void
scene_start(struct scene *scene, const char *program)
{
	int fds[2];

	memset(scene, 0, sizeof(*scene));
	scene->loop = loop_new();
	assert_non_null(scene->loop);
	scene->timeout = timer_new(scene->loop, on_timeout, scene);
	assert_int_equal(channel_pair(fds), 0);
	scene->pid = fork();
	assert_true(scene->pid >= 0);
	if (scene->pid == 0) {
		if (fds[1] == ROLE_FD)
			(void)fcntl(ROLE_FD, F_SETFD, 0);
		else
			(void)dup2(fds[1], ROLE_FD);
		(void)execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	end_open(scene, &scene->supervisor, fds[0]);
	scene->families = FAMILY_FLOWSPEC | FAMILY_IPV4_UNICAST;
	scene->refresh = 2;
	scene->graceful = true;
	scene->config = (struct msg_session_config){
		.peer = 5,
		.local_asn = SCENE_ASN,
		.peer_asn = SCENE_PEER,
		.router_id = { 192, 0, 2, 1 },
		.max_received = 100,
		.max_prefixes = 100,
		.hold_s = 90,
		.families = FAMILY_FLOWSPEC | FAMILY_IPV4_UNICAST,
		.passive = 1,
		.connect_retry_s = 120,
		.local_pref = 200,
		.name = "acme/198.51.100.2",
	};
}

void
scene_tell(struct scene_end *end, void *msg, size_t size, enum msg_kind kind)
{
	struct msg_head *head = msg;

	head->len = (uint32_t)size;
	head->kind = (uint16_t)kind;
	assert_int_equal(channel_send(end->channel, msg, size, -1), 0);
	channel_flush(end->channel);
}

void
scene_configure(struct scene *scene)
{
	scene_tell(&scene->supervisor, &scene->config, sizeof(scene->config),
	    MSG_SESSION_CONFIG);
}

void
scene_guard(struct scene *scene)
{
	struct msg_channel msg = {
		.head = { .len = sizeof(msg), .kind = MSG_CHANNEL },
		.role = ROLE_GUARD,
	};
	int fds[2];

	end_close(&scene->guard);
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor.channel, &msg, sizeof(msg), fds[1]),
	    0);
	channel_flush(scene->supervisor.channel);
	close(fds[1]);
	end_open(scene, &scene->guard, fds[0]);
}

int
scene_wait_exit(struct scene *scene)
{
	int status = 0;

	/* Its end of the channel closes with it. */
	while (!scene->supervisor.closed)
		turn(scene);
	while (waitpid(scene->pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	scene->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void
scene_stop(struct scene *scene)
{
	int status = 0;

	end_close(&scene->supervisor);
	if (scene->pid > 0) {
		while (waitpid(scene->pid, &status, 0) < 0)
			assert_int_equal(errno, EINTR);
		scene->pid = 0;
	}
	end_close(&scene->guard);
	timer_free(scene->timeout);
	loop_free(scene->loop);
	assert_int_equal(status, 0);
}

/* Take the oldest message, waiting for one. */
static void *
take(struct scene_end *end)
{
	struct scene_msg *msg;
	struct msg_head *head;

	while (end->first == NULL) {
		assert_false(end->closed);
		turn(end->scene);
	}
	msg = end->first;
	end->first = msg->next;
	if (end->first == NULL)
		end->last = &end->first;
	head = (void *)msg->data;
	if (head->kind == MSG_SESSION_STATE)
		memcpy(&end->scene->state, head, sizeof(end->scene->state));
	memmove(msg, msg->data, head->len);
	return msg;
}

void *
scene_expect(struct scene_end *end, enum msg_kind kind)
{
	for (;;) {
		struct msg_head *head = take(end);

		if (head->kind == kind)
			return head;
		assert_int_equal(head->kind, MSG_SESSION_STATE);
		free(head);
	}
}

void *
scene_find(struct scene_end *end, enum msg_kind kind)
{
	for (;;) {
		struct msg_head *head = take(end);

		if (head->kind == kind)
			return head;
		free(head);
	}
}

void
scene_expect_up(struct scene *scene, bool up)
{
	do {
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	} while (scene->state.up != up);
}

bool
scene_quiet(struct scene *scene)
{
	struct scene_msg *msg;

	for (msg = scene->guard.first; msg != NULL; msg = msg->next) {
		const struct msg_head *head = (const void *)msg->data;

		if (head->kind != MSG_SESSION_STATE)
			return false;
	}
	return true;
}

int
scene_connect(struct scene *scene, uint8_t direction)
{
	const struct timeval wait = { .tv_sec = SCENE_WAIT_MS / 1000 };
	struct msg_socket msg = {
		.head = { .len = sizeof(msg), .kind = MSG_SOCKET },
		.id = ++scene->sockets,
		.direction = direction,
	};
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor.channel, &msg, sizeof(msg), fds[1]),
	    0);
	channel_flush(scene->supervisor.channel);
	close(fds[1]);
	(void)setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fds[0];
}

struct open
scene_open(const struct scene *scene)
{
	struct open open = {
		.version = OPEN_VERSION,
		.asn = scene->config.peer_asn,
		.hold_s = 90,
		.bgp_id = 0xc6336402,
		.families = scene->families,
		.has_multiprotocol = true,
		.has_as4 = true,
		.has_refresh = scene->refresh >= 1,
		.has_enhanced_refresh = scene->refresh == 2,
		.has_graceful_restart = scene->graceful,
	};

	return open;
}

void
peer_send(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), len);
}

void
peer_send_open(int fd, const struct open *open)
{
	uint8_t octets[MESSAGE_MAX];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	open_encode(open, &writer);
	peer_send(fd, octets, writer.len);
}

void
peer_send_keepalive(int fd)
{
	uint8_t octets[MESSAGE_HEADER_LEN];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	message_keepalive(&writer);
	peer_send(fd, octets, writer.len);
}

/* False at the end of the stream. */
static bool
read_exactly(int fd, uint8_t *buf, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = recv(fd, &buf[at], len - at, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			assert_int_equal(errno, ECONNRESET);
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

uint8_t
peer_read(int fd, uint8_t *buf, size_t *len)
{
	uint8_t type = 0;
	size_t total = 0;

	*len = 0;
	if (!read_exactly(fd, buf, MESSAGE_HEADER_LEN))
		return 0;
	*len = (size_t)buf[16] << 8 | buf[17];
	assert_in_range(*len, MESSAGE_HEADER_LEN, MESSAGE_MAX);
	if (!read_exactly(
		fd, &buf[MESSAGE_HEADER_LEN], *len - MESSAGE_HEADER_LEN))
		return 0;
	assert_int_equal(
	    message_peek(buf, *len, MESSAGE_MAX, &type, &total), WIRE_OK);
	assert_int_equal(total, *len);
	return type;
}

void
peer_expect(int fd, uint8_t type, uint8_t *buf, size_t *len)
{
	uint8_t got;

	do {
		got = peer_read(fd, buf, len);
	} while (got == MESSAGE_KEEPALIVE && type != MESSAGE_KEEPALIVE);
	assert_int_equal(got, type);
}

void
peer_expect_notification(int fd, uint8_t code, uint8_t subcode)
{
	uint8_t buf[MESSAGE_MAX];
	size_t len;

	peer_expect(fd, MESSAGE_NOTIFICATION, buf, &len);
	assert_int_equal(buf[19], code);
	assert_int_equal(buf[20], subcode);
	assert_int_equal(peer_read(fd, buf, &len), 0);
}

int
scene_establish_again(struct scene *scene)
{
	const struct open open = scene_open(scene);
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_connect(scene, SOCKET_PASSIVE);

	peer_expect(fd, MESSAGE_OPEN, buf, &len);
	peer_send_open(fd, &open);
	peer_expect(fd, MESSAGE_KEEPALIVE, buf, &len);
	peer_send_keepalive(fd);
	scene_expect_up(scene, true);
	return fd;
}

int
scene_establish(struct scene *scene)
{
	struct msg_rib_mark *mark;
	struct msg_out_sync *sync;

	scene_configure(scene);
	scene_guard(scene);
	if (scene->config.internal == 0) {
		mark = scene_expect(&scene->guard, MSG_RIB_MARK);
		assert_int_equal(mark->mark, MARK_REPLAY_END);
		free(mark);
	} else {
		sync = scene_expect(&scene->guard, MSG_OUT_SYNC);
		assert_int_equal(sync->sync, OUT_SYNC_END);
		free(sync);
	}
	return scene_establish_again(scene);
}
