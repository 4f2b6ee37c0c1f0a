/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware entries and addresses are limited as rules are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_steps.h"

static struct scene *
with_cost(uint32_t cost)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].max_cost = cost;
	scene_start(scene);
	return scene;
}

/* Each rule inward counts one in the plain profile; what is too much waits,
 * and comes when as many are free. */
static void
parts_cost(void **state)
{
	struct scene *scene = with_cost(4);
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	step_announce_parts(acme, "10.1.0.1/32", 2);
	session_announce(acme, "10.1.0.2/32", 0);
	step_announce_parts(acme, "10.1.0.3/32", 2);
	assert_int_equal(rr->n, 3);
	assert_int_equal(scene->guard->customers[0]->cost, 3);
	assert_int_equal(
	    step_rule(acme, "10.1.0.2/32")->reason, REASON_ACCEPTED);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_QUOTA_COST), 1);

	session_withdraw(acme, "10.1.0.2/32");
	scene_settle(scene);
	assert_int_equal(rr->n, 4);
	assert_int_equal(scene->guard->customers[0]->cost, 4);
	scene_free(scene);
}

/* A dearer profile by a reload: the first seen stay, the others wait. */
static void
dearer_profile_by_reload(void **state)
{
	struct scene *scene = with_cost(UINT32_MAX);
	struct scene_session *acme = &scene->sessions[0];
	uint32_t plain, dear;

	(void)state;
	step_announce_parts(acme, "10.1.0.1/32", 1);
	step_announce_parts(acme, "10.1.0.2/32", 1);
	plain = scene->guard->customers[0]->cost;
	scene->fleet.profile = COST_NCS5500;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	dear = scene->guard->customers[0]->cost;
	assert_int_equal(plain, 2);
	assert_true(dear > plain);

	scene->customers[0].max_cost = dear - 1;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(
	    rule_equal(&scene->routers[0].held[0].rule, &acme->wishes[0].rule));
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_QUOTA_COST), 1);
	scene_free(scene);
}

/* Addresses are counted once where destinations overlap. */
static void
addresses_are_covered_once(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	scene->customers[0].max_addresses = 256;
	scene_start(scene);
	session_announce(acme, "10.1.1.0/25", 0);
	session_announce(acme, "10.1.1.7/32", 0);
	session_announce(acme, "10.1.2.0/25", 0);
	session_announce(acme, "10.1.3.1/32", 0);
	scene_settle(scene);
	assert_int_equal(rr->n, 3);
	assert_int_equal(
	    step_rule(acme, "10.1.3.1/32")->reason, REASON_QUOTA_ADDRESSES);
	/* What covers another leaves, and the other still covers its own. */
	session_withdraw(acme, "10.1.1.0/25");
	scene_settle(scene);
	assert_non_null(router_holds(rr, "10.1.3.1/32"));
	assert_int_equal(step_customer(scene, "acme")->addresses, 128 + 2);
	scene_free(scene);
}

/* A share of its own space: 1 % of two /16 are 1,310 addresses. */
static void
share_of_own_space(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].max_addresses_percent = 1;
	scene_start(scene);
	session_announce(acme, "10.1.0.0/25", 0);
	session_announce(acme, "10.1.1.0/25", 0);
	session_announce(acme, "10.1.2.0/25", 0);
	session_announce(acme, "10.1.3.0/25", 0);
	session_announce(acme, "10.1.4.0/25", 0);
	session_announce(acme, "10.1.5.0/25", 0);
	session_announce(acme, "10.1.6.0/25", 0);
	session_announce(acme, "10.1.7.0/25", 0);
	session_announce(acme, "10.1.8.0/25", 0);
	session_announce(acme, "10.1.9.0/25", 0);
	session_announce(acme, "10.1.10.0/25", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 10);
	assert_int_equal(
	    step_rule(acme, "10.1.10.0/25")->reason, REASON_QUOTA_ADDRESSES);
	scene_free(scene);
}

/* One that covers more than may be covered at all keeps nobody waiting. */
static void
too_large_blocks_nobody(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].max_rules = 2;
	scene->customers[0].max_addresses = 100;
	scene_start(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.2.0/25", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    step_rule(acme, "10.1.2.0/25")->reason, REASON_QUOTA_ADDRESSES);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.3/32"));
	assert_int_equal(step_rule(acme, "10.1.2.0/25")->wait, WAIT_NONE);
	scene_free(scene);
}

/* What a dry run tells of a smaller limit is what the reload then does. */
static void
dry_run_counts_addresses(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene_start(scene);
	session_announce(acme, "10.1.1.0/25", 0);
	session_announce(acme, "10.1.2.0/25", 0);
	session_announce(acme, "10.1.3.0/25", 0);
	scene_settle(scene);
	scene->customers[0].max_addresses = 256;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);

	scene->customers[0].max_addresses = 128;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->result.kept, 1);
	assert_int_equal(step_customer(scene, "acme")->addresses, 256);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_cost),
		cmocka_unit_test(dearer_profile_by_reload),
		cmocka_unit_test(addresses_are_covered_once),
		cmocka_unit_test(share_of_own_space),
		cmocka_unit_test(too_large_blocks_nobody),
		cmocka_unit_test(dry_run_counts_addresses),
	};

	return cmocka_run_group_tests_name("quota cost", tests, NULL, NULL);
}
