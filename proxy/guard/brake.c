/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules that have lost their ground. They are collected for a moment, since a
 * change of routes comes in many pieces; then they are revoked, or, when that
 * would be too much of all that stands, the brake holds them for a person: an
 * error of a route reflector must not open the doors while an attack goes on.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/guard/guard.h"

static struct rib_rule *
first_of(const struct rib_link *list)
{
	return link_empty(list)
		   ? NULL
		   : LINK_ENTRY(list->next, struct rib_rule, grounded);
}

static void fall(void *ctx);

int
brake_init(struct guard *guard)
{
	guard->rest_ms = GUARD_REST_MS;
	guard->collect = timer_new(guard->loop, fall, guard);
	return guard->collect == NULL ? -1 : 0;
}

void
brake_fini(struct guard *guard)
{
	timer_free(guard->collect);
}

void
brake_doom(struct guard *guard, struct rib_rule *rule)
{
	ground_set(guard, rule, GROUND_DOOMED);
	if (guard->collecting)
		return;
	guard->collecting = true;
	timer_start(guard->collect, GUARD_COLLECT_MS, 0);
}

/* ---- revoking ---- */

/* A second at first, twice as long each time. */
void
brake_rest(struct guard *guard, struct rib_rule *rule)
{
	uint64_t now = loop_now_ms(guard->loop);
	uint64_t rest;

	if (now > rule->rest_ms && now - rule->rest_ms > GUARD_REST_FORGET_MS)
		rule->revoked = 0;
	rest = guard->rest_ms << (rule->revoked < 6 ? rule->revoked : 6);
	if (rest > GUARD_REST_MAX_MS)
		rest = GUARD_REST_MAX_MS;
	if (rule->revoked < UINT8_MAX)
		rule->revoked++;
	rule->rest_ms = now + rest;
	rule->match_len = MATCH_LEN_NONE;
	rule->failed_over = 0;
	if (rest == 0) {
		ground_set(guard, rule, GROUND_FINE);
		return;
	}
	ground_set(guard, rule, GROUND_REST);
	ground_wait(guard, rule->rest_ms);
}

/* False: it has come to its ground again. */
static bool
revoke(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;
	struct verdict verdict = { .state = STATE_REFUSED };
	enum check check;

	verdict.reason =
	    (uint16_t)guard_ask_facts(guard, rule, verdict.evidence, &check);
	verdict.check = (uint8_t)check;
	if (verdict.reason == REASON_ACCEPTED || !rule_passes(rule)) {
		ground_set(guard, rule, GROUND_FINE);
		return false;
	}
	/* Routes flap at a stranger's will; ROAs and lists do not. */
	if (check == CHECK_VALIDATION)
		brake_rest(guard, rule);
	else
		ground_set(guard, rule, GROUND_FINE);
	customer->revoked_ms = loop_now_ms(guard->loop);
	if (customer->lost++ == 0)
		memcpy(customer->lost_why, verdict.evidence,
		    sizeof(customer->lost_why));
	guard->revoked[guard->revoked_s % GUARD_BRAKE_S]++;
	guard_revoke(guard, rule, &verdict);
	return true;
}

/* ---- the brake ---- */

/* Forget the seconds that have passed. */
static void
window_move(struct guard *guard)
{
	uint64_t now_s = loop_now_ms(guard->loop) / 1000;

	for (unsigned i = 0; guard->revoked_s < now_s && i < GUARD_BRAKE_S;
	     i++) {
		guard->revoked_s++;
		guard->revoked[guard->revoked_s % GUARD_BRAKE_S] = 0;
	}
	guard->revoked_s = now_s;
}

/* How many have this ground; their customers are marked. Those that nothing is
 * known of any more are in no danger: a feed that is lost moves many routes
 * before it is known to be. */
static uint64_t
mark(struct guard *guard, enum rule_ground ground)
{
	const struct rib_link *end = &guard->grounds[ground];
	struct rib_link *next;
	char why[EVIDENCE_MAX];
	uint64_t n = 0;

	for (struct rib_link *l = end->next; l != end; l = next) {
		struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, grounded);
		struct guard_peer *peer = guard->peers[rule->peer];

		next = l->next;
		/* ROAs and lists may object all the same. */
		if (!unicast_known(guard, peer, rule->rule.afi) &&
		    guard_ask_facts(guard, rule, why, NULL) ==
			REASON_ACCEPTED) {
			ground_set(guard, rule, GROUND_FINE);
			continue;
		}
		peer->customer->braked = true;
		n++;
	}
	return n;
}

static uint64_t
standing(struct guard *guard)
{
	uint64_t n = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		n += (rule->flags & RULE_WANTED) != 0 && rule_passes(rule);
	}
	return n;
}

/* Would what is doomed, with what was lost of late and what is braked already,
 * be more than the brake lets pass? */
static bool
holds(struct guard *guard)
{
	const struct msg_cfg_validation *v = &guard->config->validation;
	uint64_t now = loop_now_ms(guard->loop);
	uint64_t recent = 0, n;
	uint32_t customers = 0;

	window_move(guard);
	for (unsigned i = 0; i < GUARD_BRAKE_S; i++)
		recent += guard->revoked[i];
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		c->braked = c->revoked_ms != 0 &&
			    now - c->revoked_ms < GUARD_BRAKE_S * 1000;
	}
	n = recent + mark(guard, GROUND_DOOMED) + mark(guard, GROUND_BRAKED);
	for (size_t i = 0; i < guard->n_customers; i++)
		customers += guard->customers[i]->braked;
	/* To count all that stands is a walk: last. */
	return v->brake_percent < 100 && n >= v->brake_rules &&
	       customers >= v->brake_customers &&
	       n * 100 > v->brake_percent * (standing(guard) + recent);
}

static void
hold(struct guard *guard)
{
	bool first = link_empty(&guard->grounds[GROUND_BRAKED]);
	struct rib_rule *rule = first_of(&guard->grounds[GROUND_DOOMED]);
	char text[ENTRY_TEXT_MAX], why[EVIDENCE_MAX] = "";
	unsigned n = 0;

	if (first && rule != NULL)
		(void)guard_ask_facts(guard, rule, why, NULL);
	while ((rule = first_of(&guard->grounds[GROUND_DOOMED])) != NULL) {
		ground_set(guard, rule, GROUND_BRAKED);
		n++;
	}
	if (!first || n == 0)
		return; /* on record; the status counts on */
	(void)snprintf(text, sizeof(text),
	    "brake: a change of routes, ROAs or lists would revoke %u rules; "
	    "they stand until sluice confirm; the first: %.120s",
	    n, why);
	log_line(LOG_ERROR, "%s", text);
	guard->braked_since_ns = guard->now_ns;
	guard_note(guard, ENTRY_EMERGENCY, text);
}

static void
fall(void *ctx)
{
	struct guard *guard = ctx;
	struct rib_rule *rule;

	guard->collecting = false;
	guard->now_ns = clock_wall_ns();
	if (link_empty(&guard->grounds[GROUND_DOOMED]))
		return;
	if (holds(guard)) {
		hold(guard);
		return;
	}
	while ((rule = first_of(&guard->grounds[GROUND_DOOMED])) != NULL)
		(void)revoke(guard, rule);
}

unsigned
brake_confirm(struct guard *guard)
{
	struct rib_rule *rule;
	unsigned n = 0;

	while ((rule = first_of(&guard->grounds[GROUND_BRAKED])) != NULL)
		n += revoke(guard, rule);
	/* What was confirmed does not count against what comes. */
	memset(guard->revoked, 0, sizeof(guard->revoked));
	guard->braked_since_ns = 0;
	return n;
}

/* A line a second for each customer whose rules went or came back. */
static void
say(struct guard_customer *customer)
{
	if (customer->lost > 0)
		log_line(LOG_WARN, "customer %s: %u rule%s revoked: %s",
		    customer->name, (unsigned)customer->lost,
		    customer->lost == 1 ? "" : "s", customer->lost_why);
	if (customer->back > 0)
		log_line(LOG_INFO, "customer %s: %u revoked rule%s back",
		    customer->name, (unsigned)customer->back,
		    customer->back == 1 ? " is" : "s are");
	customer->lost = 0;
	customer->back = 0;
}

void
brake_second(struct guard *guard)
{
	static const char text[] =
	    "brake: released: nothing is left to confirm";

	for (size_t i = 0; i < guard->n_customers; i++)
		say(guard->customers[i]);
	if (guard->braked_since_ns == 0 ||
	    !link_empty(&guard->grounds[GROUND_BRAKED]))
		return;
	guard->braked_since_ns = 0;
	log_line(LOG_INFO, "%s", text);
	guard_note(guard, ENTRY_EMERGENCY, text);
}
