/* SPDX-License-Identifier: BSD-2-Clause */
/* New rules pass at a rate; a burst of them at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_steps.h"

/* Nothing new passes by the clock: only what give() gives. */
static void
stop_clock(struct scene *scene)
{
	scene->guard->customers[0]->news.last_ms =
	    loop_now_ms(scene->loop) + 3600000;
}

static void
give(struct scene *scene, unsigned n)
{
	scene->guard->customers[0]->news.tokens += UINT64_C(1000) * n;
}

static struct scene *
with_rate(uint32_t rate, uint32_t burst)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].new_per_second = rate;
	scene->customers[0].burst = burst;
	scene_start(scene);
	return scene;
}

static bool
waits(const struct scene_session *session, const char *dst)
{
	return step_rule(session, dst)->wait == WAIT_QUOTA;
}

static bool
four(struct scene *scene)
{
	return scene->routers[0].n == 4;
}

static bool
five(struct scene *scene)
{
	return scene->routers[0].n == 5;
}

static void
holds_in_order(const struct scene *scene, size_t n)
{
	const struct scene_router *rr = &scene->routers[0];
	char dst[PREFIX_TEXT_MAX];

	assert_int_equal(rr->n, n);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%zu/32", i);
		assert_ptr_equal(router_holds(rr, dst), &rr->held[i]);
	}
}

/* The burst passes at once, the rest comes later in the order of arrival. */
static void
burst_then_the_rest_in_order(void **state)
{
	struct scene *scene = with_rate(1, 3);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	stop_clock(scene);
	step_announce(acme, 0, 7);
	holds_in_order(scene, 3);
	assert_true(waits(acme, "10.1.0.3/32"));
	assert_int_equal(
	    step_rule(acme, "10.1.0.6/32")->reason, REASON_QUOTA_RATE);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_QUOTA_RATE), 4);

	give(scene, 2);
	scene_until(scene, five);
	scene_settle(scene);
	holds_in_order(scene, 5);
	scene_free(scene);
}

static bool
forty(struct scene *scene)
{
	return scene->routers[0].n >= 40;
}

/* By the clock. */
static void
the_rest_comes_at_the_rate(void **state)
{
	struct scene *scene = with_rate(100, 1);

	(void)state;
	step_announce(&scene->sessions[0], 0, 40);
	scene_until(scene, forty);
	holds_in_order(scene, 40);
	scene_free(scene);
}

/* Who comes while others wait comes after them. */
static void
newcomer_passes_nobody(void **state)
{
	struct scene *scene = with_rate(1, 3);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	stop_clock(scene);
	step_announce(acme, 0, 4);
	give(scene, 1);
	session_announce(acme, "10.1.0.9/32", 0);
	scene_until(scene, four);
	scene_settle(scene);
	holds_in_order(scene, 4);
	assert_true(waits(acme, "10.1.0.9/32"));
	scene_free(scene);
}

/* A rule that was let in once is not new again. */
static void
what_comes_back_is_not_new(void **state)
{
	struct scene *scene = with_rate(1, 3);
	struct scene_session *acme = &scene->sessions[0];
	const struct bucket *news;

	(void)state;
	stop_clock(scene);
	step_announce(acme, 0, 3);
	step_do(scene, CTL_QUARANTINE, "acme");
	assert_int_equal(scene->routers[0].n, 0);
	step_do(scene, CTL_RELEASE, "acme");
	assert_int_equal(scene->routers[0].n, 3);
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);

	step_restart(scene);
	news = &scene->guard->customers[0]->news;
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(bucket_level(news, loop_now_ms(scene->loop)), 3);
	/* A changed one is. */
	session_announce(acme, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_true(news->tokens < 3000);
	scene_free(scene);
}

/* What is refused takes no token. */
static void
refusals_take_no_token(void **state)
{
	struct scene *scene = with_rate(1, 1);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	stop_clock(scene);
	session_announce(acme, "10.2.0.1/32", 0);
	session_announce(acme, "10.2.0.2/32", 0);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	scene_free(scene);
}

/* A customer at one rule a second does not hold up one at a hundred. */
static void
slow_one_holds_up_nobody(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].new_per_second = 1;
	scene->customers[0].burst = 1;
	scene->customers[1].new_per_second = 100;
	scene->customers[1].burst = 1;
	scene_start(scene);
	stop_clock(scene);
	step_announce(&scene->sessions[0], 0, 2);
	step_announce(&scene->sessions[1], 0, 39);
	scene_until(scene, forty);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_then_the_rest_in_order),
		cmocka_unit_test(the_rest_comes_at_the_rate),
		cmocka_unit_test(newcomer_passes_nobody),
		cmocka_unit_test(what_comes_back_is_not_new),
		cmocka_unit_test(refusals_take_no_token),
		cmocka_unit_test(slow_one_holds_up_nobody),
	};

	return cmocka_run_group_tests_name("quota rate", tests, NULL, NULL);
}
