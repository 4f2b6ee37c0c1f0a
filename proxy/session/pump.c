/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The channel to the guard. What is due is said in a fixed order: the end of
 * the last session, the present state, then what tell.c has to say of a
 * customer, or what an inward peer holds. Where the channel has no room it goes
 * on later from the state, which may have changed since.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/session/session.h"
#include "proxy/wire/notification.h"

/* ---- to the guard ---- */

static bool
say(struct session *session, const void *msg, size_t size)
{
	return channel_send(session->guard, msg, size, -1) == 0;
}

bool
pump_mark(struct session *session, enum rib_mark mark, unsigned family)
{
	const struct msg_rib_mark msg = {
		.head = { .len = sizeof(msg), .kind = MSG_RIB_MARK },
		.mark = (uint8_t)mark,
		.family = (uint8_t)family,
	};

	return say(session, &msg, sizeof(msg));
}

bool
pump_state(struct session *session)
{
	if (session->guard == NULL || !session->configured)
		return false;
	if (session->ended_due) {
		if (!say(session, &session->ended, sizeof(session->ended)))
			return false;
		session->ended_due = false;
	}
	if (!session->state_due)
		return true;
	session->state.held = 0;
	if (session->in != NULL)
		session->state.held = adj_in_announced(session->in);
	if (session->routes != NULL)
		session->state.prefixes =
		    routes_in_count(session->routes, FAMILY_UNICAST);
	if (session->out != NULL)
		session->state.held = adj_out_wanted(session->out);
	report_auth(session);
	if (!say(session, &session->state, sizeof(session->state)))
		return false;
	session->state_due = false;
	return true;
}

static bool
say_held(struct session *session)
{
	struct adj_out_item item;

	while (adj_out_look(session->out, &item)) {
		size_t rule_len = rule_size(item.rule);
		size_t size = offsetof(struct msg_out_rule, rule) + rule_len;
		struct msg_out_rule *msg =
		    channel_reserve(session->guard, MSG_OUT_HELD, size);

		if (msg == NULL)
			return false;
		msg->customer = item.customer;
		msg->family = item.family;
		memset(msg->zero, 0, sizeof(msg->zero));
		msg->actions = *item.actions;
		memset(msg->pad, 0, sizeof(msg->pad));
		memcpy(&msg->rule, item.rule, rule_len);
		channel_commit(session->guard, size);
		adj_out_advance(session->out);
	}
	return true;
}

static void
run_inward(struct session *session)
{
	const struct msg_out_sync end = {
		.head = { .len = sizeof(end), .kind = MSG_OUT_SYNC },
		.sync = OUT_SYNC_END,
	};

	if (session->held_due && say_held(session) &&
	    say(session, &end, sizeof(end)))
		session->held_due = false;
	feed_room(session);
}

void
pump_run(struct session *session)
{
	if (!pump_state(session))
		return;
	if (session->in != NULL)
		tell_run(session);
	else
		run_inward(session);
}

/* ---- from the guard ---- */

static void
on_ack(struct session *session, const struct msg_rule_ack *msg)
{
	if (session->in != NULL && adj_in_ack(session->in, msg->handle))
		learn_room(session);
}

/* A customer's routes are kept here: it is not asked. */
static void
on_refresh(struct session *session, unsigned families)
{
	learn_ask(session, families & FAMILY_FLOWSPEC);
	unicast_again(session, families & FAMILY_UNICAST);
}

static void
on_cease(struct session *session, const struct msg_peer_cease *msg)
{
	const struct cause cause = {
		.code = NOTIFICATION_CEASE,
		.subcode = msg->subcode,
		.down = DOWN_CLOSED,
		.words = msg->text,
		.text = "closed by the guard",
	};

	if (!check_text(msg->text, sizeof(msg->text)))
		return;
	for (unsigned i = 0; i < 2; i++)
		if (session->slot[i].state >= BGP_OPEN_SENT)
			slot_event(&session->slot[i], FSM_EV_STOP, &cause);
}

static void
on_out_rule(struct session *session, const struct msg_out_rule *msg)
{
	/* While stopping, everything goes and nothing comes. */
	if (!check_out_rule(msg) || session->stopping ||
	    (msg->family & FAMILY_FLOWSPEC) == 0)
		return;
	if (msg->head.kind == MSG_OUT_WITHDRAW)
		adj_out_withdraw(session->out, &msg->rule);
	else if (adj_out_announce(session->out, msg) < 0)
		log_line(LOG_ERROR,
		    "rule not announced: no room: rules=%" PRIu32,
		    adj_out_wanted(session->out));
}

static void
on_out_sync(struct session *session, const struct msg_out_sync *msg)
{
	if (session->stopping)
		return;
	if (msg->sync == OUT_SYNC_BEGIN)
		adj_out_sync_begin(session->out);
	if (msg->sync != OUT_SYNC_END)
		return;
	adj_out_sync_end(session->out);
	session->synced = true;
}

static void
on_inward(struct session *session, const struct msg_head *head)
{
	const void *msg = head;

	switch (head->kind) {
	case MSG_OUT_ATTRS:
		if (adj_out_attrs(session->out, msg) < 0)
			log_line(LOG_ERROR, "attributes cannot be used");
		break;
	case MSG_OUT_ANNOUNCE:
	case MSG_OUT_WITHDRAW:
		on_out_rule(session, msg);
		break;
	case MSG_OUT_SYNC:
		on_out_sync(session, msg);
		break;
	default:
		break;
	}
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct session *session = ctx;
	const void *msg = head;
	const struct msg_refresh *refresh = msg;

	if (fd >= 0)
		close(fd);
	if (head->kind == MSG_RULE_ACK)
		on_ack(session, msg);
	else if (head->kind == MSG_REFRESH)
		on_refresh(session, refresh->families);
	else if (head->kind == MSG_PEER_CEASE)
		on_cease(session, msg);
	else if (session->out != NULL)
		on_inward(session, head);
}

void
pump_close(struct session *session)
{
	channel_close(session->guard);
	session->guard = NULL;
	session->synced = false;
}

static void
on_closed(void *ctx)
{
	struct session *session = ctx;

	/* Whose fault it is the supervisor says; a stop ends it first, too. */
	log_line(LOG_INFO, "the guard is gone");
	pump_close(session);
}

static void
on_room(void *ctx)
{
	pump_run(ctx);
}

void
pump_open(struct session *session, int fd)
{
	static const struct channel_ops ops = {
		.on_message = on_message,
		.on_closed = on_closed,
		.on_room = on_room,
	};

	pump_close(session);
	session->guard = role_channel(session->loop, fd,
	    session->out == NULL ? PUMP_BUFFER : PUMP_BUFFER_INWARD, &ops,
	    session);
	session->ended_due = false;
	session->state_due = true;
	tell_guard(session);
	feed_guard(session);
	session->held_due = session->out != NULL;
	if (session->out != NULL)
		adj_out_rewind(session->out);
}
