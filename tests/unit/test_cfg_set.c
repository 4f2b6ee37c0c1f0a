/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as messages: what is taken, and the numbers given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

static struct msg_cfg_customer
customer_of(uint32_t index, const char *name)
{
	struct msg_cfg_customer msg = { .head = { sizeof(msg), MSG_CFG_CUSTOMER,
					    0 },
		.index = index,
		.asn = 65001,
		.max_rules = 50 };

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
	TAKE(set, customer_of(0, "acme"));
	return set;
}

/* A whole set is kept in order. */
static void
messages_are_kept_in_order(void **state)
{
	static const uint16_t kinds[] = { MSG_CFG_BEGIN, MSG_CFG_ROUTER,
		MSG_CFG_CUSTOMER, MSG_CFG_NEIGHBOR, MSG_CFG_END };
	struct cfg_set *set = begun();
	const struct msg_head *head;
	size_t at = 0, n = 0;

	(void)state;
	TAKE(set, neighbor_of(0, "acme/192.0.2.1", 1));
	TAKE(set, end_of());

	while ((head = cfg_set_next(set, &at)) != NULL)
		assert_int_equal(head->kind, kinds[n++]);
	assert_int_equal(n, 5);
	assert_string_equal(cfg_set_neighbor(set, 0)->name, "acme/192.0.2.1");
	cfg_set_free(set);
}

/* Nothing before the beginning, nothing after the end, no second router. */
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
	TAKE(set, end_of());
	REFUSE(set, customer_of(0, "late"));
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

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 5] = {
		cmocka_unit_test(messages_are_kept_in_order),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(numbers_are_stable),
		cmocka_unit_test(one_address_two_neighbors_is_refused),
		cmocka_unit_test(too_many_neighbors_are_refused),
	};

	for (size_t i = 0; i < N; i++)
		tests[5 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("cfg_set", tests, NULL, NULL);
}
