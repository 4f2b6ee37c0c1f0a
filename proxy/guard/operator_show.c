/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators see of the whole, and of sessions. */
#include <string.h>

#include "proxy/common/endpoint.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/place.h"

static uint32_t
ground_count(const struct guard *guard, enum rule_ground ground)
{
	uint32_t n = 0;

	for (const struct rib_link *l = guard->grounds[ground].next;
	     l != &guard->grounds[ground]; l = l->next)
		n++;
	return n;
}

static uint32_t
braked_customers(struct guard *guard)
{
	struct rib_link *end = &guard->grounds[GROUND_BRAKED];
	uint32_t n = 0;

	for (size_t i = 0; i < guard->n_customers; i++)
		guard->customers[i]->braked = false;
	for (struct rib_link *l = end->next; l != end; l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, grounded);
		struct guard_customer *customer =
		    guard->peers[rule->peer]->customer;

		n += !customer->braked;
		customer->braked = true;
	}
	return n;
}

static void
unicast_status(struct guard *guard, struct msg_ctl_status *msg)
{
	static const unsigned afis[2] = { AFI_IPV4, AFI_IPV6 };

	for (unsigned f = 0; f < 2; f++) {
		msg->feeds[f] = guard->feeds[f];
		msg->feeds_complete[f] = guard->fed[f];
		msg->prefixes[f] =
		    (uint32_t)rib_unicast_prefixes(guard->unicast, afis[f]);
		msg->routes[f] =
		    (uint32_t)rib_unicast_count(guard->unicast, afis[f]);
	}
	msg->unicast_octets = rib_unicast_octets(guard->unicast);
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL)
			msg->foreign += guard->peers[i]->foreign;
	}
	msg->table_full =
	    guard->no_room < UINT32_MAX ? (uint32_t)guard->no_room : UINT32_MAX;
	msg->damped = ground_count(guard, GROUND_GONE);
	msg->braked = ground_count(guard, GROUND_BRAKED);
	if (msg->braked > 0) {
		msg->braked_customers = braked_customers(guard);
		msg->braked_since_ns = guard->braked_since_ns;
	}
}

void
operator_status(struct guard *guard, uint32_t request)
{
	struct msg_ctl_status *msg =
	    channel_reserve(guard->control, MSG_CTL_STATUS, sizeof(*msg));

	if (msg == NULL) {
		operator_end(guard, request, 1,
		    "too many answers are under way; try again");
		return;
	}
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->request = request;
	msg->store = guard->store == NULL           ? 0
		     : journal_full(guard->journal) ? STORE_FULL
						    : STORE_FINE;
	msg->synced = guard->loaded;
	msg->started_ns = guard->started_ns;
	msg->generation = guard->config->begin.generation;
	msg->log_size = journal_next(guard->journal);
	msg->log_pending = journal_pending(guard->journal);
	msg->store_behind = guard->store_behind;
	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct customer *policy = guard->customers[i]->policy;

		msg->customers += policy != NULL && !policy->noc;
	}
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		const struct guard_peer *peer = guard->peers[i];

		if (peer == NULL || !peer->configured)
			continue;
		if (peer->internal) {
			msg->inward++;
			msg->inward_up += peer->state.up;
		} else if (!place_free(peer)) {
			msg->sessions++;
			msg->sessions_up += peer->state.up;
		}
	}
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		msg->rules++;
		msg->by_state[rule->state]++;
		msg->suspects += rule->reason == REASON_CRASH_SUSPECT;
	}
	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		if (msg->out < guard->out[d].n_standing)
			msg->out = (uint32_t)guard->out[d].n_standing;
	}
	unicast_status(guard, msg);
	operator_status_more(guard, msg);
	memcpy(msg->config_hash, guard->config->begin.hash,
	    sizeof(msg->config_hash));
	msg->md5 = guard->md5;
	channel_commit(guard->control, sizeof(*msg));
	operator_end(guard, request, 0, "");
}

/* How its segments are known to be its own, and its place if it has one. */
static void
place_fill(struct guard *guard, const struct guard_peer *peer,
    struct msg_ctl_session *msg)
{
	const struct msg_cfg_neighbor *neighbor =
	    config_neighbor(guard->config, peer->number);

	if (neighbor != NULL) {
		msg->keyed = neighbor->authenticated;
		msg->ttl_hops = neighbor->ttl_hops;
	}
	msg->auth = peer->auth;
	if (msg->keyed == AUTH_MD5 && !peer->state.up)
		place_md5_lately(guard, &msg->md5_bad, &msg->md5_unsigned);
	msg->free = place_free(peer);
	place_count(guard, peer, &msg->places, &msg->taken);
}

/* What ended the last session says more than that nobody answers the new
 * process yet. */
static void
state_fill(const struct guard_peer *peer, struct msg_session_state *out)
{
	const struct session_end *ended = &peer->ended;

	*out = peer->state;
	out->head = (struct msg_head){ sizeof(*out), MSG_SESSION_STATE, 0 };
	if (out->down != DOWN_NONE || out->code != 0 || ended->text[0] == '\0')
		return;
	/* Somebody else has the place by now. */
	if (out->remote.afi != AFI_NONE && ended->remote.afi != AFI_NONE &&
	    !endpoint_same_host(&out->remote, &ended->remote))
		return;
	out->code = ended->code;
	out->subcode = ended->subcode;
	out->sent_last = ended->sent_last;
	memcpy(out->text, ended->text, sizeof(out->text));
}

bool
operator_session(
    struct guard *guard, uint32_t request, const struct guard_peer *peer)
{
	struct msg_ctl_session *msg =
	    channel_reserve(guard->control, MSG_CTL_SESSION, sizeof(*msg));

	if (msg == NULL)
		return false;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->request = request;
	msg->internal = peer->internal;
	msg->emit = peer->dialect;
	place_fill(guard, peer, msg);
	state_fill(peer, &msg->state);
	memcpy(msg->name, peer->internal ? peer->name : peer->address,
	    sizeof(msg->name));
	msg->fed = peer->fed;
	msg->foreign =
	    peer->foreign < UINT32_MAX ? (uint32_t)peer->foreign : UINT32_MAX;
	if (peer->source != SOURCE_NONE) {
		msg->routes[0] = (uint32_t)rib_unicast_of_source(
		    guard->unicast, peer->source, AFI_IPV4);
		msg->routes[1] = (uint32_t)rib_unicast_of_source(
		    guard->unicast, peer->source, AFI_IPV6);
	}
	if (peer->internal) {
		msg->asn = guard->config->router.asn;
		msg->rules = (uint32_t)guard->out[peer->dialect].n_standing;
		msg->accepted = peer->state.up ? peer->state.held : 0;
	} else if (peer->customer->policy != NULL) {
		msg->asn = peer->customer->policy->asn;
		msg->mode = peer->customer->policy->mode;
		msg->validate = peer->customer->policy->validate;
		msg->rules = peer->customer->known;
		msg->accepted = peer->customer->rules;
		msg->max_rules = peer->customer->policy->limits.rules;
		memcpy(
		    msg->customer, peer->customer->name, sizeof(msg->customer));
	}
	channel_commit(guard->control, sizeof(*msg));
	return true;
}
