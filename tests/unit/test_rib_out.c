/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules out: owners, the two lists, cursors at any speed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/guard/rib_out.h"
#include "tests/lib/small_rule.h"

#define RULES   64
#define OWNERS  6
#define CURSORS 4

static const uint8_t key[HASH_KEY_LEN] = { 1, 2, 3 };

/* What a peer that was told so would hold. */
struct view {
	struct rib_cursor cursor;
	bool attached;
	bool holds[RULES];
	unsigned rate[RULES];
	uint32_t customer[RULES];
};

struct world {
	struct rib_in in;
	struct rib_out out;
	uint64_t accepted;
	uint64_t random;
	/* Owner i is a session of customer i / 2 + 1. */
	struct rib_rule *rule[OWNERS][RULES];
	unsigned rate[OWNERS][RULES]; /* 0: does not own */
	uint64_t since[OWNERS][RULES];
	uint64_t now;
	struct view view[CURSORS];
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rule rule;

	assert_non_null(w);
	assert_int_equal(rib_in_init(&w->in, key), 0);
	assert_int_equal(rib_out_init(&w->out, 1, key, &w->accepted), 0);
	w->random = 7;
	for (unsigned o = 0; o < OWNERS; o++) {
		for (unsigned n = 0; n < RULES; n++) {
			small_rule(n, &rule);
			w->rule[o][n] = rib_in_add(&w->in, o, &rule);
			assert_non_null(w->rule[o][n]);
		}
	}
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	for (unsigned o = 0; o < OWNERS; o++) {
		for (unsigned n = 0; n < RULES; n++)
			rib_out_drop(w->rule[o][n]);
	}
	rib_out_fini(&w->out);
	rib_in_fini(&w->in);
	free(w);
	return 0;
}

static void
set(struct world *w, unsigned o, unsigned n, unsigned rate)
{
	struct rib_rule *rule = w->rule[o][n];

	rule->actions = small_action(rate);
	assert_int_equal(rib_out_set(&w->out, rule,
			     &(struct rib_said){ o / 2 + 1, &rule->actions },
			     &rule->rule, 1),
	    0);
	if (w->rate[o][n] != rate)
		w->since[o][n] = ++w->now;
	w->rate[o][n] = rate;
}

static void
drop(struct world *w, unsigned o, unsigned n)
{
	rib_out_drop(w->rule[o][n]);
	w->rate[o][n] = 0;
}

static void
attach(struct world *w, struct view *v)
{
	memset(v, 0, sizeof(*v));
	rib_out_attach(&w->out, &v->cursor);
	v->attached = true;
}

/* Tell a peer one thing; false when there is none. */
static bool
tell(struct world *w, struct view *v, bool announce)
{
	struct rib_entry *e = rib_out_peek(&w->out, &v->cursor, announce);
	unsigned n;

	if (e == NULL)
		return false;
	n = small_rule_number(&e->rule);
	v->holds[n] = e->standing;
	v->customer[n] = e->customer;
	v->rate[n] = (unsigned)action_rate(e->actions.rate_bytes);
	rib_out_step(&w->out, &v->cursor, e);
	return true;
}

/* Who speaks: of the customer whose rule was accepted first, the session
 * accepted last. OWNERS: nobody. */
static unsigned
speaker(const struct world *w, unsigned n)
{
	unsigned first = OWNERS, last;

	for (unsigned o = 0; o < OWNERS; o++) {
		if (w->rate[o][n] != 0 &&
		    (first == OWNERS || w->since[o][n] < w->since[first][n]))
			first = o;
	}
	last = first;
	for (unsigned o = 0; first < OWNERS && o < OWNERS; o++) {
		if (w->rate[o][n] != 0 && o / 2 == first / 2 &&
		    w->since[o][n] > w->since[last][n])
			last = o;
	}
	return last;
}

static void
check_view(const struct world *w, const struct view *v)
{
	for (unsigned n = 0; n < RULES; n++) {
		unsigned o = speaker(w, n);

		assert_int_equal(v->holds[n], o < OWNERS);
		if (o == OWNERS)
			continue;
		assert_int_equal(v->rate[n], w->rate[o][n]);
		assert_int_equal(v->customer[n], o / 2 + 1);
	}
}

static void
random_step(struct world *w)
{
	unsigned o = small_random(&w->random) % OWNERS;
	unsigned n = small_random(&w->random) % RULES;
	struct view *v = &w->view[small_random(&w->random) % CURSORS];

	switch (small_random(&w->random) % 12) {
	case 0:
	case 1:
	case 2:
		set(w, o, n, 1000 + small_random(&w->random) % 3);
		break;
	case 3:
	case 4:
		drop(w, o, n);
		break;
	case 5:
		rib_out_reap(&w->out);
		break;
	case 6:
		rib_out_sweep(&w->out);
		break;
	case 7:
		if (small_random(&w->random) % 20 != 0)
			break;
		if (v->attached)
			rib_out_detach(&w->out, &v->cursor);
		attach(w, v);
		break;
	default:
		if (!v->attached)
			attach(w, v);
		for (unsigned i = small_random(&w->random) % 8; i > 0; i--)
			(void)tell(w, v, true);
	}
}

/* Several peers at random speeds: each ends with what stands. */
static void
every_cursor_ends_with_what_stands(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 60000; i++) {
		random_step(w);
		if (i % 500 != 0)
			continue;
		for (unsigned c = 0; c < CURSORS; c++) {
			if (!w->view[c].attached)
				continue;
			while (tell(w, &w->view[c], true))
				;
			check_view(w, &w->view[c]);
		}
	}
	for (unsigned o = 0; o < OWNERS; o++) {
		for (unsigned n = 0; n < RULES; n++)
			drop(w, o, n);
	}
	for (unsigned c = 0; c < CURSORS; c++) {
		while (w->view[c].attached && tell(w, &w->view[c], true))
			;
	}
	rib_out_reap(&w->out);
	assert_int_equal(w->out.n_entries, 0);
	assert_int_equal(w->out.n_standing, 0);
}

/* Withdrawals are told before announcements, and alone when asked so. */
static void
withdrawals_come_first(void **state)
{
	struct world *w = *state;
	struct view *v = &w->view[0];

	attach(w, v);
	set(w, 0, 1, 5);
	while (tell(w, v, true))
		;
	set(w, 0, 2, 5);
	set(w, 0, 3, 5);
	drop(w, 0, 1);
	assert_true(tell(w, v, true));
	assert_false(v->holds[1]);
	assert_false(v->holds[2]);
	drop(w, 0, 2);
	set(w, 0, 4, 5);
	assert_true(tell(w, v, false));
	assert_false(tell(w, v, false));
	assert_false(v->holds[4]);
}

/* A withdrawn entry stays until the slowest has been told. */
static void
tombstone_waits_for_the_slowest(void **state)
{
	struct world *w = *state;

	attach(w, &w->view[0]);
	attach(w, &w->view[1]);
	set(w, 0, 1, 5);
	while (tell(w, &w->view[0], true) || tell(w, &w->view[1], true))
		;
	drop(w, 0, 1);
	assert_true(tell(w, &w->view[0], true));
	rib_out_reap(&w->out);
	assert_int_equal(rib_out_withdrawn(&w->out), 1);
	assert_true(tell(w, &w->view[1], true));
	rib_out_reap(&w->out);
	assert_int_equal(w->out.n_entries, 0);

	/* One that is gone keeps nothing. */
	set(w, 0, 1, 5);
	drop(w, 0, 1);
	rib_out_detach(&w->out, &w->view[0].cursor);
	w->view[0].attached = false;
	while (tell(w, &w->view[1], true))
		;
	rib_out_reap(&w->out);
	assert_int_equal(w->out.n_entries, 0);
}

/* One that is too far behind skips what is withdrawn so far, and hears what
 * is withdrawn later. */
static void
skipped_cursor_hears_what_comes_later(void **state)
{
	struct world *w = *state;
	struct view *v = &w->view[0];

	attach(w, v);
	set(w, 0, 1, 5);
	set(w, 0, 2, 5);
	while (tell(w, v, true))
		;
	drop(w, 0, 1);
	rib_out_skip(&w->out, &v->cursor);
	rib_out_reap(&w->out);
	assert_int_equal(w->out.n_entries, 1);
	drop(w, 0, 2);
	assert_true(tell(w, v, false));
	assert_false(v->holds[2]);
	assert_false(tell(w, v, true));
}

/* Setting what stands already changes nothing: nobody is told again, and the
 * order of acceptance stays. */
static void
same_again_changes_nothing(void **state)
{
	struct world *w = *state;
	struct view *v = &w->view[0];

	attach(w, v);
	set(w, 0, 1, 5);
	set(w, 2, 1, 5);
	while (tell(w, v, true))
		;
	set(w, 0, 1, 5);
	assert_false(tell(w, v, true));
	assert_int_equal(
	    rib_out_find(&w->out, &w->rule[0][1]->rule)->customer, 1);
	drop(w, 0, 1);
	assert_true(tell(w, v, true));
	assert_int_equal(v->customer[1], 2);
}

/* A rule of several parts: what it owned besides is given up. */
static void
parts_are_exchanged(void **state)
{
	struct world *w = *state;
	struct rib_rule *rule = w->rule[0][0];
	struct rule parts[3];

	rule->actions = small_action(5);
	for (unsigned i = 0; i < 3; i++)
		small_rule(10 + i, &parts[i]);
	assert_int_equal(rib_out_set(&w->out, rule,
			     &(struct rib_said){ 1, &rule->actions }, parts, 2),
	    0);
	assert_int_equal(w->out.n_standing, 2);
	assert_int_equal(
	    rib_out_set(&w->out, rule, &(struct rib_said){ 1, &rule->actions },
		&parts[1], 2),
	    0);
	assert_int_equal(w->out.n_standing, 2);
	assert_false(rib_out_find(&w->out, &parts[0])->standing);
	assert_true(rib_out_find(&w->out, &parts[2])->standing);
	assert_int_equal(rib_out_set(&w->out, rule,
			     &(struct rib_said){ 1, &rule->actions }, parts, 0),
	    0);
	assert_int_equal(w->out.n_standing, 0);
	assert_null(rule->owners);
}

/* What a peer reports to hold stands without owner, until it finds one, its
 * customer withdraws it, or all is known. */
static void
held_entries_find_owners_or_go(void **state)
{
	struct world *w = *state;
	const struct action_set discard = small_action(0);
	struct rule rule[4];

	for (unsigned n = 0; n < 4; n++) {
		small_rule(n, &rule[n]);
		assert_int_equal(
		    rib_out_held(&w->out, 1, &rule[n], &discard), 0);
		assert_int_equal(
		    rib_out_held(&w->out, 2, &rule[n], &discard), 0);
	}
	assert_int_equal(w->out.n_standing, 4);
	set(w, 0, 0, 5);

	/* Another customer's word counts for nothing, nor does one about a
	 * rule that has an owner. */
	rib_out_drop_held(&w->out, 2, &rule[1]);
	rib_out_drop_held(&w->out, 1, &rule[0]);
	assert_int_equal(w->out.n_standing, 4);
	rib_out_drop_held(&w->out, 1, &rule[1]);
	assert_int_equal(w->out.n_standing, 3);

	rib_out_sweep(&w->out);
	assert_int_equal(w->out.n_standing, 1);
	assert_true(rib_out_find(&w->out, &rule[0])->standing);
}

/* A contested entry that loses an owner, or changes, says so; others do not. */
static void
contested_entry_yields(void **state)
{
	struct world *w = *state;

	set(w, 0, 1, 5);
	set(w, 2, 1, 5);
	set(w, 0, 2, 5);
	rib_out_find(&w->out, &w->rule[0][1]->rule)->contested = 1;
	drop(w, 0, 2);
	assert_int_equal(w->out.freed, 0);
	drop(w, 0, 1);
	assert_int_equal(w->out.freed, 1);
	w->out.freed = 0;
	drop(w, 2, 1);
	assert_int_equal(w->out.freed, 0);

	set(w, 0, 3, 5);
	rib_out_find(&w->out, &w->rule[0][3]->rule)->contested = 1;
	set(w, 0, 3, 5);
	assert_int_equal(w->out.freed, 0);
	set(w, 0, 3, 6);
	assert_int_equal(w->out.freed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_cursor_ends_with_what_stands),
		TEST(withdrawals_come_first),
		TEST(tombstone_waits_for_the_slowest),
		TEST(skipped_cursor_hears_what_comes_later),
		TEST(same_again_changes_nothing),
		TEST(parts_are_exchanged),
		TEST(held_entries_find_owners_or_go),
		TEST(contested_entry_yields),
	};

	return cmocka_run_group_tests_name("rib_out", tests, NULL, NULL);
}
