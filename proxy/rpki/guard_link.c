/* SPDX-License-Identifier: BSD-2-Clause */
/* Differences to the guard, as room allows. */
#include "proxy/rpki/guard_link.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"

#define LINK_LIMIT (1u << 20)

struct guard_link {
	struct loop *loop;
	struct vrp_set *set;
	struct channel *channel; /* NULL: no guard */
	bool broken;
	bool confirmed;
	bool owes_greeting; /* the state before all else */
	bool owes_begin;
	bool owes_state;
	bool whole; /* this guard has been told all of some set */
	struct msg_rpki_state state;
};

static void
link_drop(struct guard_link *link)
{
	channel_close(link->channel);
	link->channel = NULL;
}

/* ---- towards the guard ---- */

static int
send_state(struct guard_link *link)
{
	struct msg_rpki_state state = link->state;

	state.head.kind = MSG_RPKI_STATE;
	if (!link->whole && state.state == RPKI_FRESH)
		state.state = RPKI_LOADING;
	return channel_send(link->channel, &state, sizeof(state), -1);
}

static int
send_begin(struct guard_link *link)
{
	const struct msg_vrp_begin begin = { .head.kind = MSG_VRP_BEGIN };

	return channel_send(link->channel, &begin, sizeof(begin), -1);
}

/* -1: there was no room for all. */
static int
send_vrps(struct guard_link *link, bool withdraw)
{
	const size_t most =
	    sizeof(struct msg_vrp) + VRPS_MAX * sizeof(struct vrp);

	while (vrp_set_owed(link->set, withdraw) > 0) {
		struct msg_vrp *msg =
		    channel_reserve(link->channel, MSG_VRP, most);
		size_t n;

		if (msg == NULL)
			return -1;
		n = vrp_set_tell(
		    link->set, withdraw, (void *)(msg + 1), VRPS_MAX);
		msg->n = (uint16_t)n;
		msg->withdraw = withdraw;
		memset(msg->zero, 0, sizeof(msg->zero));
		channel_commit(
		    link->channel, sizeof(*msg) + n * sizeof(struct vrp));
	}
	return 0;
}

void
guard_link_settle(struct guard_link *link)
{
	if (link->channel == NULL)
		return;
	if (link->owes_greeting && send_state(link) < 0)
		return;
	link->owes_greeting = false;
	if (link->owes_begin && send_begin(link) < 0)
		return;
	link->owes_begin = false;
	if (send_vrps(link, false) < 0 || send_vrps(link, true) < 0)
		return;
	link->whole = true;
	if (link->owes_state && send_state(link) == 0)
		link->owes_state = false;
	channel_flush(link->channel);
}

void
guard_link_state(struct guard_link *link, const struct msg_rpki_state *state)
{
	link->state = *state;
	link->owes_state = true;
	guard_link_settle(link);
}

/* ---- from the guard ---- */

/* It has one thing to say here. */
static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard_link *link = ctx;
	const struct msg_confirm *confirm = (const void *)head;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_CONFIRMED && check_confirm(confirm) &&
	    confirm->what == CONFIRM_RPKI) {
		link->confirmed = true;
		return;
	}
	log_line(LOG_ERROR, "guard: message out of turn: kind=%u",
	    (unsigned)head->kind);
	link->broken = true;
	link_drop(link);
}

static void
on_closed(void *ctx)
{
	struct guard_link *link = ctx;

	if (channel_misused(link->channel)) {
		log_line(LOG_ERROR, "guard: broken frame");
		link->broken = true;
	}
	link_drop(link);
}

static void
on_room(void *ctx)
{
	guard_link_settle(ctx);
}

/* ---- life ---- */

struct guard_link *
guard_link_new(struct loop *loop, struct vrp_set *set)
{
	struct guard_link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->set = set;
	return link;
}

void
guard_link_free(struct guard_link *link)
{
	if (link == NULL)
		return;
	link_drop(link);
	free(link);
}

void
guard_link_attach(struct guard_link *link, int fd)
{
	static const struct channel_ops ops = { .on_message = on_message,
		.on_closed = on_closed,
		.on_room = on_room };

	link_drop(link);
	vrp_set_untell(link->set);
	link->whole = false;
	link->owes_greeting = true;
	link->owes_begin = true;
	link->owes_state = true;
	link->channel = role_channel(link->loop, fd, LINK_LIMIT, &ops, link);
	guard_link_settle(link);
}

bool
guard_link_confirmed(struct guard_link *link)
{
	bool confirmed = link->confirmed;

	link->confirmed = false;
	return confirmed;
}

bool
guard_link_broken(const struct guard_link *link)
{
	return link->broken;
}
