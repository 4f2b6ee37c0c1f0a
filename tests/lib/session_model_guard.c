/* SPDX-License-Identifier: BSD-2-Clause */
/* What a session says to guard and supervisor, and what all of it comes to. */
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/wire/family.h"
#include "tests/lib/session_model.h"

/* A late hold timer waits for what is unread, and time goes in steps. */
#define LATE_MS 12000u

/* ---- to the guard ---- */

static void
told_state(const struct msg_session_state *msg)
{
	bool new_session = msg->established != model.state.established;

	world_must(check_session_state(msg), "a sound state");
	world_must(msg->peer == model.session->config.peer, "whose it is");
	world_must(!msg->up || msg->families != 0, "up with a family");
	world_must((msg->complete & ~msg->families) == 0,
	    "complete is what is spoken");
	if (!msg->up || new_session) {
		model_rules_clear(&model.view);
		model.begun = 0;
	}
	model.state = *msg;
	model.stated = true;
}

static void
told_announce(const struct msg_rule_announce *msg)
{
	struct model_rule one;
	const uint8_t *raw;

	world_must(check_rule_announce(msg, &raw), "a sound announcement");
	world_must(model.state.up && (model.state.families & msg->family) != 0,
	    "rules when Established, of a family that is spoken");
	one = model_rule_of(&msg->rule, &msg->actions, msg->wire_reason);
	world_must(
	    model.ever.full || model_rules_find(&model.ever, one.key) != NULL,
	    "the peer has announced the rule");
	model_rules_put(&model.view, &one);
	world_must(model.view.full || model.view.n <= model.bound,
	    "no more rules than the bound");
}

static void
told_withdraw(const struct msg_rule_withdraw *msg)
{
	world_must(check_rule_withdraw(msg), "a sound withdrawal");
	model_rules_drop(&model.view, model_rule_of(&msg->rule, NULL, 0).key);
	if (model.n_handles < MODEL_HANDLES)
		model.handle[model.n_handles++] = msg->handle;
}

static void
told_mark(const struct msg_rib_mark *msg)
{
	world_must(msg->mark >= MARK_REPLAY_END &&
		       msg->mark <= MARK_REFRESH_END &&
		       check_zero(msg->zero, sizeof(msg->zero)),
	    "a mark");
	if (msg->mark == MARK_REPLAY_END) {
		world_must((msg->family & ~(unsigned)FAMILY_ALL) == 0 &&
			       model.session->config.internal == 0,
		    "a customer's replay");
		return;
	}
	world_must(check_family(msg->family), "of one family");
	world_must(model.state.up && (model.state.families & msg->family) != 0,
	    "marks of what is spoken");
	if (msg->mark == MARK_REFRESH_END)
		world_must(
		    (model.begun & msg->family) != 0, "no end without a begin");
	if (msg->mark == MARK_REFRESH_BEGIN)
		model.begun |= msg->family;
	if (msg->mark == MARK_REFRESH_END)
		model.begun &= (uint8_t)~msg->family;
}

static void
told_guard(const struct msg_head *head)
{
	const void *msg = head;
	const struct msg_unicast *unicast = msg;
	const struct msg_rule_refused *refused = msg;
	const uint8_t *raw;

	world_must(model.stated || head->kind == MSG_SESSION_STATE,
	    "the state is the first that a guard hears");
	switch (head->kind) {
	case MSG_SESSION_STATE:
		told_state(msg);
		break;
	case MSG_RULE_ANNOUNCE:
		told_announce(msg);
		break;
	case MSG_RULE_WITHDRAW:
		told_withdraw(msg);
		break;
	case MSG_RULE_REFUSED:
		world_must(check_rule_refused(refused, &raw) && model.state.up,
		    "a sound refusal");
		break;
	case MSG_RIB_MARK:
		told_mark(msg);
		break;
	case MSG_UNICAST:
		world_must(check_unicast(unicast), "sound routes");
		world_must(unicast->withdraw ||
			       (model.state.up && (model.state.families &
						      unicast->family) != 0),
		    "routes when Established, of a family that is spoken");
		break;
	case MSG_OUT_HELD:
		world_must(check_out_rule(msg), "a sound rule that is held");
		break;
	default:
		world_must(head->kind == MSG_OUT_SYNC &&
			       model.session->config.internal != 0,
		    "what a session says to the guard");
		break;
	}
}

static void
told_supervisor(const struct msg_head *head)
{
	const struct msg_socket *msg = (const void *)head;

	if (head->kind == MSG_DIAL)
		return;
	world_must(head->kind == MSG_SOCKET_CLOSED, "said to the supervisor");
	world_must(msg->id >= 1 && msg->id <= WORLD_SOCKETS &&
		       !model.peer[msg->id - 1].closed &&
		       !world_is_open(msg->id - 1),
	    "a connection that was given and is closed, once");
	model.peer[msg->id - 1].closed = true;
}

void
world_on_message(int fd, const struct msg_head *head)
{
	if (fd == model.supervisor)
		told_supervisor(head);
	else if (fd == model.guard)
		told_guard(head);
}

/* ---- checks ---- */

static struct model_peer *
up_peer(void)
{
	const struct slot *up = model.session->up;

	if (up == NULL)
		return NULL;
	world_must(up->conn != NULL && up->state == BGP_ESTABLISHED,
	    "up is Established");
	return &model.peer[conn_id(up->conn) - 1];
}

void
model_check(void)
{
	const struct session *session = model.session;
	const struct model_peer *peer = up_peer();
	uint64_t hold_ms;

	for (unsigned i = 0; i < 2; i++)
		world_must(session->slot[i].state != BGP_ESTABLISHED ||
			       session->up == &session->slot[i],
		    "one Established connection");
	world_must(session->n_ending <= SESSION_ENDING_MAX, "few that end");
	if (peer == NULL)
		return;
	world_must(peer->established && peer->families != 0,
	    "Established by OPEN and KEEPALIVE");
	hold_ms = session->up->hold_ms;
	world_must(hold_ms == 0 ||
		       world_now_ms() - peer->heard_ms <= hold_ms + LATE_MS,
	    "silence ends a session");
}

static void
compare_in(struct model_peer *peer)
{
	const struct session *session = model.session;

	if (peer->swept || peer->says.full || session->state.overflow > 0)
		return;
	world_must(adj_in_announced(session->in) == peer->says.n,
	    "as many rules as the peer announces");
	world_must(model.view.n == peer->says.n,
	    "the guard knows as many rules as the peer announces");
	for (unsigned i = 0; i < model.view.n; i++) {
		const struct model_rule *one = &model.view.rule[i];
		const struct model_rule *said =
		    model_rules_find(&peer->says, one->key);

		world_must(said != NULL && said->value == one->value,
		    "the guard knows what the peer announces");
	}
}

static void
compare_out(struct model_peer *peer)
{
	unsigned n = 0;

	if (model.strange || model.wanted.full)
		return;
	for (unsigned i = 0; i < model.wanted.n; i++) {
		const struct model_rule *one = &model.wanted.rule[i];
		const struct model_rule *had =
		    model_rules_find(&peer->has, one->key);

		n += had != NULL;
		/* Without attributes the version before stays. */
		if ((model.attrs >> one->customer & 1) == 0)
			continue;
		world_must((had != NULL && had->value == one->value) ==
			       ((peer->families & one->family) != 0),
		    "the peer has what the guard wants");
	}
	world_must(peer->has.n == n, "the peer has nothing else");
}

void
model_compare(void)
{
	struct model_peer *peer = up_peer();

	if (peer == NULL || model.stopping || model.guard < 0)
		return;
	if (model.session->in != NULL)
		compare_in(peer);
	else
		compare_out(peer);
}
