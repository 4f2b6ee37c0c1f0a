/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains: which key is wanted when, and what another chain does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/keychain.h"

struct times {
	uint64_t from_s;
	uint64_t until_s;
};

/* Keys 0, 1, 2 in their order; what holds at now_s. */
static struct time_row {
	const char *name;
	uint32_t n;
	struct times times[3];
	uint64_t now_s;
	uint32_t wanted;
	uint32_t taken;
	uint64_t next_s;
	bool due;
} time_rows[] = {
	{ "one_key_without_times_is_wanted_for_ever", 1, { { 0, 0 } }, 100, 0,
	    1, 0, true },
	{ "of_two_without_times_the_later_one_is_wanted", 2,
	    { { 0, 0 }, { 0, 0 } }, 100, 1, 3, 0, true },
	{ "key_to_come_is_taken_and_not_yet_wanted", 2,
	    { { 0, 0 }, { 200, 0 } }, 199, 0, 3, 200, true },
	{ "key_is_wanted_from_its_second_on", 2, { { 0, 0 }, { 200, 0 } }, 200,
	    1, 3, 0, true },
	{ "latest_beginning_wins_over_order", 3,
	    { { 50, 0 }, { 90, 0 }, { 10, 0 } }, 100, 1, 7, 0, true },
	{ "equal_beginnings_go_to_the_later_one", 3,
	    { { 50, 0 }, { 90, 0 }, { 90, 0 } }, 100, 2, 7, 0, true },
	{ "ended_key_is_not_taken", 2, { { 0, 100 }, { 50, 0 } }, 100, 1, 2, 0,
	    true },
	{ "key_is_taken_until_its_last_second", 2, { { 0, 100 }, { 50, 0 } },
	    99, 1, 3, 100, true },
	{ "end_gives_way_to_an_older_key", 2, { { 0, 0 }, { 50, 100 } }, 100, 0,
	    1, 0, true },
	{ "last_key_lives_on_when_all_have_ended", 2, { { 0, 100 }, { 0, 90 } },
	    500, 0, 1, 0, false },
	{ "equal_ends_go_to_the_later_one", 2, { { 0, 90 }, { 0, 90 } }, 500, 1,
	    2, 0, false },
	{ "first_to_begin_is_wanted_before_all_others", 3,
	    { { 300, 0 }, { 200, 0 }, { 200, 0 } }, 100, 1, 7, 200, false },
	{ "ended_key_is_rather_wanted_than_one_to_come", 2,
	    { { 300, 0 }, { 0, 90 } }, 100, 1, 3, 300, false },
	{ "next_is_the_nearest_of_all_times", 3,
	    { { 0, 400 }, { 150, 300 }, { 250, 0 } }, 100, 0, 7, 150, true },
	{ "no_key_no_time", 0, { { 0, 0 } }, 100, 0, 0, 0, false },
};

static void
times_hold(void **state)
{
	const struct time_row *row = *state;
	struct keychain chain = { .n = row->n };

	for (uint32_t i = 0; i < row->n; i++) {
		chain.key[i].from_s = row->times[i].from_s;
		chain.key[i].until_s = row->times[i].until_s;
	}
	assert_int_equal(keychain_taken(&chain, row->now_s), row->taken);
	assert_int_equal(keychain_next(&chain, row->now_s), row->next_s);
	if (row->n == 0)
		return;
	assert_int_equal(keychain_wanted(&chain, row->now_s), row->wanted);
	assert_int_equal(keychain_is_due(&chain, row->now_s), row->due);
}

static struct keychain_key
key_of(uint8_t send_id, uint8_t receive_id)
{
	return (struct keychain_key){ .send_id = send_id,
		.receive_id = receive_id,
		.algorithm = AO_HMAC_SHA1,
		.id = { .dev = 1, .ino = 100u + send_id, .size = 16 },
		.file = "/k" };
}

static struct keychain
chain_of_two(void)
{
	return (
	    struct keychain){ .n = 2, .key = { key_of(1, 11), key_of(2, 12) } };
}

static void
nothing(struct keychain *c)
{
	(void)c;
}
static void
one_more(struct keychain *c)
{
	c->key[c->n++] = key_of(3, 13);
}
static void
one_less(struct keychain *c)
{
	c->n = 1;
}
static void
others_only(struct keychain *c)
{
	c->n = 1;
	c->key[0] = key_of(3, 13);
}
static void
order(struct keychain *c)
{
	c->key[0] = key_of(2, 12);
	c->key[1] = key_of(1, 11);
}
static void
times(struct keychain *c)
{
	c->key[1].from_s = 7;
}
static void
end(struct keychain *c)
{
	c->key[1].until_s = 7;
}
static void
file_moved(struct keychain *c)
{
	c->key[1].file[1] = 'l';
}
static void
secret(struct keychain *c)
{
	c->key[1].id.changed_ns++;
}
static void
algorithm(struct keychain *c)
{
	c->key[0].algorithm = AO_HMAC_SHA256;
}
static void
options(struct keychain *c)
{
	c->key[0].exclude_options = 1;
}
static void
send_id_again(struct keychain *c)
{
	c->key[1] = key_of(1, 13);
	c->key[0] = key_of(3, 14);
}
static void
receive_id_again(struct keychain *c)
{
	c->key[1] = key_of(3, 11);
}
static void
all_gone(struct keychain *c)
{
	c->n = 0;
}

static struct change_row {
	const char *name;
	void (*change)(struct keychain *chain);
	enum keychain_change expected;
} change_rows[] = {
	{ "nothing_is_the_same", nothing, KEYCHAIN_SAME },
	{ "one_more_key_is_a_move", one_more, KEYCHAIN_MOVED },
	{ "one_key_less_is_a_move", one_less, KEYCHAIN_MOVED },
	{ "other_keys_only_are_a_move", others_only, KEYCHAIN_MOVED },
	{ "another_order_is_a_move", order, KEYCHAIN_MOVED },
	{ "another_beginning_is_a_move", times, KEYCHAIN_MOVED },
	{ "another_end_is_a_move", end, KEYCHAIN_MOVED },
	{ "the_same_file_elsewhere_is_a_move", file_moved, KEYCHAIN_MOVED },
	{ "another_secret_of_an_id_clashes", secret, KEYCHAIN_CLASH },
	{ "another_algorithm_of_an_id_clashes", algorithm, KEYCHAIN_CLASH },
	{ "other_options_of_an_id_clash", options, KEYCHAIN_CLASH },
	{ "a_send_id_with_another_partner_clashes", send_id_again,
	    KEYCHAIN_CLASH },
	{ "a_receive_id_with_another_partner_clashes", receive_id_again,
	    KEYCHAIN_CLASH },
	{ "no_key_any_more_is_a_move", all_gone, KEYCHAIN_MOVED },
};

static void
change_has_its_effect(void **state)
{
	const struct change_row *row = *state;
	struct keychain old = chain_of_two();
	struct keychain new = chain_of_two();

	row->change(&new);
	assert_int_equal(keychain_compare(&old, &new), row->expected);
}

/* Both ids have to fit. */
static void
key_is_found_by_both_ids(void **state)
{
	struct keychain chain = chain_of_two();

	(void)state;
	assert_int_equal(keychain_find(&chain, 2, 12), 1);
	assert_int_equal(keychain_find(&chain, 2, 11), 2);
	assert_int_equal(keychain_find(&chain, 1, 12), 2);
}

#define TIMES   (sizeof(time_rows) / sizeof(time_rows[0]))
#define CHANGES (sizeof(change_rows) / sizeof(change_rows[0]))

int
main(void)
{
	struct CMUnitTest tests[TIMES + CHANGES + 1] = {
		[TIMES + CHANGES] = cmocka_unit_test(key_is_found_by_both_ids),
	};

	for (size_t i = 0; i < TIMES; i++)
		tests[i] = (struct CMUnitTest){ .name = time_rows[i].name,
			.test_func = times_hold,
			.initial_state = &time_rows[i] };
	for (size_t i = 0; i < CHANGES; i++)
		tests[TIMES + i] =
		    (struct CMUnitTest){ .name = change_rows[i].name,
			    .test_func = change_has_its_effect,
			    .initial_state = &change_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
