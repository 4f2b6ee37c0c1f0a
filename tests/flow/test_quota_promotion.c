/* SPDX-License-Identifier: BSD-2-Clause */
/* Who waits for room passes in the order of arrival. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

#define LIMIT 3

static struct scene *
with_limit(void)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].max_rules = LIMIT;
	scene_start(scene);
	return scene;
}

/* A rule that becomes so many rules inward. */
static void
announce_parts(struct scene_session *session, const char *dst, unsigned parts)
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
}

static void
rules_pass_in_order(void **state)
{
	struct scene *scene = with_limit();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	session_announce(acme, "10.1.0.4/32", 0);
	session_announce(acme, "10.1.0.5/32", 0);
	scene_settle(scene);
	assert_int_equal(rr->n, LIMIT);

	session_withdraw(acme, "10.1.0.2/32");
	scene_settle(scene);
	assert_int_equal(rr->n, LIMIT);
	assert_non_null(router_holds(rr, "10.1.0.4/32"));
	session_withdraw(acme, "10.1.0.4/32");
	scene_settle(scene);
	assert_non_null(router_holds(rr, "10.1.0.5/32"));
	scene_free(scene);
}

/* A rule that is too large for the customer at all keeps nobody waiting. */
static void
rule_that_never_fits_blocks_nobody(void **state)
{
	struct scene *scene = with_limit();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	announce_parts(acme, "10.1.0.9/32", LIMIT + 1);
	session_announce(acme, "10.1.0.4/32", 0);
	scene_settle(scene);
	session_withdraw(acme, "10.1.0.2/32");
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.4/32"));
	scene_free(scene);
}

/* One that needs more room than there is waits at its place, and those behind
 * it with it. */
static void
rule_waits_until_it_fits(void **state)
{
	struct scene *scene = with_limit();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	announce_parts(acme, "10.1.0.9/32", 2);
	session_announce(acme, "10.1.0.4/32", 0);
	scene_settle(scene);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(rr->n, 2);
	session_withdraw(acme, "10.1.0.2/32");
	scene_settle(scene);
	assert_int_equal(rr->n, LIMIT);
	assert_null(router_holds(rr, "10.1.0.4/32"));
	assert_non_null(router_holds(rr, "10.1.0.3/32"));
	scene_free(scene);
}

/* A replacement needs no second place. */
static void
replacement_needs_no_room(void **state)
{
	struct scene *scene = with_limit();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	scene_settle(scene);
	session_announce(acme, "10.1.0.2/32", 9000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, LIMIT);
	assert_int_equal(
	    scene_known(acme, "10.1.0.2/32")->state, STATE_ACCEPTED);
	scene_free(scene);
}

/* Its session goes: nothing is left waiting, nothing counted. */
static void
waiting_rules_leave_with_their_session(void **state)
{
	struct scene *scene = with_limit();
	struct scene_session *acme = &scene->sessions[0];
	const struct guard_customer *c;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		char dst[] = "10.1.0.0/32";

		dst[7] = (char)('0' + i);
		session_announce(acme, dst, 0);
	}
	scene_settle(scene);
	session_down(acme, DOWN_CEASED);
	scene_settle(scene);
	c = scene->guard->peers[acme->peer]->customer;
	assert_int_equal(c->rules, 0);
	assert_int_equal(c->known, 0);
	assert_true(link_empty(&c->waiting));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_pass_in_order),
		cmocka_unit_test(rule_that_never_fits_blocks_nobody),
		cmocka_unit_test(rule_waits_until_it_fits),
		cmocka_unit_test(replacement_needs_no_room),
		cmocka_unit_test(waiting_rules_leave_with_their_session),
	};

	return cmocka_run_group_tests_name(
	    "quota promotion", tests, NULL, NULL);
}
