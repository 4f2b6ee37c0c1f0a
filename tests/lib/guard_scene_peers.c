/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene's sessions: customers' and routers'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "tests/lib/guard_scene_unicast.h"

void
scene_rule(const char *dst, struct rule *rule)
{
	struct prefix prefix;

	memset(rule, 0, sizeof(*rule));
	assert_int_equal(prefix_parse(dst, &prefix), 0);
	rule->afi = prefix.afi;
	rule->has = RULE_HAS_DST;
	rule->dst_len = prefix.len;
	memcpy(rule->dst, prefix.addr, sizeof(rule->dst));
}

struct action_set
scene_rate(double rate)
{
	struct action_set set = { .present = ACTION_BIT(ACTION_RATE_BYTES),
		.rate_bytes = action_rate_bits(rate) };

	return set;
}

struct channel *
scene_channel(struct scene *scene, uint32_t peer, const struct channel_ops *ops,
    void *ctx, int *fd)
{
	struct msg_channel msg = {
		.head.kind = MSG_CHANNEL, .role = ROLE_SESSION, .peer = peer
	};
	struct channel *channel;
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel = channel_open(scene->loop, fds[0], 4u << 20, ops, ctx);
	assert_non_null(channel);
	*fd = fds[0];
	return channel;
}

struct channel *
scene_role_channel(struct scene *scene, enum role role,
    const struct channel_ops *ops, void *ctx, int *fd)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL, .role = role };
	struct channel *channel;
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	*fd = fds[0];
	channel = channel_open(scene->loop, fds[0], 16u << 20, ops, ctx);
	assert_non_null(channel);
	return channel;
}

/* ---- customers' ---- */

static struct scene_wish *
wish_of(struct scene_session *s, const struct rule *rule)
{
	for (size_t i = 0; i < s->n; i++) {
		if (rule_equal(&s->wishes[i].rule, rule))
			return &s->wishes[i];
	}
	return NULL;
}

static void
wish_forget(struct scene_session *s, struct scene_wish *wish)
{
	*wish = s->wishes[--s->n];
}

static void
session_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_session *s = ctx;
	const void *msg = head;
	const struct msg_rule_ack *ack = msg;
	const struct msg_refresh *refresh = msg;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_REFRESH) {
		session_refresh(s, refresh->families);
		return;
	}
	assert_int_equal(head->kind, MSG_RULE_ACK);
	s->acks++;
	for (size_t i = 0; i < s->n; i++) {
		if (s->wishes[i].handle == ack->handle &&
		    !s->wishes[i].announced) {
			wish_forget(s, &s->wishes[i]);
			return;
		}
	}
}

static void
session_closed(void *ctx)
{
	struct scene_session *s = ctx;

	channel_close(s->channel);
	s->channel = NULL;
}

static const struct channel_ops session_ops = {
	.on_message = session_hear,
	.on_closed = session_closed,
};

void
session_say(struct scene_session *s, void *msg, enum msg_kind kind, size_t size)
{
	((struct msg_head *)msg)->kind = (uint16_t)kind;
	if (s->channel == NULL)
		return;
	assert_int_equal(channel_send(s->channel, msg, size, -1), 0);
	channel_flush(s->channel);
}

static void
say_wish(struct scene_session *s, const struct scene_wish *wish)
{
	unsigned family = family_of(wish->rule.afi, SAFI_FLOWSPEC);
	size_t size = rule_size(&wish->rule);

	if (wish->announced) {
		struct msg_rule_announce msg = { .handle = wish->handle,
			.wire_reason = wish->wire_reason,
			.family = (uint8_t)family,
			.more = s->more,
			.wish = wish->wish,
			.actions = wish->actions };

		memcpy(&msg.rule, &wish->rule, size);
		session_say(s, &msg, MSG_RULE_ANNOUNCE,
		    offsetof(struct msg_rule_announce, rule) + size);
	} else {
		struct msg_rule_withdraw msg = { .handle = wish->handle,
			.family = (uint8_t)family,
			.more = s->more };

		memcpy(&msg.rule, &wish->rule, size);
		session_say(s, &msg, MSG_RULE_WITHDRAW,
		    offsetof(struct msg_rule_withdraw, rule) + size);
	}
}

void
session_tell(struct scene_session *s)
{
	s->state.peer = s->peer;
	s->state.complete = s->complete;
	session_say(s, &s->state, MSG_SESSION_STATE, sizeof(s->state));
}

static int
by_handle(const void *a, const void *b)
{
	const struct scene_wish *const *one = a, *const *other = b;

	return ((*one)->handle > (*other)->handle) -
	       ((*one)->handle < (*other)->handle);
}

/* Withdrawals, then what is announced in the order in which it came. */
static void
say_all(struct scene_session *s)
{
	const struct scene_wish **order = calloc(s->n + 1, sizeof(*order));

	assert_non_null(order);
	for (size_t i = 0; i < s->n; i++)
		order[i] = &s->wishes[i];
	qsort(order, s->n, sizeof(*order), by_handle);
	for (unsigned announced = 0; announced < 2; announced++) {
		for (size_t i = 0; i < s->n; i++) {
			if (order[i]->announced == announced)
				say_wish(s, order[i]);
		}
	}
	free(order);
}

void
session_give(struct scene_session *s)
{
	struct msg_rib_mark mark = { .mark = MARK_REPLAY_END,
		.family = s->complete };

	if (s->scene->customers[s->customer].removed)
		return;
	channel_close(s->channel);
	s->channel = scene_channel(s->scene, s->peer, &session_ops, s, &s->fd);
	session_tell(s);
	say_all(s);
	session_say_routes(s, FAMILY_UNICAST);
	session_say(s, &mark, MSG_RIB_MARK, sizeof(mark));
}

void
session_up(struct scene_session *s)
{
	s->state.state = BGP_ESTABLISHED;
	s->state.up = 1;
	s->state.down = DOWN_NONE;
	s->state.families = s->families;
	s->state.authenticated = 1;
	s->state.since_ms = clock_boot_ms();
	s->state.established++;
	session_tell(s);
}

/* Announced rules are forgotten, withdrawals are not. */
void
session_down(struct scene_session *s, enum down_reason down)
{
	s->state.state = BGP_IDLE;
	s->state.up = 0;
	s->state.down = (uint8_t)down;
	s->state.families = 0;
	s->state.authenticated = 0;
	s->state.since_ms = clock_boot_ms();
	s->complete = 0;
	s->n_routes = 0;
	for (size_t i = s->n; i-- > 0;) {
		if (s->wishes[i].announced)
			wish_forget(s, &s->wishes[i]);
	}
	session_tell(s);
}

void
session_die(struct scene_session *s)
{
	channel_close(s->channel);
	s->channel = NULL;
	s->n = 0;
	s->n_routes = 0;
	s->complete = 0;
	memset(&s->state, 0, sizeof(s->state));
	s->state.state = BGP_IDLE;
	s->state.since_ms = clock_boot_ms();
	s->next_handle = UINT64_C(1) << 32;
	if (s->scene->guard != NULL)
		session_give(s);
}

void
session_mark(struct scene_session *s, enum rib_mark mark)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		struct msg_rib_mark msg = { .mark = (uint8_t)mark,
			.family = (uint8_t)bit };

		if ((bit & FAMILY_FLOWSPEC) == 0)
			continue;
		if (mark == MARK_COMPLETE)
			s->complete |= (uint8_t)bit;
		session_say(s, &msg, MSG_RIB_MARK, sizeof(msg));
	}
	if (mark == MARK_COMPLETE)
		session_tell(s);
}

void
session_announce_as(struct scene_session *s, const struct rule *rule,
    const struct action_set *actions, uint16_t wire_reason,
    const struct wish *asked)
{
	struct scene_wish *wish = wish_of(s, rule);

	if (wish == NULL) {
		assert_true(s->n < SCENE_WISHES);
		wish = &s->wishes[s->n++];
		memcpy(&wish->rule, rule, rule_size(rule));
		wish->handle = s->next_handle += UINT64_C(1) << 32;
	} else if (!wish->announced) {
		wish->handle = s->next_handle += UINT64_C(1) << 32;
	}
	wish->announced = true;
	wish->actions = *actions;
	wish->wire_reason = wire_reason;
	wish->wish = *asked;
	say_wish(s, wish);
}

void
session_announce_rule(struct scene_session *s, const struct rule *rule,
    const struct action_set *actions, uint16_t wire_reason)
{
	const struct wish none = { 0 };

	session_announce_as(s, rule, actions, wire_reason, &none);
}

void
session_announce_wish(struct scene_session *s, const char *dst, double rate,
    const struct wish *wish)
{
	const struct action_set actions = scene_rate(rate);
	struct rule rule;

	scene_rule(dst, &rule);
	session_announce_as(s, &rule, &actions, REASON_ACCEPTED, wish);
}

void
session_announce(struct scene_session *s, const char *dst, double rate)
{
	const struct action_set actions = scene_rate(rate);
	struct rule rule;

	scene_rule(dst, &rule);
	session_announce_rule(s, &rule, &actions, REASON_ACCEPTED);
}

void
session_withdraw_rule(struct scene_session *s, const struct rule *rule)
{
	struct scene_wish *wish = wish_of(s, rule);

	if (wish == NULL || !wish->announced)
		return;
	wish->announced = false;
	say_wish(s, wish);
}

void
session_withdraw(struct scene_session *s, const char *dst)
{
	struct rule rule;

	scene_rule(dst, &rule);
	session_withdraw_rule(s, &rule);
}

void
session_refused(struct scene_session *s, enum reason reason)
{
	struct {
		struct msg_rule_refused msg;
		uint8_t raw[8];
	} m = { .msg = { .reason = (uint16_t)reason,
		    .raw_len = 8,
		    .family = FAMILY_IPV4_FLOWSPEC,
		    .fault = "test" } };

	session_say(s, &m, MSG_RULE_REFUSED, sizeof(m));
}

size_t
session_unacked(const struct scene_session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->wishes[i].announced;
	return n;
}

/* ---- routers' ---- */

static struct scene_held *
held_of(const struct scene_router *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n; i++) {
		if (rule_equal(&r->held[i].rule, rule))
			return &r->held[i];
	}
	return NULL;
}

/* Promise 1, at the moment when it counts: the record is on disk. */
static void
take_announce(struct scene_router *r, const struct msg_out_rule *msg)
{
	struct scene_held *held = held_of(r, &msg->rule);

	assert_true(
	    r->scene->real_store || disk_accepted(&r->scene->store, &msg->rule,
					&msg->actions, r->emit));
	if (held == NULL) {
		assert_true(r->n < SCENE_WISHES);
		held = &r->held[r->n++];
		memcpy(&held->rule, &msg->rule, rule_size(&msg->rule));
	}
	held->actions = msg->actions;
	held->customer = msg->customer;
	held->seen = true;
	r->announced++;
}

static void
take_sync(struct scene_router *r, enum out_sync sync)
{
	if (sync == OUT_SYNC_BEGIN) {
		for (size_t i = 0; i < r->n; i++)
			r->held[i].seen = false;
		r->syncing = true;
		return;
	}
	for (size_t i = r->n; r->syncing && i-- > 0;) {
		if (!r->held[i].seen)
			r->held[i] = r->held[--r->n];
	}
	r->syncing = false;
	r->dumps++;
}

static void
router_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_router *r = ctx;
	const void *msg = head;
	struct scene_held *held;

	assert_int_equal(fd, -1);
	switch (head->kind) {
	case MSG_OUT_ATTRS:
		if (((const struct msg_out_attrs *)msg)->customer ==
		    SCENE_NOC) {
			memcpy(&r->noc_attrs, msg, sizeof(r->noc_attrs));
			break;
		}
		r->attrs++;
		memcpy(&r->last_attrs, msg, sizeof(r->last_attrs));
		break;
	case MSG_OUT_ANNOUNCE:
		assert_true(check_out_rule(msg));
		take_announce(r, msg);
		break;
	case MSG_OUT_WITHDRAW:
		assert_true(check_out_rule(msg));
		held = held_of(r, &((const struct msg_out_rule *)msg)->rule);
		if (held != NULL)
			*held = r->held[--r->n];
		r->withdrawn++;
		break;
	case MSG_OUT_SYNC:
		take_sync(r, ((const struct msg_out_sync *)msg)->sync);
		break;
	default:
		fail_msg("a router hears kind %u", (unsigned)head->kind);
	}
}

static void
router_closed(void *ctx)
{
	struct scene_router *r = ctx;

	channel_close(r->channel);
	r->channel = NULL;
	r->stalled = false;
	r->syncing = false;
}

static const struct channel_ops router_ops = {
	.on_message = router_hear,
	.on_closed = router_closed,
};

void
router_give(struct scene_router *r)
{
	struct msg_out_sync end = { .head.kind = MSG_OUT_SYNC,
		.sync = OUT_SYNC_END };
	struct msg_session_state state = { .head.kind = MSG_SESSION_STATE,
		.state = BGP_ESTABLISHED,
		.up = 1,
		.peer = r->peer };

	channel_close(r->channel);
	r->stalled = false;
	r->syncing = false;
	r->channel = scene_channel(r->scene, r->peer, &router_ops, r, &r->fd);
	assert_int_equal(
	    channel_send(r->channel, &state, sizeof(state), -1), 0);
	for (size_t i = 0; i < r->n; i++) {
		const struct scene_held *held = &r->held[i];
		struct msg_out_rule msg = { .head.kind = MSG_OUT_HELD,
			.customer = held->customer,
			.family =
			    (uint8_t)family_of(held->rule.afi, SAFI_FLOWSPEC),
			.actions = held->actions };
		size_t size = rule_size(&held->rule);

		memcpy(&msg.rule, &held->rule, size);
		assert_int_equal(
		    channel_send(r->channel, &msg,
			offsetof(struct msg_out_rule, rule) + size, -1),
		    0);
	}
	assert_int_equal(channel_send(r->channel, &end, sizeof(end), -1), 0);
	channel_flush(r->channel);
}

void
router_stall(struct scene_router *r, bool stalled)
{
	r->stalled = stalled;
	if (r->channel != NULL)
		channel_pause(r->channel, stalled);
}

void
router_die(struct scene_router *r)
{
	r->n = 0;
	router_give(r);
}

const struct scene_held *
router_holds_rule(const struct scene_router *r, const struct rule *rule)
{
	return held_of(r, rule);
}

const struct scene_held *
router_holds(const struct scene_router *r, const char *dst)
{
	struct rule rule;

	scene_rule(dst, &rule);
	return held_of(r, &rule);
}
