/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Customers' sessions: what becomes of their rules when a session goes and
 * comes.
 *
 * Lost (hold timer, TCP, errors): the rules linger, announced, within one
 * budget across flaps; the attack that a rule fights is what kills the
 * session. Ceased on purpose, or no longer configured: they end at once. Back
 * and complete: what did not come again ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/place.h"

static struct rib_rule *
of_peer(struct rib_link *link)
{
	return LINK_ENTRY(link, struct rib_rule, of_peer);
}

void
customer_end_all(
    struct guard *guard, struct guard_peer *peer, enum reason reason)
{
	struct rib_link *link = peer->rules.next;

	while (link != &peer->rules) {
		struct rib_rule *rule = of_peer(link);

		link = link->next;
		if (rule->flags & RULE_WANTED)
			guard_leave(guard, rule, ENTRY_WITHDRAWAL, reason);
	}
}

/* Withdraw what is stale, of one family or (FAMILY_ALL) of all. */
static void
sweep(struct guard *guard, struct guard_peer *peer, unsigned families,
    enum reason reason)
{
	struct rib_link *link = peer->rules.next;

	while (link != &peer->rules) {
		struct rib_rule *rule = of_peer(link);

		link = link->next;
		if ((rule->flags & RULE_STALE) &&
		    (families & family_of(rule->rule.afi, SAFI_FLOWSPEC)))
			guard_leave(guard, rule, ENTRY_WITHDRAWAL, reason);
	}
}

static void
mark_stale(struct guard_peer *peer, unsigned families)
{
	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next) {
		struct rib_rule *rule = of_peer(l);

		if ((rule->flags & RULE_WANTED) &&
		    (families & family_of(rule->rule.afi, SAFI_FLOWSPEC)))
			rule->flags |= RULE_STALE;
	}
}

static unsigned
mark_lingering(struct guard *guard, struct guard_peer *peer)
{
	unsigned n = 0;

	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next) {
		struct rib_rule *rule = of_peer(l);

		if ((rule->flags & RULE_WANTED) && rule_passes(rule)) {
			rule_state(guard, rule, STATE_LINGERING,
			    REASON_SESSION_LOST, CHECK_NONE);
			n++;
		}
	}
	return n;
}

/* A session that was whole for as long as its linger has earned a new one. */
static void
linger_refill(struct guard_peer *peer, uint64_t now_ms)
{
	uint64_t full = peer->customer->policy == NULL
			    ? 0
			    : peer->customer->policy->linger_ms;

	if (peer->stable_since_ms != 0 && now_ms >= peer->stable_since_ms &&
	    now_ms - peer->stable_since_ms >= full)
		peer->linger_left_ms = full;
	if (peer->linger_left_ms > full)
		peer->linger_left_ms = full;
	peer->stable_since_ms = 0;
}

static bool
any_stale(const struct guard_peer *peer)
{
	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next) {
		if (of_peer(l)->flags & RULE_STALE)
			return true;
	}
	return false;
}

/*
 * What is stale has the rest of the budget, from since_ms (0: now) on, and at
 * least grace_ms.
 */
static bool
linger_start(struct guard *guard, struct guard_peer *peer, uint64_t since_ms,
    uint64_t grace_ms)
{
	uint64_t now = clock_boot_ms();
	uint64_t gone = since_ms != 0 && since_ms < now ? now - since_ms : 0;
	uint64_t left;

	linger_refill(peer, now - gone);
	if (!any_stale(peer))
		return false; /* nothing lingers: the budget is not touched */
	left = peer->linger_left_ms > gone ? peer->linger_left_ms - gone : 0;
	if (left == 0 && grace_ms == 0) {
		customer_linger_ended(guard, peer);
		return false;
	}
	peer->grace = left < grace_ms;
	peer->lingering = true;
	peer->linger_since_ms = now - gone;
	timer_start(peer->linger, peer->grace ? grace_ms : left, 0);
	return true;
}

void
customer_linger_ended(struct guard *guard, struct guard_peer *peer)
{
	peer->linger_left_ms = 0;
	peer->lingering = false;
	peer->grace = false;
	timer_stop(peer->linger);
	sweep(guard, peer, FAMILY_ALL, REASON_LINGER_ENDED);
	if (!peer->heard || !peer->state.up)
		unicast_lost(guard, peer, false);
}

/* was_up: this is a loss, and no word of one that has been told of: that there
 * is no process, or a new one without a session. */
static void
linger_begin(struct guard *guard, struct guard_peer *peer, uint64_t since_ms,
    bool was_up)
{
	bool again = peer->lingering && !peer->grace;
	unsigned n;

	mark_stale(peer, FAMILY_ALL);
	n = mark_lingering(guard, peer);
	if (!again && (!linger_start(guard, peer, since_ms, 0) || n == 0))
		return;
	if (again && !was_up)
		return;
	log_line(LOG_INFO,
	    "customer %s: rules linger%s: rules=%u neighbor=%s "
	    "left_ms=%" PRIu64,
	    peer->customer->name, again ? " on, lost again" : "", n,
	    peer->session, customer_linger_left_ms(peer));
}

uint64_t
customer_linger_left_ms(const struct guard_peer *peer)
{
	uint64_t used;

	if (!peer->lingering)
		return 0;
	used = clock_boot_ms() - peer->linger_since_ms;
	return used < peer->linger_left_ms ? peer->linger_left_ms - used : 0;
}

static void
linger_end(struct guard_peer *peer)
{
	if (!peer->lingering)
		return;
	peer->linger_left_ms = customer_linger_left_ms(peer);
	peer->lingering = false;
	peer->grace = false;
	timer_stop(peer->linger);
}

/* All that was negotiated has come: nothing stale is left to hope for. */
static void
check_complete(struct guard *guard, struct guard_peer *peer)
{
	unsigned asked = peer->state.families & FAMILY_FLOWSPEC;

	if (!peer->state.up || asked == 0 || (peer->complete & asked) != asked)
		return;
	sweep(guard, peer, FAMILY_ALL & ~(unsigned)peer->refreshing,
	    REASON_NOT_ANNOUNCED_AGAIN);
	linger_end(peer);
	if (peer->stable_since_ms == 0)
		peer->stable_since_ms = clock_boot_ms();
}

/* Its rules linger, and its routes as long as they. */
static void
lost(struct guard *guard, struct guard_peer *peer, uint64_t since_ms,
    bool was_up)
{
	unicast_lost(guard, peer, true);
	linger_begin(guard, peer, since_ms, was_up);
	if (!peer->lingering)
		unicast_lost(guard, peer, false);
}

static void
went_down(struct guard *guard, struct guard_peer *peer, bool was_up)
{
	static const uint16_t ends[] = {
		[DOWN_CEASED] = REASON_SESSION_CEASED,
		[DOWN_REMOVED] = REASON_CUSTOMER_REMOVED,
		[DOWN_CLOSED] = REASON_SESSION_CEASED,
	};

	switch ((enum down_reason)peer->state.down) {
	case DOWN_SHUTDOWN:
		return; /* all of sluice stops */
	case DOWN_CEASED:
	case DOWN_REMOVED:
	case DOWN_CLOSED:
		linger_end(peer);
		peer->stable_since_ms = 0;
		unicast_lost(guard, peer, false);
		customer_end_all(
		    guard, peer, (enum reason)ends[peer->state.down]);
		return;
	case DOWN_LOST:
	case DOWN_NONE:
		lost(guard, peer, peer->state.since_ms, was_up);
		return;
	}
}

/* Sessions that flap would fill the log: they use the refusals' bucket. */
static void
record_session(struct guard *guard, const struct guard_peer *peer)
{
	struct entry *e = &guard->entry;

	if (!guard->loaded || !guard_refusal_token(guard, peer->customer, 0))
		return;
	guard_entry_begin(guard, ENTRY_SESSION);
	guard_entry_peer(guard, peer);
	e->state = peer->state.up ? STATE_ACCEPTED : STATE_LINGERING;
	e->reason = peer->state.up ? REASON_ACCEPTED : REASON_SESSION_LOST;
	if (!peer->state.up && peer->state.down != DOWN_LOST &&
	    peer->state.down != DOWN_NONE) {
		e->state = STATE_WITHDRAWN;
		e->reason = REASON_SESSION_CEASED;
	}
	(void)snprintf(e->text, sizeof(e->text), "session %s%s%s",
	    peer->state.up ? "up" : "down", peer->state.text[0] ? ": " : "",
	    peer->state.text);
	(void)guard_entry_append(guard, NULL);
}

/* Announcements beyond the received bound are the session's to drop; that they
 * were is on record as a summary, and in the counts. */
static void
count_beyond(const struct guard_peer *peer, const struct msg_session_state *msg)
{
	struct guard_customer *c = peer->customer;
	uint64_t n = msg->overflow > peer->state.overflow
			 ? msg->overflow - peer->state.overflow
			 : 0;

	if (n == 0)
		return;
	c->verdicts[REASON_QUOTA_RECEIVED] += n;
	if (n > UINT32_MAX - c->counts[REASON_QUOTA_RECEIVED])
		n = UINT32_MAX - c->counts[REASON_QUOTA_RECEIVED];
	c->counts[REASON_QUOTA_RECEIVED] += (uint32_t)n;
	c->summarised = true;
}

void
customer_state(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg)
{
	bool first = !peer->heard;
	bool was_up = !first && peer->state.up;
	bool changed = was_up != (msg->up != 0);
	bool flapped =
	    was_up && msg->up && msg->established != peer->state.established;

	if (guard->stopping)
		return;
	if (!first)
		count_beyond(peer, msg);
	peer->state = *msg;
	peer->heard = true;
	place_state(peer);
	if (!msg->up || flapped) {
		peer->complete = 0;
		peer->refreshing = 0;
	}
	if (!guard->loaded) {
		/* customer_reconcile() will look */
		if (!msg->up || flapped) {
			mark_stale(peer, FAMILY_ALL);
			unicast_lost(guard, peer, true);
		}
		if (msg->up && (changed || flapped))
			unicast_up(guard, peer);
		return;
	}
	/* Whoever closed it on purpose, no rule did. */
	if (flapped || (changed && !msg->up && msg->down == DOWN_LOST))
		contain_lost(guard, peer, msg);
	if (flapped)
		lost(guard, peer, 0, true);
	if (msg->up && (changed || flapped))
		unicast_up(guard, peer);
	if (changed || flapped)
		record_session(guard, peer);
	if ((changed || first) && !msg->up)
		went_down(guard, peer, changed);
	/* That all has come is told by a mark, behind the last rule. */
}

void
customer_reconcile(struct guard *guard, struct guard_peer *peer)
{
	if (peer->heard && !peer->state.up) {
		went_down(guard, peer, false);
		return;
	}
	if (!peer->heard) {
		mark_stale(peer, FAMILY_ALL);
		(void)mark_lingering(guard, peer);
	}
	/* What has not been heard again has its linger to come, and time for
	 * a session that is up to say it. */
	(void)linger_start(
	    guard, peer, 0, peer->replayed ? 0 : GUARD_REPLAY_MS);
	if (!peer->heard && !peer->lingering)
		unicast_lost(guard, peer, false);
	if (peer->replayed)
		check_complete(guard, peer);
}

/* Those of the families that had no refresh for a while: no session of ours
 * passes more on, and one that a stranger took over would keep us walking. */
static unsigned
refresh_take(struct guard_peer *peer, unsigned families)
{
	static const unsigned bits[2] = { FAMILY_IPV4_FLOWSPEC,
		FAMILY_IPV6_FLOWSPEC };
	uint64_t now_ms = loop_now_ms(peer->guard->loop);
	unsigned taken = 0;

	for (unsigned i = 0; i < 2; i++) {
		uint64_t *last_ms = &peer->refreshed_ms[i];

		if ((families & bits[i]) == 0 ||
		    (*last_ms != 0 && now_ms - *last_ms < GUARD_REFRESH_MS))
			continue;
		*last_ms = now_ms;
		taken |= bits[i];
	}
	return taken;
}

static void
refresh_mark(struct guard *guard, struct guard_peer *peer,
    const struct msg_rib_mark *msg)
{
	unsigned families;

	if (msg->mark == MARK_REFRESH_BEGIN) {
		families = refresh_take(peer, msg->family);
		peer->refreshing |= (uint8_t)families;
		if (families != 0)
			mark_stale(peer, families);
		return;
	}
	/* The end of one that was not taken is none. */
	families = peer->refreshing & msg->family;
	peer->refreshing &= (uint8_t)~families;
	if (guard->loaded && families != 0)
		sweep(guard, peer, families, REASON_NOT_ANNOUNCED_AGAIN);
}

void
customer_mark(struct guard *guard, struct guard_peer *peer,
    const struct msg_rib_mark *msg)
{
	uint8_t complete = peer->complete | (msg->family & FAMILY_ALL);

	unicast_mark(guard, peer, msg->mark, msg->family);
	switch (msg->mark) {
	case MARK_REPLAY_END:
		if (peer->replayed)
			return; /* said once to each guard */
		peer->replayed = true;
		peer->complete = msg->family & FAMILY_ALL;
		if (guard->loaded)
			check_complete(guard, peer);
		return;
	case MARK_COMPLETE:
		if (complete == peer->complete)
			return;
		peer->complete = complete;
		if (guard->loaded)
			check_complete(guard, peer);
		return;
	case MARK_REFRESH_BEGIN:
	case MARK_REFRESH_END:
		refresh_mark(guard, peer, msg);
		return;
	default:
		return;
	}
}

/* The process is gone: its handles mean nothing to the next one. */
static void
handles_forget(struct guard *guard, struct guard_peer *peer)
{
	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next)
		of_peer(l)->handle = RULE_HANDLE_NONE;
	while (!link_empty(&peer->acks)) {
		struct rib_rule *rule =
		    LINK_ENTRY(peer->acks.next, struct rib_rule, waiting);

		rule_unwait(rule);
		(void)rule_release(guard, rule);
	}
}

void
customer_gone(struct guard *guard, struct guard_peer *peer)
{
	bool was_up = peer->heard && peer->state.up;

	handles_forget(guard, peer);
	if (guard->stopping)
		return;
	if (was_up) {
		peer->state.down = DOWN_LOST;
		(void)snprintf(peer->state.text, sizeof(peer->state.text),
		    "its process ended");
	}
	peer->state.up = 0;
	peer->state.state = BGP_IDLE;
	peer->state.complete = 0;
	peer->complete = 0;
	peer->refreshing = 0;
	peer->heard = false;
	if (!guard->loaded) {
		mark_stale(peer, FAMILY_ALL);
		unicast_lost(guard, peer, true);
		return;
	}
	if (was_up)
		record_session(guard, peer);
	if (peer->configured) {
		lost(guard, peer, 0, was_up);
		return;
	}
	unicast_lost(guard, peer, false);
	customer_end_all(guard, peer, REASON_CUSTOMER_REMOVED);
}

void
customer_acks(struct guard *guard, struct guard_peer *peer)
{
	while (!link_empty(&peer->acks)) {
		struct rib_rule *rule =
		    LINK_ENTRY(peer->acks.next, struct rib_rule, waiting);

		rule_unwait(rule);
		if (!rule_release(guard, rule))
			return; /* the channel is full again */
	}
}
