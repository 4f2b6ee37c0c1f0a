/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One neighbour: its session process, the sockets passed to it, and dialling
 * for it. What a session says is a stranger's word: it may ask to be
 * connected to its own neighbour, and give sockets back, nothing else.
 */
#include "proxy/supervisor/supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/endpoint.h"
#include "proxy/supervisor/ranges.h"
#include "proxy/supervisor/tcp.h"

#define PEER_CHANNEL     65536u /* octets to the session that may wait */
#define PEER_STOP_MS     5000   /* from MSG_STOP to the kill */
#define PEER_REDIAL_MS   200    /* from one dial to the next, at least */
#define PEER_KEY_TOLD_MS 60000  /* between lines about a bad password file */
#define PEER_HASTY_MAX   100    /* no session of ours asks so often too soon */
#define STOP_SHUTDOWN    2      /* Cease subcodes, RFC 4486 */
#define STOP_REMOVED     3
#define STOP_RESET       4

/* ---- sockets ---- */

/* Shut the peer's duplicates down: a session that died with its own leaves
 * them open, and the neighbour would not know. */
static void
sockets_drop(struct peer *peer)
{
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++) {
		struct peer_socket *slot = &peer->sockets[i];

		if (slot->id == 0)
			continue;
		(void)shutdown(slot->fd, SHUT_RDWR);
		(void)close(slot->fd);
		slot->id = 0;
		peer->idle_ms = loop_now_ms(peer->supervisor->loop);
	}
}

static struct peer_socket *
socket_slot(struct peer *peer, uint32_t id)
{
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++) {
		if (peer->sockets[i].id == id)
			return &peer->sockets[i];
	}
	return NULL;
}

/* Both ends of the connection, as the kernel knows them. */
static bool
socket_ends(int fd, struct msg_socket *msg)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) < 0 ||
	    !endpoint_from(&name, &msg->local))
		return false;
	len = sizeof(name);
	return getpeername(fd, (struct sockaddr *)&name, &len) == 0 &&
	       endpoint_from(&name, &msg->remote);
}

/* Pass the connected socket to the session. False when it cannot be. */
static bool
socket_pass(struct peer *peer, int fd, enum socket_direction direction)
{
	struct msg_socket msg = { .head = { .kind = MSG_SOCKET },
		.direction = (uint8_t)direction,
		.authenticated = peer->setup.neighbor.authenticated };
	struct peer_socket *slot = socket_slot(peer, 0);

	if (slot == NULL || !process_up(&peer->process) ||
	    peer->state != PEER_RUNNING || !socket_ends(fd, &msg))
		return false;
	msg.id = ++peer->supervisor->next_socket;
	if (msg.id == 0)
		msg.id = ++peer->supervisor->next_socket;
	if (channel_send(peer->process.channel, &msg, sizeof(msg), fd) < 0)
		return false;
	channel_flush(peer->process.channel);
	slot->id = msg.id;
	slot->fd = fd;
	slot->roll = (struct auth_roll){ 0 };
	if (peer->setup.neighbor.authenticated == AUTH_AO)
		auth_watch_soon(peer->supervisor);
	return true;
}

static void
socket_closed(struct peer *peer, const struct msg_socket *msg)
{
	struct peer_socket *slot;

	slot = msg->id == 0 ? NULL : socket_slot(peer, msg->id);
	if (slot == NULL)
		return;
	(void)close(slot->fd);
	slot->id = 0;
	peer->idle_ms = loop_now_ms(peer->supervisor->loop);
}

struct auth_chain
peer_chain(const struct peer *peer)
{
	const struct msg_cfg_neighbor *neighbor = &peer->setup.neighbor;

	return (struct auth_chain){
		.ao = &peer->supervisor->ao,
		.chain = &peer->setup.chain,
		.remote = &neighbor->remote,
		.len = neighbor->range_len,
		.now_s = clock_wall_ns() / 1000000000u,
		.now_ms = loop_now_ms(peer->supervisor->loop),
		.hold_ms = neighbor->hold_s * UINT64_C(1000),
	};
}

/* The keys cannot be read or set. Whoever connects makes us try. */
static void
key_log(struct peer *peer, const char *why)
{
	uint64_t now_ms = loop_now_ms(peer->supervisor->loop);

	if (peer->key_told_ms != 0 &&
	    now_ms - peer->key_told_ms < PEER_KEY_TOLD_MS)
		return;
	peer->key_told_ms = now_ms | 1;
	log_line(LOG_ERROR, "peer %s: %s", peer->setup.neighbor.name, why);
}

/* The password for segments from and to the neighbour. 0 or -errno. */
static int
password_set(struct peer *peer, int fd)
{
	const char *file = peer->setup.neighbor.password_file;
	struct password password;
	char unread[PASSWORD_WHY_MAX];
	char why[AUTH_WHY_MAX];
	int err = -EACCES;

	if (password_read(file, &password, unread) == 0) {
		err = tcp_key(fd, &peer->remote, 0, &password);
	} else {
		(void)snprintf(
		    why, sizeof(why), "password file %s %s", file, unread);
		key_log(peer, why);
	}
	password_wipe(&password);
	return err;
}

/*
 * The keys of a connection that came up. The listener's have been inherited,
 * except by a connection that was waiting when they were set, and except by
 * one that began without TCP-AO: that one is refused.
 */
static int
socket_keys(struct peer *peer, int fd)
{
	struct auth_chain chain = peer_chain(peer);
	char why[AUTH_WHY_MAX];
	int err;

	if (peer->setup.neighbor.authenticated != AUTH_AO)
		return 0;
	err = auth_connected(&chain, fd, why);
	if (err < 0)
		key_log(peer, why);
	return err;
}

/* What an accepted connection must have: TTL security met from its SYN on,
 * and the keys. */
static int
socket_secure(struct peer *peer, int fd)
{
	const struct msg_cfg_neighbor *neighbor = &peer->setup.neighbor;
	int err;

	err = tcp_syn_check(fd, neighbor);
	if (err < 0)
		return err;
	if (neighbor->authenticated == AUTH_MD5)
		err = password_set(peer, fd);
	else
		err = socket_keys(peer, fd);
	return err < 0 ? err : tcp_ttl_for(fd, neighbor);
}

/* .. and one that we are going to dial. */
static int
dial_secure(void *ctx, int fd)
{
	struct peer *peer = ctx;
	struct auth_chain chain = peer_chain(peer);
	char why[AUTH_WHY_MAX];
	int err;

	if (peer->setup.neighbor.authenticated == AUTH_NONE)
		return 0;
	if (peer->setup.neighbor.authenticated == AUTH_MD5)
		return password_set(peer, fd);
	err = auth_dial(&chain, fd, why);
	if (err < 0)
		key_log(peer, why);
	return err;
}

/* Say why, once a second at most: a neighbour can try very often. */
static void
refusal_log(struct peer *peer, int err)
{
	uint64_t now = loop_now_ms(peer->supervisor->loop);

	peer->refused++;
	if (peer->refused_ms != 0 && now - peer->refused_ms < 1000)
		return;
	peer->refused_ms = now;
	log_line(LOG_REMOTE, "peer %s: connection refused: %s times=%u",
	    peer->setup.neighbor.name,
	    err == -EHOSTUNREACH ? "TTL security" : strerror(-err),
	    peer->refused);
	peer->refused = 0;
}

void
peer_accept(struct peer *peer, int fd)
{
	int err = 0;

	if (socket_slot(peer, 0) != NULL && peer->state == PEER_RUNNING)
		err = socket_secure(peer, fd);
	if (err < 0)
		refusal_log(peer, err);
	if (err < 0 || !socket_pass(peer, fd, SOCKET_PASSIVE))
		tcp_reset(fd);
}

/* ---- dialling ---- */

static void
dial_answer(struct peer *peer, int error)
{
	struct msg_dial msg = { .head = { .kind = MSG_DIAL_FAILED },
		.error = error };

	if (!process_up(&peer->process))
		return;
	(void)channel_send(peer->process.channel, &msg, sizeof(msg), -1);
	channel_flush(peer->process.channel);
}

static void
dial_done(void *ctx, int fd, int error)
{
	struct peer *peer = ctx;

	dial_free(peer->dial);
	peer->dial = NULL;
	if (fd >= 0)
		error = -socket_keys(peer, fd);
	if (error == 0 && socket_pass(peer, fd, SOCKET_ACTIVE))
		return;
	if (fd >= 0)
		tcp_reset(fd);
	dial_answer(peer, error == 0 ? EBUSY : error);
}

/* Too soon after the last one, or while one is under way. A session that keeps
 * on asking would have us do nothing else. */
static bool
dial_is_hasty(struct peer *peer, uint64_t now)
{
	if (peer->asked_ms == 0 || now - peer->asked_ms >= PEER_REDIAL_MS) {
		peer->asked_ms = now;
		peer->hasty = 0;
		return false;
	}
	if (++peer->hasty == PEER_HASTY_MAX) {
		log_line(LOG_ERROR,
		    "peer %s: its session asks to dial in haste",
		    peer->setup.neighbor.name);
		process_kill(&peer->process);
	}
	return true;
}

static void
peer_dial(struct peer *peer)
{
	struct supervisor *supervisor = peer->supervisor;
	uint64_t now = loop_now_ms(supervisor->loop);
	bool hasty = dial_is_hasty(peer, now);

	if (peer->dial != NULL || peer->hasty >= PEER_HASTY_MAX)
		return; /* the answer to the one under way will do */
	if (socket_slot(peer, 0) == NULL || hasty) {
		dial_answer(peer, EBUSY);
		return;
	}
	peer->dial = dial_start(supervisor->loop, &peer->setup.neighbor,
	    dial_secure, dial_done, peer);
	if (peer->dial == NULL)
		dial_answer(peer, ENOMEM);
}

/* ---- the process ---- */

static void
config_send(struct peer *peer)
{
	if (process_up(&peer->process))
		(void)channel_send(peer->process.channel, &peer->setup.session,
		    sizeof(peer->setup.session), -1);
}

void
peer_nudge(struct peer *peer)
{
	struct msg_head msg = { .kind = MSG_NUDGE };

	if (!process_up(&peer->process))
		return;
	(void)channel_send(peer->process.channel, &msg, sizeof(msg), -1);
	channel_flush(peer->process.channel);
}

bool
peer_connected(const struct peer *peer)
{
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++) {
		if (peer->sockets[i].id != 0)
			return true;
	}
	return false;
}

static void
stop_send(struct peer *peer, uint8_t subcode, const char *text, uint64_t ms)
{
	struct msg_stop msg = { .head = { .kind = MSG_STOP },
		.subcode = subcode };

	(void)snprintf(msg.text, sizeof(msg.text), "%s", text);
	if (process_up(&peer->process)) {
		(void)channel_send(
		    peer->process.channel, &msg, sizeof(msg), -1);
		channel_flush(peer->process.channel);
	}
	dial_free(peer->dial);
	peer->dial = NULL;
	process_finish(&peer->process, ms);
}

static void
peer_up(void *ctx)
{
	struct peer *peer = ctx;

	config_send(peer);
	supervisor_link(peer->supervisor);
	channel_flush(peer->process.channel);
}

static void
peer_message(void *ctx, const struct msg_head *head, int fd)
{
	struct peer *peer = ctx;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_DIAL && peer->state == PEER_RUNNING &&
	    peer->setup.neighbor.range_len == 0) {
		peer_dial(peer);
	} else if (head->kind == MSG_SOCKET_CLOSED) {
		socket_closed(peer, (const void *)head);
	} else if (head->kind != MSG_DIAL) {
		log_line(LOG_ERROR, "peer %s: unexpected message: kind=%u",
		    peer->setup.neighbor.name, head->kind);
		process_kill(&peer->process);
	}
}

static void
peer_down(void *ctx, int status)
{
	struct peer *peer = ctx;
	struct supervisor *supervisor = peer->supervisor;

	(void)status;
	peer->linked = false;
	sockets_drop(peer);
	dial_free(peer->dial);
	peer->dial = NULL;
	if (supervisor->phase > PHASE_RUN) {
		stop_progress(supervisor);
	} else if (peer->state == PEER_LEAVING) {
		peer_drop(peer);
	} else if (peer->state == PEER_CHANGING) {
		peer->state = PEER_RUNNING;
		process_start(&peer->process);
	}
}

static const struct process_ops peer_ops = {
	.on_up = peer_up,
	.on_message = peer_message,
	.on_down = peer_down,
};

/* ---- life ---- */

struct peer *
peer_new(struct supervisor *supervisor, const struct setup *setup)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return NULL;
	peer->supervisor = supervisor;
	peer->setup = *setup;
	ranges_settle(peer);
	peer->process.program = "sluice-session";
	peer->process.limit = PEER_CHANNEL;
	peer->process.ops = &peer_ops;
	peer->process.ctx = peer;
	(void)snprintf(peer->process.name, sizeof(peer->process.name),
	    "sluice-session %s", setup->neighbor.name);
	if (process_init(&supervisor->processes, &peer->process) < 0) {
		free(peer);
		return NULL;
	}
	return peer;
}

void
peer_free(struct peer *peer)
{
	sockets_drop(peer);
	dial_free(peer->dial);
	process_free(&peer->process);
	free(peer);
}

void
peer_drop(struct peer *peer)
{
	struct supervisor *supervisor = peer->supervisor;

	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		if (supervisor->peers[i] == peer) {
			supervisor->n_peers--;
			supervisor->peers[i] =
			    supervisor->peers[supervisor->n_peers];
			break;
		}
	}
	peer_free(peer);
}

void
peer_change(struct peer *peer, const struct setup *setup)
{
	enum setup_change change = setup_compare(&peer->setup, setup);
	bool was_leaving = peer->state == PEER_LEAVING;

	peer->setup = *setup;
	ranges_settle(peer);
	peer->auth.taken = 0;
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++)
		auth_roll_anew(&peer->sockets[i].roll);
	if (was_leaving) {
		/* Configured again while its process still ends. */
		peer->state = PEER_CHANGING;
	} else if (change == SETUP_CHANGED && peer->state == PEER_RUNNING) {
		log_line(LOG_INFO, "peer %s: changed, starts anew",
		    setup->neighbor.name);
		if (peer->process.pid == 0)
			return; /* about to start anyway, and takes it then */
		peer->state = PEER_CHANGING;
		stop_send(
		    peer, STOP_RESET, "configuration changed", PEER_STOP_MS);
	} else if (change == SETUP_TUNED && peer->state == PEER_RUNNING) {
		config_send(peer);
		if (process_up(&peer->process))
			channel_flush(peer->process.channel);
	}
}

void
peer_remove(struct peer *peer)
{
	log_line(LOG_INFO, "peer %s: no longer configured",
	    peer->setup.neighbor.name);
	peer->state = PEER_LEAVING;
	if (process_gone(&peer->process))
		peer_drop(peer);
	else
		stop_send(
		    peer, STOP_REMOVED, "no longer configured", PEER_STOP_MS);
}

void
peer_shutdown(struct peer *peer, uint64_t ms)
{
	stop_send(peer, STOP_SHUTDOWN, "sluice stops", ms);
}
