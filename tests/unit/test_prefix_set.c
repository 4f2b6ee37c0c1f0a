/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/prefix_set.c, the last against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/prefix_set.h"

#define ENTRIES_MAX 4000
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static const char *const entries[] = {
	"203.0.113.0/24",
	"203.0.113.64/26",
	"203.0.113.128/25",
	"198.51.100.0/22",
	"10.0.0.0/8",
	"10.1.2.3/32",
	"2001:db8::/32",
	"2001:db8:113::/48",
	"2001:db8:113:0:8000::/65",
	"2001:db8:113::7/128",
};

struct row {
	const char *name;
	const char *asked;
	const char *found; /* NULL: nothing covers it */
};

static const struct row rows[] = {
	{ "cover_of_an_entry_is_itself", "203.0.113.0/24", "203.0.113.0/24" },
	{ "cover_is_the_longest", "203.0.113.65/32", "203.0.113.64/26" },
	{ "cover_beside_a_longer_one", "203.0.113.1/32", "203.0.113.0/24" },
	{ "cover_of_a_wider_prefix_is_none", "203.0.112.0/23", NULL },
	{ "cover_of_the_default_route_is_none", "0.0.0.0/0", NULL },
	{ "cover_of_a_host_entry", "10.1.2.3/32", "10.1.2.3/32" },
	{ "cover_next_to_a_host_entry", "10.1.2.2/32", "10.0.0.0/8" },
	{ "cover_just_outside_is_none", "198.51.104.0/32", NULL },
	{ "cover_at_the_far_end", "198.51.103.255/32", "198.51.100.0/22" },
	{ "cover_of_an_entry_across_a_fork", "200.0.0.0/6", NULL },
	{ "cover6_is_the_longest", "2001:db8:113::7/128",
	    "2001:db8:113::7/128" },
	{ "cover6_past_the_first_word", "2001:db8:113:0:8000::1/128",
	    "2001:db8:113:0:8000::/65" },
	{ "cover6_of_the_other_half", "2001:db8:113:0:7fff::1/128",
	    "2001:db8:113::/48" },
	{ "cover6_foreign_is_none", "2001:db9::1/128", NULL },
	/* The same octets as 203.0.113.0/24. */
	{ "cover6_of_ipv4_octets_is_none", "cb00:7100::/24", NULL },
};

/* A prefix is looked up among the entries. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct prefix_set *set = prefix_set_new();
	struct prefix asked = prefix_of(row->asked);
	const struct prefix *found;

	assert_non_null(set);
	for (size_t i = 0; i < N_OF(entries); i++) {
		struct prefix entry = prefix_of(entries[i]);

		assert_int_equal(prefix_set_add(set, &entry, (uint32_t)i), 0);
	}
	found = prefix_set_cover(set, &asked);
	if (row->found == NULL) {
		assert_null(found);
	} else {
		struct prefix wanted = prefix_of(row->found);

		assert_non_null(found);
		assert_int_equal(prefix_cmp(found, &wanted), 0);
	}
	prefix_set_free(set);
}

/* An empty set, and no set, cover nothing. */
static void
empty_set_covers_nothing(void **state)
{
	struct prefix_set *set = prefix_set_new();
	struct prefix host = prefix_of("203.0.113.7/32");

	(void)state;
	assert_null(prefix_set_cover(set, &host));
	assert_null(prefix_set_cover(NULL, &host));
	assert_null(prefix_set_at(set, 0));
	assert_int_equal(prefix_set_count(set), 0);
	assert_int_equal(prefix_set_count(NULL), 0);
	prefix_set_free(set);
	prefix_set_free(NULL);
}

/* Prefixes that are none are neither added nor looked up. */
static void
invalid_prefix_is_refused(void **state)
{
	struct prefix_set *set = prefix_set_new();
	struct prefix bad = prefix_of("203.0.113.7/32");
	struct prefix all = prefix_of("0.0.0.0/0");

	(void)state;
	assert_int_equal(prefix_set_add(set, &all, 0), 0);
	bad.len = 24; /* bits set past it */
	assert_int_equal(prefix_set_add(set, &bad, 0), -1);
	bad.len = 33;
	assert_int_equal(prefix_set_add(set, &bad, 0), -1);
	assert_null(prefix_set_cover(set, &bad));
	bad.len = 255;
	assert_null(prefix_set_cover(set, &bad));
	bad.len = 24;
	bad.afi = 7;
	assert_int_equal(prefix_set_add(set, &bad, 0), -1);
	assert_null(prefix_set_cover(set, &bad));
	assert_int_equal(prefix_set_count(set), 1);
	prefix_set_free(set);
}

/* Entries keep their order, tag and text; a second adding changes nothing. */
static void
entries_keep_order_and_first_tag(void **state)
{
	struct prefix_set *set = prefix_set_new();
	struct prefix host = prefix_of("203.0.113.7/32");
	struct prefix net = prefix_of("203.0.113.0/24");

	(void)state;
	assert_int_equal(prefix_set_add(set, &host, 1), 0);
	assert_int_equal(prefix_set_add(set, &net, 2), 0);
	assert_int_equal(prefix_set_add(set, &host, 3), 0);
	assert_int_equal(prefix_set_count(set), 2);
	assert_int_equal(prefix_set_at(set, 0)->tag, 1);
	assert_string_equal(prefix_set_at(set, 0)->text, "203.0.113.7/32");
	assert_int_equal(prefix_set_at(set, 1)->tag, 2);
	assert_int_equal(prefix_set_longest(set, &host)->tag, 1);
	assert_null(prefix_set_at(set, 2));
	prefix_set_free(set);
}

/* A small generator of our own, so that a failure comes back. */
static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Prefixes crowd together, so that they nest and fork at every length. */
static struct prefix
random_prefix(uint32_t *seed)
{
	struct prefix prefix = { 0 };
	uint32_t crowd = next(seed) % 3;

	prefix.afi = next(seed) % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
	prefix.len = (uint8_t)(next(seed) % (afi_bits(prefix.afi) + 1));
	for (unsigned i = 0; i < afi_bits(prefix.afi) / 8; i++) {
		uint32_t draw = next(seed);

		prefix.addr[i] = (uint8_t)(crowd == 0 ? draw : 0);
		if (crowd != 0 && draw % 8 == 0)
			prefix.addr[i] = (uint8_t)(0x80u >> draw / 8 % 8);
	}
	prefix_mask(&prefix);
	return prefix;
}

static const struct prefix *
naive_cover(const struct prefix *list, size_t n, const struct prefix *asked)
{
	const struct prefix *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (prefix_contains(&list[i], asked) &&
		    (best == NULL || list[i].len > best->len))
			best = &list[i];
	}
	return best;
}

/* On random entries and questions the set answers as a plain list does. */
static void
set_answers_as_a_plain_list(void **state)
{
	static struct prefix list[ENTRIES_MAX];
	struct prefix_set *set = prefix_set_new();
	uint32_t seed = 20240131;
	size_t n = 0, covered = 0;

	(void)state;
	for (unsigned step = 0; step < 3 * ENTRIES_MAX; step++) {
		struct prefix prefix = random_prefix(&seed);
		const struct prefix *found, *wanted;

		if (n < ENTRIES_MAX && step % 3 == 0 && prefix.len > 2) {
			list[n++] = prefix;
			assert_int_equal(prefix_set_add(set, &prefix, step), 0);
			continue;
		}
		found = prefix_set_cover(set, &prefix);
		wanted = naive_cover(list, n, &prefix);
		assert_int_equal(found == NULL, wanted == NULL);
		if (found != NULL) {
			assert_int_equal(prefix_cmp(found, wanted), 0);
			covered++;
		}
	}
	assert_true(covered > ENTRIES_MAX / 10);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    prefix_cmp(prefix_set_cover(set, &list[i]), &list[i]), 0);
	prefix_set_free(set);
}

int
main(void)
{
	struct CMUnitTest tests[N_OF(rows) + 4] = {
		cmocka_unit_test(empty_set_covers_nothing),
		cmocka_unit_test(invalid_prefix_is_refused),
		cmocka_unit_test(entries_keep_order_and_first_tag),
		cmocka_unit_test(set_answers_as_a_plain_list),
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		tests[4 + i].name = rows[i].name;
		tests[4 + i].test_func = check_row;
		tests[4 + i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("prefix_set", tests, NULL, NULL);
}
