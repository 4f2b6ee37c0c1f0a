/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules in: found by value and peer, in the order of first sight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/guard/rib_in.h"
#include "tests/lib/small_rule.h"

#define MANY 20000u

static const uint8_t key[HASH_KEY_LEN] = { 1, 2, 3 };

/* Added rules are found by peer and value, before and after growth. */
static void
rules_are_found_by_peer_and_value(void **state)
{
	struct rib_in rib;
	struct rule rule;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	for (unsigned n = 0; n < MANY; n++) {
		small_rule(n, &rule);
		assert_null(rib_in_find(&rib, n % 7, &rule));
		assert_non_null(rib_in_add(&rib, n % 7, &rule));
	}
	assert_int_equal(rib.n_rules, MANY);
	for (unsigned n = 0; n < MANY; n++) {
		const struct rib_rule *found;

		small_rule(n, &rule);
		found = rib_in_find(&rib, n % 7, &rule);
		assert_non_null(found);
		assert_true(rule_equal(&found->rule, &rule));
		assert_int_equal(found->peer, n % 7);
		assert_null(rib_in_find(&rib, n % 7 + 1, &rule));
	}
	rib_in_fini(&rib);
}

/* A new entry is blank: never recorded, wanted by nobody, waiting nowhere. */
static void
new_rule_is_blank(void **state)
{
	struct rib_in rib;
	struct rib_rule *r;
	struct rule rule;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	small_rule(3, &rule);
	r = rib_in_add(&rib, 9, &rule);
	assert_true(r->id == RULE_ID_NONE && r->old_id == RULE_ID_NONE);
	assert_int_equal(r->flags, 0);
	assert_int_equal(r->wait, WAIT_NONE);
	assert_int_equal(r->pending, 0);
	assert_true(link_empty(&r->waiting));
	assert_null(r->owners);
	rib_in_fini(&rib);
}

/* The walk over all is in the order of adding, also after removals. */
static void
walk_is_in_order_of_first_sight(void **state)
{
	struct rib_in rib;
	struct rule rule;
	unsigned want = 0;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	for (unsigned n = 0; n < MANY; n++) {
		small_rule(n, &rule);
		rib_in_add(&rib, 0, &rule)->id = n;
	}
	for (unsigned n = 0; n < MANY; n += 3) {
		small_rule(n, &rule);
		rib_in_remove(&rib, rib_in_find(&rib, 0, &rule));
	}
	for (struct rib_link *l = rib.all.next; l != &rib.all; l = l->next) {
		want += want % 3 == 0;
		assert_int_equal(LINK_ENTRY(l, struct rib_rule, all)->id, want);
		want++;
	}
	assert_int_equal(rib.n_rules, MANY - (MANY + 2) / 3);
	rib_in_fini(&rib);
}

/* Adding and removing at random leaves exactly what was not removed. */
static void
random_adds_and_removals_agree_with_a_model(void **state)
{
	static bool there[4][512];
	struct rib_in rib;
	uint64_t random = 42;
	size_t n = 0;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	for (unsigned i = 0; i < 50000; i++) {
		unsigned peer = small_random(&random) % 4;
		unsigned number = small_random(&random) % 512;
		struct rib_rule *r;
		struct rule rule;

		small_rule(number, &rule);
		r = rib_in_find(&rib, peer, &rule);
		assert_int_equal(r != NULL, there[peer][number]);
		if (r != NULL) {
			rib_in_remove(&rib, r);
			n--;
		} else {
			assert_non_null(rib_in_add(&rib, peer, &rule));
			n++;
		}
		there[peer][number] = !there[peer][number];
		assert_int_equal(rib.n_rules, n);
	}
	rib_in_fini(&rib);
}

/* Operators ask by id; that of rules never recorded is nobody's. */
static void
ids_are_found_and_none_is_nobody(void **state)
{
	struct rib_in rib;
	struct rule rule;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	for (unsigned n = 0; n < 10; n++) {
		small_rule(n, &rule);
		if (n > 0)
			rib_in_add(&rib, 0, &rule)->id = 100 + n;
		else
			(void)rib_in_add(&rib, 0, &rule);
	}
	assert_int_equal(rib_in_by_id(&rib, 105)->id, 105);
	assert_null(rib_in_by_id(&rib, 99));
	assert_null(rib_in_by_id(&rib, RULE_ID_NONE));
	rib_in_fini(&rib);
}

/* Removal unlinks from every list. */
static void
removal_unlinks_everywhere(void **state)
{
	struct rib_link waiting, of_peer;
	struct rib_in rib;
	struct rib_rule *r;
	struct rule rule;

	(void)state;
	assert_int_equal(rib_in_init(&rib, key), 0);
	link_init(&waiting);
	link_init(&of_peer);
	small_rule(1, &rule);
	r = rib_in_add(&rib, 0, &rule);
	link_append(&waiting, &r->waiting);
	link_append(&of_peer, &r->of_peer);
	rib_in_remove(&rib, r);
	assert_true(link_empty(&waiting) && link_empty(&of_peer));
	assert_true(link_empty(&rib.all));
	rib_in_fini(&rib);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_found_by_peer_and_value),
		cmocka_unit_test(new_rule_is_blank),
		cmocka_unit_test(walk_is_in_order_of_first_sight),
		cmocka_unit_test(random_adds_and_removals_agree_with_a_model),
		cmocka_unit_test(ids_are_found_and_none_is_nobody),
		cmocka_unit_test(removal_unlinks_everywhere),
	};

	return cmocka_run_group_tests_name("rib_in", tests, NULL, NULL);
}
