/* SPDX-License-Identifier: BSD-2-Clause */
/* What must be true of a random life when all is well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_life.h"

/* ---- what must be true ---- */

static void
heal(struct life *life)
{
	struct scene *scene = life->scene;
	struct scene_store *store = &scene->store;

	if (scene->guard == NULL)
		scene_guard_start(scene);
	for (size_t i = 0; i < scene->n_routers; i++) {
		router_stall(&scene->routers[i], false);
		if (scene->routers[i].channel == NULL)
			router_give(&scene->routers[i]);
	}
	for (size_t i = 0; i < scene->n_sessions; i++) {
		if (scene->sessions[i].channel == NULL)
			session_give(&scene->sessions[i]);
	}
	if (scene->control == NULL)
		scene_give_control(scene);
	disk_stall(store, false);
	store->lazy = false;
	scene_settle(scene);
	disk_full(store, false);
	if (store->channel == NULL)
		scene_give_store(scene);
	disk_commit(store);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
}

static bool
in_prefixes(const struct scene_customer *c, const struct rule *rule)
{
	struct prefix dst;

	assert_true(rule_dst_prefix(rule, &dst));
	for (size_t i = 0; i < 2 && c->prefixes[i] != NULL; i++) {
		struct prefix own;

		assert_int_equal(prefix_parse(c->prefixes[i], &own), 0);
		if (prefix_contains(&own, &dst))
			return true;
	}
	return false;
}

/* Does another customer's rule with the same match and other actions stand? */
static bool
contested(struct life *life, const struct rib_rule *rule)
{
	const struct guard *guard = life->scene->guard;
	const struct guard_customer *own = guard->peers[rule->peer]->customer;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *other =
		    LINK_ENTRY(l, struct rib_rule, all);

		if (guard->peers[other->peer]->customer != own &&
		    rule_passes(other) &&
		    rule_equal(&other->rule, &rule->rule) &&
		    !action_equal(&other->actions, &rule->actions))
			return true;
	}
	return false;
}

/* No room for it, or for one that came before it. */
static bool
no_room(struct life *life, const struct rib_rule *rule)
{
	const struct guard_customer *c =
	    life->scene->guard->peers[rule->peer]->customer;

	return c->rules + 3 > c->policy->limits.rules;
}

/* A refusal must have its reason, a rule that stands must have none. */
static void
check_verdict(struct life *life, const struct rib_rule *rule)
{
	const struct guard_peer *peer = life->scene->guard->peers[rule->peer];
	const struct scene_session *s = &life->scene->sessions[rule->peer - 1];
	const struct scene_customer *c = &life->scene->customers[s->customer];
	bool wide = rule->rule.dst_len == 24;

	assert_int_not_equal(rule->reason, REASON_STORE_BEHIND);
	assert_int_equal(rule->pending, 0);
	if (rule->flags & RULE_ENDED) {
		assert_int_equal(rule->state, STATE_WITHDRAWN);
		return;
	}
	if (rule_passes(rule)) {
		assert_int_equal(rule->wire_reason, REASON_ACCEPTED);
		assert_true(in_prefixes(c, &rule->rule));
		assert_int_equal(c->mode, CUSTOMER_ENFORCE);
		assert_true(!wide || (rule->flags & RULE_APPROVED) != 0);
		assert_true(disk_accepted_live(&life->scene->store, rule->id,
		    &rule->rule, &rule->actions));
		assert_non_null(rule->owners);
		return;
	}
	assert_null(rule->owners);
	switch (rule->reason) {
	case REASON_FIRST_AS:
		assert_int_equal(rule->wire_reason, REASON_FIRST_AS);
		break;
	case REASON_NOT_REGISTERED:
		assert_false(in_prefixes(c, &rule->rule));
		break;
	case REASON_WIDE:
		assert_true(wide);
		assert_int_equal(rule->state, STATE_HELD);
		break;
	case REASON_DENIED:
		assert_true((rule->flags & RULE_DENIED) != 0);
		break;
	case REASON_MONITOR:
		assert_int_equal(c->mode, CUSTOMER_MONITOR);
		break;
	case REASON_CONFLICT:
		assert_true(contested(life, rule));
		break;
	case REASON_QUOTA_RULES:
		assert_true(no_room(life, rule));
		break;
	default:
		fail_msg("rule of %s: state %u, reason %s",
		    peer->customer->name, rule->state,
		    reason_name(rule->reason));
	}
}

/* The guard wants what the customers want. */
static void
check_wishes(struct life *life)
{
	struct scene *scene = life->scene;

	for (size_t i = 0; i < scene->n_sessions; i++) {
		struct scene_session *s = &scene->sessions[i];

		assert_int_equal(session_unacked(s), 0);
		for (unsigned n = 0; n < LIFE_RULES; n++) {
			const struct memory *m = life_memory(life, s, n);
			const struct rib_rule *known;
			const struct scene_wish *w;
			struct rule rule;

			life_rule(s->customer, n, &rule);
			known = rib_in_find(&scene->guard->in, s->peer, &rule);
			w = life_wish(s, &rule);
			if (w != NULL) {
				assert_non_null(known);
				assert_true(known->flags & RULE_WANTED);
				assert_true(
				    action_equal(&known->actions, &w->actions));
			}
			if (known == NULL || !(known->flags & RULE_WANTED)) {
				assert_false(m->stays);
				continue;
			}
			assert_false(m->gone);
			if (w == NULL)
				assert_true(known->flags & RULE_STALE);
			if (m->stays)
				assert_true(rule_passes(known) ||
					    (known->flags & RULE_ENDED));
			if (m->ended && w != NULL)
				assert_true(known->flags & RULE_ENDED);
		}
	}
}

/* Each router holds exactly what stands. */
static void
check_router(struct life *life, const struct scene_router *r)
{
	const struct guard *guard = life->scene->guard;
	size_t n = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		if (!(rule->flags & RULE_WANTED) || !rule_passes(rule))
			continue;
		assert_int_equal(dialect_express((enum dialect)r->emit,
				     &rule->rule, &rule->actions, &life->parts),
		    REASON_ACCEPTED);
		for (unsigned i = 0; i < life->parts.n; i++) {
			const struct scene_held *held =
			    router_holds_rule(r, &life->parts.part[i]);

			assert_non_null(held);
			/* Of one customer's two, the newest speaks. */
			if (guard->peers[rule->peer]->customer->number !=
			    held->customer)
				assert_true(action_equal(
				    &held->actions, &rule->actions));
		}
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct rib_entry *e =
		    rib_out_find(&guard->out[r->emit], &r->held[i].rule);

		assert_non_null(e);
		assert_true(e->standing);
		assert_non_null(e->owners);
		assert_true(action_equal(&e->actions, &r->held[i].actions));
		n++;
	}
	assert_int_equal(n, guard->out[r->emit].n_standing);
	/* All have been told: no tombstones. */
	assert_int_equal(guard->out[r->emit].n_entries, n);
}

static void
check_counts(struct life *life)
{
	struct guard *guard = life->scene->guard;
	uint32_t cost[SCENE_NOC + 1] = { 0 };
	uint32_t known[SCENE_NOC + 1] = { 0 };
	size_t live = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);
		uint32_t c = guard->peers[rule->peer]->customer->number;

		cost[c] += rule->counted ? rule->parts : 0;
		known[c]++;
		live += (rule->flags & RULE_LIVE) != 0;
		if (rule->flags & RULE_LIVE)
			assert_true(
			    rule->id < life->scene->store.live_room &&
			    life->scene->store.live[rule->id] != UINT64_MAX);
		if (rule->flags & RULE_WANTED)
			check_verdict(life, rule);
	}
	assert_int_equal(live, disk_live_count(&life->scene->store));
	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct guard_customer *c = guard->customers[i];

		assert_int_equal(c->rules, cost[c->number]);
		assert_int_equal(c->known, known[c->number]);
		assert_true(c->rules <= c->policy->limits.rules);
	}
}

/* What operators have ended and is on disk now stays so. */
static void
remember_ended(struct life *life)
{
	struct scene *scene = life->scene;

	for (size_t i = 0; i < scene->n_sessions; i++) {
		struct scene_session *s = &scene->sessions[i];

		for (size_t j = 0; j < s->n; j++) {
			const struct rib_rule *rule = rib_in_find(
			    &scene->guard->in, s->peer, &s->wishes[j].rule);

			if (rule != NULL && (rule->flags & RULE_ENDED))
				life_memory(
				    life, s, life_number(s, &s->wishes[j].rule))
				    ->ended = true;
		}
	}
}

void
life_check(struct life *life)
{
	heal(life);
	check_wishes(life);
	check_counts(life);
	for (size_t i = 0; i < life->scene->n_routers; i++)
		check_router(life, &life->scene->routers[i]);
	remember_ended(life);
}

/* All end: nothing is left anywhere. */
void
life_check_nothing(struct life *life)
{
	struct scene *scene = life->scene;

	heal(life);
	for (size_t i = 0; i < scene->n_sessions; i++) {
		if (!scene->sessions[i].state.up)
			session_up(&scene->sessions[i]);
		session_down(&scene->sessions[i], DOWN_CEASED);
	}
	heal(life);
	assert_int_equal(scene->guard->in.n_rules, 0);
	assert_int_equal(disk_live_count(&scene->store), 0);
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		assert_int_equal(scene->guard->out[d].n_entries, 0);
	for (size_t i = 0; i < scene->n_routers; i++)
		assert_int_equal(scene->routers[i].n, 0);
}
