/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions towards the routers. Each has a cursor into the table of its
 * dialect; at the end of every turn the cursors move as far as their channels
 * have room, withdrawals first.
 *
 * A session keeps what it has sent. When a guard is new, sessions first report
 * what they hold, so that a customer's withdrawal can take it out even before
 * the store has said whose it is; when all is loaded the guard dumps its table
 * between two marks and the session withdraws what did not come.
 */
#include <arpa/inet.h>
#include <string.h>

#include "proxy/guard/contain.h"
#include "proxy/guard/guard.h"

/* Our large community that names the customer: our ASN : 1 : its ASN. */
#define LARGE_CUSTOMER 1u

static void
put_u32(uint8_t *to, uint32_t value)
{
	uint32_t wire = htonl(value);

	memcpy(to, &wire, sizeof(wire));
}

static void
attrs_fill(const struct guard *guard, const struct customer *policy,
    struct msg_out_attrs *msg)
{
	struct community *c = msg->community;

	memset(c, 0, sizeof(msg->community));
	c->kind = COMMUNITY_LARGE;
	put_u32(&c->value[0], guard->config->router.asn);
	put_u32(&c->value[4], LARGE_CUSTOMER);
	put_u32(&c->value[8], policy->asn);
	c++;
	c->kind = COMMUNITY_STANDARD;
	put_u32(&c->value[0], 0xffffff01u); /* NO_EXPORT, RFC 1997 */
	c++;
	for (unsigned i = 0; i < policy->n_tags; i++, c++) {
		c->kind = policy->tags[i].kind;
		memcpy(c->value, policy->tags[i].octets, sizeof(c->value));
	}
	msg->n = 2u + policy->n_tags;
}

/* The attributes of those customers that are left to say; false when the
 * channel has no room. */
static bool
attrs_send(struct guard *guard, struct guard_peer *peer)
{
	for (; peer->next_attrs < guard->n_customers; peer->next_attrs++) {
		const struct guard_customer *c =
		    guard->customers[peer->next_attrs];
		struct msg_out_attrs *msg;

		if (c->policy == NULL)
			continue;
		msg =
		    channel_reserve(peer->channel, MSG_OUT_ATTRS, sizeof(*msg));
		if (msg == NULL)
			return false;
		msg->customer = c->number;
		attrs_fill(guard, c->policy, msg);
		channel_commit(peer->channel, sizeof(*msg));
	}
	return true;
}

void
inward_again(struct guard_peer *peer)
{
	/* A dump begins with the attributes; a second BEGIN does no harm. */
	peer->greeted = false;
	peer->dumping = false;
	peer->dumped = false;
	peer->next_attrs = 0;
	peer->unpaced = 0; /* a dump says it all */
}

/* What a router may hold of us: all that the customers may have standing, and
 * what was replaced and not yet taken out. */
static uint64_t
held_max(const struct guard *guard)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < guard->config->n_customers; i++)
		sum += guard->config->customers[i].policy.limits.rules;
	return 2 * sum + GUARD_HELD_MORE;
}

void
inward_open(struct guard *guard, struct guard_peer *peer)
{
	peer->held_left = held_max(guard);
	peer->reported = false;
	rib_out_attach(&guard->out[peer->dialect], &peer->cursor);
	peer->attached = true;
	inward_again(peer);
}

void
inward_move(struct guard *guard, struct guard_peer *peer, uint8_t dialect)
{
	rib_out_detach(&guard->out[peer->dialect], &peer->cursor);
	peer->dialect = dialect;
	rib_out_attach(&guard->out[dialect], &peer->cursor);
	inward_again(peer);
}

void
inward_close(struct guard *guard, struct guard_peer *peer)
{
	if (peer->attached)
		rib_out_detach(&guard->out[peer->dialect], &peer->cursor);
	peer->attached = false;
	unicast_lost(guard, peer, false);
	peer->heard = false;
	memset(&peer->state, 0, sizeof(peer->state));
	peer->state.state = BGP_IDLE;
}

void
inward_state(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg)
{
	bool was_up = peer->heard && peer->state.up;
	bool ended =
	    was_up && (!msg->up || msg->established != peer->state.established);

	/* What it fed is gone with its session. */
	if (ended) {
		unicast_lost(guard, peer, false);
		if (msg->down == DOWN_LOST || msg->up)
			contain_lost(guard, peer, msg);
	}
	peer->state = *msg;
	peer->heard = true;
	unicast_incomplete(guard, peer, msg->complete);
	if (msg->up && (ended || !was_up))
		unicast_up(guard, peer);
}

bool
inward_held(struct guard *guard, struct guard_peer *peer,
    const struct msg_out_rule *msg)
{
	struct rib_out *out = &guard->out[peer->dialect];

	if (guard->loaded)
		return true; /* the dump will tell it */
	if (peer->held_left == 0)
		return false;
	peer->held_left--;
	if (out->n_entries < GUARD_HELD_MAX)
		(void)rib_out_held(
		    out, msg->customer, &msg->rule, &msg->actions);
	return true;
}

void
inward_sync(struct guard *guard, struct guard_peer *peer,
    const struct msg_out_sync *msg)
{
	if (msg->sync != OUT_SYNC_END || guard->loaded || peer->reported)
		return;
	peer->reported = true;
	contain_held(guard, &guard->out[peer->dialect]);
	/* Withdrawals that came before the report did. */
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		if ((rule->flags & RULE_WANTED) == 0)
			guard_withdraw_blind(
			    guard, guard->peers[rule->peer], &rule->rule);
	}
}

static bool
sync_send(struct guard_peer *peer, enum out_sync sync)
{
	struct msg_out_sync *msg =
	    channel_reserve(peer->channel, MSG_OUT_SYNC, sizeof(*msg));

	if (msg == NULL)
		return false;
	msg->sync = sync;
	msg->zero = 0;
	channel_commit(peer->channel, sizeof(*msg));
	return true;
}

static bool
entry_send(struct guard_peer *peer, const struct rib_entry *entry)
{
	size_t size =
	    offsetof(struct msg_out_rule, rule) + rule_size(&entry->rule);
	unsigned family = family_of(entry->rule.afi, SAFI_FLOWSPEC);
	struct msg_out_rule *msg;

	if ((peer->families & family) == 0)
		return true; /* a feed, or of the other family */
	msg = channel_reserve(peer->channel,
	    entry->standing ? MSG_OUT_ANNOUNCE : MSG_OUT_WITHDRAW, size);
	if (msg == NULL)
		return false;
	memset((char *)msg + sizeof(msg->head), 0,
	    offsetof(struct msg_out_rule, rule) - sizeof(msg->head));
	msg->family = (uint8_t)family;
	if (entry->standing) {
		msg->customer = entry->customer;
		msg->actions = entry->actions;
	}
	memcpy(&msg->rule, &entry->rule, rule_size(&entry->rule));
	channel_commit(peer->channel, size);
	return true;
}

/* ---- pacing ---- */

static void
on_pace(void *ctx)
{
	(void)ctx; /* the end of this turn goes on */
}

void
inward_configure(struct guard *guard)
{
	uint32_t pace = guard->config->fleet.pace;

	if (guard->pacing == NULL)
		guard->pacing = timer_new(guard->loop, on_pace, guard);
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL && guard->peers[i]->internal)
			bucket_limit(&guard->peers[i]->pace, pace, pace);
	}
}

void
inward_unpaced(struct guard *guard, size_t n)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL && guard->peers[i]->internal)
			guard->peers[i]->unpaced += n;
	}
}

/* May a first announcement go out now? A dump is none, nor is what comes back
 * after a panic. */
static bool
may_announce(struct guard *guard, struct guard_peer *peer)
{
	uint64_t now = loop_now_ms(guard->loop);

	if (!peer->dumped || peer->unpaced > 0 ||
	    bucket_level(&peer->pace, now) > 0)
		return true;
	peer->paced = true;
	if (guard->pacing != NULL)
		timer_start(guard->pacing,
		    bucket_wait_ms(&peer->pace, now) + UINT64_C(1), 0);
	return false;
}

/* It is said: a first announcement takes a token. */
static void
announced(struct guard *guard, struct guard_peer *peer)
{
	if (!peer->dumped)
		return;
	if (peer->unpaced > 0)
		peer->unpaced--;
	else
		(void)bucket_take(&peer->pace, loop_now_ms(guard->loop), 1);
}

/* A dump: the marks, all attributes, and a cursor at the start. */
static void
dump_begin(struct guard *guard, struct guard_peer *peer)
{
	struct rib_out *out = &guard->out[peer->dialect];

	if (!peer->greeted && !sync_send(peer, OUT_SYNC_BEGIN))
		return;
	peer->greeted = true;
	if (!attrs_send(guard, peer))
		return; /* on with it when there is room */
	peer->cursor.announce = out->announced.next;
	peer->dumping = true;
}

static void
peer_flush(struct guard *guard, struct guard_peer *peer)
{
	struct rib_out *out = &guard->out[peer->dialect];
	const struct rib_entry *entry;

	if (guard->loaded && !peer->dumped && !peer->dumping)
		dump_begin(guard, peer);
	peer->paced = false;
	while ((entry = rib_out_peek(out, &peer->cursor,
		    peer->dumping || peer->dumped)) != NULL) {
		if (entry->standing && !may_announce(guard, peer)) {
			entry = NULL; /* withdrawals come first in any case */
			break;
		}
		if (!entry_send(peer, entry))
			break;
		if (entry->standing)
			announced(guard, peer);
		rib_out_step(out, &peer->cursor, entry);
	}
	if (entry == NULL && peer->dumping && sync_send(peer, OUT_SYNC_END)) {
		peer->dumping = false;
		peer->dumped = true;
	}
	channel_flush(peer->channel);
}

/* A session that does not read costs memory by rules, not by withdrawals:
 * beyond a bound it is given everything anew. */
static void
cut_behind(struct guard *guard, struct guard_peer *peer)
{
	struct rib_out *out = &guard->out[peer->dialect];

	if (rib_out_withdrawn(out) < GUARD_BEHIND_MAX + out->n_standing ||
	    rib_out_peek(out, &peer->cursor, false) == NULL)
		return;
	rib_out_skip(out, &peer->cursor);
	inward_again(peer);
}

void
inward_flush(struct guard *guard)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];

		if (peer == NULL || peer->channel == NULL)
			continue;
		if (peer->internal) {
			peer_flush(guard, peer);
			cut_behind(guard, peer);
		} else {
			channel_flush(peer->channel);
		}
	}
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		rib_out_reap(&guard->out[d]);
}
