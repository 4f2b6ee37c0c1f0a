/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection's state machine: its events, what follows, its timers. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/session/collision.h"
#include "proxy/session/session.h"
#include "proxy/session/trace.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"

/* A hold timer that ends while input waits unread is ours to blame: read
 * first, at most so often. */
#define POSTPONE_MS  1000u
#define POSTPONE_MAX 10u

/* RFC 9687 3: the larger of 8 minutes and twice the hold time. */
#define SEND_HOLD_MS 480000u

struct change {
	enum fsm_event event;
	const struct cause *cause;
	struct fsm_step step;
};

/* ---- the ends of connections ---- */

static void
on_finished(void *ctx, struct conn *conn)
{
	struct slot *slot = ctx;
	struct session *session = slot->session;

	for (unsigned i = 0; i < session->n_ending; i++) {
		if (session->ending[i] != conn)
			continue;
		session->ending[i] = session->ending[--session->n_ending];
		break;
	}
	session_closed(session, conn_id(conn));
	conn_free(conn);
}

void
slot_hang_up(struct session *session, struct conn *conn)
{
	if (session->n_ending == SESSION_ENDING_MAX) {
		session_closed(session, conn_id(conn));
		conn_free(conn);
		return;
	}
	session->ending[session->n_ending++] = conn;
	conn_finish(conn);
}

void
slot_refuse(struct session *session, struct conn *conn, uint8_t subcode)
{
	struct writer writer;

	conn_write_begin(conn, &writer);
	notification_encode(&writer, NOTIFICATION_CEASE, subcode, NULL, 0);
	conn_write_end(conn, &writer);
	slot_hang_up(session, conn);
}

/* ---- effects ---- */

static void
do_down(struct slot *slot, const struct change *change)
{
	struct session *session = slot->session;
	const struct cause *cause = change->cause;

	session->up = NULL;
	learn_down(session);
	inward_down(session);
	report_down(
	    session, cause->down == DOWN_NONE ? DOWN_LOST : cause->down);
}

static void
do_notify(struct slot *slot, const struct change *change)
{
	struct session *session = slot->session;
	const struct cause *cause = change->cause;
	uint8_t code = change->step.code;
	uint8_t subcode = change->step.subcode;
	struct writer writer;

	if (code == 0) {
		code = cause->code;
		subcode = cause->subcode;
	}
	conn_write_begin(slot->conn, &writer);
	if (code == NOTIFICATION_CEASE && cause->data.len == 0)
		notification_encode_cease(&writer, subcode, cause->words);
	else
		notification_encode(
		    &writer, code, subcode, cause->data.data, cause->data.len);
	conn_write_end(slot->conn, &writer);
	session->state.code = code;
	session->state.subcode = subcode;
	session->state.sent_last = 1;
	if (session->ended_due) {
		session->ended.code = code;
		session->ended.subcode = subcode;
		session->ended.sent_last = 1;
	}
	log_line(LOG_INFO, "notification sent: code=%u/%u (%s, %s) reason=%s",
	    code, subcode, notification_code_name(code),
	    notification_subcode_name(code, subcode), session->state.text);
}

static void
do_close(struct slot *slot, const struct change *change)
{
	struct conn *conn = slot->conn;

	(void)change;
	timer_stop(slot->hold);
	timer_stop(slot->keepalive);
	timer_stop(slot->send_hold);
	slot->conn = NULL;
	slot->hold_ms = 0;
	slot_hang_up(slot->session, conn);
}

static void
do_retry_stop(struct slot *slot, const struct change *change)
{
	(void)change;
	if (slot->direction == SOCKET_ACTIVE)
		timer_stop(slot->session->retry);
}

/* While the supervisor dials it keeps the time; then the longest wait is only
 * for an answer that never comes. */
static void
do_retry_start(struct slot *slot, const struct change *change)
{
	struct session *session = slot->session;
	uint32_t max_ms = session_retry_ms(session);
	uint64_t wait_ms;

	if (slot->direction != SOCKET_ACTIVE)
		return;
	if ((change->step.effects & FSM_DIAL) != 0)
		wait_ms = max_ms < SESSION_OPEN_WAIT_MS ? SESSION_OPEN_WAIT_MS
							: max_ms;
	else
		wait_ms =
		    backoff_next(&session->backoff, max_ms, session_random());
	timer_start(session->retry, wait_ms, 0);
}

static void
do_dial(struct slot *slot, const struct change *change)
{
	(void)change;
	session_dial(slot->session);
}

static void
do_send_open(struct slot *slot, const struct change *change)
{
	(void)change;
	greet_send(slot);
	timer_start(slot->send_hold, SEND_HOLD_MS, 0);
}

static void
restart_hold(struct slot *slot, uint32_t hold_ms)
{
	slot->hold_ms = hold_ms;
	slot->heard_ms = loop_now_ms(slot->session->loop);
	slot->postponed = 0;
	if (hold_ms > 0)
		timer_start(slot->hold, hold_ms, 0);
	else
		timer_stop(slot->hold);
}

static void
do_open_wait(struct slot *slot, const struct change *change)
{
	(void)change;
	restart_hold(slot, SESSION_OPEN_WAIT_MS);
}

static void
do_send_keepalive(struct slot *slot, const struct change *change)
{
	(void)change;
	greet_keepalive(slot);
}

static void
do_keepalive_start(struct slot *slot, const struct change *change)
{
	uint64_t third_ms = greet_hold(slot) * UINT64_C(1000) / 3;

	(void)change;
	if (third_ms > 0)
		timer_start(slot->keepalive,
		    backoff_jitter(third_ms, session_random()), 0);
}

/*
 * The OPEN sets the timer, and the KEEPALIVE that answers ours, which comes at
 * once: who is not through by then holds a connection for no longer than one
 * that says nothing, whatever hold time it has asked for. Later the time of the
 * message will do.
 */
static void
do_hold_start(struct slot *slot, const struct change *change)
{
	uint32_t hold_ms = greet_hold(slot) * 1000u;

	if ((change->step.effects & FSM_UP) != 0)
		restart_hold(slot, hold_ms);
	else if (change->event == FSM_EV_OPEN)
		restart_hold(
		    slot, hold_ms == 0 || hold_ms > SESSION_OPEN_WAIT_MS
			      ? SESSION_OPEN_WAIT_MS
			      : hold_ms);
	slot->heard_ms = loop_now_ms(slot->session->loop);
	slot->postponed = 0;
}

static void
do_up(struct slot *slot, const struct change *change)
{
	static const struct cause cause = {
		.code = NOTIFICATION_CEASE,
		.subcode = NOTIFICATION_CEASE_COLLISION,
		.text = "another connection is established",
	};
	struct session *session = slot->session;
	struct slot *other =
	    slot == &session->slot[0] ? &session->slot[1] : &session->slot[0];

	(void)change;
	session->up = slot;
	backoff_reset(&session->backoff);
	slot_event(other,
	    other->state >= BGP_OPEN_SENT ? FSM_EV_COLLISION : FSM_EV_STOP,
	    &cause);
	if (session->parked != NULL)
		slot_refuse(
		    session, session->parked, NOTIFICATION_CEASE_COLLISION);
	session->parked = NULL;
	report_up(session);
	learn_up(session);
	inward_up(session);
}

static void
do_update(struct slot *slot, const struct change *change)
{
	struct cause cause = { 0 };

	if (!learn_update(slot->session, change->cause->data, &cause))
		slot_event(slot, FSM_EV_UPDATE_FAULT, &cause);
}

static void
do_refresh(struct slot *slot, const struct change *change)
{
	struct cause cause = { 0 };

	if (!learn_refresh(slot->session, change->cause->data, &cause))
		slot_event(slot, FSM_EV_REFRESH_FAULT, &cause);
}

/* session_settle() sees to FSM_IDLE_HOLD. */
static const struct {
	uint32_t bit;
	void (*run)(struct slot *slot, const struct change *change);
} effects[] = {
	{ FSM_DOWN, do_down },
	{ FSM_NOTIFY, do_notify },
	{ FSM_CLOSE, do_close },
	{ FSM_RETRY_STOP, do_retry_stop },
	{ FSM_RETRY_START, do_retry_start },
	{ FSM_DIAL, do_dial },
	{ FSM_SEND_OPEN, do_send_open },
	{ FSM_OPEN_WAIT, do_open_wait },
	{ FSM_SEND_KEEPALIVE, do_send_keepalive },
	{ FSM_KEEPALIVE_START, do_keepalive_start },
	{ FSM_HOLD_START, do_hold_start },
	{ FSM_UP, do_up },
	{ FSM_UPDATE, do_update },
	{ FSM_REFRESH, do_refresh },
};

/* Why a connection ends, for reports: what the cause says, or the event. */
static void
note_end(struct slot *slot, const struct change *change, unsigned before)
{
	char text[96];

	if ((change->step.effects & FSM_CLOSE) == 0)
		return;
	if (change->cause->text != NULL) {
		session_note(slot->session, change->cause->text);
	} else {
		(void)snprintf(text, sizeof(text), "%s%s in %s",
		    change->step.listed ? "" : "unexpected ",
		    fsm_event_name(change->event), fsm_state_name(before));
		session_note(slot->session, text);
	}
}

void
slot_event(struct slot *slot, enum fsm_event event, const struct cause *cause)
{
	const struct change change = { event, cause,
		fsm_step(slot->state, event) };
	unsigned before = slot->state;

	/* Ends have a text before anybody reports them. */
	note_end(slot, &change, before);
	slot->state = change.step.next;
	if (before != slot->state)
		trace_fsm(slot, event, before);
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if ((change.step.effects & effects[i].bit) != 0)
			effects[i].run(slot, &change);
	if (before == change.step.next)
		return;
	report_change(slot->session);
	session_settle(slot->session);
}

/* ---- messages ---- */

static void
hear_open(struct slot *slot, struct span body)
{
	struct session *session = slot->session;
	struct slot *other =
	    slot == &session->slot[0] ? &session->slot[1] : &session->slot[0];
	const struct cause cease = {
		.code = NOTIFICATION_CEASE,
		.subcode = NOTIFICATION_CEASE_COLLISION,
		.text = "connection collision",
	};
	struct collision collision = { .dialled =
					   slot->direction == SOCKET_ACTIVE };
	struct cause cause = { 0 };
	struct reader id;
	char text[96];

	if (slot->state != BGP_OPEN_SENT) {
		slot_event(slot, FSM_EV_OPEN, &cause);
		return;
	}
	if (!greet_check(slot, body, &cause, text)) {
		slot_event(slot, FSM_EV_OPEN_FAULT, &cause);
		return;
	}
	reader_init(
	    &id, session->config.router_id, sizeof(session->config.router_id));
	collision.local_id = reader_u32(&id);
	collision.remote_id = slot->open.bgp_id;
	collision.local_asn = session->config.local_asn;
	collision.remote_asn = slot->open.asn;
	switch (collision_judge(&collision, other->state)) {
	case COLLISION_CLOSE_NEW:
		slot_event(slot, FSM_EV_COLLISION, &cease);
		return;
	case COLLISION_CLOSE_OTHER:
		slot_event(other, FSM_EV_COLLISION, &cease);
		break;
	case COLLISION_NONE:
		break;
	}
	slot_event(slot, FSM_EV_OPEN, &cause);
}

/* RFC 4486, RFC 8538: the peer wants its rules gone. */
static bool
is_goodbye(const struct notification *notification)
{
	return notification->code == NOTIFICATION_CEASE &&
	       (notification->subcode == NOTIFICATION_CEASE_SHUTDOWN ||
		   notification->subcode == NOTIFICATION_CEASE_DECONFIGURED ||
		   notification->subcode == NOTIFICATION_CEASE_HARD_RESET);
}

static void
hear_notification(struct slot *slot, struct span body)
{
	struct msg_session_state *state = &slot->session->state;
	struct notification notification;
	char words[NOTIFICATION_TEXT_MAX];
	char text[192];
	struct cause cause = { .text = text };

	if (notification_decode(body.data, body.len, &notification) != WIRE_OK)
		memset(&notification, 0, sizeof(notification));
	if (is_goodbye(&notification))
		cause.down = DOWN_CEASED;
	state->code = notification.code;
	state->subcode = notification.subcode;
	state->sent_last = 0;
	(void)notification_words(&notification, words, sizeof(words));
	(void)snprintf(text, sizeof(text), "received %s %u/%u%s%s%s%.128s",
	    notification_code_name(notification.code), notification.code,
	    notification.subcode, notification.subcode == 0 ? "" : " ",
	    notification_subcode_name(notification.code, notification.subcode),
	    words[0] == '\0' ? "" : ": ", words);
	log_line(LOG_REMOTE, "notification %s", text);
	slot_event(slot, FSM_EV_NOTIFICATION, &cause);
}

static void
on_message(
    void *ctx, struct conn *conn, uint8_t type, const uint8_t *body, size_t len)
{
	struct slot *slot = ctx;
	const struct cause cause = { .data = { body, len } };

	(void)conn;
	switch (type) {
	case MESSAGE_OPEN:
		hear_open(slot, cause.data);
		break;
	case MESSAGE_UPDATE:
		slot_event(slot, FSM_EV_UPDATE, &cause);
		break;
	case MESSAGE_NOTIFICATION:
		hear_notification(slot, cause.data);
		break;
	case MESSAGE_KEEPALIVE:
		slot_event(slot, FSM_EV_KEEPALIVE, &cause);
		report_keepalive(slot);
		break;
	default:
		slot_event(slot, FSM_EV_REFRESH, &cause);
		break;
	}
}

static void
on_fault(void *ctx, struct conn *conn, enum wire_fault fault,
    const uint8_t *data, size_t len)
{
	struct slot *slot = ctx;
	struct cause cause = {
		.data = { data, len },
		.text = fault_text(fault),
	};

	(void)conn;
	(void)fault_notification(fault, &cause.code, &cause.subcode);
	slot_event(slot, FSM_EV_HEADER_FAULT, &cause);
}

static void
on_lost(void *ctx, struct conn *conn, int error)
{
	struct slot *slot = ctx;
	char text[96];
	const struct cause cause = { .text = text };

	(void)conn;
	if (error == 0)
		(void)snprintf(text, sizeof(text),
		    "the peer closed the connection in %s",
		    fsm_state_name(slot->state));
	else
		(void)snprintf(
		    text, sizeof(text), "connection lost: %s", strerror(error));
	slot_event(slot, FSM_EV_TCP_DOWN, &cause);
}

static void
on_room(void *ctx, struct conn *conn)
{
	struct slot *slot = ctx;

	(void)conn;
	inward_pump(slot->session);
}

/* ---- timers ---- */

static void
on_hold(void *ctx)
{
	static const struct cause cause = {
		.text = "nothing was heard for the hold time",
	};
	struct slot *slot = ctx;
	uint64_t silent_ms = loop_now_ms(slot->session->loop) - slot->heard_ms;

	if (slot->conn == NULL || slot->hold_ms == 0)
		return;
	if (silent_ms < slot->hold_ms) {
		timer_start(slot->hold, slot->hold_ms - silent_ms, 0);
		return;
	}
	if (conn_unread(slot->conn) && slot->postponed < POSTPONE_MAX) {
		slot->postponed++;
		timer_start(slot->hold, POSTPONE_MS, 0);
		return;
	}
	slot_event(slot, FSM_EV_HOLD, &cause);
}

static void
on_keepalive(void *ctx)
{
	static const struct cause none;
	struct slot *slot = ctx;

	if (slot->conn != NULL)
		slot_event(slot, FSM_EV_KEEPALIVE_DUE, &none);
}

static void
on_send_hold(void *ctx)
{
	static const struct cause cause = {
		.text = "the peer did not read for the send hold time",
	};
	struct slot *slot = ctx;
	uint64_t limit_ms = slot->hold_ms * UINT64_C(2);
	uint64_t stuck_ms;

	if (slot->conn == NULL)
		return;
	if (limit_ms < SEND_HOLD_MS)
		limit_ms = SEND_HOLD_MS;
	stuck_ms =
	    loop_now_ms(slot->session->loop) - conn_progress_ms(slot->conn);
	if (stuck_ms < limit_ms)
		timer_start(slot->send_hold, limit_ms - stuck_ms, 0);
	else
		slot_event(slot, FSM_EV_SEND_HOLD, &cause);
}

/* ---- life ---- */

int
slot_init(struct slot *slot, struct session *session, uint8_t direction)
{
	slot->session = session;
	slot->direction = direction;
	slot->state = BGP_IDLE;
	slot->hold = timer_new(session->loop, on_hold, slot);
	slot->keepalive = timer_new(session->loop, on_keepalive, slot);
	slot->send_hold = timer_new(session->loop, on_send_hold, slot);
	if (slot->hold == NULL || slot->keepalive == NULL ||
	    slot->send_hold == NULL)
		return -1;
	return 0;
}

void
slot_fini(struct slot *slot)
{
	timer_free(slot->hold);
	timer_free(slot->keepalive);
	timer_free(slot->send_hold);
	conn_free(slot->conn);
}

struct conn *
slot_conn(struct slot *slot, int fd, uint32_t id)
{
	static const struct conn_ops ops = {
		.on_message = on_message,
		.on_fault = on_fault,
		.on_lost = on_lost,
		.on_room = on_room,
		.on_finished = on_finished,
	};

	return conn_new(slot->session->loop, fd, id, &ops, slot);
}

void
slot_adopt(struct slot *slot, struct conn *conn, const struct msg_socket *msg)
{
	static const struct cause none;

	slot->conn = conn;
	slot->socket = *msg;
	slot_event(slot, FSM_EV_TCP_UP, &none);
	conn_start(conn);
}
