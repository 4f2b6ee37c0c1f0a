/* SPDX-License-Identifier: BSD-2-Clause */
/* What customers' rules carry inward: bounds, changes, and that all that may
 * be named can be encoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/out_attrs.h"
#include "proxy/wire/message.h"
#include "tests/lib/small_rule.h"

static const uint8_t hash_key[HASH_KEY_LEN] = "out_attrs's key";

static int
setup(void **state)
{
	static struct out_attrs_set set;

	assert_int_equal(out_attrs_init(&set, hash_key), 0);
	*state = &set;
	return 0;
}

static int
teardown(void **state)
{
	out_attrs_fini(*state);
	return 0;
}

/* Customer 5 with n communities of one kind, numbered. */
static struct msg_out_attrs
attributes(uint8_t kind, uint32_t n)
{
	struct msg_out_attrs msg;

	memset(&msg, 0, sizeof(msg));
	msg.customer = 5;
	msg.n = n;
	for (uint32_t i = 0; i < n && i < OUT_COMMUNITIES_MAX; i++) {
		msg.community[i].kind = kind;
		msg.community[i].value[3] = (uint8_t)(i + 1);
	}
	return msg;
}

/* What the guard may not say changes nothing. */
static void
bad_attributes_are_refused(void **state)
{
	struct msg_out_attrs many =
	    attributes(COMMUNITY_STANDARD, OUT_COMMUNITIES_MAX + 1);
	struct msg_out_attrs none = attributes(0, 1);
	struct msg_out_attrs kind = attributes(COMMUNITY_LARGE + 1, 1);
	struct msg_out_attrs tail = attributes(COMMUNITY_STANDARD, 1);
	bool changed;

	tail.community[0].value[4] = 1;

	assert_null(out_attrs_set(*state, &many, &changed));
	assert_null(out_attrs_set(*state, &none, &changed));
	assert_null(out_attrs_set(*state, &kind, &changed));
	assert_null(out_attrs_set(*state, &tail, &changed));
	assert_null(out_attrs_find(*state, 5));
}

/* The same again is no change; another value, kind or number is one. */
static void
changes_are_seen(void **state)
{
	struct msg_out_attrs msg = attributes(COMMUNITY_STANDARD, 2);
	struct out_attrs *row;
	bool changed;

	row = out_attrs_set(*state, &msg, &changed);
	assert_true(changed);
	assert_ptr_equal(out_attrs_set(*state, &msg, &changed), row);
	assert_false(changed);
	msg.community[1].value[0] = 9;
	assert_ptr_equal(out_attrs_set(*state, &msg, &changed), row);
	assert_true(changed);
	msg.community[1].kind = COMMUNITY_EXTENDED;
	(void)out_attrs_set(*state, &msg, &changed);
	assert_true(changed);
	msg.n = 1;
	(void)out_attrs_set(*state, &msg, &changed);
	assert_true(changed);
	assert_ptr_equal(out_attrs_find(*state, 5), row);
	assert_null(out_attrs_find(*state, 6));
}

/* As many communities of one kind as the guard may name fit an UPDATE. */
static void
most_communities_can_be_encoded(void **state)
{
	struct action_set actions = small_action(0);

	for (uint8_t kind = COMMUNITY_STANDARD; kind <= COMMUNITY_LARGE;
	     kind++) {
		struct msg_out_attrs msg =
		    attributes(kind, OUT_COMMUNITIES_MAX);
		struct update_builder builder;
		struct update_attrs attrs;
		struct writer writer;
		struct rule rule;
		uint8_t octets[MESSAGE_MAX];
		bool changed;

		small_rule(2, &rule);
		out_attrs_fill(out_attrs_set(*state, &msg, &changed), &actions,
		    100, &attrs);
		writer_init(&writer, octets, sizeof(octets));
		assert_true(update_begin_reach(
		    &builder, &writer, FAMILY_IPV4_FLOWSPEC, &attrs));
		assert_true(update_add(&builder, &rule));
		assert_true(update_end(&builder));
	}
}

/* Nothing of a rule inward comes from anywhere else. */
static void
announcement_is_our_own(void **state)
{
	struct msg_out_attrs msg = attributes(COMMUNITY_LARGE, 1);
	struct action_set actions = small_action(7);
	struct update_attrs attrs;
	bool changed;

	out_attrs_fill(
	    out_attrs_set(*state, &msg, &changed), &actions, 300, &attrs);

	assert_true(action_equal(&attrs.actions, &actions));
	assert_true(attrs.has_local_pref);
	assert_int_equal(attrs.local_pref, 300);
	assert_int_equal(attrs.n_path, 0);
	assert_int_equal(attrs.next_hop_len, 0);
	assert_int_equal(attrs.n_communities, 0);
	assert_int_equal(attrs.n_targets, 0);
	assert_int_equal(attrs.n_large, 1);
	assert_int_equal(attrs.large[0].global, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bad_attributes_are_refused),
		TEST(changes_are_seen),
		TEST(most_communities_can_be_encoded),
		TEST(announcement_is_our_own),
	};

	return cmocka_run_group_tests_name("out_attrs", tests, NULL, NULL);
}
