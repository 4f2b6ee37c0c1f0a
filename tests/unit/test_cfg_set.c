/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as messages: what is taken, and the numbers given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/customer.h"
#include "tests/lib/cfg_samples.h"

/* A whole set is kept in order. */
static void
messages_are_kept_in_order(void **state)
{
	static const uint16_t kinds[] = { MSG_CFG_BEGIN, MSG_CFG_ROUTER,
		MSG_CFG_VALIDATION, MSG_CFG_FLEET, MSG_CFG_RPKI,
		MSG_CFG_SERVICE, MSG_CFG_CUSTOMER, MSG_CFG_ASN,
		MSG_CFG_NEIGHBOR, MSG_CFG_END };
	struct cfg_set *set = begun();
	const struct msg_head *head;
	size_t at = 0, n = 0;

	(void)state;
	TAKE(set, asn_of(0, 65002));
	TAKE(set, neighbor_of(0, "acme/192.0.2.1", 1));
	TAKE(set, end_of());

	while ((head = cfg_set_next(set, &at)) != NULL)
		assert_int_equal(head->kind, kinds[n++]);
	assert_int_equal(n, 10);
	assert_string_equal(cfg_set_neighbor(set, 0)->name, "acme/192.0.2.1");
	cfg_set_free(set);
}

/* Nothing before the beginning, nothing after the end, and one of each of what
 * there is one of. */
static void
order_is_kept(void **state)
{
	struct cfg_set *set = cfg_set_new();

	(void)state;
	REFUSE(set, router_of());
	TAKE(set, begin_of());
	REFUSE(set, begin_of());
	REFUSE(set, end_of());
	TAKE(set, router_of());
	REFUSE(set, router_of());
	REFUSE(set, end_of());
	TAKE(set, validation_of());
	REFUSE(set, validation_of());
	REFUSE(set, end_of());
	TAKE(set, fleet_of());
	REFUSE(set, fleet_of());
	REFUSE(set, end_of());
	TAKE(set, rpki_of());
	REFUSE(set, rpki_of());
	REFUSE(set, end_of());
	TAKE(set, service_of());
	REFUSE(set, service_of());
	REFUSE(set, end_of());
	TAKE(set, log_of());
	REFUSE(set, log_of());
	TAKE(set, end_of());
	REFUSE(set, customer_of(0, "late"));
	cfg_set_free(set);
}

/* The validation comes before the first customer. */
static void
validation_after_a_customer_is_refused(void **state)
{
	struct cfg_set *set = cfg_set_new();

	(void)state;
	TAKE(set, begin_of());
	TAKE(set, router_of());
	TAKE(set, customer_of(0, "acme"));
	REFUSE(set, validation_of());
	cfg_set_free(set);
}

/* It is kept for the sessions. */
static void
validation_is_copied_out(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	assert_int_equal(set->validation.max_routes, 4000000);
	assert_int_equal(set->validation.ignore.n_communities, 1);
	cfg_set_free(set);
}

/* AS numbers of a customer ascend, and are not its own; customers follow one
 * another. */
static void
asns_ascend(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, customer_of(1, "globex"));
	REFUSE(set, asn_of(2, 65002));
	REFUSE(set, asn_of(0, 0));
	REFUSE(set, asn_of(0, UINT32_MAX));
	REFUSE(set, asn_of(0, 65001));
	TAKE(set, asn_of(0, 65003));
	REFUSE(set, asn_of(0, 65003));
	REFUSE(set, asn_of(0, 65002));
	TAKE(set, asn_of(1, 65002));
	REFUSE(set, asn_of(0, 65004));
	TAKE(set, asn_of(1, 65003));
	cfg_set_free(set);
}

/* There is a bound to a customer's AS numbers, for each customer anew. */
static void
too_many_asns_are_refused(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, customer_of(1, "globex"));
	for (uint32_t i = 0; i < CUSTOMER_ASNS_MAX; i++)
		TAKE(set, asn_of(0, 70000 + i));
	REFUSE(set, asn_of(0, 70000 + CUSTOMER_ASNS_MAX));
	TAKE(set, asn_of(1, 1));
	cfg_set_free(set);
}

/* Numbers belong to names, over sets in any order. */
static void
numbers_are_stable(void **state)
{
	struct names *customers = names_new(), *peers = names_new();
	struct cfg_set *one = begun(), *two = cfg_set_new();

	(void)state;
	TAKE(one, neighbor_of(0, "a", 1));
	TAKE(one, neighbor_of(0, "b", 2));
	TAKE(one, end_of());
	assert_null(cfg_set_number(one, customers, peers));
	TAKE(two, begin_of());
	TAKE(two, router_of());
	TAKE(two, validation_of());
	TAKE(two, fleet_of());
	TAKE(two, rpki_of());
	TAKE(two, service_of());
	TAKE(two, log_of());
	TAKE(two, customer_of(0, "other"));
	TAKE(two, customer_of(1, "acme"));
	TAKE(two, neighbor_of(1, "b", 2));
	TAKE(two, neighbor_of(1, "a", 3));
	TAKE(two, end_of());
	assert_null(cfg_set_number(two, customers, peers));

	assert_int_equal(cfg_set_customer(one, 0)->customer,
	    cfg_set_customer(two, 1)->customer);
	assert_int_not_equal(cfg_set_customer(one, 0)->customer,
	    cfg_set_customer(two, 0)->customer);
	assert_int_equal(
	    cfg_set_neighbor(one, 1)->peer, cfg_set_neighbor(two, 0)->peer);
	/* Another address makes another peer. */
	assert_int_not_equal(
	    cfg_set_neighbor(one, 0)->peer, cfg_set_neighbor(two, 1)->peer);
	cfg_set_free(one);
	cfg_set_free(two);
	names_free(customers);
	names_free(peers);
}

/* What concerns the signer is kept, and not among what the guard is fed. */
static void
log_is_kept_from_the_guard(void **state)
{
	struct cfg_set *set = begun();
	const struct msg_head *head;
	size_t at = 0;

	(void)state;
	assert_string_equal(set->log.key_path, "/var/lib/sluice-seal");
	while ((head = cfg_set_next(set, &at)) != NULL)
		assert_int_not_equal(head->kind, MSG_CFG_LOG);
	cfg_set_free(set);
}

/* An address belongs to one neighbour. */
static void
one_address_two_neighbors_is_refused(void **state)
{
	struct names *customers = names_new(), *peers = names_new();
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, neighbor_of(0, "a", 1));
	TAKE(set, neighbor_of(CFG_INTERNAL, "b", 1));
	TAKE(set, end_of());
	assert_non_null(cfg_set_number(set, customers, peers));
	cfg_set_free(set);
	names_free(customers);
	names_free(peers);
}

static struct msg_cfg_neighbor
place_of(uint32_t index, const char *name, uint8_t host)
{
	struct msg_cfg_neighbor msg = neighbor_of(index, name, host);

	msg.range_len = 28;
	msg.passive = 1;
	return msg;
}

/* A range's places have one address, which may be somebody's own, too; each
 * has a number. */
static void
places_share_their_range(void **state)
{
	struct names *customers = names_new(), *peers = names_new();
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, place_of(0, "a#1", 16));
	TAKE(set, place_of(0, "a#2", 16));
	TAKE(set, neighbor_of(CFG_INTERNAL, "b", 16));
	TAKE(set, end_of());
	assert_null(cfg_set_number(set, customers, peers));
	assert_int_not_equal(
	    cfg_set_neighbor(set, 0)->peer, cfg_set_neighbor(set, 1)->peer);
	cfg_set_free(set);
	names_free(customers);
	names_free(peers);
}

/* A range that comes again, after others, is somebody else's. */
static void
range_of_two_is_refused(void **state)
{
	struct names *customers = names_new(), *peers = names_new();
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, place_of(0, "a#1", 16));
	TAKE(set, place_of(0, "b#1", 32));
	TAKE(set, place_of(0, "c#1", 16));
	TAKE(set, end_of());
	assert_non_null(cfg_set_number(set, customers, peers));
	cfg_set_free(set);
	names_free(customers);
	names_free(peers);
}

/* A range is a customer's, waits, and is no longer than an address. */
static void
range_that_dials_is_refused(void **state)
{
	struct msg_cfg_neighbor dials = place_of(0, "a#1", 16);
	struct msg_cfg_neighbor too_long = dials;
	struct cfg_set *set = begun();

	(void)state;
	dials.passive = 0;
	too_long.range_len = 33;
	REFUSE(set, dials);
	REFUSE(set, too_long);
	REFUSE(set, place_of(CFG_INTERNAL, "a#1", 16));
	cfg_set_free(set);
}

/* There is a bound to neighbours. */
static void
too_many_neighbors_are_refused(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	for (uint32_t i = 0; i < CFG_SET_NEIGHBORS_MAX; i++)
		TAKE(set, neighbor_of(0, "a", 1));
	REFUSE(set, neighbor_of(0, "a", 1));
	cfg_set_free(set);
}

/* IRR lists are kept apart, each under its customer, in whatever order. */
static void
irr_lists_are_kept_apart(void **state)
{
	struct cfg_set *set = begun();
	const struct msg_head *head;
	size_t at = 0;

	(void)state;
	TAKE(set, customer_of(1, "globex"));
	TAKE(set, irr_of(1, 1));
	TAKE(set, irr_of(0, 2));
	TAKE(set, prefix_of(0, CFG_LIST_OWN, 10));
	TAKE(set, prefix_of(0, CFG_LIST_IRR, 11));
	TAKE(set, prefix_of(1, CFG_LIST_IRR, 12));
	TAKE(set, prefix_of(0, CFG_LIST_IRR, 13));
	TAKE(set, end_of());

	while ((head = cfg_set_next(set, &at)) != NULL) {
		assert_int_not_equal(head->kind, MSG_CFG_IRR);
		if (head->kind == MSG_CFG_PREFIX)
			assert_int_equal(
			    ((const struct msg_cfg_prefix *)(const void *)head)
				->list,
			    CFG_LIST_OWN);
	}
	assert_int_equal(cfg_set_irr(set, 0)->n, 2);
	assert_int_equal(cfg_set_irr(set, 0)->prefixes[1].addr[0], 13);
	assert_int_equal(cfg_set_irr(set, 1)->prefixes[0].addr[0], 12);
	cfg_set_free(set);
}

/* A list has as many prefixes as it said, and each customer has one. */
static void
irr_lists_are_whole(void **state)
{
	struct cfg_set *set = begun();
	struct msg_cfg_irr contradiction = irr_of(0, 1);

	(void)state;
	REFUSE(set, prefix_of(0, CFG_LIST_IRR, 10));
	REFUSE(set, irr_of(1, 1));
	contradiction.status = IRR_MISSING;
	REFUSE(set, contradiction);
	TAKE(set, irr_of(0, 2));
	REFUSE(set, irr_of(0, 2));
	TAKE(set, prefix_of(0, CFG_LIST_IRR, 10));
	REFUSE(set, end_of());
	TAKE(set, prefix_of(0, CFG_LIST_IRR, 11));
	REFUSE(set, prefix_of(0, CFG_LIST_IRR, 12));
	TAKE(set, end_of());
	cfg_set_free(set);
}

/* What one customer may have is bounded, and its wishes are kept. */
static void
what_a_customer_has_is_bounded(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	for (uint32_t i = 0; i < WISH_RULES_MAX; i++)
		TAKE(set, wish_of(0));
	REFUSE(set, wish_of(0));
	REFUSE(set, wish_of(1));
	for (uint32_t i = 0; i < CUSTOMER_CLASSES_MAX; i++)
		TAKE(set, class_of(0));
	REFUSE(set, class_of(0));
	REFUSE(set, class_of(1));
	for (uint32_t i = 0; i < CUSTOMER_REWRITES_MAX; i++)
		TAKE(set, rewrite_of(0));
	REFUSE(set, rewrite_of(0));
	REFUSE(set, rewrite_of(1));
	assert_int_equal(cfg_set_wishes(set, 0)->n, WISH_RULES_MAX);
	assert_int_equal(cfg_set_wishes(set, 0)->rule[1].wish.lifetime_s, 600);
	cfg_set_free(set);
}

/* Messages that are not such as the loader makes. */
static void
broken_messages_are_refused(void **state)
{
	struct cfg_set *set = begun();
	struct msg_cfg_wish wish = wish_of(0);
	struct msg_cfg_class class = class_of(0);
	struct msg_cfg_protected entry = protected_of();
	struct msg_cfg_prefix prefix = prefix_of(0, CFG_LIST_OWN, 10);

	(void)state;
	wish.wish.wish.dry_run = 1; /* two things at once */
	REFUSE(set, wish);
	class.kind = CLASS_HELD + 1;
	REFUSE(set, class);
	class = class_of(0);
	class.rule.n_terms = 1; /* behind the message's end */
	REFUSE(set, class);
	TAKE(set, protected_of());
	entry.rule.has = 0;
	entry.rule.dst_len = 0;
	entry.rule.dst[0] = 0;
	REFUSE(set, entry);
	entry = protected_of();
	memset(entry.name, 'a', sizeof(entry.name));
	REFUSE(set, entry);
	prefix.list = CFG_LIST_IRR + 1;
	REFUSE(set, prefix);
	cfg_set_free(set);
}

/* The operators' own customer is there once, and nobody's neighbour. */
static void
noc_is_one_without_neighbors(void **state)
{
	struct cfg_set *set = begun();
	struct msg_cfg_customer noc = customer_of(1, "noc");
	struct msg_cfg_customer again = customer_of(2, "noc2");

	(void)state;
	noc.noc = again.noc = 1;
	TAKE(set, noc);
	REFUSE(set, again);
	REFUSE(set, neighbor_of(1, "noc/192.0.2.1", 1));
	cfg_set_free(set);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_kept_in_order),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(validation_after_a_customer_is_refused),
		cmocka_unit_test(validation_is_copied_out),
		cmocka_unit_test(asns_ascend),
		cmocka_unit_test(too_many_asns_are_refused),
		cmocka_unit_test(numbers_are_stable),
		cmocka_unit_test(log_is_kept_from_the_guard),
		cmocka_unit_test(one_address_two_neighbors_is_refused),
		cmocka_unit_test(places_share_their_range),
		cmocka_unit_test(range_of_two_is_refused),
		cmocka_unit_test(range_that_dials_is_refused),
		cmocka_unit_test(too_many_neighbors_are_refused),
		cmocka_unit_test(irr_lists_are_kept_apart),
		cmocka_unit_test(irr_lists_are_whole),
		cmocka_unit_test(what_a_customer_has_is_bounded),
		cmocka_unit_test(broken_messages_are_refused),
		cmocka_unit_test(noc_is_one_without_neighbors),
	};

	return cmocka_run_group_tests_name("cfg_set", tests, NULL, NULL);
}
