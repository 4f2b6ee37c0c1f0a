/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators see of customers, of quotas, and of counts. */
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/place.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/quota.h"

/* Within an hour, or the last quarter of a short life. */
static bool
is_ending(const struct guard *guard, const struct rib_rule *rule)
{
	const struct customer *policy =
	    guard->peers[rule->peer]->customer->policy;
	uint64_t left = life_left_ms(rule), soon = GUARD_ENDING_MS;

	if (policy != NULL && policy->lifetime_ms != 0 &&
	    policy->lifetime_ms / 4 < soon)
		soon = policy->lifetime_ms / 4;
	return rule_passes(rule) && left != 0 && left < soon;
}

static void
of_rule(const struct guard *guard, struct msg_ctl_customer *msg,
    const struct rib_rule *rule)
{
	if ((rule->flags & RULE_WANTED) == 0)
		return;
	msg->known++;
	msg->by_state[rule->state]++;
	msg->waiting += rule->wait == WAIT_QUOTA;
	msg->ending += is_ending(guard, rule);
}

static void
of_peer(struct msg_ctl_customer *msg, const struct guard_peer *peer)
{
	if (peer->number != GUARD_PEER_NOC && !place_free(peer)) {
		msg->sessions++;
		msg->sessions_up += peer->heard && peer->state.up;
	}
	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next)
		of_rule(
		    peer->guard, msg, LINK_ENTRY(l, struct rib_rule, of_peer));
}

static void
policy_fill(struct msg_ctl_customer *msg, const struct guard_customer *c)
{
	const struct customer *policy = c->policy;

	msg->asn = policy->asn;
	msg->mode = policy->mode;
	msg->noc = policy->noc;
	msg->validate = policy->validate;
	msg->rpki = policy->rpki;
	msg->rules_max = policy->limits.rules;
	msg->cost_max = policy->limits.cost;
	msg->addresses_max = customer_address_limit(policy);
	msg->new_per_second = policy->limits.new_per_second;
	msg->burst = policy->limits.burst;
	msg->strikes_max = policy->limits.strikes;
	msg->lifetime_ms = policy->lifetime_ms;
	msg->registered = (uint32_t)prefix_set_count(policy->own);
	if (!policy->irr.configured)
		return;
	msg->irr = c->irr_held ? 3 : policy->irr.usable ? 1 : 2;
	msg->irr_prefixes = (uint32_t)prefix_set_count(policy->irr.list);
	msg->irr_found = c->irr_found;
	msg->irr_written_ns = policy->irr.written_ns;
}

static void
contained_fill(struct msg_ctl_customer *msg, const struct guard_customer *c)
{
	const struct guard_act *act =
	    c->quarantine.on ? &c->quarantine : &c->freeze;

	msg->quarantined = c->quarantine.on;
	msg->frozen = c->freeze.on;
	msg->muted = c->muted;
	if (!act->on)
		return;
	msg->contained_ns = act->since_ns;
	memcpy(msg->contained_by, act->by, sizeof(msg->contained_by));
}

bool
operator_customer(
    struct guard *guard, uint32_t request, struct guard_customer *c)
{
	struct msg_ctl_customer *msg =
	    channel_reserve(guard->control, MSG_CTL_CUSTOMER, sizeof(*msg));
	struct guard_peer **peers;
	uint64_t now = loop_now_ms(guard->loop);
	size_t n;

	if (msg == NULL)
		return false;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->request = request;
	memcpy(msg->name, c->name, sizeof(msg->name));
	policy_fill(msg, c);
	contained_fill(msg, c);
	msg->rules = c->rules;
	msg->cost = c->cost;
	if (c->coverage != NULL)
		msg->addresses = coverage_total(c->coverage);
	msg->new_left = bucket_level(&c->news, now);
	msg->strikes = strikes_count(&c->strikes, now);
	if (c->policy->noc) {
		of_peer(msg, noc_peer(guard));
	} else {
		peers = peers_of(guard, c, &n);
		for (size_t i = 0; i < n; i++)
			of_peer(msg, peers[i]);
	}
	channel_commit(guard->control, sizeof(*msg));
	return true;
}

static bool
metric_send(struct guard *guard, uint32_t request, const char *customer,
    unsigned reason, uint64_t count)
{
	struct msg_ctl_metric *msg =
	    channel_reserve(guard->control, MSG_CTL_METRIC, sizeof(*msg));

	if (msg == NULL)
		return false;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->request = request;
	msg->reason = (uint16_t)reason;
	msg->count = count;
	memcpy(msg->customer, customer, strlen(customer) + 1);
	channel_commit(guard->control, sizeof(*msg));
	return true;
}

bool
operator_metrics_of(
    struct guard *guard, uint32_t request, const struct guard_customer *c)
{
	for (unsigned reason = 0; reason < GUARD_REASONS; reason++) {
		if (c->verdicts[reason] != 0 &&
		    !metric_send(
			guard, request, c->name, reason, c->verdicts[reason]))
			return false;
	}
	return true;
}

bool
operator_metrics_all(struct guard *guard, uint32_t request)
{
	static const uint16_t reasons[] = {
#define X(symbol, number, name, text) number,
		REASON_MAP(X)
#undef X
	};

	for (size_t r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < guard->n_customers; i++)
			sum += guard->customers[i]->verdicts[reasons[r]];
		if (!metric_send(guard, request, "", reasons[r], sum))
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static void
containment(const struct guard *guard, struct msg_ctl_status *msg)
{
	msg->panic = guard->panic.on;
	msg->panic_since_ns = guard->panic.since_ns;
	memcpy(msg->panic_by, guard->panic.by, sizeof(msg->panic_by));
	msg->frozen = guard->freeze.on;
	msg->selftest_ok = !guard->unfit;
	msg->selftest_asked = guard->proof.asked;
	msg->selftest_failed = guard->proof.failed;
	memcpy(
	    msg->selftest_text, guard->proof.text, sizeof(msg->selftest_text));
	msg->safe_until_ns = guard->past.safe_ns;
	msg->crashes = guard->past.crashes;
	if (guard->reload_held.waits)
		msg->rollback_ns = guard->reload_held.until_ns;
}

static void
facts(const struct guard *guard, struct msg_ctl_status *msg)
{
	const struct msg_rpki_state *rpki = &guard->rpki_state;
	uint64_t boot = clock_boot_ms();
	struct rpki_view view;

	evidence_view(guard, &view);
	msg->rpki = view.state;
	msg->rpki_held = rpki->held;
	msg->rpki_serial = rpki->serial;
	memcpy(msg->rpki_cache, rpki->cache, sizeof(msg->rpki_cache));
	msg->vrps[0] = (uint32_t)vrp_table_count(guard->vrps, AFI_IPV4);
	msg->vrps[1] = (uint32_t)vrp_table_count(guard->vrps, AFI_IPV6);
	if (rpki->held) {
		msg->rpki_have[0] = rpki->have[0] + rpki->have[1];
		msg->rpki_have[1] = rpki->found[0] + rpki->found[1];
	}
	if (rpki->expires_ms == 0)
		return;
	msg->rpki_since_ns =
	    guard->now_ns - (boot - rpki->since_ms) * UINT64_C(1000000);
	msg->rpki_expires_ns = guard->now_ns +
			       rpki->expires_ms * UINT64_C(1000000) -
			       boot * UINT64_C(1000000);
}

static void
of_customer(const struct guard *guard, const struct guard_customer *c,
    struct msg_ctl_status *msg)
{
	msg->quarantined += c->quarantine.on;
	msg->muted += c->muted;
	msg->customers_frozen += c->freeze.on;
	msg->near += quota_near(guard, c);
	if (!c->policy->irr.configured)
		return;
	msg->irr_lists++;
	msg->irr_unusable += !c->policy->irr.usable;
	msg->irr_held += c->irr_held;
}

void
operator_status_more(const struct guard *guard, struct msg_ctl_status *msg)
{
	const struct msg_cfg_fleet *fleet = &guard->config->fleet;

	containment(guard, msg);
	facts(guard, msg);
	msg->fleet_rules = guard->fleet_rules;
	msg->fleet_cost = guard->fleet_cost;
	msg->fleet_rules_max = fleet->max_rules;
	msg->fleet_cost_max = fleet->max_cost;
	for (size_t i = 0; i < guard->n_customers; i++) {
		if (guard->customers[i]->policy != NULL)
			of_customer(guard, guard->customers[i], msg);
	}
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL)
			msg->paced += guard->peers[i]->paced;
	}
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		msg->waiting += rule->wait == WAIT_QUOTA;
		msg->ending += is_ending(guard, rule);
	}
}
