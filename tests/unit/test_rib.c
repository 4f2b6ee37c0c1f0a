/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard's tables: what is found is what is in them, through all growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/rib_in.h"
#include "proxy/guard/rib_out.h"
#include "tests/lib/small_rule.h"

#define RULES 3000u
#define PEERS 3u
#define STEPS 100000u

static const uint8_t hash_key[HASH_KEY_LEN] = "0123456789abcde";

struct tables {
	struct rib_in in;
	struct rib_out out;
	struct rib_cursor cursor;
	uint64_t accepted;
	uint32_t owners[RULES]; /* of the inward rule: how many rules */
	struct rib_rule *rules[PEERS][RULES];
};

static int
setup(void **state)
{
	struct tables *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(rib_in_init(&t->in, hash_key), 0);
	assert_int_equal(rib_out_init(&t->out, 1, hash_key, &t->accepted), 0);
	rib_out_attach(&t->out, &t->cursor);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct tables *t = *state;

	for (struct rib_link *l = t->in.all.next; l != &t->in.all; l = l->next)
		rib_out_drop(LINK_ENTRY(l, struct rib_rule, all));
	rib_out_detach(&t->out, &t->cursor);
	rib_in_fini(&t->in);
	rib_out_fini(&t->out);
	free(t);
	return 0;
}

/* Every rule is found under its peer, and no other is. */
static void
check_in(const struct tables *t)
{
	struct rule rule;

	for (uint32_t peer = 0; peer < PEERS; peer++) {
		for (unsigned n = 0; n < RULES; n++) {
			small_rule(n, &rule);
			assert_ptr_equal(rib_in_find(&t->in, peer, &rule),
			    t->rules[peer][n]);
		}
	}
}

/* One that has come or gone. */
static void
toggle(struct tables *t, uint32_t peer, unsigned n)
{
	struct rule rule;

	if (t->rules[peer][n] != NULL) {
		rib_in_remove(&t->in, t->rules[peer][n]);
		t->rules[peer][n] = NULL;
		return;
	}
	small_rule(n, &rule);
	t->rules[peer][n] = rib_in_add(&t->in, peer, &rule);
	assert_non_null(t->rules[peer][n]);
}

/* Rules come and go at random; equal ones of other peers are others. */
static void
rules_in_are_found_until_removed(void **state)
{
	struct tables *t = *state;
	uint64_t seed = 42;

	for (unsigned step = 0; step < STEPS; step++) {
		toggle(t, small_random(&seed) % PEERS,
		    small_random(&seed) % RULES);
		if (step % (STEPS / 10) == 0)
			check_in(t);
	}
	check_in(t);
}

/* Every owned rule stands, and no other is found once all have been told. */
static void
check_out(struct tables *t)
{
	const struct rib_entry *entry;
	struct rule rule;

	while ((entry = rib_out_peek(&t->out, &t->cursor, true)) != NULL)
		rib_out_step(&t->out, &t->cursor, entry);
	rib_out_reap(&t->out);
	for (unsigned n = 0; n < RULES; n++) {
		small_rule(n, &rule);
		entry = rib_out_find(&t->out, &rule);
		assert_int_equal(entry != NULL, t->owners[n] > 0);
		if (entry != NULL)
			assert_true(entry->standing);
	}
}

static void
toggle_owner(struct tables *t, struct rib_rule *rule, unsigned n)
{
	if (rule->owners != NULL) {
		rib_out_drop(rule);
		t->owners[n]--;
		return;
	}
	assert_int_equal(rib_out_set(&t->out, rule,
			     &(struct rib_said){ rule->peer, &rule->actions },
			     &rule->rule, 1),
	    0);
	t->owners[n]++;
}

/* Owners come and go at random. */
static void
rules_out_stand_while_owned(void **state)
{
	struct tables *t = *state;
	uint64_t seed = 43;

	for (uint32_t peer = 0; peer < PEERS; peer++)
		for (unsigned n = 0; n < RULES; n++)
			toggle(t, peer, n);
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned n = small_random(&seed) % RULES;

		toggle_owner(t, t->rules[small_random(&seed) % PEERS][n], n);
		if (step % (STEPS / 10) == 0)
			check_out(t);
	}
	check_out(t);
}

/* A part is found by what it is, whatever it is a part of: the rule itself, a
 * rule that is in no table, another rule. */
static void
part_is_found_by_its_value(void **state)
{
	struct tables *t = *state;
	struct rib_rule loose;
	const struct rib_entry *entry;

	toggle(t, 0, 4);
	toggle(t, 0, 6);
	toggle_owner(t, t->rules[0][4], 4);
	memset(&loose, 0, offsetof(struct rib_rule, rule));
	small_rule(4, &loose.rule);
	entry = rib_out_find(&t->out, &loose.rule);
	assert_non_null(entry);

	assert_ptr_equal(
	    rib_out_find_part(&t->out, t->rules[0][4], &t->rules[0][4]->rule),
	    entry);
	assert_ptr_equal(
	    rib_out_find_part(&t->out, &loose, &loose.rule), entry);
	assert_ptr_equal(
	    rib_out_find_part(&t->out, t->rules[0][6], &loose.rule), entry);
	assert_null(
	    rib_out_find_part(&t->out, t->rules[0][4], &t->rules[0][6]->rule));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    rules_in_are_found_until_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    rules_out_stand_while_owned, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    part_is_found_by_its_value, setup, teardown),
	};

	return cmocka_run_group_tests_name("rib", tests, NULL, NULL);
}
