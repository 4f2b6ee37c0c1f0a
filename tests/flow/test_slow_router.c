/* SPDX-License-Identifier: BSD-2-Clause */
/* A router that does not read costs memory by rules, never by messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Announced and withdrawn over and over while one router stalls: its view is
 * the latest when it reads again, and withdrawals come first. */
static void
last_wish_wins(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_router *slow = &scene->routers[0];
	struct scene_router *fast = scene_router_add(scene, DIALECT_STRICT);

	(void)state;
	scene_start(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	router_stall(slow, true);
	for (unsigned i = 0; i < 3000; i++) {
		session_announce(acme, "10.1.0.2/32", i % 2 ? 0 : 9000);
		session_withdraw(acme, "10.1.0.1/32");
		session_withdraw(acme, "10.1.0.2/32");
		scene_settle(scene);
		session_announce(acme, "10.1.0.3/32", i % 2 ? 0 : 9000);
	}
	scene_settle(scene);
	assert_int_equal(fast->n, 1);
	assert_true(scene->guard->out[DIALECT_STRICT].n_entries <= 3);
	router_stall(slow, false);
	scene_settle(scene);
	assert_int_equal(slow->n, 1);
	assert_non_null(router_holds(slow, "10.1.0.3/32"));
	assert_int_equal(scene->guard->out[DIALECT_STRICT].n_entries, 1);
	scene_free(scene);
}

#define BATCH 256u

/* Rule n of very many. */
static void
nth_rule(unsigned n, struct rule *rule)
{
	scene_rule("10.1.0.2/32", rule);
	rule->dst[3] = (uint8_t)(2 + n / 65536);
	rule->n_terms = 1;
	rule->terms[0].type = RULE_LENGTH;
	rule->terms[0].op = RULE_OP_EQ;
	rule->terms[0].value = n % 65536;
}

/* A batch stands for a moment. */
static void
come_and_go(struct scene *scene, unsigned from)
{
	const struct action_set discard = scene_rate(0);
	struct scene_session *acme = &scene->sessions[0];
	struct rule rule;

	for (unsigned n = from; n < from + BATCH; n++) {
		nth_rule(n, &rule);
		session_announce_rule(acme, &rule, &discard, REASON_ACCEPTED);
	}
	scene_settle(scene);
	for (unsigned n = from; n < from + BATCH; n++) {
		nth_rule(n, &rule);
		session_withdraw_rule(acme, &rule);
	}
	scene_settle(scene);
}

/* More withdrawn rules than are kept for a router that never reads: it is
 * given everything anew, and ends with the right rules. */
static void
far_behind_is_told_anew(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_router *slow = &scene->routers[0];
	struct rib_out *out = &scene->guard->out[DIALECT_STRICT];
	size_t most = 0;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	router_stall(slow, true);
	for (unsigned n = 0; n < GUARD_BEHIND_MAX + 10000; n += BATCH) {
		come_and_go(scene, n);
		if (out->n_entries > most)
			most = out->n_entries;
	}
	assert_true(most > GUARD_BEHIND_MAX - 3 * BATCH);
	assert_true(most <= GUARD_BEHIND_MAX + 3 * BATCH);
	session_announce(acme, "10.1.0.3/32", 0);
	scene_settle(scene);
	router_stall(slow, false);
	scene_settle(scene);
	assert_int_equal(slow->n, 2);
	assert_int_equal(out->n_entries, 2);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_wish_wins),
		cmocka_unit_test(far_behind_is_told_anew),
	};

	return cmocka_run_group_tests_name("slow router", tests, NULL, NULL);
}
