/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps that many tests of the guard take. */
#include "tests/lib/guard_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/life.h"

void
step_restart(struct scene *scene)
{
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
}

static void
ask(struct scene *scene, enum ctl_verb verb, const char *customer,
    uint32_t answer)
{
	control_ask_of(scene, verb, customer);
	scene_settle(scene);
	assert_true(scene->ended);
	assert_int_equal(scene->end.exit_code, answer);
}

void
step_do(struct scene *scene, enum ctl_verb verb, const char *customer)
{
	ask(scene, verb, customer, 0);
}

void
step_no(struct scene *scene, enum ctl_verb verb, const char *customer)
{
	ask(scene, verb, customer, 1);
}

static void
ask_id(struct scene *scene, enum ctl_verb verb, uint64_t id, uint32_t answer)
{
	control_ask(scene, verb, id);
	scene_settle(scene);
	assert_true(scene->ended);
	assert_int_equal(scene->end.exit_code, answer);
}

void
step_do_id(struct scene *scene, enum ctl_verb verb, uint64_t id)
{
	ask_id(scene, verb, id, 0);
}

void
step_no_id(struct scene *scene, enum ctl_verb verb, uint64_t id)
{
	ask_id(scene, verb, id, 1);
}

void
step_status(struct scene *scene)
{
	step_do(scene, CTL_STATUS, "");
}

const struct msg_ctl_customer *
step_customer(struct scene *scene, const char *name)
{
	const struct msg_ctl_customer *row;

	step_do(scene, CTL_CUSTOMERS, "");
	row = control_customer(scene, name);
	assert_non_null(row);
	return row;
}

/* ---- rules of customers ---- */

static void
destination(
    const struct scene_session *session, unsigned i, char dst[PREFIX_TEXT_MAX])
{
	(void)snprintf(dst, PREFIX_TEXT_MAX, "10.%u.%u.%u/32",
	    session->customer + 1, i / 250, i % 250);
}

void
step_announce(struct scene_session *session, unsigned from, unsigned n)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = from; i < from + n; i++) {
		destination(session, i, dst);
		session_announce(session, dst, 0);
		if (i % 500 == 499)
			scene_settle(session->scene);
	}
	scene_settle(session->scene);
}

void
step_withdraw(struct scene_session *session, unsigned from, unsigned n)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = from; i < from + n; i++) {
		destination(session, i, dst);
		session_withdraw(session, dst);
	}
	scene_settle(session->scene);
}

void
step_announce_parts(
    struct scene_session *session, const char *dst, unsigned parts)
{
	const struct action_set discard = scene_rate(0);
	struct rule rule;

	scene_rule(dst, &rule);
	for (unsigned i = 0; i < parts * 5; i++) {
		rule.terms[i].type = RULE_DST_PORT;
		rule.terms[i].op = RULE_OP_EQ;
		rule.terms[i].value = 100 + 2 * i;
		rule.n_terms++;
	}
	session_announce_rule(session, &rule, &discard, REASON_ACCEPTED);
	scene_settle(session->scene);
}

struct rib_rule *
step_rule(const struct scene_session *session, const char *dst)
{
	struct rib_rule *found;
	struct rule rule;

	scene_rule(dst, &rule);
	found = rib_in_find(&session->scene->guard->in, session->peer, &rule);
	assert_non_null(found);
	return found;
}

void
step_expire(struct scene_session *session, const char *dst)
{
	struct rib_rule *rule = step_rule(session, dst);

	assert_true(rule->ends_ms != 0);
	life_set(session->scene->guard, rule, 1);
}

struct msg_entry *
step_live_entry(struct scene *scene, const char *dst)
{
	struct scene_store *store = &scene->store;
	struct msg_entry *found = NULL;
	struct rule rule;

	scene_rule(dst, &rule);
	for (size_t id = 0; id < store->live_room; id++) {
		struct msg_entry *e = store->live[id] == UINT64_MAX
					  ? NULL
					  : store->log[store->live[id]];

		if (e != NULL && e->has_rule && rule_equal(disk_rule(e), &rule))
			found = e;
	}
	assert_non_null(found);
	return found;
}

struct rib_rule *
step_noc_rule(struct scene *scene, const char *dst)
{
	struct rule rule;

	scene_rule(dst, &rule);
	return rib_in_find(&scene->guard->in, GUARD_PEER_NOC, &rule);
}

double
step_rate(const struct scene_router *router, const char *dst)
{
	const struct scene_held *held = router_holds(router, dst);

	assert_non_null(held);
	assert_true(held->actions.present & ACTION_BIT(ACTION_RATE_BYTES));
	return action_rate(held->actions.rate_bytes);
}
