/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Customers announce, withdraw, flap and cease; operators act; routers stall;
 * store and guard stall, fill up, die and come back, all at random. Whenever
 * all is well for a moment, what stands inward, what is in the log and what the
 * guard believes must agree with what the customers want and may.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"
#include "tests/lib/random_rule.h"

#define STEPS  25000
#define RULES  48 /* of each session's universe */
#define CHECKS 12 /* a check every so many steps */

/* What the model remembers of one rule of one session. */
struct memory {
	bool gone;  /* withdrawn, and the guard has heard it or will */
	bool stays; /* lingers: was on disk when its session was lost */
	bool ended; /* by an operator, on disk */
	struct action_set actions;
};

struct life {
	struct scene *scene;
	struct random random;
	struct memory memory[SCENE_SESSIONS][RULES];
	bool given_store;
	struct dialect_parts parts;
	uint64_t approvals;
};

/* ---- the universe ---- */

/* Rules 0..19 are the customer's own, 20..31 shared by all customers, 32..39
 * wide, 40..43 foreign, 44..47 become several parts. */
static void
universe(uint32_t customer, unsigned n, struct rule *rule)
{
	char dst[PREFIX_TEXT_MAX];
	unsigned own = customer + 1;

	if (n < 20)
		(void)snprintf(dst, sizeof(dst), "10.%u.0.%u/32", own, n);
	else if (n < 32)
		(void)snprintf(dst, sizeof(dst), "10.9.0.%u/32", n);
	else if (n < 40)
		(void)snprintf(dst, sizeof(dst), "10.%u.%u.0/24", own, n);
	else if (n < 44)
		(void)snprintf(dst, sizeof(dst), "10.77.0.%u/32", n);
	else
		(void)snprintf(dst, sizeof(dst), "10.%u.1.%u/32", own, n);
	scene_rule(dst, rule);
	for (unsigned i = 0; n >= 44 && i < 12; i++) {
		rule->terms[i].type = RULE_DST_PORT;
		rule->terms[i].op = RULE_OP_EQ;
		rule->terms[i].value = 100 + 2 * i;
		rule->n_terms++;
	}
}

static unsigned
number_of(const struct scene_session *s, const struct rule *rule)
{
	struct rule other;

	for (unsigned n = 0; n < RULES; n++) {
		universe(s->customer, n, &other);
		if (rule_equal(rule, &other))
			return n;
	}
	fail_msg("a rule that nobody announced");
	return 0;
}

static struct scene_wish *
wish(struct scene_session *s, const struct rule *rule)
{
	for (size_t i = 0; i < s->n; i++) {
		if (rule_equal(&s->wishes[i].rule, rule))
			return &s->wishes[i];
	}
	return NULL;
}

static struct scene_session *
any_session(struct life *life)
{
	return &life->scene->sessions[random_below(
	    &life->random, life->scene->n_sessions)];
}

static struct memory *
memory_of(struct life *life, const struct scene_session *s, unsigned n)
{
	return &life->memory[s - life->scene->sessions][n];
}

/* ---- steps: customers ---- */

static void
announce(struct life *life, struct scene_session *s)
{
	static const double rates[] = { 0, 0, 0, 5000, 6000 };
	unsigned n = (unsigned)random_below(&life->random, RULES);
	double rate = n >= 44 ? 0 : rates[random_below(&life->random, 5)];
	const struct action_set actions = scene_rate(rate);
	struct memory *m = memory_of(life, s, n);
	struct rule rule;

	if (!s->state.up)
		return;
	universe(s->customer, n, &rule);
	if (m->gone || !action_equal(&m->actions, &actions))
		m->ended = false;
	m->gone = false;
	m->stays = false;
	m->actions = actions;
	session_announce_rule(s, &rule, &actions,
	    random_one_in(&life->random, 30) ? REASON_FIRST_AS
					     : REASON_ACCEPTED);
}

static void
withdraw(struct life *life, struct scene_session *s)
{
	const struct scene_wish *w;
	struct memory *m;

	if (!s->state.up || s->n == 0)
		return;
	w = &s->wishes[random_below(&life->random, s->n)];
	if (!w->announced)
		return;
	m = memory_of(life, s, number_of(s, &w->rule));
	m->gone = true;
	m->ended = false;
	session_withdraw_rule(s, &w->rule);
}

/* Does the store's table have the rule, as accepted? */
static bool
on_disk(struct life *life, const struct scene_session *s,
    const struct rule *rule, const struct action_set *actions)
{
	const struct scene_store *store = &life->scene->store;
	char address[NAME_MAX_LEN];

	(void)snprintf(address, sizeof(address), "192.0.2.%u", s->peer);
	for (uint64_t id = 0; id < store->live_room; id++) {
		const struct msg_entry *e;

		if (store->live[id] == UINT64_MAX)
			continue;
		e = store->log[store->live[id]];
		if (e->state == STATE_ACCEPTED &&
		    e->session_len == strlen(address) &&
		    rule_equal(store_rule(e), rule) &&
		    action_equal(store_actions(e), actions) &&
		    memcmp(&e->tail[sizeof(struct action_set) +
				    rule_size(rule) + e->customer_len],
			address, e->session_len) == 0)
			return true;
	}
	return false;
}

/* Which of the announced rules will linger: those on disk do. */
static void
remember_lingering(struct life *life, struct scene_session *s)
{
	bool lingers = life->scene->customers[s->customer].linger_ms > 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct scene_wish *w = &s->wishes[i];
		struct memory *m = memory_of(life, s, number_of(s, &w->rule));

		if (w->announced)
			m->stays = lingers && !m->ended &&
				   on_disk(life, s, &w->rule, &w->actions);
	}
}

static void
forget(struct life *life, const struct scene_session *s, bool all)
{
	for (unsigned n = 0; n < RULES; n++) {
		struct memory *m = memory_of(life, s, n);

		m->stays = false;
		if (all)
			m->ended = false;
	}
}

static void
flap(struct life *life, struct scene_session *s)
{
	if (!s->state.up) {
		session_up(s);
		return;
	}
	if (random_one_in(&life->random, 3)) {
		session_down(s, DOWN_CEASED);
		forget(life, s, true);
		return;
	}
	scene_settle(life->scene);
	remember_lingering(life, s);
	session_down(s, DOWN_LOST);
	if (life->scene->customers[s->customer].linger_ms == 0)
		forget(life, s, true);
}

/* All has come: what was not said again is over. */
static void
completed(struct life *life, struct scene_session *s)
{
	if (!s->state.up)
		return;
	session_mark(s, MARK_COMPLETE);
	for (unsigned n = 0; n < RULES; n++) {
		struct memory *m = memory_of(life, s, n);
		struct rule rule;
		const struct scene_wish *w;

		universe(s->customer, n, &rule);
		w = wish(s, &rule);
		m->stays = false;
		if (w == NULL || !w->announced)
			m->ended = false;
	}
}

/* BoRR, some again, EoRR: what the fake does not repeat is withdrawn. */
static void
refresh(struct life *life, struct scene_session *s)
{
	if (!s->state.up || s->complete == 0)
		return;
	session_mark(s, MARK_REFRESH_BEGIN);
	for (size_t i = 0; i < s->n; i++) {
		const struct scene_wish w = s->wishes[i];

		if (w.announced)
			session_announce_rule(
			    s, &w.rule, &w.actions, w.wire_reason);
		if (random_one_in(&life->random, 10))
			scene_settle(life->scene);
	}
	session_mark(s, MARK_REFRESH_END);
}

static void
process_dies(struct life *life, struct scene_session *s)
{
	scene_settle(life->scene);
	if (s->state.up)
		remember_lingering(life, s);
	if (life->scene->customers[s->customer].linger_ms == 0)
		forget(life, s, true);
	for (size_t i = 0; i < s->n; i++) {
		if (!s->wishes[i].announced && s->channel == NULL)
			memory_of(life, s, number_of(s, &s->wishes[i].rule))
			    ->gone = false;
	}
	session_die(s);
}

static void
customer_step(struct life *life)
{
	struct scene_session *s = any_session(life);
	uint64_t dice = random_below(&life->random, 100);

	if (dice < 60)
		announce(life, s);
	else if (dice < 85)
		withdraw(life, s);
	else if (dice < 91)
		flap(life, s);
	else if (dice < 96)
		completed(life, s);
	else if (dice < 98)
		refresh(life, s);
	else
		process_dies(life, s);
}

/* ---- steps: the others ---- */

static void
store_step(struct life *life)
{
	struct scene_store *store = &life->scene->store;

	if (store->channel == NULL) {
		if (life->scene->guard != NULL)
			scene_give_store(life->scene);
		return;
	}
	switch (random_below(&life->random, 6)) {
	case 0:
		store->lazy = !store->lazy;
		if (!store->lazy)
			store_commit(store);
		break;
	case 1:
		store_stall(store, !store->stalled);
		break;
	case 2:
		if (!store->stalled)
			store_full(store, !store->full);
		break;
	case 3:
		store_die(store, random_one_in(&life->random, 2));
		break;
	default:
		store_commit(store);
	}
}

static void
router_step(struct life *life)
{
	struct scene *scene = life->scene;
	struct scene_router *r =
	    &scene->routers[random_below(&life->random, scene->n_routers)];

	if (random_one_in(&life->random, 6) && scene->guard != NULL)
		router_die(r);
	else
		router_stall(r, !r->stalled);
}

/* What an operator ended is remembered when it is on disk. */
static void
operator_step(struct life *life)
{
	static const enum ctl_verb verbs[] = { CTL_APPROVE, CTL_DENY,
		CTL_WITHDRAW, CTL_RULES, CTL_STATUS };
	struct scene *scene = life->scene;
	struct scene_session *s = any_session(life);
	const struct rib_rule *rule;

	if (scene->guard == NULL || scene->control == NULL || s->n == 0)
		return;
	scene_settle(scene);
	if (scene->guard->config == NULL)
		return;
	rule = rib_in_find(&scene->guard->in, s->peer,
	    &s->wishes[random_below(&life->random, s->n)].rule);
	if (rule == NULL || rule->id == RULE_ID_NONE)
		return;
	control_ask(scene, verbs[random_below(&life->random, 5)], rule->id);
	scene_settle(scene);
	assert_true(scene->ended);
}

static void
reload_step(struct life *life)
{
	struct scene *scene = life->scene;
	struct scene_customer *c =
	    &scene->customers[random_below(&life->random, 2)];
	unsigned withdrawn;

	if (scene->guard == NULL || !scene->guard->loaded)
		return;
	c->max_rules = 8 + (uint32_t)random_below(&life->random, 40);
	if (random_one_in(&life->random, 4))
		c->mode = c->mode == CUSTOMER_ENFORCE ? CUSTOMER_MONITOR
						      : CUSTOMER_ENFORCE;
	if (random_one_in(&life->random, 4))
		c->prefixes[1] = c->prefixes[1] == NULL ? "10.9.0.0/16" : NULL;
	c->tag++;
	scene_settle(scene);
	scene->results = 0;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->results, 1);
	withdrawn = scene->result.withdrawn;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->results, 2);
	/* A trial run says what is then done. */
	assert_int_equal(scene->result.withdrawn, withdrawn);
	for (size_t i = 0; i < scene->n_sessions; i++)
		forget(life, &scene->sessions[i], false);
}

static void
guard_dies(struct life *life)
{
	struct scene *scene = life->scene;

	for (size_t i = 0; i < scene->n_sessions; i++) {
		struct scene_session *s = &scene->sessions[i];

		/* What it did not bring to disk it takes with it. */
		for (unsigned n = 0; n < RULES; n++) {
			struct memory *m = memory_of(life, s, n);
			struct rule rule;

			universe(s->customer, n, &rule);
			m->stays =
			    m->stays && on_disk(life, s, &rule, &m->actions);
		}
	}
	scene_guard_kill(scene);
	if (random_one_in(&life->random, 2))
		store_die(&scene->store, random_one_in(&life->random, 2));
}

static void
guard_step(struct life *life)
{
	struct scene *scene = life->scene;

	if (scene->guard != NULL) {
		guard_dies(life);
		return;
	}
	scene_guard_start(scene);
	for (unsigned i = 0; i < 6; i++) {
		switch (random_below(&life->random, 5)) {
		case 0:
			scene_give_store(scene);
			break;
		case 1:
			scene_give_sessions(scene);
			break;
		case 2:
			scene_give_routers(scene);
			break;
		case 3:
			customer_step(life);
			break;
		default:
			scene_settle(scene);
		}
	}
}

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
	store_stall(store, false);
	store->lazy = false;
	scene_settle(scene);
	store_full(store, false);
	if (store->channel == NULL)
		scene_give_store(scene);
	store_commit(store);
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

	return c->cost + 3 > c->policy->limits.rules;
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
		assert_true(store_accepted_live(&life->scene->store, rule->id,
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
		for (unsigned n = 0; n < RULES; n++) {
			const struct memory *m = memory_of(life, s, n);
			const struct rib_rule *known;
			const struct scene_wish *w;
			struct rule rule;

			universe(s->customer, n, &rule);
			known = rib_in_find(&scene->guard->in, s->peer, &rule);
			w = wish(s, &rule);
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
				assert_true(rule_passes(known));
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
	uint32_t cost[SCENE_CUSTOMERS + 1] = { 0 };
	uint32_t known[SCENE_CUSTOMERS + 1] = { 0 };
	size_t live = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);
		uint32_t c = guard->peers[rule->peer]->customer->number;

		cost[c] += rule->counted ? rule->cost : 0;
		known[c]++;
		live += (rule->flags & RULE_LIVE) != 0;
		if (rule->flags & RULE_LIVE)
			assert_true(
			    rule->id < life->scene->store.live_room &&
			    life->scene->store.live[rule->id] != UINT64_MAX);
		if (rule->flags & RULE_WANTED)
			check_verdict(life, rule);
	}
	assert_int_equal(live, store_live_count(&life->scene->store));
	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct guard_customer *c = guard->customers[i];

		assert_int_equal(c->cost, cost[c->number]);
		assert_int_equal(c->known, known[c->number]);
		assert_true(c->cost <= c->policy->limits.rules);
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
				memory_of(
				    life, s, number_of(s, &s->wishes[j].rule))
				    ->ended = true;
		}
	}
}

static void
check(struct life *life)
{
	heal(life);
	check_wishes(life);
	check_counts(life);
	for (size_t i = 0; i < life->scene->n_routers; i++)
		check_router(life, &life->scene->routers[i]);
	remember_ended(life);
}

static void
step(struct life *life)
{
	uint64_t dice = random_below(&life->random, 1000);

	if (dice < 850)
		customer_step(life);
	else if (dice < 910)
		store_step(life);
	else if (dice < 950)
		router_step(life);
	else if (dice < 975)
		operator_step(life);
	else if (dice < 985)
		reload_step(life);
	else if (dice < 992 || life->scene->guard == NULL)
		guard_step(life);
	if (random_one_in(&life->random, 3))
		scene_settle(life->scene);
}

/* All end: nothing is left anywhere. */
static void
check_nothing_left(struct life *life)
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
	assert_int_equal(store_live_count(&scene->store), 0);
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		assert_int_equal(scene->guard->out[d].n_entries, 0);
	for (size_t i = 0; i < scene->n_routers; i++)
		assert_int_equal(scene->routers[i].n, 0);
}

static void
live_once(uint64_t seed, unsigned steps)
{
	struct life *life = calloc(1, sizeof(*life));
	struct scene *scene;

	assert_non_null(life);
	life->random.state = seed;
	life->scene = scene = scene_prepare();
	(void)scene_session_add(scene, 0);
	(void)scene_session_add(scene, 1);
	(void)scene_router_add(scene, DIALECT_STRICT);
	(void)scene_router_add(scene, DIALECT_FRR);
	scene->customers[0].max_rules = 30;
	scene->customers[1].max_rules = 30;
	scene->customers[1].linger_ms = 0;
	scene_start(scene);
	for (unsigned i = 0; i < steps; i++) {
		step(life);
		if (i % CHECKS == 0)
			check(life);
	}
	check_nothing_left(life);
	scene_free(scene);
	free(life);
}

static void
life_goes_on(void **state)
{
	const char *seed = getenv("SEED");
	const char *steps = getenv("STEPS");

	(void)state;
	live_once(seed == NULL ? 20261123 : strtoull(seed, NULL, 10),
	    steps == NULL ? STEPS : (unsigned)strtoul(steps, NULL, 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_goes_on),
	};

	return cmocka_run_group_tests_name("random life", tests, NULL, NULL);
}
