/* SPDX-License-Identifier: BSD-2-Clause */
/* A guard whose self-test fails lets nothing inward. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

/* The link puts these in the place of selftest_run(). */
void __real_selftest_run(const struct question *live,
    struct dialect_parts *parts, struct selftest_result *result);
void __wrap_selftest_run(const struct question *live,
    struct dialect_parts *parts, struct selftest_result *result);

static bool broken;

void
__wrap_selftest_run(const struct question *live, struct dialect_parts *parts,
    struct selftest_result *result)
{
	__real_selftest_run(live, parts, result);
	if (!broken)
		return;
	result->failed++;
	(void)snprintf(result->text, sizeof(result->text),
	    "not-registered: passed as accepted");
}

static int
whole(void **state)
{
	(void)state;
	broken = false;
	return 0;
}

/* At the start nothing goes inward, and what routers held leaves; it is told
 * and recorded. A configuration that passes ends it. */
static void
nothing_goes_inward(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_announce(acme, 0, 2);
	assert_int_equal(scene->routers[0].n, 2);
	step_status(scene);
	assert_int_equal(scene->status.selftest_ok, 1);
	assert_true(scene->status.selftest_asked > 50);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_SELFTEST, REASON_ACCEPTED), 1);

	broken = true;
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 0);
	session_announce(acme, "10.1.0.7/32", 0);
	control_announce(scene, "203.0.113.1/32", 0, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(scene->routers[0].n, 0);
	assert_true(session_rule_is(
	    acme, "10.1.0.7/32", STATE_REFUSED, REASON_SELFTEST));
	step_status(scene);
	assert_int_equal(scene->status.selftest_ok, 0);
	assert_true(scene->status.selftest_failed > 0);
	assert_string_equal(
	    scene->status.selftest_text, "not-registered: passed as accepted");
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_SELFTEST, REASON_SELFTEST), 1);
	/* Withdrawals work as ever. */
	step_withdraw(acme, 0, 1);
	assert_int_equal(session_unacked(acme), 0);

	broken = false;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.ok, 1);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* A reload under which it fails is refused; the old configuration stays. */
static void
reload_is_refused(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	step_announce(&scene->sessions[0], 0, 2);
	broken = true;
	scene->customers[0].mode = CUSTOMER_OFF;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.ok, 0);
	assert_non_null(strstr(scene->result.text, "self-test"));
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_SELFTEST, REASON_SELFTEST), 1);
	step_announce(&scene->sessions[0], 2, 1);
	assert_int_equal(scene->routers[0].n, 3);
	step_status(scene);
	assert_int_equal(scene->status.selftest_ok, 1);
	assert_int_equal(
	    scene->status.generation, scene->guard->config->begin.generation);
	assert_true(scene->status.generation < scene->generation);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_goes_inward, whole),
		cmocka_unit_test_setup(reload_is_refused, whole),
	};

	return cmocka_run_group_tests_name(
	    "guard proves itself", tests, NULL, NULL);
}
