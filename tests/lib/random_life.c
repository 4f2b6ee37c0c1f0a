/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens in a random life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_life.h"

/* ---- the universe ---- */

/* Rules 0..19 are the customer's own, 20..31 shared by all customers, 32..39
 * wide, 40..43 foreign, 44..47 become several parts. */
void
life_rule(uint32_t customer, unsigned n, struct rule *rule)
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

unsigned
life_number(const struct scene_session *s, const struct rule *rule)
{
	struct rule other;

	for (unsigned n = 0; n < LIFE_RULES; n++) {
		life_rule(s->customer, n, &other);
		if (rule_equal(rule, &other))
			return n;
	}
	fail_msg("a rule that nobody announced");
	return 0;
}

struct scene_wish *
life_wish(struct scene_session *s, const struct rule *rule)
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

struct memory *
life_memory(struct life *life, const struct scene_session *s, unsigned n)
{
	return &life->memory[s - life->scene->sessions][n];
}

/* ---- steps: customers ---- */

static void
announce(struct life *life, struct scene_session *s)
{
	static const double rates[] = { 0, 0, 0, 5000, 6000 };
	unsigned n = (unsigned)random_below(&life->random, LIFE_RULES);
	uint16_t wire_reason = random_one_in(&life->random, 30)
				   ? REASON_FIRST_AS
				   : REASON_ACCEPTED;
	double rate = n >= 44 ? 0 : rates[random_below(&life->random, 5)];
	const struct action_set actions = scene_rate(rate);
	struct memory *m = life_memory(life, s, n);
	struct rule rule;

	if (!s->state.up)
		return;
	life_rule(s->customer, n, &rule);
	if (m->gone || m->wire_reason != wire_reason ||
	    !action_equal(&m->actions, &actions))
		m->ended = false;
	m->wire_reason = wire_reason;
	m->gone = false;
	m->stays = false;
	m->actions = actions;
	session_announce_rule(s, &rule, &actions, wire_reason);
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
	m = life_memory(life, s, life_number(s, &w->rule));
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
		    rule_equal(disk_rule(e), rule) &&
		    action_equal(disk_actions(e), actions) &&
		    memcmp(&e->tail[sizeof(struct action_set) +
				    rule_size(rule) + e->customer_len],
			address, e->session_len) == 0)
			return true;
	}
	return false;
}

/* Which of the announced rules will linger: those that stand and are on disk,
 * so that even a new guard knows them. */
static void
remember_lingering(struct life *life, struct scene_session *s)
{
	const struct guard *guard = life->scene->guard;
	bool lingers = life->scene->customers[s->customer].linger_ms > 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct scene_wish *w = &s->wishes[i];
		struct memory *m =
		    life_memory(life, s, life_number(s, &w->rule));
		const struct rib_rule *rule =
		    guard == NULL ? NULL
				  : rib_in_find(&guard->in, s->peer, &w->rule);

		if (w->announced)
			m->stays = lingers && rule != NULL &&
				   rule_passes(rule) &&
				   on_disk(life, s, &w->rule, &w->actions);
	}
}

static void
forget(struct life *life, const struct scene_session *s, bool all)
{
	for (unsigned n = 0; n < LIFE_RULES; n++) {
		struct memory *m = life_memory(life, s, n);

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
	for (unsigned n = 0; n < LIFE_RULES; n++) {
		struct memory *m = life_memory(life, s, n);
		struct rule rule;
		const struct scene_wish *w;

		life_rule(s->customer, n, &rule);
		w = life_wish(s, &rule);
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
	for (unsigned n = 0; n < LIFE_RULES; n++) {
		const struct scene_wish *w;
		struct rule rule;

		life_rule(s->customer, n, &rule);
		w = life_wish(s, &rule);
		if (w != NULL && w->announced) {
			const struct action_set actions = w->actions;

			session_announce_rule(
			    s, &rule, &actions, w->wire_reason);
		}
		if (random_one_in(&life->random, 20))
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
			life_memory(life, s, life_number(s, &s->wishes[i].rule))
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
			disk_commit(store);
		break;
	case 1:
		disk_stall(store, !store->stalled);
		break;
	case 2:
		if (!store->stalled)
			disk_full(store, !store->full);
		break;
	case 3:
		disk_die(store, random_one_in(&life->random, 2));
		break;
	default:
		disk_commit(store);
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
	if (scene->guard->config == NULL || s->n == 0)
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
	c->max_rules = 24 + (uint32_t)random_below(&life->random, 40);
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
		for (unsigned n = 0; n < LIFE_RULES; n++) {
			struct memory *m = life_memory(life, s, n);
			struct rule rule;

			life_rule(s->customer, n, &rule);
			m->stays =
			    m->stays && on_disk(life, s, &rule, &m->actions);
		}
	}
	scene_guard_kill(scene);
	if (random_one_in(&life->random, 2))
		disk_die(&scene->store, random_one_in(&life->random, 2));
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

void
life_run(uint64_t seed, unsigned steps, unsigned check_every)
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
		if (i % check_every == 0)
			life_check(life);
	}
	life_check_nothing(life);
	scene_free(scene);
	free(life);
}
