/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table: changes, sources and their lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/unicast_scene.h"

static const uint8_t key[HASH_KEY_LEN] = { 3, 1, 4, 1, 5 };

static bool
stale(struct scene *scene, const char *text)
{
	struct prefix prefix = prefix_of(text);
	struct rib_route out;

	assert_true(rib_unicast_best(scene->rib, &prefix, &out));
	return out.stale;
}

static void
match_is(struct scene *scene, const char *dst, const char *expected)
{
	struct prefix prefix = prefix_of(dst);
	struct rib_route out;

	if (expected == NULL) {
		assert_false(rib_unicast_match(scene->rib, &prefix, &out));
		return;
	}
	assert_true(rib_unicast_match(scene->rib, &prefix, &out));
	prefix = prefix_of(expected);
	assert_memory_equal(&out.prefix, &prefix, sizeof(prefix));
}

/* ---- changes ---- */

/* The first route of a prefix and the loss of the last are changes. */
static void
first_and_last_route_are_changes(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	assert_int_equal(best(scene, "192.0.2.0/24"), SOURCE_NONE);
	assert_int_equal(
	    announce(scene, one, "192.0.2.0/24", 65001, 100), UNICAST_CHANGED);
	assert_int_equal(best(scene, "192.0.2.0/24"), one);
	assert_int_equal(withdraw(scene, one, "192.0.2.0/24"), UNICAST_CHANGED);
	assert_int_equal(best(scene, "192.0.2.0/24"), SOURCE_NONE);
	assert_int_equal(withdraw(scene, one, "192.0.2.0/24"), UNICAST_SAME);
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 0);
}

struct change_row {
	const char *name;
	struct route_facts facts;
	enum unicast_change change;
};

static const struct change_row change_rows[] = {
	{ "same_facts_are_no_change", { 1, 2, 0, 100, 5, 3, 0, 0, 0, { 0 } },
	    UNICAST_SAME },
	{ "local_pref_is_no_change", { 1, 2, 0, 90, 5, 3, 0, 0, 0, { 0 } },
	    UNICAST_SAME },
	{ "med_and_length_are_no_change",
	    { 1, 2, 0, 100, 6, 9, 1, 0, 3, { 0 } }, UNICAST_SAME },
	{ "neighbor_as_is_a_change", { 7, 2, 0, 100, 5, 3, 0, 0, 0, { 0 } },
	    UNICAST_CHANGED },
	{ "origin_as_is_a_change", { 1, 7, 0, 100, 5, 3, 0, 0, 0, { 0 } },
	    UNICAST_CHANGED },
	{ "internal_is_a_change",
	    { 1, 2, 0, 100, 5, 3, 0, ROUTE_INTERNAL, 0, { 0 } },
	    UNICAST_CHANGED },
	{ "reflected_is_a_change",
	    { 1, 2, 9, 100, 5, 3, 0, ROUTE_REFLECTED, 0, { 0 } },
	    UNICAST_CHANGED },
};

/* A replacement is a change when validation sees another route. */
static void
replacement_changes(void **state)
{
	const struct change_row *row = *state;
	struct route_facts usual = { 1, 2, 0, 100, 5, 3, 0, 0, 0, { 0 } };
	struct prefix prefix = prefix_of("2001:db8::/32");
	struct scene scene = { .rib = rib_unicast_new(key, 10) };
	uint16_t one = open_source(&scene, 1);

	assert_int_equal(rib_unicast_announce(scene.rib, one, &prefix, &usual),
	    UNICAST_CHANGED);
	assert_int_equal(
	    rib_unicast_announce(scene.rib, one, &prefix, &row->facts),
	    row->change);
	assert_int_equal(rib_unicast_count(scene.rib, AFI_IPV6), 1);
	assert_int_equal(rib_unicast_facts(scene.rib), 1);
	rib_unicast_free(scene.rib);
}

/* A route that is not the best comes and goes unnoticed; the best does not. */
static void
only_the_best_is_noticed(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);

	announce(scene, one, "192.0.2.0/24", 65001, 100);
	assert_int_equal(
	    announce(scene, two, "192.0.2.0/24", 65001, 90), UNICAST_SAME);
	assert_int_equal(withdraw(scene, two, "192.0.2.0/24"), UNICAST_SAME);
	announce(scene, two, "192.0.2.0/24", 65001, 90);
	/* The same facts, but over another session. */
	assert_int_equal(
	    announce(scene, two, "192.0.2.0/24", 65001, 110), UNICAST_CHANGED);
	assert_int_equal(best(scene, "192.0.2.0/24"), two);
	assert_int_equal(withdraw(scene, two, "192.0.2.0/24"), UNICAST_CHANGED);
	assert_int_equal(best(scene, "192.0.2.0/24"), one);
}

/* All routes of a prefix are shown, the best first, each with its reason. */
static void
routes_are_shown_with_reasons(void **state)
{
	struct scene *scene = *state;
	struct prefix prefix = prefix_of("192.0.2.0/24");
	uint16_t sources[4];
	struct rib_route out[4];

	for (uint8_t i = 0; i < 4; i++)
		sources[i] = open_source(scene, (uint8_t)(9 - i));
	announce(scene, sources[0], "192.0.2.0/24", 65001, 100);
	announce(scene, sources[1], "192.0.2.0/24", 65001, 90);
	announce(scene, sources[2], "192.0.2.0/24", 65001, 100);
	announce(scene, sources[3], "192.0.2.0/24", 65001, 200);
	rib_unicast_lose(scene->rib, sources[3]);

	assert_int_equal(rib_unicast_routes(scene->rib, &prefix, out, 4), 4);
	assert_int_equal(out[0].source, sources[2]);
	assert_int_equal(out[0].step, ROUTE_STEP_ROUTER_ID);
	assert_int_equal(out[1].source, sources[0]);
	assert_int_equal(out[1].step, ROUTE_STEP_ROUTER_ID);
	assert_int_equal(out[2].source, sources[1]);
	assert_int_equal(out[2].step, ROUTE_STEP_LOCAL_PREF);
	assert_int_equal(out[3].source, sources[3]);
	assert_int_equal(out[3].step, ROUTE_STEP_STALE);
	assert_true(out[3].stale);
	assert_int_equal(rib_unicast_routes(scene->rib, &prefix, out, 2), 2);
	assert_int_equal(out[1].source, sources[0]);
	assert_int_equal(rib_unicast_routes(scene->rib, &prefix, out, 1), 1);
	assert_int_equal(out[0].source, sources[2]);
	assert_int_equal(rib_unicast_routes(scene->rib, &prefix, out, 0), 0);
}

/* Best match is by length first, whoever is better. */
static void
best_match_is_the_longest(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);

	match_is(scene, "192.0.2.1/32", NULL);
	announce(scene, one, "0.0.0.0/0", 65001, 900);
	match_is(scene, "192.0.2.1/32", "0.0.0.0/0");
	announce(scene, one, "192.0.2.0/24", 65001, 900);
	announce(scene, two, "192.0.2.0/25", 65002, 1);
	match_is(scene, "192.0.2.1/32", "192.0.2.0/25");
	match_is(scene, "192.0.2.0/25", "192.0.2.0/25");
	match_is(scene, "192.0.2.0/24", "192.0.2.0/24");
	match_is(scene, "192.0.2.128/32", "192.0.2.0/24");
	match_is(scene, "192.0.0.0/16", "0.0.0.0/0");
	match_is(scene, "::/0", NULL);
	rib_unicast_close(scene->rib, two);
	match_is(scene, "192.0.2.1/32", "192.0.2.0/24");
	rib_unicast_close(scene->rib, one);
	match_is(scene, "192.0.2.1/32", NULL);
}

/* ---- lives ---- */

/* Closing hides all at once; sweeping gives the memory and the number back. */
static void
closed_source_is_not_seen(void **state)
{
	struct scene *scene = *state;
	struct prefix all = prefix_of("0.0.0.0/0");
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);
	struct rib_route out;
	unsigned n = 0;

	for (unsigned i = 0; i < 10; i++) {
		char text[] = "10.0.0.0/16";

		text[3] = (char)('0' + i);
		announce(scene, one, text, 65001, 100);
		if (i % 2)
			announce(scene, two, text, 65002, 90);
	}
	rib_unicast_close(scene->rib, one);
	assert_int_equal(best(scene, "10.0.0.0/16"), SOURCE_NONE);
	assert_int_equal(best(scene, "10.1.0.0/16"), two);
	rib_unicast_walk(scene->rib, &scene->walk, &all);
	while (rib_unicast_next(scene->rib, &scene->walk, &out)) {
		assert_int_equal(out.source, two);
		n++;
	}
	assert_int_equal(n, 5);
	assert_int_equal(rib_unicast_of_source(scene->rib, one, AFI_IPV4), 10);
	assert_non_null(rib_unicast_source(scene->rib, one));
	assert_int_equal(
	    announce(scene, one, "10.0.0.0/16", 65001, 100), UNICAST_FULL);
	assert_int_equal(withdraw(scene, one, "10.0.0.0/16"), UNICAST_SAME);

	sweep(scene, one, "0.0.0.0/0");
	assert_int_equal(scene->n_gone, 0);
	assert_null(rib_unicast_source(scene->rib, one));
	assert_int_equal(rib_unicast_count(scene->rib, AFI_IPV4), 5);
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 5);
	assert_int_equal(rib_unicast_facts(scene->rib), 1);
}

/* Of a lost session the routes stay, but lose to any that is not stale. */
static void
lost_source_loses(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);

	announce(scene, one, "192.0.2.0/24", 65001, 200);
	announce(scene, one, "198.51.100.0/24", 65001, 200);
	announce(scene, two, "192.0.2.0/24", 65002, 100);
	rib_unicast_lose(scene->rib, one);
	assert_int_equal(best(scene, "192.0.2.0/24"), two);
	assert_int_equal(best(scene, "198.51.100.0/24"), one);
	assert_true(stale(scene, "198.51.100.0/24"));
}

/* What comes again after the session is not stale; the rest is until swept. */
static void
regained_source_is_heard_route_by_route(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);
	struct prefix prefix = prefix_of("192.0.2.0/24");

	announce(scene, one, "192.0.2.0/24", 65001, 200);
	announce(scene, one, "198.51.100.0/24", 65001, 200);
	announce(scene, two, "192.0.2.0/24", 65002, 100);
	rib_unicast_lose(scene->rib, one);
	rib_unicast_regain(scene->rib, one, 77);
	assert_int_equal(rib_unicast_source(scene->rib, one)->router_id, 77);
	assert_int_equal(best(scene, "192.0.2.0/24"), two);
	assert_int_equal(
	    announce(scene, one, "192.0.2.0/24", 65001, 200), UNICAST_CHANGED);
	assert_false(stale(scene, "192.0.2.0/24"));
	assert_true(stale(scene, "198.51.100.0/24"));
	rib_unicast_begin(scene->rib, one, AFI_IPV4);
	assert_false(stale(scene, "192.0.2.0/24"));
	assert_true(stale(scene, "198.51.100.0/24"));
	announce(scene, one, "192.0.2.0/24", 65001, 200);

	sweep(scene, one, "0.0.0.0/0");
	assert_int_equal(scene->n_gone, 1);
	assert_int_equal(best(scene, "198.51.100.0/24"), SOURCE_NONE);
	assert_true(rib_unicast_best(
	    scene->rib, &prefix, &(struct rib_route){ .step = 0 }));
}

/* A session lost twice: what was not heard in between is stale still. */
static void
twice_lost_source_stays_stale(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	announce(scene, one, "192.0.2.0/24", 65001, 100);
	announce(scene, one, "198.51.100.0/24", 65001, 100);
	rib_unicast_lose(scene->rib, one);
	rib_unicast_regain(scene->rib, one, 1);
	announce(scene, one, "192.0.2.0/24", 65001, 100);
	rib_unicast_lose(scene->rib, one);
	assert_true(stale(scene, "192.0.2.0/24"));
	rib_unicast_regain(scene->rib, one, 1);
	assert_true(stale(scene, "192.0.2.0/24"));
	assert_true(stale(scene, "198.51.100.0/24"));
	announce(scene, one, "198.51.100.0/24", 65001, 100);
	assert_false(stale(scene, "198.51.100.0/24"));
	assert_true(stale(scene, "192.0.2.0/24"));
}

/* A refresh: what is not announced again goes, and is told; another family,
 * other sources and what lies elsewhere stay. */
static void
refresh_sweeps_what_was_not_heard(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);
	struct prefix expected = prefix_of("10.2.0.0/16");

	announce(scene, one, "10.1.0.0/16", 65001, 100);
	announce(scene, one, "10.2.0.0/16", 65001, 100);
	announce(scene, one, "10.3.0.0/16", 65001, 90);
	announce(scene, one, "172.16.0.0/16", 65001, 100);
	announce(scene, one, "2001:db8::/32", 65001, 100);
	announce(scene, two, "10.3.0.0/16", 65002, 100);
	rib_unicast_begin(scene->rib, one, AFI_IPV4);
	announce(scene, one, "10.1.0.0/16", 65001, 100);

	sweep(scene, one, "10.0.0.0/8");
	assert_int_equal(scene->n_gone, 1);
	assert_memory_equal(&scene->gone[0], &expected, sizeof(expected));
	assert_int_equal(best(scene, "10.1.0.0/16"), one);
	assert_int_equal(best(scene, "172.16.0.0/16"), one);
	assert_int_equal(best(scene, "2001:db8::/32"), one);
	assert_int_equal(rib_unicast_of_source(scene->rib, one, AFI_IPV4), 2);
	assert_int_equal(rib_unicast_of_source(scene->rib, two, AFI_IPV4), 1);
	sweep(scene, one, "::/0");
	assert_int_equal(best(scene, "2001:db8::/32"), one);
}

/* When all was heard again, a sweep has nothing to look at. */
static void
sweep_of_nothing_looks_at_nothing(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);

	for (unsigned round = 0; round < 2; round++) {
		announce(scene, one, "10.1.0.0/16", 65001, 100);
		announce(scene, two, "10.2.0.0/16", 65001, 100);
		rib_unicast_begin(scene->rib, one, AFI_IPV4);
	}
	announce(scene, one, "10.1.0.0/16", 65001, 100);
	assert_int_equal(sweep(scene, one, "0.0.0.0/0"), 0);
	assert_int_equal(sweep(scene, SOURCE_NONE, "0.0.0.0/0"), 0);
	assert_int_equal(sweep(scene, 4711, "0.0.0.0/0"), 0);
}

/* Refreshes that are begun without end, and a route that never comes again:
 * numbers wrap, and it is neither heard nor fresh by that. */
static void
endless_refreshes_forget_nothing(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	announce(scene, one, "10.1.0.0/16", 65001, 100);
	rib_unicast_lose(scene->rib, one);
	rib_unicast_regain(scene->rib, one, 1);
	for (unsigned i = 0; i < 70000; i++) {
		announce(scene, one, "10.2.0.0/16", 65001, 100);
		rib_unicast_begin(scene->rib, one, AFI_IPV4);
		if (i % 1000 == 0 || (i > 65500 && i < 65600)) {
			assert_true(stale(scene, "10.1.0.0/16"));
			assert_false(stale(scene, "10.2.0.0/16"));
		}
	}
	announce(scene, one, "10.2.0.0/16", 65001, 100);
	sweep(scene, one, "0.0.0.0/0");
	assert_int_equal(best(scene, "10.1.0.0/16"), SOURCE_NONE);
	assert_int_equal(best(scene, "10.2.0.0/16"), one);
	/* And refreshes do again what they are for. */
	rib_unicast_begin(scene->rib, one, AFI_IPV4);
	sweep(scene, one, "0.0.0.0/0");
	assert_int_equal(rib_unicast_count(scene->rib, AFI_IPV4), 0);
}

/* There are as many sources as numbers; closed ones' numbers come again. */
static void
sources_are_numbered(void **state)
{
	struct scene *scene = *state;
	struct source_info info = { .peer = 1 };
	uint16_t one = open_source(scene, 1);

	for (unsigned i = 1; i < SOURCES_MAX; i++)
		assert_int_not_equal(
		    rib_unicast_open(scene->rib, &info), SOURCE_NONE);
	assert_int_equal(rib_unicast_open(scene->rib, &info), SOURCE_NONE);
	announce(scene, one, "10.1.0.0/16", 65001, 100);
	rib_unicast_close(scene->rib, one);
	assert_int_equal(rib_unicast_open(scene->rib, &info), SOURCE_NONE);
	sweep(scene, one, "0.0.0.0/0");
	assert_int_equal(rib_unicast_open(scene->rib, &info), one);
	assert_null(rib_unicast_source(scene->rib, SOURCE_NONE));
}

/* A number just free is not the next one given. */
static void
numbers_rest(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	for (unsigned i = 0; i < 60; i++) {
		rib_unicast_close(scene->rib, one);
		assert_int_not_equal(open_source(scene, 1), one);
	}
	for (unsigned i = 0; i < 1000; i++) {
		uint16_t next = open_source(scene, 1);

		assert_in_range(next, 1, 200);
		rib_unicast_close(scene->rib, next);
	}
}

#define CHANGE_ROWS (sizeof(change_rows) / sizeof(change_rows[0]))
#define SCENE(name)                                                            \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
#define SCENES 13u

int
main(void)
{
	struct CMUnitTest tests[SCENES + CHANGE_ROWS] = {
		SCENE(first_and_last_route_are_changes),
		SCENE(only_the_best_is_noticed),
		SCENE(routes_are_shown_with_reasons),
		SCENE(best_match_is_the_longest),
		SCENE(closed_source_is_not_seen),
		SCENE(lost_source_loses),
		SCENE(regained_source_is_heard_route_by_route),
		SCENE(twice_lost_source_stays_stale),
		SCENE(refresh_sweeps_what_was_not_heard),
		SCENE(sweep_of_nothing_looks_at_nothing),
		SCENE(endless_refreshes_forget_nothing),
		SCENE(sources_are_numbered),
		SCENE(numbers_rest),
	};

	for (size_t i = 0; i < CHANGE_ROWS; i++) {
		struct CMUnitTest *test = &tests[SCENES + i];

		test->name = change_rows[i].name;
		test->test_func = replacement_changes;
		test->initial_state = (void *)(uintptr_t)&change_rows[i];
	}
	return cmocka_run_group_tests_name("rib_unicast", tests, NULL, NULL);
}
