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
#include "proxy/supervisor/cfg_set.h"

static struct msg_cfg_begin
begin_of(void)
{
	return (struct msg_cfg_begin){ .head = { sizeof(struct msg_cfg_begin),
					   MSG_CFG_BEGIN, 0 } };
}

static struct msg_cfg_router
router_of(void)
{
	struct msg_cfg_router msg = { .head = { sizeof(msg), MSG_CFG_ROUTER,
					  0 },
		.asn = 64500,
		.store_path = "/var/lib/sluice",
		.control_path = "/run/sluice/control.sock" };

	return msg;
}

static struct msg_cfg_validation
validation_of(void)
{
	return (struct msg_cfg_validation){
		.head = { sizeof(struct msg_cfg_validation), MSG_CFG_VALIDATION,
		    0 },
		.damping_ms = 60000,
		.max_routes = 4000000,
		.brake_percent = 20,
		.brake_rules = 50,
		.brake_customers = 3,
		.ignore = { .n_communities = 1,
		    .community = { { .kind = COMMUNITY_STANDARD } } },
	};
}

static struct msg_cfg_asn
asn_of(uint32_t index, uint32_t asn)
{
	return (struct msg_cfg_asn){
		.head = { sizeof(struct msg_cfg_asn), MSG_CFG_ASN, 0 },
		.index = index,
		.asn = asn,
	};
}

static struct msg_cfg_customer
customer_of(uint32_t index, const char *name)
{
	struct msg_cfg_customer msg = { .head = { sizeof(msg), MSG_CFG_CUSTOMER,
					    0 },
		.index = index,
		.asn = 65001,
		.max_rules = 50,
		.validate = VALIDATE_NEIGHBOR_AS };

	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	return msg;
}

static struct msg_cfg_neighbor
neighbor_of(uint32_t index, const char *name, uint8_t host)
{
	struct msg_cfg_neighbor msg = { .head = { sizeof(msg), MSG_CFG_NEIGHBOR,
					    0 },
		.index = index,
		.asn = 65001,
		.families = FAMILY_FLOWSPEC,
		.remote = { .afi = AFI_IPV4, .addr = { 192, 0, 2, host } } };

	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	return msg;
}

static struct msg_cfg_end
end_of(void)
{
	return (struct msg_cfg_end){ .head = { sizeof(struct msg_cfg_end),
					 MSG_CFG_END, 0 } };
}

#define TAKE(set, value)                                                       \
	do {                                                                   \
		__typeof__(value) taken = (value);                             \
		assert_null(cfg_set_take((set), &taken.head));                 \
	} while (0)
#define REFUSE(set, value)                                                     \
	do {                                                                   \
		__typeof__(value) taken = (value);                             \
		assert_non_null(cfg_set_take((set), &taken.head));             \
	} while (0)

/* Up to a customer. */
static struct cfg_set *
begun(void)
{
	struct cfg_set *set = cfg_set_new();

	assert_non_null(set);
	TAKE(set, begin_of());
	TAKE(set, router_of());
	TAKE(set, validation_of());
	TAKE(set, customer_of(0, "acme"));
	return set;
}

/* A whole set is kept in order. */
static void
messages_are_kept_in_order(void **state)
{
	static const uint16_t kinds[] = { MSG_CFG_BEGIN, MSG_CFG_ROUTER,
		MSG_CFG_VALIDATION, MSG_CFG_CUSTOMER, MSG_CFG_ASN,
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
	assert_int_equal(n, 7);
	assert_string_equal(cfg_set_neighbor(set, 0)->name, "acme/192.0.2.1");
	cfg_set_free(set);
}

/* Nothing before the beginning, nothing after the end, one router, and one
 * validation. */
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

struct row {
	const char *name;
	void (*spoil)(struct msg_cfg_neighbor *msg);
};

static void
unknown_customer(struct msg_cfg_neighbor *m)
{
	m->index = 1;
}
static void
no_name(struct msg_cfg_neighbor *m)
{
	m->name[0] = 0;
}
static void
endless_name(struct msg_cfg_neighbor *m)
{
	memset(m->name, 'a', sizeof(m->name));
}
static void
no_asn(struct msg_cfg_neighbor *m)
{
	m->asn = 0;
}
static void
no_family(struct msg_cfg_neighbor *m)
{
	m->families = 0;
}
static void
unknown_families(struct msg_cfg_neighbor *m)
{
	m->families = 16;
}
static void
no_address(struct msg_cfg_neighbor *m)
{
	m->remote.afi = AFI_NONE;
	m->remote.addr[0] = 0;
}
static void
local_of_other_family(struct msg_cfg_neighbor *m)
{
	m->local.afi = AFI_IPV6;
}
static void
hold_time_of_two(struct msg_cfg_neighbor *m)
{
	m->hold_s = 2;
}
static void
key_without_file(struct msg_cfg_neighbor *m)
{
	m->authenticated = 1;
}
static void
key_file_relative(struct msg_cfg_neighbor *m)
{
	m->authenticated = 1;
	m->password_file[0] = 'x';
}

static void
validate_of_zero(struct msg_cfg_customer *m)
{
	m->validate = VALIDATE_NONE;
}
static void
validate_unknown(struct msg_cfg_customer *m)
{
	m->validate = VALIDATE_OFF + 1;
}
static void
best_match_unknown(struct msg_cfg_customer *m)
{
	m->best_match = BEST_MATCH_INTERNAL + 1;
}
static void
failover_unknown(struct msg_cfg_customer *m)
{
	m->failover = FAILOVER_KEEP + 1;
}

static const struct {
	const char *name;
	void (*spoil)(struct msg_cfg_customer *msg);
} customer_rows[] = {
	{ "validate_of_zero_is_refused", validate_of_zero },
	{ "validate_unknown_is_refused", validate_unknown },
	{ "best_match_unknown_is_refused", best_match_unknown },
	{ "failover_unknown_is_refused", failover_unknown },
};

static void
damping_too_long(struct msg_cfg_validation *m)
{
	m->damping_ms = 3600001;
}
static void
no_routes(struct msg_cfg_validation *m)
{
	m->max_routes = 0;
}
static void
too_many_routes(struct msg_cfg_validation *m)
{
	m->max_routes = 64000001;
}
static void
brake_of_nothing(struct msg_cfg_validation *m)
{
	m->brake_percent = 0;
}
static void
brake_beyond_all(struct msg_cfg_validation *m)
{
	m->brake_percent = 101;
}
static void
too_many_communities(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = IGNORE_COMMUNITIES_MAX + 1;
}
static void
endless_communities(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = UINT32_MAX;
}
static void
community_of_no_kind(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = 2;
}
static void
community_of_unknown_kind(struct msg_cfg_validation *m)
{
	m->ignore.community[0].kind = COMMUNITY_LARGE + 1;
}
static void
too_many_originators(struct msg_cfg_validation *m)
{
	m->ignore.n_originators = IGNORE_ORIGINATORS_MAX + 1;
}

static const struct {
	const char *name;
	void (*spoil)(struct msg_cfg_validation *msg);
} validation_rows[] = {
	{ "damping_too_long_is_refused", damping_too_long },
	{ "no_routes_are_refused", no_routes },
	{ "too_many_routes_are_refused", too_many_routes },
	{ "brake_of_nothing_is_refused", brake_of_nothing },
	{ "brake_beyond_all_is_refused", brake_beyond_all },
	{ "too_many_communities_are_refused", too_many_communities },
	{ "endless_communities_are_refused", endless_communities },
	{ "community_of_no_kind_is_refused", community_of_no_kind },
	{ "community_of_unknown_kind_is_refused", community_of_unknown_kind },
	{ "too_many_originators_are_refused", too_many_originators },
};

static const struct row rows[] = {
	{ "unknown_customer_is_refused", unknown_customer },
	{ "no_name_is_refused", no_name },
	{ "endless_name_is_refused", endless_name },
	{ "no_asn_is_refused", no_asn },
	{ "no_family_is_refused", no_family },
	{ "unknown_families_are_refused", unknown_families },
	{ "no_address_is_refused", no_address },
	{ "local_of_other_family_is_refused", local_of_other_family },
	{ "hold_time_of_two_is_refused", hold_time_of_two },
	{ "key_without_file_is_refused", key_without_file },
	{ "key_file_relative_is_refused", key_file_relative },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct cfg_set *set = begun();
	struct msg_cfg_neighbor msg = neighbor_of(0, "acme/192.0.2.1", 1);

	row->spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static void
check_customer_row(void **state)
{
	size_t i = *(const size_t *)*state;
	struct cfg_set *set = begun();
	struct msg_cfg_customer msg = customer_of(1, "globex");

	customer_rows[i].spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static void
check_validation_row(void **state)
{
	size_t i = *(const size_t *)*state;
	struct cfg_set *set = cfg_set_new();
	struct msg_cfg_validation msg = validation_of();

	TAKE(set, begin_of());
	TAKE(set, router_of());
	validation_rows[i].spoil(&msg);
	REFUSE(set, msg);
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct CMUnitTest stories[] = {
	cmocka_unit_test(messages_are_kept_in_order),
	cmocka_unit_test(order_is_kept),
	cmocka_unit_test(validation_after_a_customer_is_refused),
	cmocka_unit_test(validation_is_copied_out),
	cmocka_unit_test(asns_ascend),
	cmocka_unit_test(too_many_asns_are_refused),
	cmocka_unit_test(numbers_are_stable),
	cmocka_unit_test(one_address_two_neighbors_is_refused),
	cmocka_unit_test(too_many_neighbors_are_refused),
};

int
main(void)
{
	enum {
		ROWS = COUNT(rows),
		CUSTOMERS = COUNT(customer_rows),
		VALIDATIONS = COUNT(validation_rows),
		STORIES = COUNT(stories)
	};
	struct CMUnitTest tests[ROWS + CUSTOMERS + VALIDATIONS + STORIES];
	size_t numbers[COUNT(tests)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		numbers[i] = i;
	for (size_t i = 0; i < STORIES; i++)
		tests[n++] = stories[i];
	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < CUSTOMERS; i++)
		tests[n++] = (struct CMUnitTest){ .name = customer_rows[i].name,
			.test_func = check_customer_row,
			.initial_state = &numbers[i] };
	for (size_t i = 0; i < VALIDATIONS; i++)
		tests[n++] =
		    (struct CMUnitTest){ .name = validation_rows[i].name,
			    .test_func = check_validation_row,
			    .initial_state = &numbers[i] };
	return cmocka_run_group_tests_name("cfg_set", tests, NULL, NULL);
}
