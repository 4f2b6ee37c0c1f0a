/* SPDX-License-Identifier: BSD-2-Clause */
/* A flood of refused rules fills neither the log nor the memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Entries about acme's refusals, and how many refusals they stand for. */
static void
count(struct scene *scene, size_t *entries, uint64_t *refusals)
{
	*entries = 0;
	*refusals = 0;
	for (size_t i = 0; i < scene->store.durable; i++) {
		const struct msg_entry *e = scene->store.log[i];

		if (e->kind == ENTRY_SUMMARY) {
			(*entries)++;
			*refusals += e->count;
		} else if (e->kind == ENTRY_VERDICT) {
			(*entries)++;
			(*refusals)++;
		}
	}
}

/* The summaries that are due have been written. */
static bool
summarised(struct scene *scene)
{
	for (size_t i = 0; i < scene->guard->n_customers; i++) {
		if (scene->guard->customers[i]->summarised)
			return false;
	}
	return journal_pending(scene->guard->journal) == 0;
}

/* Malformed ones: a burst is recorded one by one, the rest is counted. */
static void
malformed_flood_is_summed_up(void **state)
{
	struct scene *scene = scene_new();
	uint64_t refusals;
	size_t entries;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		session_refused(&scene->sessions[0], REASON_MALFORMED);
		if (i % 500 == 0)
			scene_settle(scene);
	}
	scene_until(scene, summarised);
	scene_settle(scene);
	count(scene, &entries, &refusals);
	assert_int_equal(refusals, 5000);
	assert_true(entries < GUARD_REFUSALS_BURST + 4 * GUARD_REFUSALS_PER_S);
	assert_true(
	    disk_count(&scene->store, ENTRY_SUMMARY, REASON_MALFORMED) >= 1);
	scene_free(scene);
}

static bool
beyond_is_on_record(struct scene *scene)
{
	return disk_count(&scene->store, ENTRY_SUMMARY, REASON_QUOTA_RECEIVED) >
	       0;
}

/* What a session drops beyond its bound is told of as a number, and once. */
static void
beyond_the_bound_is_summed_up(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	acme->state.overflow = 7;
	session_tell(acme);
	session_tell(acme);
	scene_until(scene, beyond_is_on_record);
	scene_settle(scene);
	assert_int_equal(
	    disk_last(&scene->store, ENTRY_SUMMARY, NULL)->count, 7);
	assert_int_equal(
	    scene->guard->customers[0]->verdicts[REASON_QUOTA_RECEIVED], 7);
	scene_free(scene);
}

/* Rules of strangers' space, announced and withdrawn for ever: entries are
 * bounded, and nothing of them stays in memory. Another customer's rule goes
 * through meanwhile, on record of its own. */
static void
foreign_flood_leaves_nothing(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	char dst[PREFIX_TEXT_MAX];
	uint64_t refusals;
	size_t entries;

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		(void)snprintf(
		    dst, sizeof(dst), "10.7.%u.%u/32", i / 200, i % 200);
		session_announce(acme, dst, 0);
		session_withdraw(acme, dst);
		if (i % 200 == 0)
			scene_settle(scene);
	}
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(scene->guard->in.n_rules, 1);
	count(scene, &entries, &refusals);
	assert_true(entries < 2 * GUARD_REFUSALS_BURST);
	scene_free(scene);
}

/* The received bound: rules beyond are not kept. */
static void
received_bound_holds(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	scene->customers[0].max_rules = 10;
	scene_start(scene);
	for (unsigned i = 0; i < 500; i++) {
		(void)snprintf(
		    dst, sizeof(dst), "10.7.%u.%u/32", i / 200, i % 200);
		session_announce(acme, dst, 0);
	}
	scene_settle(scene);
	assert_true(scene->guard->in.n_rules <= 16 + 4 * 20);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_flood_is_summed_up),
		cmocka_unit_test(beyond_the_bound_is_summed_up),
		cmocka_unit_test(foreign_flood_leaves_nothing),
		cmocka_unit_test(received_bound_holds),
	};

	return cmocka_run_group_tests_name("refusal flood", tests, NULL, NULL);
}
