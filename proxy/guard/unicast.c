/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes into the unicast table, from customers and from feeds, and whether
 * enough has come to validate by it.
 *
 * A customer's routes enter only inside what it owns and with the LOCAL_PREF
 * that the configuration gives it, so that it can move nobody else's rules.
 * When its session is lost they linger like its rules, but lose to any other
 * route: the attack that a rule fights is what kills the session. A feed's are
 * gone with its session. Where the last feed goes, nothing is known: nothing
 * new passes, and nothing that stands ends for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/place.h"

#define ROUTES_MAX 4000000u /* until the configuration says */

static const unsigned afis[2] = { AFI_IPV4, AFI_IPV6 };
static const unsigned bits[2] = { FAMILY_IPV4_UNICAST, FAMILY_IPV6_UNICAST };

int
unicast_init(struct guard *guard)
{
	guard->unicast = rib_unicast_new(guard->hash_key, ROUTES_MAX);
	return guard->unicast == NULL ? -1 : 0;
}

void
unicast_fini(struct guard *guard)
{
	rib_unicast_free(guard->unicast);
	free(guard->sweeps);
}

/* ---- is enough known? ---- */

/* Of a family that feeds are configured for: one is complete. */
static bool
is_known(const struct guard *guard, unsigned f)
{
	return guard->feeds[f] > 0 && guard->fed[f] > 0;
}

bool
unicast_known(
    const struct guard *guard, const struct guard_peer *peer, unsigned afi)
{
	unsigned f = afi == AFI_IPV6;

	if (guard->feeds[f] > 0)
		return is_known(guard, f);
	return peer->customer != NULL && peer->customer->fed[f] > 0;
}

bool
unicast_matters(const struct guard *guard, unsigned afi)
{
	unsigned f = afi == AFI_IPV6;

	return guard->feeds[f] == 0 || is_known(guard, f);
}

static bool
is_fed(const struct guard_peer *peer, unsigned f)
{
	return peer->configured && peer->heard && peer->state.up &&
	       (peer->families & peer->fed & bits[f]) != 0 &&
	       (peer->overflow & bits[f]) == 0;
}

/* In the sums once, while it is fed: sessions that flap walk nothing. */
static void
count(struct guard *guard, struct guard_peer *peer, unsigned f)
{
	uint32_t *sum =
	    peer->internal ? &guard->fed[f] : &peer->customer->fed[f];

	if (is_fed(peer, f) == ((peer->counted & bits[f]) != 0))
		return;
	if (peer->counted & bits[f])
		(*sum)--;
	else
		(*sum)++;
	peer->counted ^= (uint8_t)bits[f];
}

/* What was unknown and is known now is looked at again. */
static void
turned(struct guard *guard, unsigned f, bool was)
{
	bool is = is_known(guard, f);

	if (is && !was)
		ground_touch_all(guard, NULL, afis[f]);
	if (was && !is && guard->feeds[f] > 0)
		log_line(LOG_WARN,
		    "unicast: no complete feed is left: family=%s: nothing "
		    "new passes validation",
		    f == 0 ? "ipv4" : "ipv6");
}

/* The session came, went or is complete. */
static void
recount(struct guard *guard, struct guard_peer *peer)
{
	for (unsigned f = 0; f < 2; f++) {
		bool was = is_known(guard, f);

		count(guard, peer, f);
		turned(guard, f, was);
	}
}

static void
recount_all(struct guard *guard)
{
	for (unsigned f = 0; f < 2; f++) {
		bool was = is_known(guard, f);

		guard->feeds[f] = 0;
		for (uint32_t i = 0; i < guard->n_peers; i++) {
			struct guard_peer *peer = guard->peers[i];

			if (peer == NULL)
				continue;
			guard->feeds[f] += peer->internal && peer->configured &&
					   (peer->families & bits[f]) != 0;
			count(guard, peer, f);
		}
		turned(guard, f, was);
	}
}

/* What is said of one that comes and goes has an end. */
static bool
may_note(const struct guard *guard, struct guard_peer *peer)
{
	uint64_t minute = loop_now_ms(guard->loop) / 60000;

	if (peer->notes_minute != minute)
		peer->notes = 0;
	peer->notes_minute = minute;
	return peer->notes++ < GUARD_NOTES;
}

static void
feed_note(
    struct guard *guard, struct guard_peer *peer, unsigned f, const char *what)
{
	char text[ENTRY_TEXT_MAX];

	if (!may_note(guard, peer))
		return;
	(void)snprintf(text, sizeof(text), "unicast feed %s: %s %s, %zu routes",
	    peer->name, f == 0 ? "ipv4" : "ipv6", what,
	    rib_unicast_of_source(guard->unicast, peer->source, afis[f]));
	log_line(LOG_INFO, "%s", text);
	if (guard->loaded)
		guard_note(guard, ENTRY_FEED, text);
}

/* ---- sources ---- */

static void
source_info_of(const struct guard *guard, const struct guard_peer *peer,
    struct source_info *out)
{
	const struct msg_cfg_neighbor *neighbor =
	    config_neighbor(guard->config, peer->number);
	const uint8_t *id = peer->state.router_id;

	memset(out, 0, sizeof(*out));
	out->peer = peer->number;
	out->router_id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
			 (uint32_t)id[2] << 8 | id[3];
	out->external = !peer->internal;
	/* Of a range: who came. */
	if (peer->range.afi != AFI_NONE)
		place_remote(peer, neighbor, &out->address);
	else if (neighbor != NULL)
		place_prefix(neighbor, &out->address);
}

static bool
source_open(struct guard *guard, struct guard_peer *peer)
{
	struct source_info info;

	if (peer->source != SOURCE_NONE)
		return true;
	if (guard->config == NULL || !peer->heard || !peer->state.up ||
	    (peer->overflow & FAMILY_UNICAST) == FAMILY_UNICAST)
		return false;
	source_info_of(guard, peer, &info);
	if (sweep_closed(guard, peer) < GUARD_CLOSED_MAX)
		peer->source = rib_unicast_open(guard->unicast, &info);
	if (peer->source != SOURCE_NONE)
		return true;
	if (may_note(guard, peer))
		log_line(LOG_ERROR,
		    "session %s: no room for its routes until it comes up anew",
		    peer->name);
	peer->overflow |= FAMILY_UNICAST;
	recount(guard, peer);
	return false;
}

/* ---- sessions ---- */

/* Rules that the routes of this session may have carried. */
static void
touch_reach(struct guard *guard, const struct guard_peer *peer)
{
	const struct customer *policy =
	    peer->internal ? NULL : peer->customer->policy;
	const struct prefix_entry *entry;

	for (unsigned f = 0; f < 2 && peer->internal; f++) {
		if (unicast_matters(guard, afis[f]))
			ground_touch_all(guard, NULL, afis[f]);
	}
	for (size_t i = 0;
	     policy != NULL && (entry = prefix_set_at(policy->own, i)) != NULL;
	     i++) {
		if (unicast_matters(guard, entry->prefix.afi))
			ground_moved(guard, &entry->prefix);
	}
}

static void
source_close(struct guard *guard, struct guard_peer *peer)
{
	const uint16_t source = peer->source;

	if (source == SOURCE_NONE)
		return;
	touch_reach(guard, peer);
	for (unsigned f = 0; f < 2; f++) {
		sweep_cancel(guard, source, afis[f]); /* of who has it next */
		sweep_begin(guard, peer, afis[f], true);
	}
	rib_unicast_close(guard->unicast, source);
	peer->source = SOURCE_NONE;
}

void
unicast_incomplete(
    struct guard *guard, struct guard_peer *peer, unsigned complete)
{
	unsigned fed = peer->fed & complete;

	if (fed == peer->fed)
		return;
	for (unsigned f = 0; f < 2; f++) {
		if (peer->fed & ~fed & bits[f])
			feed_note(guard, peer, f, "incomplete");
	}
	peer->fed = (uint8_t)fed;
	recount(guard, peer);
}

void
unicast_up(struct guard *guard, struct guard_peer *peer)
{
	struct source_info info;

	peer->overflow = 0;
	peer->again = 0;
	if (peer->source == SOURCE_NONE)
		return; /* opened by its first route */
	source_info_of(guard, peer, &info);
	rib_unicast_regain(guard->unicast, peer->source, info.router_id);
	rib_unicast_place(guard->unicast, peer->source, &info.address);
}

void
unicast_lost(struct guard *guard, struct guard_peer *peer, bool linger)
{
	uint8_t fed = peer->fed;

	if (guard->stopping)
		return;
	peer->fed = 0;
	peer->replaying = 0;
	if (peer->source != SOURCE_NONE && peer->internal) {
		for (unsigned f = 0; f < 2; f++) {
			if (fed & bits[f])
				feed_note(guard, peer, f, "lost");
		}
	}
	/* First: where nothing is known, nothing is moved. */
	recount(guard, peer);
	if (!linger) {
		source_close(guard, peer);
	} else if (peer->source != SOURCE_NONE) {
		rib_unicast_lose(guard->unicast, peer->source);
		touch_reach(guard, peer);
	}
}

static void
complete(struct guard *guard, struct guard_peer *peer, unsigned families)
{
	for (unsigned f = 0; f < 2; f++) {
		if ((families & bits[f]) == 0)
			continue;
		/* In the middle of a refresh its end does that. */
		if (peer->source != SOURCE_NONE &&
		    (peer->replaying & bits[f]) == 0)
			sweep_begin(guard, peer, afis[f], false);
		if (peer->internal)
			feed_note(guard, peer, f, "complete");
	}
	peer->fed |= (uint8_t)families;
	recount(guard, peer);
	for (unsigned f = 0; f < 2 && !peer->internal; f++) {
		if ((families & bits[f]) != 0 && guard->feeds[f] == 0)
			ground_touch_all(guard, peer->customer, afis[f]);
	}
}

static void
refresh_begin(struct guard *guard, struct guard_peer *peer, unsigned families)
{
	peer->replaying |= (uint8_t)families;
	peer->again &= (uint8_t)~families;
	for (unsigned f = 0; f < 2; f++) {
		if (peer->source == SOURCE_NONE || (families & bits[f]) == 0)
			continue;
		sweep_cancel(guard, peer->source, afis[f]);
		rib_unicast_begin(guard->unicast, peer->source, afis[f]);
	}
}

/* Where nothing was short of room this time, all of it is there. */
static void
refresh_end(struct guard *guard, struct guard_peer *peer, unsigned families)
{
	families &= peer->replaying;
	peer->replaying &= (uint8_t)~families;
	for (unsigned f = 0; f < 2; f++) {
		if (peer->source != SOURCE_NONE && (families & bits[f]) != 0)
			sweep_begin(guard, peer, afis[f], false);
	}
	peer->overflow =
	    (uint8_t)((peer->overflow & ~families) | (peer->again & families));
	recount(guard, peer);
}

void
unicast_mark(
    struct guard *guard, struct guard_peer *peer, unsigned mark, unsigned of)
{
	unsigned families = of & FAMILY_UNICAST & peer->families;

	if (families == 0 || !peer->heard || !peer->state.up)
		return;
	switch (mark) {
	case MARK_REPLAY_END:
	case MARK_COMPLETE:
		families &= ~(unsigned)peer->fed;
		if (families != 0)
			complete(guard, peer, families);
		return;
	case MARK_REFRESH_BEGIN:
		refresh_begin(guard, peer, families);
		return;
	case MARK_REFRESH_END:
		refresh_end(guard, peer, families);
		return;
	default:
		return;
	}
}

/* ---- routes ---- */

/* A route found no room: what its session says is not all known. */
static void
overflow(struct guard *guard, struct guard_peer *peer, unsigned f)
{
	const struct rib_unicast *rib = guard->unicast;

	peer->again |= (uint8_t)bits[f];
	if ((peer->overflow & bits[f]) != 0)
		return;
	peer->overflow |= (uint8_t)bits[f];
	recount(guard, peer);
	if (may_note(guard, peer))
		log_line(LOG_ERROR,
		    "session %s: no room for a route: its view counts as "
		    "incomplete: routes=%zu all=%zu: see "
		    "validation.max_routes",
		    peer->name,
		    rib_unicast_of_source(rib, peer->source, afis[f]),
		    rib_unicast_count(rib, AFI_IPV4) +
			rib_unicast_count(rib, AFI_IPV6));
}

/* More than its session lets a customer announce: that is not ours. */
static bool
is_beyond(const struct guard *guard, const struct guard_peer *peer, unsigned f)
{
	uint64_t most;

	if (peer->internal)
		return false;
	most = 2 * (uint64_t)peer->customer->policy->limits.prefixes +
	       GUARD_ROUTES_MORE;
	return rib_unicast_of_source(guard->unicast, peer->source, afis[f]) >=
	       most;
}

/* What is gone and not swept yet makes room first. */
static enum unicast_change
announce(struct guard *guard, const struct guard_peer *peer,
    const struct prefix *prefix, const struct route_facts *facts)
{
	enum unicast_change change;
	bool more;

	do {
		change = rib_unicast_announce(
		    guard->unicast, peer->source, prefix, facts);
		more = change == UNICAST_FULL && guard->n_sweeps > 0;
		if (more)
			(void)sweep_work(guard);
	} while (more);
	return change;
}

/* Then also routes that are not the best matter, of the rule's own session. */
static bool
is_strict(const struct guard_peer *peer)
{
	return !peer->internal && peer->customer->policy != NULL &&
	       peer->customer->policy->validate == VALIDATE_STRICT;
}

static void
route(struct guard *guard, struct guard_peer *peer, const struct prefix *prefix,
    const struct route_facts *facts)
{
	const struct rib_unicast *rib = guard->unicast;
	unsigned f = prefix->afi == AFI_IPV6;
	bool strict = is_strict(peer);
	enum unicast_change change;
	size_t n = 0;

	if (facts != NULL && !peer->internal &&
	    prefix_set_longest(peer->customer->policy->own, prefix) == NULL) {
		peer->foreign++;
		facts = NULL; /* it may have been owned when it came first */
	}
	if (facts != NULL && is_beyond(guard, peer, f)) {
		overflow(guard, peer, f);
		facts = NULL;
	}
	if (strict)
		n = rib_unicast_of_source(rib, peer->source, prefix->afi);
	change = facts == NULL ? rib_unicast_withdraw(
				     guard->unicast, peer->source, prefix)
			       : announce(guard, peer, prefix, facts);
	if (change == UNICAST_SAME && !strict)
		return;
	/* None was there: what it does not own moves nobody's rules. */
	if (change == UNICAST_SAME && facts == NULL &&
	    rib_unicast_of_source(rib, peer->source, prefix->afi) == n)
		return;
	if (change == UNICAST_FULL) {
		guard->no_room++;
		overflow(guard, peer, f);
	}
	if (unicast_matters(guard, prefix->afi))
		ground_moved(guard, prefix);
}

void
unicast_routes(
    struct guard *guard, struct guard_peer *peer, const struct msg_unicast *msg)
{
	struct route_facts facts = msg->facts;
	const struct unicast4 *four = (const void *)(msg + 1);
	const struct unicast6 *six = (const void *)(msg + 1);
	struct prefix prefix = { .afi = AFI_IPV4 };

	if (!source_open(guard, peer))
		return; /* a session that is not up has none */
	if (!peer->internal) {
		if (peer->customer->policy == NULL)
			return;
		facts.local_pref = peer->customer->policy->local_pref;
	}
	for (unsigned i = 0; i < msg->n; i++) {
		if (msg->family == FAMILY_IPV4_UNICAST) {
			prefix.addr[0] = (uint8_t)(four[i].addr >> 24);
			prefix.addr[1] = (uint8_t)(four[i].addr >> 16);
			prefix.addr[2] = (uint8_t)(four[i].addr >> 8);
			prefix.addr[3] = (uint8_t)four[i].addr;
			prefix.len = four[i].len;
		} else {
			prefix.afi = AFI_IPV6;
			memcpy(prefix.addr, six[i].addr, sizeof(prefix.addr));
			prefix.len = six[i].len;
		}
		route(guard, peer, &prefix, msg->withdraw ? NULL : &facts);
	}
}

/* ---- another configuration ---- */

/* Routes that the customer owned and does not any more leave at once. */
static void
disown(struct guard *guard, struct guard_peer *peer,
    const struct prefix_set *old, const struct prefix_set *own)
{
	const struct prefix_entry *entry;
	struct prefix_walk walk;
	struct rib_route found;

	for (size_t i = 0; (entry = prefix_set_at(old, i)) != NULL; i++) {
		if (prefix_set_longest(own, &entry->prefix) != NULL)
			continue; /* and all inside is */
		route(guard, peer, &entry->prefix, NULL);
		rib_unicast_walk(guard->unicast, &walk, &entry->prefix);
		while (rib_unicast_next(guard->unicast, &walk, &found)) {
			if (prefix_set_longest(own, &found.prefix) == NULL)
				route(guard, peer, &found.prefix, NULL);
		}
	}
}

/* What its session keeps, or its peer, is to be said again. */
static void
ask_again(struct guard_peer *peer)
{
	struct msg_refresh ask = { .head.kind = MSG_REFRESH,
		.families = peer->families & FAMILY_UNICAST };

	if (ask.families != 0 && peer->channel != NULL)
		(void)channel_send(peer->channel, &ask, sizeof(ask), -1);
}

static void
peer_reconfigure(
    struct guard *guard, struct guard_peer *peer, const struct config *old)
{
	const struct customer *now =
	    peer->internal ? NULL : peer->customer->policy;
	const struct config_customer *was;

	if (!peer->configured) {
		unicast_lost(guard, peer, false);
		return;
	}
	if (peer->overflow != 0 &&
	    guard->config->validation.max_routes > old->validation.max_routes) {
		ask_again(peer);
		return;
	}
	if (peer->internal)
		return;
	was = config_customer(old, peer->customer->number);
	if (was == NULL || (config_same_own(&was->policy, now) &&
			       was->policy.local_pref == now->local_pref))
		return;
	if (peer->source != SOURCE_NONE)
		disown(guard, peer, was->policy.own, now->own);
	/* What is owned from now on was not kept here. */
	ask_again(peer);
}

void
unicast_configure(struct guard *guard, const struct config *old)
{
	rib_unicast_limit(guard->unicast, guard->config->validation.max_routes);
	for (uint32_t i = 0; old != NULL && i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL)
			peer_reconfigure(guard, guard->peers[i], old);
	}
	sweep_widen(guard);
	recount_all(guard);
}
