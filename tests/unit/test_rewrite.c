/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rewrite.c: what is changed, what is not, and what is said. */
#include "policy/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"

#define WORDS     128
#define QUIET_NAN 0x7fc00000u
#define INFINITE  0x7f800000u

/* Rates from 8000 octets and 10 packets on, redirects a -> b -> c. */
static void
customer_init(struct customer *customer)
{
	static const uint8_t letters[] = "abc";

	customer_defaults(customer);
	customer->actions.kinds = ACTION_BIT(ACTION_RATE_BYTES) |
				  ACTION_BIT(ACTION_RATE_PACKETS) |
				  ACTION_BIT(ACTION_REDIRECT);
	customer->actions.bytes.max = 1e6;
	customer->actions.packets.max = 1e6;
	customer->rewrite.raise_rates = true;
	customer->rewrite.n_redirects = 2;
	for (unsigned i = 0; i < 2; i++) {
		memset(customer->rewrite.redirects[i].from, letters[i], 8);
		memset(customer->rewrite.redirects[i].to, letters[i + 1], 8);
	}
}

static struct action_set
rate_of(double rate)
{
	return (struct action_set){ .present = ACTION_BIT(ACTION_RATE_BYTES),
		.rate_bytes = action_rate_bits(rate) };
}

static struct action_set
redirect_to(uint8_t letter)
{
	struct action_set set = { .present = ACTION_BIT(ACTION_REDIRECT) };

	memset(set.redirect, letter, sizeof(set.redirect));
	return set;
}

static void
assert_kept(const struct customer *customer, const struct action_set *set)
{
	struct action_set out;
	char words[WORDS] = "?";

	assert_false(
	    rewrite_actions(customer, set, &out, words, sizeof(words)));
	assert_true(action_equal(set, &out));
	assert_string_equal(words, "");
}

/* A rate below the floor goes inward as the floor, and it is said. */
static void
rate_below_the_floor_is_raised(void **state)
{
	struct customer customer;
	struct action_set set = rate_of(500), out;
	char words[WORDS];

	(void)state;
	customer_init(&customer);
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_int_equal(out.rate_bytes, action_rate_bits(8000));
	assert_string_equal(
	    words, "rate-limit raised from 500 to the floor 8000");
	assert_kept(&customer, &out);

	set.present = ACTION_BIT(ACTION_RATE_PACKETS);
	set.rate_bytes = 0;
	set.rate_packets = action_rate_bits(9);
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_int_equal(out.rate_packets, action_rate_bits(10));
	assert_int_equal(out.rate_bytes, 0);
	assert_string_equal(
	    words, "rate-limit-packets raised from 9 to the floor 10");

	/* The smallest rate there is, and no floor but 1. */
	customer.actions.bytes.min = 0;
	set = rate_of(8000);
	set.rate_bytes = 1;
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_int_equal(out.rate_bytes, action_rate_bits(1));

	/* A floor just above that counts. */
	customer.actions.bytes.min = 1.0625;
	set = rate_of(1.03125);
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_int_equal(out.rate_bytes, action_rate_bits(1.0625));
}

/* A discard, a rate at or above the floor, and what is no rate stay. */
static void
other_rates_are_kept(void **state)
{
	struct customer customer;
	struct action_set set;

	(void)state;
	customer_init(&customer);
	set = rate_of(0);
	assert_kept(&customer, &set);
	set = rate_of(8000);
	assert_kept(&customer, &set);
	set = rate_of(2e6);
	assert_kept(&customer, &set);
	set.rate_bytes = QUIET_NAN;
	assert_kept(&customer, &set);
	set.rate_bytes = INFINITE;
	assert_kept(&customer, &set);
	set.rate_bytes = 0xc5fa0000u; /* -8000 */
	assert_kept(&customer, &set);
	/* The floor is no float: the nearest one is at the floor. */
	customer.actions.bytes.min = 16777217;
	customer.actions.bytes.max = 1e9;
	set = rate_of(16777217);
	assert_kept(&customer, &set);
}

/* Who may not limit at all is not helped. */
static void
forbidden_rates_are_kept(void **state)
{
	struct customer customer;
	struct action_set set = rate_of(500);

	(void)state;
	customer_init(&customer);
	customer.rewrite.raise_rates = false;
	assert_kept(&customer, &set);
	customer_init(&customer);
	customer.actions.bytes.max = 0;
	assert_kept(&customer, &set);
	customer.actions.bytes.max = 7999;
	assert_kept(&customer, &set);
	customer.actions.bytes.max = 8000;
	customer.actions.kinds = ACTION_BIT(ACTION_REDIRECT);
	assert_kept(&customer, &set);
	customer_init(&customer);
	set.repeated = ACTION_BIT(ACTION_RATE_BYTES);
	assert_kept(&customer, &set);
	/* Likewise packets a second. */
	set = (struct action_set){ .present = ACTION_BIT(ACTION_RATE_PACKETS),
		.rate_packets = action_rate_bits(1) };
	customer.rewrite.raise_rates = false;
	assert_kept(&customer, &set);
	customer_init(&customer);
	customer.actions.kinds = ACTION_BIT(ACTION_RATE_BYTES);
	assert_kept(&customer, &set);
	/* A field of a kind that is not there is not looked at. */
	set = rate_of(500);
	set.present = 0;
	assert_kept(&customer, &set);
}

/* A ceiling at the floor leaves room for one rate. */
static void
floor_at_the_ceiling_is_reached(void **state)
{
	struct customer customer;
	struct action_set set = rate_of(500), out;
	char words[WORDS];

	(void)state;
	customer_init(&customer);
	customer.actions.bytes.max = 8000;
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_int_equal(out.rate_bytes, action_rate_bits(8000));
}

/* A redirect goes where its replacement goes. */
static void
redirect_is_replaced_to_the_end(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to('a'), out;
	struct action_set end = redirect_to('c');
	char words[WORDS];

	(void)state;
	customer_init(&customer);
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_true(action_equal(&out, &end));
	assert_string_equal(words, "redirect 6161616161616161 replaced by "
				   "6363636363636363");
	set = redirect_to('b');
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_true(action_equal(&out, &end));
	assert_kept(&customer, &end);
	set = redirect_to('x');
	assert_kept(&customer, &set);
}

/* Not asked for, not allowed, not listed: not replaced. */
static void
other_redirects_are_kept(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to('a');

	(void)state;
	customer_init(&customer);
	customer.actions.kinds = ACTION_BIT(ACTION_RATE_BYTES);
	assert_kept(&customer, &set);
	customer_init(&customer);
	customer.rewrite.n_redirects = 0;
	assert_kept(&customer, &set);
	customer_init(&customer);
	set.repeated = ACTION_BIT(ACTION_REDIRECT);
	assert_kept(&customer, &set);
	set.repeated = 0;
	set.present = 0;
	assert_kept(&customer, &set);
	/* A length beyond the list is not believed. */
	customer.rewrite.n_redirects = 255;
	set = redirect_to(0);
	set.present = ACTION_BIT(ACTION_REDIRECT);
	assert_kept(&customer, &set);
}

/* A circle has no end: nobody walks it for ever, and nothing is replaced. */
static void
circle_of_redirects_is_left(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to('a');

	(void)state;
	customer_init(&customer);
	memset(customer.rewrite.redirects[1].to, 'a', 8);
	assert_kept(&customer, &set);
	set = redirect_to('b');
	assert_kept(&customer, &set);
	/* Nor to itself. */
	memset(customer.rewrite.redirects[1].to, 'b', 8);
	assert_kept(&customer, &set);
}

/* As many steps as there can be are gone. */
static void
longest_chain_is_followed(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to(1), out;
	struct action_set end = redirect_to(CUSTOMER_REWRITES_MAX + 1);
	char words[WORDS];

	(void)state;
	customer_init(&customer);
	customer.rewrite.n_redirects = CUSTOMER_REWRITES_MAX;
	for (unsigned i = 0; i < CUSTOMER_REWRITES_MAX; i++) {
		memset(customer.rewrite.redirects[i].from, (int)i + 1, 8);
		memset(customer.rewrite.redirects[i].to, (int)i + 2, 8);
	}
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_true(action_equal(&out, &end));
}

/* Several changes are said in one line, which is cut to fit. */
static void
words_say_all_and_fit(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to('a'), out;
	char words[WORDS];
	char few[10];

	(void)state;
	customer_init(&customer);
	set.present |=
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_RATE_PACKETS);
	set.rate_bytes = action_rate_bits(2);
	set.rate_packets = action_rate_bits(3);
	assert_true(
	    rewrite_actions(&customer, &set, &out, words, sizeof(words)));
	assert_string_equal(words,
	    "rate-limit raised from 2 to the floor 8000, rate-limit-packets "
	    "raised from 3 to the floor 10, redirect 6161616161616161 "
	    "replace");
	assert_true(rewrite_actions(&customer, &set, &out, few, sizeof(few)));
	assert_string_equal(few, "rate-limi");
}

/* Whatever came, twice is as once. */
static void
rewriting_is_idempotent(void **state)
{
	struct random random = { 5 };
	struct customer customer;
	unsigned changed = 0;

	(void)state;
	customer_init(&customer);
	for (unsigned i = 0; i < 20000; i++) {
		struct action_set set, once, twice;
		char words[WORDS];

		random_actions(&random, &set);
		if (random_one_in(&random, 3))
			set.rate_bytes = action_rate_bits(
			    (double)random_below(&random, 20000));
		if (random_one_in(&random, 2))
			memset(set.redirect,
			    'a' + (int)random_below(&random, 4), 8);
		changed += rewrite_actions(
		    &customer, &set, &once, words, sizeof(words));
		assert_false(rewrite_actions(
		    &customer, &once, &twice, words, sizeof(words)));
		assert_true(action_equal(&once, &twice));
		assert_int_equal(once.present, set.present);
	}
	assert_in_range(changed, 1000, 19000);
}

/* Words of which each is longer than the room are cut, all in the room. */
static void
words_are_cut_to_their_room(void **state)
{
	struct customer customer;
	struct action_set set = redirect_to('a'), out;
	char whole[WORDS * 2];

	(void)state;
	customer_init(&customer);
	set.present |=
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_RATE_PACKETS);
	set.rate_bytes = action_rate_bits(500);
	set.rate_packets = action_rate_bits(9);
	assert_true(
	    rewrite_actions(&customer, &set, &out, whole, sizeof(whole)));
	for (size_t room = 1; room <= strlen(whole) + 1; room++) {
		char words[WORDS * 2];

		memset(words, '#', sizeof(words));
		assert_true(
		    rewrite_actions(&customer, &set, &out, words, room));
		assert_int_equal(strlen(words), room - 1);
		assert_memory_equal(words, whole, room - 1);
		assert_int_equal(words[room], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_below_the_floor_is_raised),
		cmocka_unit_test(other_rates_are_kept),
		cmocka_unit_test(forbidden_rates_are_kept),
		cmocka_unit_test(floor_at_the_ceiling_is_reached),
		cmocka_unit_test(redirect_is_replaced_to_the_end),
		cmocka_unit_test(other_redirects_are_kept),
		cmocka_unit_test(circle_of_redirects_is_left),
		cmocka_unit_test(longest_chain_is_followed),
		cmocka_unit_test(words_say_all_and_fit),
		cmocka_unit_test(words_are_cut_to_their_room),
		cmocka_unit_test(rewriting_is_idempotent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
