/* SPDX-License-Identifier: BSD-2-Clause */
/* More revocations at once than the queue to the log takes: all go at once,
 * and each is on record as one in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define RULES 100u

/* The rules of acme stand; then the store says nothing, and 10.1.0.0/16 goes
 * to another AS. */
static struct scene *
with_too_many(void)
{
	struct scene *scene = scene_with_feed(NULL);
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = 0; i < RULES; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_announce(&scene->sessions[0], dst, 0);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, RULES);
	scene->store.lazy = true;
	feed_route(scene->feeds, "10.1.0.0/16", 64999);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NEIGHBOR_AS), 0);
	return scene;
}

static void
answer(struct scene *scene)
{
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
}

/* The store answers again: all are recorded as revoked. */
static void
recorded_when_there_is_room(void **state)
{
	struct scene *scene = with_too_many();

	(void)state;
	answer(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NEIGHBOR_AS),
	    RULES);
	assert_int_equal(disk_live_count(&scene->store), 0);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* The route is back before there is room: those come in again, on record. */
static void
back_before_there_is_room(void **state)
{
	struct scene *scene = with_too_many();

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	answer(scene);
	scene_pass(scene, 1300);
	assert_int_equal(scene->routers[0].n, RULES);
	assert_int_equal(disk_live_count(&scene->store), RULES);
	scene_free(scene);
}

/* All are withdrawn by the customer before there is room. */
static void
withdrawn_before_there_is_room(void **state)
{
	struct scene *scene = with_too_many();
	struct scene_session *acme = &scene->sessions[0];
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < RULES; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_withdraw(acme, dst);
	}
	scene_settle(scene);
	answer(scene);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(scene->guard->in.n_rules, 0);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_when_there_is_room),
		cmocka_unit_test(back_before_there_is_room),
		cmocka_unit_test(withdrawn_before_there_is_room),
	};

	return cmocka_run_group_tests_name(
	    "revocations fill the queue", tests, NULL, NULL);
}
