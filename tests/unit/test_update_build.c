/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own UPDATEs: their octets, their limits, and that we read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/update.h"
#include "proxy/wire/update_build.h"
#include "tests/lib/hex.h"
#include "tests/lib/random_rule.h"

static const struct update_context inside = { FAMILY_ALL, true, false, 0, 0 };

/* dst 192.0.2.0/24 proto 6 port 25, RFC 8955 4.3.1. */
static void
example_rule(struct rule *rule)
{
	static const uint8_t value[] = { 1, 24, 192, 0, 2, 3, 0x81, 6, 4, 0x81,
		25 };

	assert_int_equal(flowspec_decode((struct span){ value, sizeof(value) },
			     AFI_IPV4, rule),
	    WIRE_OK);
}

static void
discard(struct update_attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	attrs->has_local_pref = true;
	attrs->local_pref = 100;
	attrs->actions.present = ACTION_BIT(ACTION_RATE_BYTES);
}

/* Decode the message at place with all checks of a session. */
static void
read_back(const struct writer *out, size_t place, struct update *update)
{
	size_t total;
	uint8_t type;

	assert_int_equal(message_peek(&out->data[place], out->len - place,
			     MESSAGE_MAX, &type, &total),
	    WIRE_OK);
	assert_int_equal(type, MESSAGE_UPDATE);
	assert_int_equal(total, out->len - place);
	assert_int_equal(
	    update_decode(&inside, &out->data[place + MESSAGE_HEADER_LEN],
		total - MESSAGE_HEADER_LEN, update),
	    UPDATE_USE);
}

/* MP_REACH first with an empty next hop, then the others by type. */
static void
announcement_is_these_octets(void **state)
{
	struct update_builder builder;
	struct update_attrs attrs;
	uint8_t buf[256];
	char hex[513];
	struct writer out;
	struct rule rule;

	(void)state;
	example_rule(&rule);
	discard(&attrs);
	attrs.n_communities = 1;
	attrs.communities[0] = COMMUNITY_NO_EXPORT;
	attrs.n_targets = 1;
	(void)hex_read("0002fbf400000064", attrs.targets[0], 8);
	attrs.n_large = 1;
	attrs.large[0] = (struct large_community){ 64500, 1, 65001 };
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	assert_string_equal(hex_print(buf, out.len, hex),
	    "ffffffffffffffffffffffffffffffff006302"
	    "0000004c"
	    "900e0011000185"
	    "0000"
	    "0b0118c00002038106048119"
	    "40010100"
	    "400200"
	    "40050400000064"
	    "c00804ffffff01"
	    "c0101000"
	    "02fbf4000000648006000000000000"
	    "c0200c0000fbf4000000010000fde9");
}

/* A withdrawal is MP_UNREACH alone. */
static void
withdrawal_is_these_octets(void **state)
{
	struct update_builder builder;
	uint8_t buf[256];
	char hex[513];
	struct writer out;
	struct rule rule;

	(void)state;
	example_rule(&rule);
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_withdraw(&builder, &out, FAMILY_IPV4_FLOWSPEC));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	assert_string_equal(hex_print(buf, out.len, hex),
	    "ffffffffffffffffffffffffffffffff002a02"
	    "00000013"
	    "900f000f000185"
	    "0b0118c00002038106048119");
}

/* End-of-RIB of each family is read as such. */
static void
ends_of_rib_are_read_as_such(void **state)
{
	(void)state;
	for (unsigned family = 1; family <= FAMILY_ALL; family <<= 1) {
		struct update update;
		struct writer out;
		uint8_t buf[64], read;

		writer_init(&out, buf, sizeof(buf));
		update_end_of_rib(&out, family);
		assert_false(out.failed);
		read_back(&out, 0, &update);
		assert_true(update_is_end_of_rib(&update, &read));
		assert_int_equal(read, family);
	}
}

static unsigned
count_rules(const struct update_nlri *nlri, const struct rule *expected)
{
	struct reader reader = nlri->nlri;
	struct span value;
	struct rule rule;
	unsigned n = 0;

	while (reader.left > 0) {
		assert_int_equal(flowspec_next(&reader, &value), WIRE_OK);
		assert_int_equal(
		    flowspec_decode(value, nlri->afi, &rule), WIRE_OK);
		if (expected != NULL)
			assert_true(rule_equal(&rule, expected));
		n++;
	}
	return n;
}

/* Many rules share one message, which never passes 4096 octets. */
static void
message_is_filled_and_never_passes_its_limit(void **state)
{
	static uint8_t buf[65536];
	struct update_builder builder;
	struct update_attrs attrs;
	struct update update;
	struct writer out;
	struct rule rule;
	unsigned n = 0;

	(void)state;
	example_rule(&rule);
	discard(&attrs);
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs));
	while (update_add(&builder, &rule))
		n++;
	assert_false(out.failed);
	assert_true(update_end(&builder));
	assert_true(out.len <= MESSAGE_MAX && out.len > MESSAGE_MAX - 12);
	read_back(&out, 0, &update);
	assert_int_equal(count_rules(&update.mp_reach, &rule), n);
	assert_true(action_equal(&update.actions, &attrs.actions));
	assert_int_equal(update.local_pref, 100);
}

/* A second message stands behind the first, and is as good. */
static void
messages_stand_one_behind_the_other(void **state)
{
	static uint8_t buf[8192];
	struct update_builder builder;
	struct update_attrs attrs;
	struct update update;
	struct writer out;
	struct rule rule;
	size_t second;

	(void)state;
	example_rule(&rule);
	discard(&attrs);
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_withdraw(&builder, &out, FAMILY_IPV4_FLOWSPEC));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	second = out.len;
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	read_back(&out, second, &update);
	assert_int_equal(count_rules(&update.mp_reach, &rule), 1);
}

/* Nothing added is no message: an empty withdrawal would be an End-of-RIB. */
static void
empty_message_is_taken_back(void **state)
{
	struct update_builder builder;
	struct update_attrs attrs;
	uint8_t buf[256];
	struct writer out;

	(void)state;
	discard(&attrs);
	writer_init(&out, buf, sizeof(buf));
	message_keepalive(&out);
	assert_true(
	    update_begin_withdraw(&builder, &out, FAMILY_IPV6_FLOWSPEC));
	assert_false(update_end(&builder));
	assert_int_equal(out.len, 19);
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV6_FLOWSPEC, &attrs));
	assert_false(update_end(&builder));
	assert_int_equal(out.len, 19);
	assert_false(out.failed);
	assert_false(update_end(&builder));
}

/* Whatever room there is, the message is whole or not there. */
static void
any_room_gives_a_whole_message_or_none(void **state)
{
	uint8_t buf[256];
	struct update_builder builder;
	struct update_attrs attrs;
	struct update update;
	struct rule rule;
	unsigned whole = 0;

	(void)state;
	example_rule(&rule);
	discard(&attrs);
	for (size_t room = 0; room < 120; room++) {
		struct writer out;

		memset(buf, 0xee, sizeof(buf));
		writer_init(&out, buf, room);
		if (update_begin_reach(
			&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs) &&
		    update_add(&builder, &rule)) {
			assert_true(update_end(&builder));
			read_back(&out, 0, &update);
			whole++;
		} else {
			(void)update_end(&builder);
			assert_int_equal(out.len, 0);
			assert_false(out.failed);
		}
		assert_int_equal(buf[room], 0xee);
	}
	assert_true(whole > 0);
}

/* The longest rule with the most attributes fits a message of its own. */
static void
longest_rule_with_most_attributes_fits(void **state)
{
	static uint8_t buf[8192];
	struct update_builder builder;
	struct update_attrs attrs;
	struct update update;
	struct writer out;
	static struct rule rule;

	(void)state;
	memset(&attrs, 0xff, sizeof(attrs));
	memset(&attrs.actions, 0, sizeof(attrs.actions));
	attrs.actions.present = ACTION_BIT(ACTION_KINDS) - 1;
	attrs.actions.redirect[0] = 0x80;
	attrs.actions.redirect[1] = 0x08;
	attrs.actions.interface_set[0] = 0x07;
	attrs.actions.interface_set[1] = 0x02;
	attrs.actions.redirect_rt6[1] = 0x0d;
	attrs.actions.redirect_ip6[1] = 0x0c;
	assert_true(action_valid(&attrs.actions));
	attrs.has_local_pref = true;
	attrs.n_communities = UPDATE_COMMUNITIES_MAX;
	attrs.n_large = UPDATE_LARGE_MAX;
	attrs.n_targets = UPDATE_TARGETS_MAX;
	attrs.n_path = UPDATE_PATH_MAX;
	attrs.next_hop_len = ADDRESS_MAX;
	memset(attrs.targets, 0, sizeof(attrs.targets));

	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV6;
	rule.has = RULE_HAS_DST | RULE_HAS_SRC;
	rule.dst_len = rule.src_len = 128;
	rule.n_terms = RULE_TERMS_MAX;
	for (unsigned i = 0; i < RULE_TERMS_MAX; i++) {
		rule.terms[i].type = RULE_PORT;
		rule.terms[i].value = UINT64_MAX;
	}
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV6_FLOWSPEC, &attrs));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	assert_true(out.len <= MESSAGE_MAX);
	read_back(&out, 0, &update);
	assert_int_equal(count_rules(&update.mp_reach, &rule), 1);
	assert_int_equal(update.actions.present, attrs.actions.present);
	assert_int_equal(update.actions.stripped,
	    UPDATE_TARGETS_MAX + UPDATE_COMMUNITIES_MAX + UPDATE_LARGE_MAX);
	assert_int_equal(update.path.asns, UPDATE_PATH_MAX);
}

/* Counts beyond their maxima and unknown families write nothing. */
static void
impossible_attributes_write_nothing(void **state)
{
	struct update_builder builder;
	struct update_attrs attrs;
	uint8_t buf[4096];
	struct writer out;
	struct rule rule;

	(void)state;
	example_rule(&rule);
	writer_init(&out, buf, sizeof(buf));
	discard(&attrs);
	attrs.n_targets = UPDATE_TARGETS_MAX + 1;
	assert_false(
	    update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs));
	assert_false(update_add(&builder, &rule));
	discard(&attrs);
	assert_false(update_begin_reach(&builder, &out, FAMILY_ALL, &attrs));
	assert_false(update_begin_withdraw(&builder, &out, 0));
	assert_false(update_end(&builder));
	assert_int_equal(out.len, 0);
	update_end_of_rib(&out, 3);
	assert_true(out.failed);
}

/* A test speaker's announcement over eBGP: a path, a prefix, raw octets. */
static void
speaker_announces_over_ebgp(void **state)
{
	const struct update_context outside = { FAMILY_ALL, true, true, 64500,
		4200000001 };
	static const uint8_t raw[] = { 3, 0xff, 0x81, 6 };
	struct prefix prefix = { AFI_IPV6, 32, { 0x20, 1, 0x0d, 0xb8 } };
	struct update_builder builder;
	struct update_attrs attrs;
	struct update update;
	uint8_t buf[512];
	struct writer out;

	(void)state;
	memset(&attrs, 0, sizeof(attrs));
	attrs.n_path = 2;
	attrs.path[0] = 4200000001;
	attrs.path[1] = 65101;
	attrs.next_hop_len = 16;
	writer_init(&out, buf, sizeof(buf));
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV6_UNICAST, &attrs));
	assert_true(update_add_prefix(&builder, &prefix));
	assert_true(update_end(&builder));
	assert_int_equal(
	    update_decode(&outside, &buf[19], out.len - 19, &update),
	    UPDATE_USE);
	assert_int_equal(update.path.origin_as, 65101);
	assert_int_equal(update.mp_reach.next_hop.len, 16);

	writer_rewind(&out, 0);
	assert_true(
	    update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs));
	assert_true(update_add_bytes(&builder, raw, sizeof(raw)));
	assert_true(update_end(&builder));
	assert_int_equal(
	    update_decode(&outside, &buf[19], out.len - 19, &update),
	    UPDATE_USE);
	assert_int_equal(update.mp_reach.nlri.left, sizeof(raw));
}

/* Random rules with random actions are read as they were written. */
static void
random_announcements_are_read_back(void **state)
{
	static uint8_t buf[4096];
	struct random random = { 99 };

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		unsigned family =
		    i % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC;
		struct update_builder builder;
		struct update_attrs attrs;
		struct update update;
		struct writer out;
		struct rule rule;

		random_rule(&random, family_afi(family), &rule);
		discard(&attrs);
		random_actions(&random, &attrs.actions);
		writer_init(&out, buf, sizeof(buf));
		assert_true(update_begin_reach(&builder, &out, family, &attrs));
		assert_true(update_add(&builder, &rule));
		assert_true(update_end(&builder));
		read_back(&out, 0, &update);
		assert_int_equal(update.mp_reach.family, family);
		assert_int_equal(count_rules(&update.mp_reach, &rule), 1);
		assert_true(action_equal(&update.actions, &attrs.actions));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announcement_is_these_octets),
		cmocka_unit_test(withdrawal_is_these_octets),
		cmocka_unit_test(ends_of_rib_are_read_as_such),
		cmocka_unit_test(message_is_filled_and_never_passes_its_limit),
		cmocka_unit_test(messages_stand_one_behind_the_other),
		cmocka_unit_test(empty_message_is_taken_back),
		cmocka_unit_test(any_room_gives_a_whole_message_or_none),
		cmocka_unit_test(longest_rule_with_most_attributes_fits),
		cmocka_unit_test(impossible_attributes_write_nothing),
		cmocka_unit_test(speaker_announces_over_ebgp),
		cmocka_unit_test(random_announcements_are_read_back),
	};

	return cmocka_run_group_tests_name("update_build", tests, NULL, NULL);
}
