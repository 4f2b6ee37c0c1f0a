/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/customer.c: the defaults, and the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/customer.h"

/* The defaults are the ones of the manual: little, and not enforced. */
static void
defaults_are_narrow(void **state)
{
	struct customer customer;

	(void)state;
	memset(&customer, 0xff, sizeof(customer));
	customer_defaults(&customer);
	assert_int_equal(customer.mode, CUSTOMER_MONITOR);
	assert_null(customer.own);
	assert_int_equal(customer.ipv4.min_len, 25);
	assert_int_equal(customer.ipv4.max_len, 32);
	assert_int_equal(customer.ipv4.hold_from, 24);
	assert_int_equal(customer.ipv6.min_len, 56);
	assert_int_equal(customer.ipv6.max_len, 128);
	assert_int_equal(customer.ipv6.hold_from, 48);
	assert_int_equal(customer.components, 0x3ffe);
	assert_true(customer.actions.discard);
	assert_int_equal(customer.actions.kinds, ACTION_BIT(ACTION_RATE_BYTES));
	assert_true(customer.actions.bytes.max <= 0);
	assert_true(customer.actions.packets.max <= 0);
	assert_int_equal(customer.limits.rules, 50);
	assert_int_equal(customer.limits.received, 100);
	assert_int_equal(customer.linger_ms, 1800000);
	assert_int_equal(customer.n_tags, 0);
	assert_int_equal(customer.validate, VALIDATE_NEIGHBOR_AS);
	assert_int_equal(customer.best_match, BEST_MATCH_EXTERNAL);
	assert_int_equal(customer.failover, FAILOVER_REVOKE);
	assert_int_equal(customer.limits.prefixes, 1000);
	assert_int_equal(customer.local_pref, 100);
	assert_null(customer.asns);
	assert_int_equal(customer.n_asns, 0);
	assert_int_equal(customer.limits.cost, 200);
	assert_int_equal(customer.limits.new_per_second, 10);
	assert_int_equal(customer.limits.burst, 20);
	assert_int_equal(customer.limits.strikes, 20);
	assert_true(customer.limits.addresses == UINT64_MAX);
	assert_true(customer.limits.addresses_percent >= 100);
	assert_int_equal(customer.match, OWN_MATCH_ALL);
	assert_int_equal(customer.rpki, OWN_RPKI_VETO);
	assert_int_equal(customer.lifetime_ms, 24 * 60 * 60 * 1000);
	assert_true(customer.flap_breaker);
	assert_false(customer.noc || customer.pa || customer.shared);
	assert_false(customer.irr.configured || customer.irr.usable);
	assert_null(customer.irr.list);
	assert_null(customer.classes);
	assert_false(customer.rewrite.raise_rates);
	assert_int_equal(customer.rewrite.n_redirects, 0);
}

/* The window follows the family; an unknown one gets a window that refuses. */
static void
window_follows_the_family(void **state)
{
	struct customer customer;

	(void)state;
	customer_defaults(&customer);
	assert_int_equal(customer_window(&customer, AFI_IPV4).max_len, 32);
	assert_int_equal(customer_window(&customer, AFI_IPV6).max_len, 128);
	assert_int_equal(customer_window(&customer, AFI_NONE).max_len, 0);
	assert_int_equal(customer_window(&customer, 77).max_len, 0);
}

/* A freed customer owns nothing, is off, and may be freed again. */
static void
freed_customer_is_off(void **state)
{
	struct customer customer;

	(void)state;
	customer_defaults(&customer);
	customer.own = prefix_set_new();
	assert_non_null(customer.own);
	customer.asns = calloc(1, sizeof(*customer.asns));
	assert_non_null(customer.asns);
	customer.n_asns = 1;
	customer.irr.list = prefix_set_new();
	assert_non_null(customer.irr.list);
	customer.classes = calloc(2, sizeof(*customer.classes));
	assert_non_null(customer.classes);
	customer.classes[0].rule = calloc(1, RULE_SIZE_MIN);
	customer.n_classes = 2; /* the second without a rule */
	customer_free(&customer);
	assert_null(customer.own);
	assert_null(customer.irr.list);
	assert_null(customer.classes);
	assert_int_equal(customer.n_classes, 0);
	assert_null(customer.asns);
	assert_int_equal(customer.n_asns, 0);
	assert_int_equal(customer.mode, CUSTOMER_OFF);
	customer_free(&customer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_narrow),
		cmocka_unit_test(window_follows_the_family),
		cmocka_unit_test(freed_customer_is_off),
	};

	return cmocka_run_group_tests_name("customer", tests, NULL, NULL);
}
