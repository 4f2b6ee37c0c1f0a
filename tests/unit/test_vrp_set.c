/* SPDX-License-Identifier: BSD-2-Clause */
/* The rpki role's copy of the VRPs: live, wanted, told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/rpki/vrp_set.h"
#include "tests/lib/random_rule.h"

#define MAX 3000u

static const uint8_t key[HASH_KEY_LEN] = { 1, 2, 3 };

static struct vrp
vrp_number(unsigned i)
{
	struct vrp vrp = { .prefix = { .afi = AFI_IPV4, .len = 24 },
		.max_len = 24,
		.asn = 64500 };

	vrp.prefix.addr[0] = (uint8_t)(i >> 16);
	vrp.prefix.addr[1] = (uint8_t)(i >> 8);
	vrp.prefix.addr[2] = (uint8_t)i;
	return vrp;
}

static int
set_setup(void **state)
{
	*state = vrp_set_new(key, MAX);
	return *state == NULL ? -1 : 0;
}

static int
set_teardown(void **state)
{
	vrp_set_free(*state);
	return 0;
}

static int
hear(struct vrp_set *set, unsigned i, unsigned cache, bool announce)
{
	struct vrp vrp = vrp_number(i);

	return vrp_set_hear(set, &vrp, cache, announce);
}

/* All that is owed, in bites of seven. */
static size_t
tell_all(struct vrp_set *set, bool withdraw)
{
	struct vrp out[7];
	size_t all = 0;
	size_t n;

	while ((n = vrp_set_tell(set, withdraw, out, 7)) > 0)
		all += n;
	return all;
}

/* What is heard is owed only when it is adopted, and then once. */
static void
heard_is_owed_once_adopted(void **state)
{
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(hear(*state, i, 0, true), 0);
	assert_int_equal(vrp_set_owed(*state, false), 0);

	assert_int_equal(vrp_set_adopt(*state), 20);
	assert_int_equal(vrp_set_adopt(*state), 0);

	assert_int_equal(vrp_set_owed(*state, false), 20);
	assert_int_equal(tell_all(*state, false), 20);
	assert_int_equal(tell_all(*state, false), 0);
	assert_int_equal(vrp_set_owed(*state, false), 0);
}

/* It is live as long as one of the caches has it. */
static void
two_caches_have_it_until_both_drop_it(void **state)
{
	assert_int_equal(hear(*state, 1, 0, true), 0);
	assert_int_equal(hear(*state, 1, 5, true), 0);
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), 1);
	assert_int_equal(hear(*state, 1, 0, false), 0);
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), 1);
	assert_int_equal(hear(*state, 1, 0, false), 0);
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), 1);
	assert_int_equal(hear(*state, 1, 5, false), 0);
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), 0);
}

/* What comes and goes before it is told is never told. */
static void
change_taken_back_is_not_owed(void **state)
{
	assert_int_equal(hear(*state, 1, 0, true), 0);
	(void)vrp_set_adopt(*state);
	assert_int_equal(hear(*state, 1, 0, false), 0);
	(void)vrp_set_adopt(*state);
	assert_int_equal(vrp_set_owed(*state, false), 0);
	assert_int_equal(vrp_set_owed(*state, true), 0);
}

/* A new guard is owed all that is in force, and no withdrawal. */
static void
new_guard_is_owed_everything(void **state)
{
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(hear(*state, i, 0, true), 0);
	(void)vrp_set_adopt(*state);
	assert_int_equal(tell_all(*state, false), 10);
	assert_int_equal(hear(*state, 3, 0, false), 0);
	(void)vrp_set_adopt(*state);
	assert_int_equal(vrp_set_owed(*state, true), 1);

	vrp_set_untell(*state);

	assert_int_equal(vrp_set_owed(*state, true), 0);
	assert_int_equal(tell_all(*state, false), 9);
}

/* What caches had is forgotten; what is in force stays. */
static void
forgotten_caches_leave_what_is_in_force(void **state)
{
	assert_int_equal(hear(*state, 1, 0, true), 0);
	(void)vrp_set_adopt(*state);
	vrp_set_forget(*state);
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), 0);
	assert_int_equal(vrp_set_wanted(*state, AFI_IPV4), 1);
	vrp_set_disown(*state);
	assert_int_equal(vrp_set_wanted(*state, AFI_IPV4), 0);
}

/* So many are live and no more; one that goes makes room, and slots of those
 * that went do not fill the table for ever. */
static void
live_vrps_are_bounded(void **state)
{
	for (unsigned i = 0; i < MAX; i++)
		assert_int_equal(hear(*state, i, 0, true), 0);
	assert_int_equal(hear(*state, MAX, 0, true), -1);
	assert_int_equal(hear(*state, 7, 1, true), 0);
	for (unsigned i = MAX; i < 40 * MAX; i++) {
		assert_int_equal(hear(*state, i - MAX, 0, false), 0);
		assert_int_equal(hear(*state, i - MAX, 1, false), 0);
		assert_int_equal(hear(*state, i, 0, true), 0);
	}
	assert_int_equal(vrp_set_live(*state, AFI_IPV4), MAX);
	assert_true(vrp_set_octets(*state) <= (size_t)MAX * 4 * 28 + 4096);
}

/* ---- beside a model ---- */

#define NUMBERS 600u
#define STEPS   40000u

struct model {
	uint8_t live[NUMBERS]; /* two caches */
	bool wanted[NUMBERS];
	bool told[NUMBERS];
};

static void
model_adopt(struct model *model)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		model->wanted[i] = model->live[i] != 0;
}

/* Tell some, and see that each was owed. */
static void
model_tell(struct vrp_set *set, struct model *model, bool withdraw)
{
	struct vrp out[50];
	size_t n = vrp_set_tell(set, withdraw, out, 50);

	for (size_t i = 0; i < n; i++) {
		unsigned number =
		    out[i].prefix.addr[1] * 256u + out[i].prefix.addr[2];

		assert_true(number < NUMBERS);
		assert_int_equal(model->wanted[number], !withdraw);
		assert_int_equal(model->told[number], withdraw);
		model->told[number] = !withdraw;
	}
}

static void
model_compare(const struct vrp_set *set, const struct model *model)
{
	size_t live = 0, wanted = 0, owed[2] = { 0, 0 };

	for (unsigned i = 0; i < NUMBERS; i++) {
		live += model->live[i] != 0;
		wanted += model->wanted[i];
		owed[0] += model->wanted[i] && !model->told[i];
		owed[1] += !model->wanted[i] && model->told[i];
	}
	assert_int_equal(vrp_set_live(set, AFI_IPV4), live);
	assert_int_equal(vrp_set_wanted(set, AFI_IPV4), wanted);
	assert_int_equal(vrp_set_owed(set, false), owed[0]);
	assert_int_equal(vrp_set_owed(set, true), owed[1]);
}

static void
model_step(struct vrp_set *set, struct model *model, struct random *random)
{
	unsigned number = (unsigned)random_below(random, NUMBERS);
	unsigned cache = (unsigned)random_below(random, 2);
	unsigned bit = 1u << cache;
	bool announce = (unsigned)random_below(random, 2) == 0;

	switch (random_below(random, 400)) {
	case 0:
		(void)vrp_set_adopt(set);
		model_adopt(model);
		break;
	case 1:
		vrp_set_untell(set);
		memset(model->told, 0, sizeof(model->told));
		break;
	case 2:
		vrp_set_forget(set);
		memset(model->live, 0, sizeof(model->live));
		break;
	case 3:
	case 4:
		model_tell(set, model, announce);
		break;
	default:
		assert_int_equal(hear(set, number, cache, announce), 0);
		model->live[number] =
		    (uint8_t)(announce ? model->live[number] | bit
				       : model->live[number] & ~bit);
		break;
	}
}

/* Whatever is heard, adopted and told in whatever order, it owes what is
 * missing and nothing else. */
static void
set_agrees_with_a_model(void **state)
{
	struct model model = { .live = { 0 } };
	struct random random = { 2 };

	for (unsigned step = 0; step < STEPS; step++) {
		model_step(*state, &model, &random);
		if (step % 16 == 0)
			model_compare(*state, &model);
	}
	model_compare(*state, &model);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, set_setup, set_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(heard_is_owed_once_adopted),
		TEST(two_caches_have_it_until_both_drop_it),
		TEST(change_taken_back_is_not_owed),
		TEST(new_guard_is_owed_everything),
		TEST(forgotten_caches_leave_what_is_in_force),
		TEST(live_vrps_are_bounded),
		TEST(set_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("vrp_set", tests, NULL, NULL);
}
