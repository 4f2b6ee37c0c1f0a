/* SPDX-License-Identifier: BSD-2-Clause */
/* Another AS takes the destination over: the rule goes at once, on record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define RIVAL 64999u

/* acme's rules for .1 and .200 of 10.1.0.0/24 stand, and one of bolt. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_with_feed(NULL);

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.0.200/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	return scene;
}

/* The entry about this rule: revoked for this reason, naming this route. */
static void
check_revoked(
    struct scene *scene, const char *dst, enum reason reason, const char *route)
{
	const struct msg_entry *entry =
	    disk_last(&scene->store, ENTRY_NONE, dst);

	assert_non_null(entry);
	assert_int_equal(entry->kind, ENTRY_REVOCATION);
	assert_int_equal(entry->state, STATE_REVOKED);
	assert_int_equal(entry->reason, reason);
	assert_int_equal(entry->check, CHECK_VALIDATION);
	assert_int_equal(entry->live_op, LIVE_DELETE);
	assert_true(disk_says(entry, route));
	assert_true(disk_says(entry, "64999"));
	assert_null(router_holds(&scene->routers[0], dst));
}

/* A better route to the same prefix through another AS. */
static void
same_prefix_through_another_as(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	check_revoked(scene, "10.1.0.1/32", REASON_NEIGHBOR_AS, "10.1.0.0/16");
	check_revoked(
	    scene, "10.1.0.200/32", REASON_NEIGHBOR_AS, "10.1.0.0/16");
	assert_int_equal(disk_live_count(&scene->store), 1);
	assert_non_null(router_holds(&scene->routers[0], "10.2.0.1/32"));
	scene_free(scene);
}

/* A longer prefix that covers one rule takes that one alone. */
static void
longer_prefix_through_another_as(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	feed_route(scene->feeds, "10.1.0.128/25", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	check_revoked(
	    scene, "10.1.0.200/32", REASON_NEIGHBOR_AS, "10.1.0.128/25");
	scene_free(scene);
}

/* A more-specific inside the rule's destination leads elsewhere. */
static void
more_specific_inside_the_rule(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.5.0/25", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 4);
	feed_route(scene->feeds, "10.1.5.0/26", scene_asn(0));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 4);
	feed_route(scene->feeds, "10.1.5.64/26", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	check_revoked(
	    scene, "10.1.5.0/25", REASON_MORE_SPECIFIC, "10.1.5.64/26");
	scene_free(scene);
}

/* The withdrawal goes inward although the log does not answer. */
static void
goes_without_waiting_for_the_log(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->store.lazy = true;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	disk_die(&scene->store, false);
	feed_route(scene->feeds, "10.2.0.0/16", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	/* It is back: all three are on record as revoked. */
	scene->store.lazy = false;
	scene_give_store(scene);
	scene_settle(scene);
	check_revoked(scene, "10.1.0.1/32", REASON_NEIGHBOR_AS, "10.1.0.0/16");
	check_revoked(scene, "10.2.0.1/32", REASON_NEIGHBOR_AS, "10.2.0.0/16");
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

/* It comes back under its id when the route is back, after its rest. */
static void
comes_back_after_its_rest(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id = scene_known(acme, "10.1.0.1/32")->id;

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	scene_settle(scene);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	assert_int_equal(scene->routers[0].n, 1);

	scene_pass(scene, 1300);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(scene_known(acme, "10.1.0.1/32")->id, id);
	assert_int_equal(disk_live_count(&scene->store), 3);
	scene_free(scene);
}

/* Each time it rests twice as long: a route that flaps for a second makes a
 * handful of entries. */
static void
rests_longer_each_time(void **state)
{
	struct scene *scene = with_rules();
	size_t entries = scene->store.n;
	uint64_t end;

	(void)state;
	scene->guard->rest_ms = 100;
	end = loop_now_ms(scene->loop) + 1000;
	while (loop_now_ms(scene->loop) < end) {
		feed_route(scene->feeds, "10.2.0.0/16", RIVAL);
		scene_settle(scene);
		feed_route(scene->feeds, "10.2.0.0/16", scene_asn(1));
		scene_settle(scene);
	}
	assert_true(scene->store.n - entries >= 3);
	assert_true(scene->store.n - entries <= 9);
	scene_free(scene);
}

/* The customer withdraws a rule that rests, or that has just been doomed. */
static void
withdrawn_while_it_rests(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	session_withdraw(acme, "10.1.0.200/32");
	scene_settle(scene);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(scene->guard->in.n_rules, 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* Announced anew with another action while it rests: a new rule, judged by
 * what is now. */
static void
replaced_while_it_rests(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	scene_settle(scene);
	session_announce(acme, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_NEIGHBOR_AS));
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_pass(scene, 1300);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* The route goes between the verdict and its record: the rule is not announced
 * only to be withdrawn. */
static void
lost_before_it_is_on_record(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	unsigned announced = scene->routers[0].announced;

	(void)state;
	scene->store.lazy = true;
	session_announce(acme, "10.1.7.7/32", 0);
	scene_settle(scene);
	feed_route(scene->feeds, "10.1.7.0/24", RIVAL);
	scene_settle(scene);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].announced, announced);
	assert_int_equal(disk_live_count(&scene->store), 3);
	check_revoked(scene, "10.1.7.7/32", REASON_NEIGHBOR_AS, "10.1.7.0/24");
	scene_free(scene);
}

/* Nor is one whose route is gone for the while of the damping; and it rests, so
 * that a flapping route does not fill the log with verdicts on such a rule. */
static void
gone_before_it_is_on_record(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	unsigned announced = scene->routers[0].announced;
	size_t entries;

	(void)state;
	feed_route(scene->feeds, "10.9.7.0/24", scene_asn(0));
	scene_settle(scene);
	entries = scene->store.n;
	session_announce(acme, "10.9.7.7/32", 0);
	for (unsigned i = 0; i < 10; i++) {
		scene->store.lazy = true;
		scene_settle(scene);
		feed_unroute(scene->feeds, "10.9.7.0/24");
		scene_settle(scene);
		scene->store.lazy = false;
		disk_commit(&scene->store);
		scene_settle(scene);
		feed_route(scene->feeds, "10.9.7.0/24", scene_asn(0));
	}
	assert_int_equal(scene->routers[0].announced, announced);
	assert_true(session_rule_is(
	    acme, "10.9.7.7/32", STATE_REVOKED, REASON_NO_ROUTE));
	assert_true(scene->store.n - entries <= 4);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_prefix_through_another_as),
		cmocka_unit_test(longer_prefix_through_another_as),
		cmocka_unit_test(more_specific_inside_the_rule),
		cmocka_unit_test(goes_without_waiting_for_the_log),
		cmocka_unit_test(comes_back_after_its_rest),
		cmocka_unit_test(rests_longer_each_time),
		cmocka_unit_test(withdrawn_while_it_rests),
		cmocka_unit_test(replaced_while_it_rests),
		cmocka_unit_test(lost_before_it_is_on_record),
		cmocka_unit_test(gone_before_it_is_on_record),
	};

	return cmocka_run_group_tests_name(
	    "takeover revokes", tests, NULL, NULL);
}
