/* SPDX-License-Identifier: BSD-2-Clause */
/* There is no memory to take a rule inward: it stays out, is told of once a
 * second and not more, and comes in when there is memory again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"
#include "tests/lib/guard_scene_unicast.h"

#define DST "10.1.0.7/32"

static struct {
	bool gone;
	unsigned asked;
} memory;

/* The link puts these in the place of rib_out_set(). */
int __real_rib_out_set(struct rib_out *out, struct rib_rule *rule,
    const struct rib_said *said, const struct rule *parts, size_t n);
int __wrap_rib_out_set(struct rib_out *out, struct rib_rule *rule,
    const struct rib_said *said, const struct rule *parts, size_t n);

int
__wrap_rib_out_set(struct rib_out *out, struct rib_rule *rule,
    const struct rib_said *said, const struct rule *parts, size_t n)
{
	if (!memory.gone)
		return __real_rib_out_set(out, rule, said, parts, n);
	memory.asked++;
	return -1;
}

static struct scene *
scene_without_memory(void)
{
	struct scene *scene = scene_new();

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	memory.gone = true;
	memory.asked = 0;
	session_announce(&scene->sessions[0], DST, 0);
	scene_settle(scene);
	return scene;
}

/* Tried once, so that the scene settles, and again a second later: the log does
 * not fill with it. */
static void
rule_is_tried_once_a_second(void **state)
{
	struct scene *scene = scene_without_memory();
	const struct rib_rule *rule = scene_known(&scene->sessions[0], DST);

	(void)state;
	assert_int_equal(memory.asked, 1);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(rule->reason, REASON_STORE_BEHIND);
	scene_pass(scene, 2500);
	assert_true(memory.asked >= 2);
	assert_int_equal(scene->routers[0].n, 1);
	memory.gone = false;
	scene_free(scene);
}

/* Nobody has to do anything for it. */
static void
rule_comes_in_with_memory(void **state)
{
	struct scene *scene = scene_without_memory();

	(void)state;
	memory.gone = false;
	scene_pass(scene, 2000);
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(rule_passes(scene_known(&scene->sessions[0], DST)));
	scene_free(scene);
}

/* A withdrawal needs no memory: nothing of the rule is left. */
static void
rule_is_withdrawn_meanwhile(void **state)
{
	struct scene *scene = scene_without_memory();

	(void)state;
	session_withdraw(&scene->sessions[0], DST);
	session_withdraw(&scene->sessions[0], "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(session_unacked(&scene->sessions[0]), 0);
	memory.gone = false;
	scene_pass(scene, 2000);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_is_tried_once_a_second),
		cmocka_unit_test(rule_comes_in_with_memory),
		cmocka_unit_test(rule_is_withdrawn_meanwhile),
	};

	return cmocka_run_group_tests_name("memory_returns", tests, NULL, NULL);
}
