/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer's Adj-RIB-In: what the guard is told, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/adj_in.h"
#include "proxy/wire/family.h"
#include "tests/lib/small_rule.h"

static const uint8_t hash_key[HASH_KEY_LEN] = "an adj_in's key";

static int
setup(void **state)
{
	struct adj_in *adj = adj_in_new(hash_key);

	assert_non_null(adj);
	adj_in_limit(adj, 8);
	*state = adj;
	return 0;
}

static int
teardown(void **state)
{
	adj_in_free(*state);
	return 0;
}

static enum adj_in_result
announce_raw(struct adj_in *adj, unsigned n, unsigned action, bool again,
    const char *raw)
{
	struct rule rule;
	const struct action_set actions = small_action(action);
	struct adj_in_route route = {
		.rule = &rule,
		.actions = &actions,
		.raw = (const void *)raw,
		.raw_len = (uint16_t)strlen(raw),
		.family =
		    n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC,
	};

	small_rule(n, &rule);
	return adj_in_announce(adj, &route, again);
}

static enum adj_in_result
announce(struct adj_in *adj, unsigned n, unsigned action)
{
	return announce_raw(adj, n, action, false, "");
}

/* The same rule and action with another wish. */
static enum adj_in_result
announce_wish(struct adj_in *adj, unsigned n, struct wish wish)
{
	struct rule rule;
	const struct action_set actions = small_action(7);
	struct adj_in_route route = {
		.rule = &rule,
		.actions = &actions,
		.family = FAMILY_IPV4_FLOWSPEC,
		.wish = wish,
	};

	small_rule(n, &rule);
	return adj_in_announce(adj, &route, false);
}

static void
withdraw(struct adj_in *adj, unsigned n)
{
	struct rule rule;

	small_rule(n, &rule);
	adj_in_withdraw(adj, &rule);
}

/* Take the next item, which must be this rule announced or withdrawn. */
static uint64_t
expect(struct adj_in *adj, bool is_withdraw, unsigned n)
{
	struct adj_in_item item;

	assert_true(adj_in_next(adj, &item));
	assert_int_equal(item.withdraw, is_withdraw);
	assert_int_equal(small_rule_number(item.route.rule), n);
	adj_in_told(adj);
	return item.handle;
}

static void
expect_nothing(struct adj_in *adj)
{
	struct adj_in_item item;

	assert_false(adj_in_next(adj, &item));
}

/* Announcements are told once, in the order they came. */
static void
announcements_are_told_in_order(void **state)
{
	assert_int_equal(announce(*state, 4, 0), ADJ_IN_CHANGED);
	assert_int_equal(announce(*state, 2, 0), ADJ_IN_CHANGED);

	expect(*state, false, 4);
	expect(*state, false, 2);
	expect_nothing(*state);
}

/* The same again is nothing new. */
static void
identical_announcement_is_not_told(void **state)
{
	announce(*state, 2, 7);
	expect(*state, false, 2);

	assert_int_equal(announce(*state, 2, 7), ADJ_IN_SAME);
	expect_nothing(*state);
}

/* Other octets for the same rule are told: the log keeps what came. */
static void
other_octets_are_told(void **state)
{
	struct adj_in_item item;

	announce_raw(*state, 2, 7, false, "abc");
	expect(*state, false, 2);

	assert_int_equal(
	    announce_raw(*state, 2, 7, false, "abd"), ADJ_IN_CHANGED);
	assert_true(adj_in_next(*state, &item));
	assert_int_equal(item.route.raw_len, 3);
	assert_memory_equal(item.route.raw, "abd", 3);
}

/* What is asked for beside the rule is part of it. */
static void
other_wish_is_told(void **state)
{
	const struct wish hour = { .lifetime_s = 3600 };
	const struct wish dry_hour = { .lifetime_s = 3600, .dry_run = 1 };
	struct adj_in_item item;

	announce_wish(*state, 2, (struct wish){ 0 });
	expect(*state, false, 2);

	assert_int_equal(announce_wish(*state, 2, hour), ADJ_IN_CHANGED);
	assert_true(adj_in_next(*state, &item));
	assert_true(wish_equal(&item.route.wish, &hour));
	adj_in_told(*state);
	assert_int_equal(announce_wish(*state, 2, hour), ADJ_IN_SAME);
	assert_int_equal(announce_wish(*state, 2, dry_hour), ADJ_IN_CHANGED);
	expect(*state, false, 2);
	assert_int_equal(
	    announce_wish(*state, 2, (struct wish){ 0 }), ADJ_IN_CHANGED);
	assert_true(adj_in_next(*state, &item));
	assert_int_equal(item.route.wish.lifetime_s, 0);
	assert_int_equal(item.route.wish.dry_run, 0);
}

/* While a refresh runs the guard must hear what it holds as stale. */
static void
identical_announcement_is_told_in_a_refresh(void **state)
{
	announce(*state, 2, 7);
	expect(*state, false, 2);

	assert_int_equal(announce_raw(*state, 2, 7, true, ""), ADJ_IN_CHANGED);
	expect(*state, false, 2);
}

/* A replacement keeps the handle and tells the new actions only. */
static void
last_wish_wins(void **state)
{
	struct adj_in_item item;

	announce(*state, 2, 1);
	announce(*state, 2, 2);
	announce(*state, 2, 3);

	assert_true(adj_in_next(*state, &item));
	assert_int_equal(
	    (unsigned)action_rate(item.route.actions->rate_bytes), 3);
	adj_in_told(*state);
	expect_nothing(*state);
}

/* Withdrawals overtake announcements. */
static void
withdrawals_come_first(void **state)
{
	announce(*state, 2, 0);
	expect(*state, false, 2);
	announce(*state, 4, 0);
	announce(*state, 6, 0);
	withdraw(*state, 2);

	expect(*state, true, 2);
	expect(*state, false, 4);
	expect(*state, false, 6);
}

/* A withdrawal names the handle of its announcement, until it is durable. */
static void
withdrawn_rule_stays_until_acknowledged(void **state)
{
	uint64_t handle;

	announce(*state, 2, 0);
	handle = expect(*state, false, 2);
	withdraw(*state, 2);
	assert_false(adj_in_ack(*state, handle)); /* not even told */
	assert_int_equal(expect(*state, true, 2), handle);

	assert_true(adj_in_ack(*state, handle));
	assert_false(adj_in_ack(*state, handle));
	assert_int_equal(adj_in_announced(*state), 0);
}

/* Announced, withdrawn and announced again: another handle, so that the
 * acknowledgement of the old one does not end the new one. */
static void
revived_rule_has_a_new_handle(void **state)
{
	uint64_t first;
	uint64_t second;

	announce(*state, 2, 0);
	first = expect(*state, false, 2);
	withdraw(*state, 2);
	expect(*state, true, 2);
	announce(*state, 2, 0);
	second = expect(*state, false, 2);

	assert_true(first != second);
	assert_false(adj_in_ack(*state, first));
	assert_int_equal(adj_in_announced(*state), 1);
	withdraw(*state, 2);
	assert_int_equal(expect(*state, true, 2), second);
}

/* A withdrawal that was not told yet is overtaken by the announcement. */
static void
untold_withdrawal_is_undone(void **state)
{
	uint64_t first;

	announce(*state, 2, 0);
	first = expect(*state, false, 2);
	withdraw(*state, 2);
	announce(*state, 2, 5);

	assert_int_equal(expect(*state, false, 2), first);
	expect_nothing(*state);
}

/* A rule that this session never announced may linger from the one before:
 * the guard hears of its withdrawal, too, and that leaves nothing behind. */
static void
unknown_withdrawal_is_told(void **state)
{
	size_t before = adj_in_memory(*state);
	uint64_t handle;

	withdraw(*state, 1);
	assert_int_equal(adj_in_announced(*state), 0);
	handle = expect(*state, true, 1);
	assert_true(adj_in_ack(*state, handle));
	withdraw(*state, 2);
	assert_true(adj_in_ack(*state, expect(*state, true, 2)));

	expect_nothing(*state);
	assert_true(adj_in_memory(*state) - before < 4096);
}

/* A withdrawal of the unknown names the family of the rule. */
static void
unknown_withdrawal_has_a_family(void **state)
{
	struct rule rule = { .afi = AFI_IPV6, .has = RULE_HAS_DST };
	struct adj_in_item item;

	adj_in_withdraw(*state, &rule);

	assert_true(adj_in_next(*state, &item));
	assert_int_equal(item.route.family, FAMILY_IPV6_FLOWSPEC);
}

/* Any number of such withdrawals finds a bound, and room comes back. */
static void
unknown_withdrawals_are_bounded(void **state)
{
	struct adj_in_item item;

	for (unsigned i = 0; i < 10000; i++)
		withdraw(*state, i);
	assert_true(adj_in_memory(*state) < 65536);
	while (adj_in_next(*state, &item)) {
		adj_in_told(*state);
		assert_true(adj_in_ack(*state, item.handle));
	}
	assert_int_equal(announce(*state, 2, 0), ADJ_IN_CHANGED);
}

/* Handles from a guard that makes them up do nothing. */
static void
false_acknowledgements_do_nothing(void **state)
{
	uint64_t handle;

	announce(*state, 2, 0);
	handle = expect(*state, false, 2);

	assert_false(adj_in_ack(*state, handle)); /* it stands */
	assert_false(adj_in_ack(*state, UINT64_MAX));
	assert_false(adj_in_ack(*state, handle + (UINT64_C(1) << 32)));
	assert_false(adj_in_ack(*state, 63));
	assert_int_equal(adj_in_announced(*state), 1);
}

/* Beyond the bound a rule is not known; room lets the next one in. */
static void
overflow_is_refused_and_room_comes_back(void **state)
{
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(announce(*state, i, 0), ADJ_IN_CHANGED);

	assert_int_equal(announce(*state, 8, 0), ADJ_IN_OVERFLOW);
	assert_false(adj_in_has_room(*state));
	assert_int_equal(announce(*state, 3, 9), ADJ_IN_CHANGED);
	withdraw(*state, 3);
	assert_true(adj_in_has_room(*state));
	assert_int_equal(announce(*state, 8, 0), ADJ_IN_CHANGED);
	assert_int_equal(adj_in_announced(*state), 8);
}

/* Withdrawals that are never acknowledged do not grow without bound. */
static void
memory_is_bounded_without_acknowledgements(void **state)
{
	unsigned known = 0;

	for (unsigned i = 0; i < 10000; i++) {
		if (announce(*state, i, 0) != ADJ_IN_OVERFLOW)
			known++;
		withdraw(*state, i);
	}

	assert_in_range(known, 16, 16 + 64);
	assert_true(adj_in_memory(*state) < 65536);
}

/* A bound of nothing lets nothing in. */
static void
limit_of_zero_refuses_all(void **state)
{
	adj_in_limit(*state, 0);

	assert_int_equal(announce(*state, 2, 0), ADJ_IN_OVERFLOW);
	expect_nothing(*state);
}

/* The end of the session drops what was announced, not what was withdrawn. */
static void
session_end_keeps_withdrawals(void **state)
{
	announce(*state, 2, 0);
	announce(*state, 4, 0);
	expect(*state, false, 2);
	expect(*state, false, 4);
	withdraw(*state, 2);

	adj_in_drop(*state);

	expect(*state, true, 2);
	expect_nothing(*state);
	assert_int_equal(adj_in_announced(*state), 0);
}

/* A new guard hears it all again, withdrawals too. */
static void
replay_tells_everything(void **state)
{
	announce(*state, 2, 0);
	announce(*state, 4, 0);
	expect(*state, false, 2);
	expect(*state, false, 4);
	withdraw(*state, 2);
	expect(*state, true, 2);

	adj_in_replay(*state);

	expect(*state, true, 2);
	expect(*state, false, 4);
	expect_nothing(*state);
}

/* A new guard hears the rules as they arrived, whatever place in the table they
 * have: one announced anew with another value is the last, one that was only
 * repeated is not. */
static void
replay_is_in_the_order_of_arrival(void **state)
{
	for (unsigned n = 2; n <= 8; n += 2)
		announce(*state, n, 1);
	withdraw(*state, 2);
	expect(*state, true, 2);
	announce(*state, 2, 1);               /* 4 6 8 2 */
	announce(*state, 6, 5);               /* 4 8 2 6 */
	announce(*state, 8, 1);               /* the same */
	announce_raw(*state, 4, 1, true, ""); /* the same, in a refresh */
	for (unsigned i = 0; i < 4; i++)
		adj_in_told(*state);
	announce_raw(*state, 8, 1, true, "");

	adj_in_replay(*state);

	expect(*state, false, 4);
	expect(*state, false, 8);
	expect(*state, false, 2);
	expect(*state, false, 6);
	expect_nothing(*state);
}

/* What waits is told in the order of arrival too, once there is a new guard. */
static void
replay_orders_what_waits(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 4, 1);
	adj_in_told(*state);
	announce(*state, 2, 3);

	adj_in_replay(*state);

	expect(*state, false, 4);
	expect(*state, false, 2);
	expect_nothing(*state);
}

static void
expect_more(struct adj_in *adj, bool withdrawals, bool announces)
{
	struct adj_in_item item;

	assert_true(adj_in_next(adj, &item));
	assert_int_equal(item.more_withdrawals, withdrawals);
	assert_int_equal(item.more_announces, announces);
	adj_in_told(adj);
}

/* Each item says what waits behind it. */
static void
item_says_what_waits_behind_it(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 4, 1);
	expect_more(*state, false, true);
	expect_more(*state, false, false);
	withdraw(*state, 2);
	withdraw(*state, 4);
	announce(*state, 6, 1);

	expect_more(*state, true, true);
	expect_more(*state, false, true);
	expect_more(*state, false, false);
	withdraw(*state, 6);
	expect_more(*state, false, false);
	expect_nothing(*state);
}

/* RFC 7313: what the refresh did not name goes, in its family only. */
static void
sweep_withdraws_what_is_stale(void **state)
{
	announce(*state, 2, 0);
	announce(*state, 4, 0);
	announce(*state, 5, 0); /* IPv6 */
	expect(*state, false, 2);
	expect(*state, false, 4);
	expect(*state, false, 5);

	adj_in_stale(*state, FAMILY_IPV4_FLOWSPEC);
	announce_raw(*state, 4, 0, true, "");
	adj_in_sweep(*state, FAMILY_IPV4_FLOWSPEC);

	expect(*state, true, 2);
	expect(*state, false, 4);
	expect_nothing(*state);
	assert_int_equal(adj_in_announced(*state), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(announcements_are_told_in_order),
		TEST(identical_announcement_is_not_told),
		TEST(other_octets_are_told),
		TEST(other_wish_is_told),
		TEST(identical_announcement_is_told_in_a_refresh),
		TEST(last_wish_wins),
		TEST(withdrawals_come_first),
		TEST(withdrawn_rule_stays_until_acknowledged),
		TEST(revived_rule_has_a_new_handle),
		TEST(untold_withdrawal_is_undone),
		TEST(unknown_withdrawal_is_told),
		TEST(unknown_withdrawal_has_a_family),
		TEST(unknown_withdrawals_are_bounded),
		TEST(false_acknowledgements_do_nothing),
		TEST(overflow_is_refused_and_room_comes_back),
		TEST(memory_is_bounded_without_acknowledgements),
		TEST(limit_of_zero_refuses_all),
		TEST(session_end_keeps_withdrawals),
		TEST(replay_tells_everything),
		TEST(replay_is_in_the_order_of_arrival),
		TEST(replay_orders_what_waits),
		TEST(item_says_what_waits_behind_it),
		TEST(sweep_withdraws_what_is_stale),
	};

	return cmocka_run_group_tests_name("adj_in", tests, NULL, NULL);
}
