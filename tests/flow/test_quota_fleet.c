/* SPDX-License-Identifier: BSD-2-Clause */
/* What all customers share: each has its guaranteed part, the rest is lent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_steps.h"

/* Seven units; three are guaranteed to each of the two customers. */
static struct scene *
with_fleet(void)
{
	struct scene *scene = scene_prepare();

	scene->fleet.max_cost = 7;
	scene->fleet.guaranteed = 3;
	scene_start(scene);
	return scene;
}

static uint32_t
cost(const struct scene *scene, size_t customer)
{
	return scene->guard->customers[customer]->cost;
}

/* One may borrow what is guaranteed to nobody; the others' part is theirs
 * whenever they want it. */
static void
guaranteed_part_is_kept(void **state)
{
	struct scene *scene = with_fleet();

	(void)state;
	step_announce(&scene->sessions[0], 0, 9);
	assert_int_equal(cost(scene, 0), 4);
	assert_int_equal(step_rule(&scene->sessions[0], "10.1.0.4/32")->reason,
	    REASON_QUOTA_FLEET);
	step_announce(&scene->sessions[1], 0, 5);
	assert_int_equal(cost(scene, 1), 3);
	assert_int_equal(scene->routers[0].n, 7);
	step_status(scene);
	assert_int_equal(scene->status.fleet_cost, 7);
	assert_int_equal(scene->status.fleet_cost_max, 7);
	assert_int_equal(scene->status.waiting, 5 + 2);
	scene_free(scene);
}

/* Room that one gives back lets another's rule pass. */
static void
room_of_one_is_anothers(void **state)
{
	struct scene *scene = with_fleet();

	(void)state;
	step_announce(&scene->sessions[0], 0, 4);
	step_announce(&scene->sessions[1], 0, 5);
	assert_int_equal(cost(scene, 1), 3);
	step_withdraw(&scene->sessions[0], 0, 1); /* the borrowed one */
	assert_int_equal(cost(scene, 1), 4);
	assert_non_null(router_holds(&scene->routers[0], "10.2.0.3/32"));
	/* Its own guaranteed part helps nobody else. */
	step_withdraw(&scene->sessions[0], 1, 1);
	assert_int_equal(cost(scene, 1), 4);
	scene_free(scene);
}

/* A customer that is removed needs no part any more, a new one does. */
static void
parts_follow_the_customers(void **state)
{
	struct scene *scene = with_fleet();

	(void)state;
	step_announce(&scene->sessions[0], 0, 9);
	assert_int_equal(cost(scene, 0), 4);
	scene->customers[1].removed = true;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(cost(scene, 0), 7);
	scene->customers[1].removed = false;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	/* What stands stays: nothing is guaranteed that is not there. */
	step_withdraw(&scene->sessions[0], 0, 1);
	assert_true(cost(scene, 0) <= 7);
	scene_free(scene);
}

/* A dry run with other parts leaves the sums as they were. */
static void
dry_run_changes_no_part(void **state)
{
	struct scene *scene = with_fleet();

	(void)state;
	step_announce(&scene->sessions[0], 0, 4);
	scene->fleet.guaranteed = 1;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	assert_int_equal(scene->guard->reserved_cost, 3);
	assert_int_equal(scene->guard->fleet_cost, 4);
	step_announce(&scene->sessions[0], 4, 3);
	assert_int_equal(cost(scene, 0), 4);
	scene->fleet.guaranteed = 4;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->guard->reserved_cost, 3);
	step_announce(&scene->sessions[1], 0, 3);
	assert_int_equal(cost(scene, 1), 3);
	scene_free(scene);
}

/* Rules of all together are limited likewise. */
static void
rules_of_all(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->fleet.max_rules = 5;
	scene_start(scene);
	step_announce(&scene->sessions[0], 0, 4);
	step_announce(&scene->sessions[1], 0, 4);
	assert_int_equal(scene->routers[0].n, 5);
	assert_int_equal(step_rule(&scene->sessions[1], "10.2.0.1/32")->reason,
	    REASON_QUOTA_FLEET);
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 5);
	step_withdraw(&scene->sessions[0], 0, 2);
	assert_int_equal(cost(scene, 1), 3);
	scene_free(scene);
}

/* Nothing is guaranteed to the operators: they have what is left. */
static void
operators_rule_finds_no_room_of_others(void **state)
{
	struct scene *scene = with_fleet();

	(void)state;
	step_announce(&scene->sessions[0], 0, 4);
	step_announce(&scene->sessions[1], 0, 3);
	control_announce(scene, "203.0.113.7/32", 0, 0);
	scene_settle(scene);
	assert_int_equal(
	    step_noc_rule(scene, "203.0.113.7/32")->reason, REASON_QUOTA_FLEET);
	assert_int_equal(scene->routers[0].n, 7);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guaranteed_part_is_kept),
		cmocka_unit_test(operators_rule_finds_no_room_of_others),
		cmocka_unit_test(room_of_one_is_anothers),
		cmocka_unit_test(parts_follow_the_customers),
		cmocka_unit_test(dry_run_changes_no_part),
		cmocka_unit_test(rules_of_all),
	};

	return cmocka_run_group_tests_name("quota fleet", tests, NULL, NULL);
}
