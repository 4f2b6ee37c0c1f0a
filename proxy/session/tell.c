/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guard hears of a customer, in a fixed order: the begin of refreshes,
 * rules withdrawn, routes, rules announced, then the marks that stand behind
 * them. A withdrawn rule waits for nothing; an announced one waits for the
 * routes, among which may be the one that it rests on, but not for long behind
 * routes that have to wait for their pace: it is judged again when they come.
 */
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/session/session.h"
#include "proxy/session/unicast_msg.h"

#define PACE_WAIT_MS 10u   /* for more tokens */
#define PATIENCE_MS  1000u /* rules with routes */

/* How far telling went. */
enum told {
	TOLD_FULL = 0, /* the channel has no more room */
	TOLD_PACED,    /* the rest waits for its pace */
	TOLD_ALL,
};

static void
on_pace(void *ctx)
{
	struct session *session = ctx;

	session->paced = false;
	pump_run(session);
	if (session->paced || !session->pacing)
		return;
	session->pacing = false;
	log_line(LOG_DEBUG, "pacing ended");
}

int
tell_init(struct session *session)
{
	session->pace_timer = timer_new(session->loop, on_pace, session);
	return session->pace_timer == NULL ? -1 : 0;
}

void
tell_fini(struct session *session)
{
	timer_free(session->pace_timer);
}

void
tell_guard(struct session *session)
{
	uint64_t now_ms = loop_now_ms(session->loop);

	session->begin_due = 0;
	session->begun = 0;
	session->rules_wait_ms = 0;
	session->replay_due = session->in != NULL;
	pace_fill(&session->pace, now_ms);
	pace_fill(&session->route_pace, now_ms);
	if (session->in == NULL)
		return;
	adj_in_replay(session->in);
	routes_in_replay(session->routes);
}

static enum told
wait_for_pace(struct session *session)
{
	timer_start(session->pace_timer, PACE_WAIT_MS, 0);
	if (!session->pacing)
		log_line(LOG_DEBUG,
		    "pacing begun: rules_per_s=%u routes_per_s=%u",
		    session->pace.rate, session->route_pace.rate);
	session->paced = true;
	session->pacing = true;
	return TOLD_PACED;
}

/* ---- marks ---- */

/* One mark per family of *due, as far as these families may have it. */
static bool
say_marks(struct session *session, enum rib_mark mark, uint8_t *due,
    unsigned families)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		if ((*due & families & bit) == 0)
			continue;
		if (!pump_mark(session, mark, (uint8_t)bit))
			return false;
		*due &= (uint8_t)~bit;
	}
	return true;
}

static bool
say_begins(struct session *session)
{
	uint8_t due = session->begin_due;
	bool said = say_marks(
	    session, MARK_REFRESH_BEGIN, &session->begin_due, FAMILY_ALL);

	session->begun |= due & (uint8_t)~session->begin_due;
	return said;
}

/* The marks behind all of these families. */
static void
say_ends(struct session *session, unsigned families)
{
	/* A new guard has heard no begin, so it hears no end either. */
	session->end_due &= session->begun;
	if (!say_marks(session, MARK_REFRESH_END, &session->end_due, families))
		return;
	if (session->replay_due) {
		if (families != FAMILY_ALL ||
		    !pump_mark(
			session, MARK_REPLAY_END, session->state.complete))
			return;
		session->replay_due = false;
		session->complete_due = 0;
	}
	(void)say_marks(
	    session, MARK_COMPLETE, &session->complete_due, families);
}

/* ---- rules ---- */

static bool
say_withdraw(struct session *session, const struct adj_in_item *item, bool more)
{
	size_t rule_len = rule_size(item->route.rule);
	size_t size = offsetof(struct msg_rule_withdraw, rule) + rule_len;
	struct msg_rule_withdraw *msg =
	    channel_reserve(session->guard, MSG_RULE_WITHDRAW, size);

	if (msg == NULL)
		return false;
	msg->handle = item->handle;
	msg->family = item->route.family;
	msg->more = more;
	memset(msg->zero, 0, sizeof(msg->zero));
	memcpy(&msg->rule, item->route.rule, rule_len);
	channel_commit(session->guard, size);
	return true;
}

static bool
say_announce(struct session *session, const struct adj_in_item *item, bool more)
{
	const struct adj_in_route *route = &item->route;
	size_t rule_len = rule_size(route->rule);
	size_t raw_at = offsetof(struct msg_rule_announce, rule) + rule_len;
	size_t size = raw_at + route->raw_len;
	struct msg_rule_announce *msg =
	    channel_reserve(session->guard, MSG_RULE_ANNOUNCE, size);

	if (msg == NULL)
		return false;
	msg->handle = item->handle;
	msg->wire_reason = route->wire_reason;
	msg->raw_len = route->raw_len;
	msg->family = route->family;
	msg->more = more;
	memset(msg->zero, 0, sizeof(msg->zero));
	msg->wish = route->wish;
	msg->actions = *route->actions;
	memcpy(&msg->rule, route->rule, rule_len);
	if (route->raw_len > 0)
		memcpy((uint8_t *)msg + raw_at, route->raw, route->raw_len);
	channel_commit(session->guard, size);
	return true;
}

/* An announcement waits for nothing but room: no route is before it. */
static bool
announces_follow(struct session *session, const struct adj_in_item *item)
{
	struct routes_in_item route;

	return item->more_announces &&
	       !routes_in_next(session->routes, &route) &&
	       pace_has(&session->pace, loop_now_ms(session->loop));
}

static bool
say_withdrawals(struct session *session)
{
	struct adj_in_item item;
	bool more;

	while (adj_in_next(session->in, &item) && item.withdraw) {
		more =
		    item.more_withdrawals || announces_follow(session, &item);
		if (!say_withdraw(session, &item, more))
			return false;
		adj_in_told(session->in);
	}
	return true;
}

static enum told
say_announcements(struct session *session)
{
	uint64_t now_ms = loop_now_ms(session->loop);
	struct adj_in_item item;
	bool more;

	while (adj_in_next(session->in, &item)) {
		if (!pace_take(&session->pace, now_ms))
			return wait_for_pace(session);
		more = item.more_announces && pace_has(&session->pace, now_ms);
		if (!say_announce(session, &item, more))
			return TOLD_FULL;
		adj_in_told(session->in);
	}
	return TOLD_ALL;
}

/* ---- routes ---- */

static bool
same_message(const struct unicast_msg *msg, const struct routes_in_item *item)
{
	if (item->family != msg->msg->family ||
	    (item->facts == NULL) != (msg->msg->withdraw != 0))
		return false;
	return item->facts == NULL ||
	       memcmp(item->facts, &msg->msg->facts, sizeof(*item->facts)) == 0;
}

/* One message of routes with the same facts; a token for the first is taken.
 * False when there is no room. */
static bool
say_some(struct session *session, const struct routes_in_item *first)
{
	uint64_t now_ms = loop_now_ms(session->loop);
	struct routes_in_item item = *first;
	struct unicast_msg msg;

	if (!unicast_msg_begin(
		&msg, session->guard, item.family, item.facts, UNICAST4_MAX))
		return false;
	do {
		(void)unicast_msg_add(&msg, item.prefix);
		routes_in_told(session->routes);
	} while (msg.n < msg.max && routes_in_next(session->routes, &item) &&
		 same_message(&msg, &item) &&
		 pace_take(&session->route_pace, now_ms));
	unicast_msg_end(&msg);
	return true;
}

static enum told
say_routes(struct session *session)
{
	uint64_t now_ms = loop_now_ms(session->loop);
	struct routes_in_item item;

	while (routes_in_next(session->routes, &item)) {
		if (!pace_take(&session->route_pace, now_ms))
			return wait_for_pace(session);
		if (!say_some(session, &item))
			return TOLD_FULL;
	}
	return TOLD_ALL;
}

/* Rules have waited long enough for routes that are paced. */
static bool
patience_over(struct session *session)
{
	uint64_t now_ms = loop_now_ms(session->loop);

	if (session->rules_wait_ms == 0)
		session->rules_wait_ms = now_ms;
	return now_ms - session->rules_wait_ms >= PATIENCE_MS;
}

void
tell_run(struct session *session)
{
	enum told routes, rules = TOLD_PACED;
	struct adj_in_item item;
	unsigned done = 0;

	if (!say_begins(session) || !say_withdrawals(session))
		return;
	routes = say_routes(session);
	if (routes == TOLD_FULL)
		return;
	if (!adj_in_next(session->in, &item))
		rules = TOLD_ALL;
	else if (routes == TOLD_ALL || patience_over(session))
		rules = say_announcements(session);
	if (rules == TOLD_FULL)
		return;
	if (routes == TOLD_ALL || rules == TOLD_ALL)
		session->rules_wait_ms = 0;
	if (routes == TOLD_ALL)
		done |= FAMILY_UNICAST;
	if (rules == TOLD_ALL)
		done |= FAMILY_FLOWSPEC;
	say_ends(session, done);
	if (rules == TOLD_ALL)
		learn_room(session);
}
