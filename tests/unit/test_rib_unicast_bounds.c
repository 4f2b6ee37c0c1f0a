/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table: when it is full, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/unicast_scene.h"

#define MANY 100000u

/* A full table takes no route more, but replaces and withdraws. */
static void
full_table_still_replaces(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	rib_unicast_limit(scene->rib, 2);
	announce(scene, one, "10.1.0.0/16", 65001, 100);
	announce(scene, one, "2001:db8::/32", 65001, 100);
	assert_int_equal(
	    announce(scene, one, "10.2.0.0/16", 65001, 100), UNICAST_FULL);
	assert_int_equal(best(scene, "10.2.0.0/16"), SOURCE_NONE);
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 1);
	assert_int_equal(rib_unicast_facts(scene->rib), 1);
	assert_int_equal(
	    announce(scene, open_source(scene, 2), "10.1.0.0/16", 65002, 200),
	    UNICAST_FULL);
	assert_int_equal(rib_unicast_facts(scene->rib), 1);
	assert_int_equal(
	    announce(scene, one, "10.1.0.0/16", 65003, 100), UNICAST_CHANGED);
	assert_int_equal(withdraw(scene, one, "10.1.0.0/16"), UNICAST_CHANGED);
	assert_int_equal(
	    announce(scene, one, "10.2.0.0/16", 65001, 100), UNICAST_CHANGED);
	rib_unicast_limit(scene->rib, 3);
	assert_int_equal(
	    announce(scene, one, "10.3.0.0/16", 65001, 100), UNICAST_CHANGED);
	rib_unicast_limit(scene->rib, 0);
	assert_int_equal(best(scene, "10.3.0.0/16"), one);
}

/* Many sources may have a route to one prefix. */
static void
one_prefix_has_many_sources(void **state)
{
	struct scene *scene = *state;
	uint16_t sources[200];

	for (uint8_t i = 0; i < 200; i++) {
		sources[i] = open_source(scene, (uint8_t)(250 - i));
		assert_int_equal(
		    announce(scene, sources[i], "10.1.0.0/16", 65001u + i, 100),
		    UNICAST_CHANGED);
		assert_int_equal(best(scene, "10.1.0.0/16"), sources[i]);
	}
	for (unsigned i = 200; i-- > 0;) {
		assert_int_equal(best(scene, "10.1.0.0/16"), sources[i]);
		assert_int_equal(withdraw(scene, sources[i], "10.1.0.0/16"),
		    UNICAST_CHANGED);
	}
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 0);
}

/* Facts whose last route went are not taken for there when they come again,
 * also when their octets happen to lie in memory still. */
static void
dropped_facts_are_made_again(void **state)
{
	struct scene *scene = *state;
	uint16_t one = open_source(scene, 1);

	for (unsigned round = 0; round < 3; round++) {
		announce(scene, one, "10.1.0.0/16", 0, 100);
		assert_int_equal(rib_unicast_facts(scene->rib), 1);
		withdraw(scene, one, "10.1.0.0/16");
		assert_int_equal(rib_unicast_facts(scene->rib), 0);
	}
}

/* Prefix n of many, in no order. */
static struct prefix
many_prefix(struct random *random, unsigned afi)
{
	struct prefix prefix = { .afi = (uint8_t)afi };

	for (unsigned i = 0; i < 6; i++)
		prefix.addr[i] = (uint8_t)random_next(random);
	prefix.len = 24;
	if (afi == AFI_IPV6)
		prefix.len = 48;
	prefix_mask(&prefix);
	return prefix;
}

static void
load(struct scene *scene, uint16_t source, unsigned afi, uint32_t local_pref)
{
	struct random random = { 4711 };

	for (unsigned i = 0; i < MANY; i++) {
		struct prefix prefix = many_prefix(&random, afi);
		struct route_facts facts = facts_of(i % (MANY / 6), local_pref);

		assert_int_not_equal(
		    rib_unicast_announce(scene->rib, source, &prefix, &facts),
		    UNICAST_FULL);
	}
}

/* What a route may cost, with one in six of distinct facts; and a second
 * source's. */
static void
routes_are_small(void **state)
{
	struct scene *scene = *state;
	const struct rib_unicast *rib = scene->rib;
	uint16_t one = open_source(scene, 1), two = open_source(scene, 2);
	size_t octets = 0, n;

	for (unsigned afi = AFI_IPV4; afi <= AFI_IPV6; afi++) {
		load(scene, one, afi, 100);
		n = rib_unicast_count(rib, afi);
		assert_true(n > MANY * 9 / 10);
		/* Huge pages may just have been begun. */
		assert_in_range(rib_unicast_octets(rib) - octets, 1,
		    n * (afi == AFI_IPV4 ? 40 : 64) + (4u << 20));
		octets = rib_unicast_octets(rib);
	}
	load(scene, two, AFI_IPV4, 100);
	load(scene, two, AFI_IPV6, 100);
	n = rib_unicast_of_source(rib, two, AFI_IPV4) +
	    rib_unicast_of_source(rib, two, AFI_IPV6);
	assert_in_range(
	    rib_unicast_octets(rib) - octets, 0, n * 12 + (4u << 20));
}

/* A feed that comes and goes for ever takes no more memory than once. */
static void
memory_is_used_again(void **state)
{
	struct scene *scene = *state;
	size_t octets = 0;

	for (unsigned round = 0; round < 4; round++) {
		uint16_t one = open_source(scene, 1);

		load(scene, one, AFI_IPV4, 100 + round);
		load(scene, one, AFI_IPV6, 100 + round);
		if (octets == 0)
			octets = rib_unicast_octets(scene->rib);
		assert_int_equal(rib_unicast_octets(scene->rib), octets);
		rib_unicast_close(scene->rib, one);
		sweep(scene, one, "0.0.0.0/0");
		sweep(scene, one, "::/0");
		assert_int_equal(rib_unicast_facts(scene->rib), 0);
		assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 0);
		assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV6), 0);
	}
}

#define SCENE(name)                                                            \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(full_table_still_replaces),
		SCENE(one_prefix_has_many_sources),
		SCENE(dropped_facts_are_made_again),
		SCENE(routes_are_small),
		SCENE(memory_is_used_again),
	};

	return cmocka_run_group_tests_name(
	    "rib_unicast_bounds", tests, NULL, NULL);
}
