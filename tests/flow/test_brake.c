/* SPDX-License-Identifier: BSD-2-Clause */
/* The brake: too many revocations at once wait for a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define RIVAL 64999u

static const char *const aggregates[] = { "10.1.0.0/16", "10.2.0.0/16",
	"10.3.0.0/16" };

/* A third customer. */
static void
three(struct scene *scene)
{
	scene->customers[2] = scene->customers[1];
	scene->customers[2].name = "cord";
	scene->customers[2].prefixes[0] = aggregates[2];
	scene->n_customers = 3;
	(void)scene_session_add(scene, 2);
	scene->validation.damping_ms = 0;
}

static void
announce(struct scene *scene, size_t session, unsigned from, unsigned n)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = from; i < from + n; i++) {
		(void)snprintf(
		    dst, sizeof(dst), "10.%zu.1.%u/32", session + 1, i);
		session_announce(&scene->sessions[session], dst, 0);
	}
}

/* n rules of each of the three customers stand. */
static struct scene *
with_rules(unsigned n)
{
	struct scene *scene = scene_with_feed(three);

	feed_route(scene->feeds, aggregates[2], scene_asn(2));
	for (size_t i = 0; i < 3; i++)
		announce(scene, i, 0, n);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3 * n);
	scene->routers[0].withdrawn = 0;
	return scene;
}

static void
take_over(struct scene *scene, size_t n, uint32_t by)
{
	for (size_t i = 0; i < n; i++)
		feed_route(scene->feeds, aggregates[i],
		    by != 0 ? by : scene_asn((uint32_t)i));
	scene_settle(scene);
}

static void
ask_status(struct scene *scene)
{
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
}

/* All rules of three customers at once: nothing is withdrawn, the status shows
 * it, one entry says it; what is confirmed is revoked, with who and why. */
static void
held_until_confirmed(void **state)
{
	struct scene *scene = with_rules(20);
	const struct msg_entry *entry;
	uint64_t before;

	(void)state;
	take_over(scene, 3, RIVAL);
	assert_int_equal(scene->routers[0].n, 60);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 60);
	assert_int_equal(scene->status.braked_customers, 3);
	assert_true(scene->status.braked_since_ns != 0);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_EMERGENCY, NULL), "60 rules"));
	before = scene->store.n;
	take_over(scene, 3, RIVAL - 1); /* no further entry */
	assert_int_equal(scene->store.n, before);

	control_ask(scene, CTL_CONFIRM, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_string_equal(scene->end.text, "60 rules revoked");
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NEIGHBOR_AS),
	    60);
	entry = disk_last(&scene->store, ENTRY_OPERATOR, NULL);
	assert_true(disk_says(entry, "confirm"));
	assert_true(disk_says(entry, "because"));
	ask_status(scene);
	assert_int_equal(scene->status.braked, 0);
	assert_int_equal(scene->status.braked_since_ns, 0);
	control_ask(scene, CTL_CONFIRM, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene_free(scene);
}

/* Two customers only, or too few rules, or too small a part: at once. */
static void
below_a_threshold(void **state)
{
	struct scene *scene = with_rules(40);

	(void)state;
	take_over(scene, 2, RIVAL);
	assert_int_equal(scene->routers[0].n, 40);
	scene_free(scene);

	scene = with_rules(16); /* 48 */
	take_over(scene, 3, RIVAL);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);

	scene = with_rules(20);
	scene->validation.brake_percent = 100;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	take_over(scene, 3, RIVAL);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* 51 of 300 is less than a fifth. */
static void
small_part_of_all(void **state)
{
	struct scene *scene = with_rules(100);

	(void)state;
	/* 17 of each: hosts 0 to 16, as /32s of another AS. */
	for (size_t i = 0; i < 3; i++) {
		struct route_facts alien = scene_facts(RIVAL, RIVAL);

		feed_many(scene->feeds,
		    0x0a000100u + (uint32_t)(i + 1) * 0x10000u, 17, 1, &alien);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 300 - 51);
	scene_free(scene);
}

/* In slices, one customer after the other: what was lost of late counts. */
static void
slices_count_together(void **state)
{
	struct scene *scene = with_rules(40);

	(void)state;
	take_over(scene, 1, RIVAL);
	take_over(scene, 2, RIVAL);
	assert_int_equal(scene->routers[0].n, 40);
	feed_route(scene->feeds, aggregates[2], RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 40); /* the third's stay */
	ask_status(scene);
	assert_int_equal(scene->status.braked, 40);
	scene_free(scene);
}

static bool
is_released(struct scene *scene)
{
	return scene->guard->braked_since_ns == 0;
}

/* The routes come back by themselves: the brake lets go, nothing is lost. */
static void
released_when_routes_come_back(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	take_over(scene, 3, RIVAL);
	take_over(scene, 3, 0);
	scene_until(scene, is_released);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 0);
	assert_int_equal(scene->routers[0].n, 60);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(scene_known(&scene->sessions[0], "10.1.1.1/32")->state,
	    STATE_ACCEPTED);
	scene_free(scene);
}

/* What is braked is withdrawn by its customer as ever, and by an operator. */
static void
withdrawals_are_not_braked(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	take_over(scene, 3, RIVAL);
	session_withdraw(&scene->sessions[0], "10.1.1.1/32");
	control_ask(scene, CTL_WITHDRAW,
	    scene_known(&scene->sessions[1], "10.2.1.1/32")->id);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 58);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 58);
	session_down(&scene->sessions[2], DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 38);
	scene_free(scene);
}

/* A reload about something else is no confirmation; neither is its dry run. */
static void
reload_is_no_confirmation(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	take_over(scene, 3, RIVAL);
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	assert_int_equal(scene->routers[0].n, 60);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 60);

	/* One that takes the right itself, is. */
	scene->customers[0].mode = CUSTOMER_OFF;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 40);
	scene_free(scene);
}

/* The feed is lost while the brake is on: all stand, and to confirm revokes
 * none of them. */
static void
feed_lost_while_braked(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	take_over(scene, 3, RIVAL);
	feed_down(scene->feeds);
	scene_settle(scene);
	control_ask(scene, CTL_CONFIRM, 0);
	scene_settle(scene);
	assert_string_equal(scene->end.text, "0 rules revoked");
	assert_int_equal(scene->routers[0].n, 60);
	scene_free(scene);
}

static bool
is_doomed(struct scene *scene)
{
	return scene->guard->collecting || scene->guard->braked_since_ns != 0;
}

/* All routes go in the moment before their feed does: that is no takeover, and
 * nobody is alarmed. */
static void
feed_lost_in_the_same_moment(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		feed_unroute(scene->feeds, aggregates[i]);
	scene_until(scene, is_doomed);
	if (scene->guard->braked_since_ns != 0) {
		scene_free(scene); /* that moment was missed */
		return;
	}
	feed_down(scene->feeds);
	scene_settle(scene);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 0);
	assert_int_equal(scene->routers[0].n, 60);
	assert_null(disk_last(&scene->store, ENTRY_EMERGENCY, NULL));
	scene_free(scene);
}

/* A new guard finds the same: it holds them, too. */
static void
guard_dies_while_braked(void **state)
{
	struct scene *scene = with_rules(20);

	(void)state;
	take_over(scene, 3, RIVAL);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->guard->feeds[0], 1);
	take_over(scene, 3, RIVAL);
	assert_int_equal(scene->routers[0].n, 60);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 60);
	assert_int_equal(scene->routers[0].n, 60);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* A customer that revokes its own rules by its own routes takes no other's
 * with it, however many they are. */
static void
own_routes(struct scene *scene)
{
	three(scene);
	for (size_t i = 0; i < 3; i++)
		scene->sessions[i].families = FAMILY_ALL;
}

static void
customer_trips_nobody_else(void **state)
{
	struct scene *scene = scene_with_feed(own_routes);
	const struct route_facts alien = scene_facts(RIVAL, RIVAL);
	struct prefix prefix;

	(void)state;
	feed_route(scene->feeds, aggregates[2], scene_asn(2));
	for (size_t i = 0; i < 3; i++)
		announce(scene, i, 0, 60);
	scene_settle(scene);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(prefix_parse(aggregates[i], &prefix), 0);
		session_route_facts(&scene->sessions[0], &prefix, &alien);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 120);
	ask_status(scene);
	assert_int_equal(scene->status.braked, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_until_confirmed),
		cmocka_unit_test(below_a_threshold),
		cmocka_unit_test(small_part_of_all),
		cmocka_unit_test(slices_count_together),
		cmocka_unit_test(released_when_routes_come_back),
		cmocka_unit_test(withdrawals_are_not_braked),
		cmocka_unit_test(reload_is_no_confirmation),
		cmocka_unit_test(feed_lost_while_braked),
		cmocka_unit_test(feed_lost_in_the_same_moment),
		cmocka_unit_test(guard_dies_while_braked),
		cmocka_unit_test(customer_trips_nobody_else),
	};

	return cmocka_run_group_tests_name("brake", tests, NULL, NULL);
}
