/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a session, and what the supervisor tells it. */
#include "proxy/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/wire/notification.h"

#define SUPERVISOR_BUFFER ((size_t)2 * CHANNEL_BATCH)

uint32_t
session_random(void)
{
	uint32_t random = 0;

	/* Without entropy there is no jitter; nothing else hangs on it. */
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return random;
}

uint32_t
session_retry_ms(const struct session *session)
{
	uint32_t retry_s = session->config.connect_retry_s;

	return (retry_s == 0 ? SESSION_RETRY_S : retry_s) * 1000u;
}

/* Cut off a character of UTF-8 that is not whole at the end of text. */
static void
cut_character(char *text)
{
	size_t len = strlen(text);
	size_t at = len;

	while (at > 0 && len - at < 3 && ((uint8_t)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0 || (uint8_t)text[at - 1] < 0xc0)
		return;
	/* The leading octet's ones say how many octets there should be. */
	if (((unsigned)(uint8_t)text[at - 1] << (len - at + 1) & 0x80) != 0)
		text[at - 1] = '\0';
}

void
session_note(struct session *session, const char *text)
{
	(void)snprintf(
	    session->state.text, sizeof(session->state.text), "%s", text);
	cut_character(session->state.text);
}

/* ---- to the supervisor ---- */

void
session_closed(struct session *session, uint32_t id)
{
	struct msg_socket msg = {
		.head = { .len = sizeof(msg), .kind = MSG_SOCKET_CLOSED },
		.id = id,
	};

	if (channel_send(session->supervisor, &msg, sizeof(msg), -1) == 0)
		return;
	/* The supervisor stands still: its own bound on sockets is below
	 * this one. */
	if (session->n_unreported < SESSION_UNREPORTED_MAX)
		session->unreported[session->n_unreported++] = id;
}

void
session_dial(struct session *session)
{
	struct msg_dial msg = {
		.head = { .len = sizeof(msg), .kind = MSG_DIAL },
	};

	/* Lost when there is no room; the retry timer asks again. */
	(void)channel_send(session->supervisor, &msg, sizeof(msg), -1);
}

static void
on_supervisor_room(void *ctx)
{
	struct session *session = ctx;
	unsigned n = session->n_unreported;

	session->n_unreported = 0;
	for (unsigned i = 0; i < n; i++)
		session_closed(session, session->unreported[i]);
}

/* ---- starting and idling ---- */

static bool
is_connected(const struct slot *slot)
{
	return slot->state >= BGP_OPEN_SENT;
}

static bool
may_start(const struct session *session, const struct slot *slot)
{
	return slot->direction == SOCKET_PASSIVE ||
	       session->config.passive == 0;
}

static void
unpark(struct session *session)
{
	struct conn *conn = session->parked;

	if (conn == NULL || session->slot[1].state != BGP_ACTIVE)
		return;
	session->parked = NULL;
	slot_adopt(&session->slot[1], conn, &session->parked_socket);
}

void
session_start(struct session *session)
{
	static const struct cause none;

	if (!session->configured || session->stopping || session->limited ||
	    is_connected(&session->slot[0]) || is_connected(&session->slot[1]))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct slot *slot = &session->slot[i];

		if (slot->state != BGP_IDLE || !may_start(session, slot))
			continue;
		slot_event(slot,
		    slot->direction == SOCKET_ACTIVE ? FSM_EV_START
						     : FSM_EV_START_PASSIVE,
		    &none);
	}
	unpark(session);
}

/*
 * With no connection under way nothing may stay idle for good: after the
 * back-off all slots start again.
 */
void
session_settle(struct session *session)
{
	bool idle = false;
	uint64_t wait_ms = SESSION_IDLE_LIMIT_MS;

	if (!session->configured || session->stopping || session->idle_running)
		return;
	for (unsigned i = 0; i < 2; i++) {
		const struct slot *slot = &session->slot[i];

		if (is_connected(slot))
			return;
		if (slot->state == BGP_IDLE && may_start(session, slot))
			idle = true;
	}
	if (!idle)
		return;
	session->idle_running = true;
	if (!session->limited)
		wait_ms = backoff_next(&session->backoff,
		    session_retry_ms(session), session_random());
	timer_start(session->idle, wait_ms, 0);
}

static void
on_idle(void *ctx)
{
	struct session *session = ctx;

	session->idle_running = false;
	session->limited = false;
	session_start(session);
	session_settle(session);
}

static void
on_retry(void *ctx)
{
	static const struct cause none;
	struct session *session = ctx;
	struct slot *slot = &session->slot[0];

	if (slot->state == BGP_CONNECT || slot->state == BGP_ACTIVE)
		slot_event(slot, FSM_EV_RETRY, &none);
}

/* ---- the end ---- */

static void
finish(struct session *session)
{
	if (session->done)
		return;
	session->done = true;
	pump_run(session);
	if (session->guard != NULL)
		channel_flush(session->guard);
	channel_flush(session->supervisor);
	loop_stop(session->loop);
}

/* Say goodbye to the peer; the process ends when the connections have. */
static void
stop_now(struct session *session)
{
	char text[sizeof(session->state.text)];
	const struct cause cause = {
		.code = NOTIFICATION_CEASE,
		.subcode = session->stop.subcode,
		.down =
		    session->stop.subcode == NOTIFICATION_CEASE_SHUTDOWN
			? DOWN_SHUTDOWN
		    : session->stop.subcode == NOTIFICATION_CEASE_DECONFIGURED
			? DOWN_REMOVED
			: DOWN_LOST,
		.words = session->stop.text,
		.text = text,
	};

	(void)snprintf(text, sizeof(text), "stopped%s%s",
	    session->stop.text[0] != '\0' ? ": " : "", session->stop.text);
	timer_stop(session->stop_timer);
	for (unsigned i = 0; i < 2; i++)
		slot_event(&session->slot[i], FSM_EV_STOP, &cause);
}

static void
on_stop_timer(void *ctx)
{
	stop_now(ctx);
}

static bool
has_connection(const struct session *session)
{
	return is_connected(&session->slot[0]) ||
	       is_connected(&session->slot[1]);
}

/* After each turn: say what is due, and see whether a stop is through. */
static void
on_turn(void *ctx)
{
	struct session *session = ctx;

	if (session->done)
		return;
	inward_pump(session);
	pump_run(session);
	feed_turn(session);
	if (session->stopping && has_connection(session) &&
	    inward_idle(session))
		stop_now(session);
	if (session->stopping && !has_connection(session) &&
	    session->n_ending == 0) {
		finish(session);
		return;
	}
	if (session->guard != NULL)
		channel_flush(session->guard);
	channel_flush(session->supervisor);
}

/* ---- from the supervisor ---- */

static bool
config_valid(const struct msg_session_config *msg)
{
	return msg->local_asn != 0 && msg->peer_asn != 0 &&
	       msg->families != 0 && (msg->families & ~FAMILY_ALL) == 0 &&
	       msg->internal <= 1 && msg->passive <= 1 &&
	       msg->authenticated <= AUTH_AO && msg->hold_s != 1 &&
	       msg->hold_s != 2 && check_text(msg->name, sizeof(msg->name)) &&
	       check_ignore(&msg->ignore) && check_wishes(&msg->wishes) &&
	       (msg->internal == 0 || msg->local_asn == msg->peer_asn);
}

/* What the OPEN says or hangs on. */
static bool
same_open(
    const struct msg_session_config *a, const struct msg_session_config *b)
{
	return a->local_asn == b->local_asn && a->peer_asn == b->peer_asn &&
	       memcmp(a->router_id, b->router_id, sizeof(a->router_id)) == 0 &&
	       a->hold_s == b->hold_s && a->families == b->families &&
	       a->authenticated == b->authenticated;
}

static void
reconfigure(struct session *session, const struct msg_session_config *msg)
{
	static const struct cause cause = {
		.code = NOTIFICATION_CEASE,
		.subcode = NOTIFICATION_CEASE_CONFIGURATION,
		.down = DOWN_LOST,
		.text = "the configuration changed",
	};
	bool same = same_open(&session->config, msg);
	bool ignores = memcmp(&session->config.ignore, &msg->ignore,
			   sizeof(msg->ignore)) == 0;
	bool wishes = memcmp(&session->config.wishes, &msg->wishes,
			  sizeof(msg->wishes)) == 0;

	/* Another bound is another chance. */
	if (session->config.max_prefixes != msg->max_prefixes &&
	    session->limited) {
		session->limited = false;
		session->idle_running = false;
		timer_stop(session->idle);
	}
	session->config = *msg;
	/* What was ignored has to be heard, or the other way round. */
	if (same && !ignores)
		same = unicast_ask(session);
	/* Other wishes count from the next announcement on: the sooner the
	 * better. */
	if (same && !wishes && session->in != NULL)
		learn_ask(session, FAMILY_FLOWSPEC);
	for (unsigned i = 0; i < 2 && !same; i++)
		slot_event(&session->slot[i], FSM_EV_STOP, &cause);
}

static int
make_rib(struct session *session)
{
	uint8_t key[HASH_KEY_LEN];

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return -1;
	if (session->config.internal != 0) {
		session->out = adj_out_new(key);
		return session->out == NULL ? -1 : 0;
	}
	session->in = adj_in_new(key);
	session->routes = routes_in_new(key);
	return session->in == NULL || session->routes == NULL ? -1 : 0;
}

/* How much, and how fast. */
static void
set_limits(struct session *session)
{
	const struct msg_session_config *config = &session->config;
	uint32_t prefixes = config->max_prefixes;

	pace_limit(&session->pace, config->max_received);
	/* Each may come and go once a second. */
	pace_limit(&session->route_pace,
	    prefixes > UINT32_MAX / 2 ? UINT32_MAX : 2 * prefixes);
	if (session->in != NULL) {
		adj_in_limit(session->in, config->max_received);
		routes_in_limit(session->routes, prefixes);
	}
	if (session->out != NULL)
		adj_out_local_pref(session->out, config->local_pref);
}

static bool
contain(const struct session *session, uint32_t peer)
{
	const struct sandbox_wants wants = { .number = peer };

	return session->enter == NULL ||
	       session->enter(ROLE_SESSION, &wants, NULL) == 0;
}

static void
on_config(struct session *session, const struct msg_session_config *msg)
{
	char name[NAME_MAX_LEN + sizeof("session ")];

	if (!config_valid(msg) ||
	    (session->configured &&
		(msg->internal != session->config.internal ||
		    msg->peer != session->config.peer))) {
		log_line(LOG_ERROR,
		    "configuration is not usable: peer=%" PRIu32, msg->peer);
		return;
	}
	(void)snprintf(name, sizeof(name), "session %s", msg->name);
	log_rename(name);
	if (session->configured) {
		reconfigure(session, msg);
	} else {
		session->config = *msg;
		if (!contain(session, msg->peer) || make_rib(session) < 0) {
			log_line(LOG_ERROR, "cannot begin");
			finish(session);
			return;
		}
		session->configured = true;
	}
	session->state.peer = msg->peer;
	set_limits(session);
	report_change(session);
	session_start(session);
	session_settle(session);
}

/* One connection waits while we are idle; the newest, as the peer gave up the
 * others. */
static void
park(struct session *session, struct conn *conn, const struct msg_socket *msg)
{
	if (session->parked != NULL)
		slot_hang_up(session, session->parked);
	session->parked = conn;
	session->parked_socket = *msg;
	session_settle(session);
}

/* A connection that we dialled is good for nothing while we are idle. */
static bool
may_take(const struct session *session, const struct msg_socket *msg)
{
	if (msg->direction == SOCKET_ACTIVE &&
	    session->slot[0].state == BGP_IDLE)
		return false;
	return session->configured && !session->stopping &&
	       check_address(&msg->local, true) &&
	       check_address(&msg->remote, true);
}

static void
on_socket(struct session *session, const struct msg_socket *msg, int fd)
{
	bool dialled = msg->direction == SOCKET_ACTIVE;
	struct slot *slot = &session->slot[dialled ? 0 : 1];
	struct conn *conn;

	if (fd < 0)
		return;
	conn = slot_conn(slot, fd, msg->id);
	if (conn == NULL) {
		session_closed(session, msg->id);
		return;
	}
	if (session->up != NULL || is_connected(slot))
		slot_refuse(session, conn, NOTIFICATION_CEASE_COLLISION);
	else if (session->limited)
		slot_refuse(session, conn, NOTIFICATION_CEASE_MAX_PREFIXES);
	else if (!may_take(session, msg))
		slot_refuse(session, conn, NOTIFICATION_CEASE_REJECTED);
	else if (slot->state == BGP_CONNECT || slot->state == BGP_ACTIVE)
		slot_adopt(slot, conn, msg);
	else
		park(session, conn, msg);
}

static void
on_dial_failed(struct session *session, const struct msg_dial *msg)
{
	const struct msg_session_state *state = &session->state;
	char text[sizeof(state->text)];
	const struct cause cause = { .text = text };

	if (session->slot[0].state != BGP_CONNECT)
		return;
	/* What ended the last session (RFC 9003) says more than that the peer
	 * does not answer yet. */
	(void)snprintf(text, sizeof(text), "%s",
	    state->code != 0 ? state->text : strerror(msg->error));
	if (session->up == NULL)
		session_note(session, cause.text);
	slot_event(&session->slot[0], FSM_EV_TCP_DOWN, &cause);
}

static void
on_stop(struct session *session, const struct msg_stop *msg)
{
	if (session->stopping)
		return;
	session->stopping = true;
	session->stop = *msg;
	session->stop.text[sizeof(session->stop.text) - 1] = '\0';
	timer_stop(session->idle);
	timer_stop(session->retry);
	if (session->parked != NULL)
		slot_hang_up(session, session->parked);
	session->parked = NULL;
	if (session->out == NULL || session->up == NULL) {
		stop_now(session);
		return;
	}
	/* A peer that misses our Cease must not keep rules. */
	adj_out_withdraw_all(session->out);
	timer_start(session->stop_timer, SESSION_STOP_MS, 0);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct session *session = ctx;
	const void *msg = head;
	const struct msg_channel *channel = msg;

	if (head->kind == MSG_CHANNEL && channel->role == ROLE_GUARD &&
	    fd >= 0) {
		pump_open(session, fd);
		return;
	}
	if (head->kind == MSG_SOCKET) {
		on_socket(session, msg, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	if (head->kind == MSG_SESSION_CONFIG)
		on_config(session, msg);
	else if (head->kind == MSG_DIAL_FAILED)
		on_dial_failed(session, msg);
	else if (head->kind == MSG_STOP)
		on_stop(session, msg);
	else if (head->kind == MSG_NUDGE)
		report_nudge(session);
	else
		log_line(LOG_WARN,
		    "message from the supervisor ignored: "
		    "kind=%u",
		    (unsigned)head->kind);
}

/* Without a supervisor there is no session. What the peer withdrew is still
 * said: the guard hears us out. */
static void
on_closed(void *ctx)
{
	finish(ctx);
}

struct session *
session_new(struct loop *loop, int fd)
{
	static const struct channel_ops ops = {
		.on_message = on_message,
		.on_closed = on_closed,
		.on_room = on_supervisor_room,
	};
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->loop = loop;
	session->supervisor =
	    channel_open(loop, fd, SUPERVISOR_BUFFER, &ops, session);
	session->retry = timer_new(loop, on_retry, session);
	session->idle = timer_new(loop, on_idle, session);
	session->stop_timer = timer_new(loop, on_stop_timer, session);
	if (session->supervisor == NULL || session->retry == NULL ||
	    session->idle == NULL || session->stop_timer == NULL ||
	    slot_init(&session->slot[0], session, SOCKET_ACTIVE) < 0 ||
	    slot_init(&session->slot[1], session, SOCKET_PASSIVE) < 0 ||
	    learn_init(session) < 0 || inward_init(session) < 0 ||
	    report_init(session) < 0 || tell_init(session) < 0) {
		session_free(session);
		return NULL;
	}
	loop_on_turn(loop, on_turn, session);
	return session;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	loop_on_turn(session->loop, NULL, NULL);
	slot_fini(&session->slot[0]);
	slot_fini(&session->slot[1]);
	conn_free(session->parked);
	for (unsigned i = 0; i < session->n_ending; i++)
		conn_free(session->ending[i]);
	learn_fini(session);
	inward_fini(session);
	report_fini(session);
	tell_fini(session);
	timer_free(session->retry);
	timer_free(session->idle);
	timer_free(session->stop_timer);
	channel_close(session->guard);
	channel_close(session->supervisor);
	adj_in_free(session->in);
	routes_in_free(session->routes);
	adj_out_free(session->out);
	free(session);
}
