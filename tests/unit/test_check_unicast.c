/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on unicast routes: sound ones pass, each single fault does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"

/* Room for both kinds of two prefixes. */
struct sample {
	struct msg_unicast msg;
	union {
		struct unicast4 four[2];
		struct unicast6 six[2];
	} at;
};

static void
fill4(struct sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->msg.head.kind = MSG_UNICAST;
	sample->msg.head.len =
	    sizeof(sample->msg) + 2 * sizeof(struct unicast4);
	sample->msg.n = 2;
	sample->msg.family = FAMILY_IPV4_UNICAST;
	sample->msg.facts.neighbor_as = 65001;
	sample->msg.facts.origin_as = 65002;
	sample->msg.facts.path_length = 2;
	sample->at.four[0] = (struct unicast4){ 0xc0000200, 24, { 0 } };
	sample->at.four[1] = (struct unicast4){ 0xc6336401, 32, { 0 } };
}

static void
fill6(struct sample *sample)
{
	fill4(sample);
	memset(&sample->at, 0, sizeof(sample->at));
	sample->msg.family = FAMILY_IPV6_UNICAST;
	sample->msg.head.len =
	    sizeof(sample->msg) + 2 * sizeof(struct unicast6);
	sample->at.six[0].addr[0] = 0x20;
	sample->at.six[0].len = 3;
	memset(sample->at.six[1].addr, 0xff, 16);
	sample->at.six[1].len = 128;
}

struct row {
	const char *name;
	bool good;
	void (*fill)(struct sample *sample);
	void (*change)(struct sample *sample);
};

#define CHANGE(name, what)                                                     \
	static void name(struct sample *s)                                     \
	{                                                                      \
		what;                                                          \
	}

CHANGE(as_it_is, (void)s)
CHANGE(of_no_prefix, s->msg.n = 0)
CHANGE(of_one_more, s->msg.n = 3)
CHANGE(of_one_less, s->msg.n = 1)
CHANGE(of_most, s->msg.n = UINT16_MAX)
CHANGE(flowspec_family, s->msg.family = FAMILY_IPV4_FLOWSPEC)
CHANGE(other_family, s->msg.family ^= FAMILY_UNICAST)
CHANGE(both_families, s->msg.family = FAMILY_UNICAST)
CHANGE(withdraw_of_2, s->msg.withdraw = 2)
CHANGE(withdrawal_with_facts, s->msg.withdraw = 1)
CHANGE(withdrawal,
    (s->msg.withdraw = 1, memset(&s->msg.facts, 0, sizeof(s->msg.facts))))
CHANGE(no_facts, memset(&s->msg.facts, 0, sizeof(s->msg.facts)))
CHANGE(internal, (memset(&s->msg.facts, 0, sizeof(s->msg.facts)),
		     s->msg.facts.flags = ROUTE_INTERNAL))
CHANGE(internal_with_neighbour, s->msg.facts.flags = ROUTE_INTERNAL)
CHANGE(internal_with_length,
    (s->msg.facts.flags = ROUTE_INTERNAL, s->msg.facts.neighbor_as = 0,
	s->msg.facts.origin_as = 0))
CHANGE(internal_with_origin_as,
    (s->msg.facts.flags = ROUTE_INTERNAL, s->msg.facts.neighbor_as = 0,
	s->msg.facts.path_length = 0))
CHANGE(neighbour_without_length, s->msg.facts.path_length = 0)
CHANGE(set_at_the_head, s->msg.facts.neighbor_as = 0)
CHANGE(unknown_flag, s->msg.facts.flags = 0x80)
CHANGE(unknown_origin, s->msg.facts.origin = 3)
CHANGE(facts_padding_set, s->msg.facts.zero[2] = 1)
CHANGE(originator_without_flag, s->msg.facts.originator_id = 1)
CHANGE(reflected,
    (s->msg.facts.originator_id = 1, s->msg.facts.flags = ROUTE_REFLECTED))
CHANGE(length_of_33, s->at.four[1].len = 33)
CHANGE(length_of_64, s->at.four[1].len = 64)
CHANGE(length_of_255, s->at.four[1].len = 255)
CHANGE(bit_past_24, s->at.four[0].addr |= 1)
CHANGE(bit_25, s->at.four[0].addr |= 0x80)
CHANGE(default_route, s->at.four[0] = (struct unicast4){ 0 })
CHANGE(default_route_with_a_bit,
    s->at.four[0] = ((struct unicast4){ .addr = 0x80000000 }))
CHANGE(padding_set, s->at.four[1].zero[2] = 1)
CHANGE(length_of_129, s->at.six[1].len = 129)
CHANGE(length_of_255_in_ipv6, s->at.six[1].len = 255)
CHANGE(bit_4, s->at.six[0].addr[0] |= 0x10)
CHANGE(bit_65, s->at.six[0].addr[8] |= 0x80)
CHANGE(length_of_127, s->at.six[1].len = 127)
CHANGE(length_of_64_in_ipv6, s->at.six[1].len = 64)
CHANGE(masked_64, (s->at.six[1].len = 64, memset(&s->at.six[1].addr[8], 0, 8)))
CHANGE(masked_65, (s->at.six[1].len = 65, memset(&s->at.six[1].addr[8], 0, 8),
		      s->at.six[1].addr[8] = 0x80))
CHANGE(ipv6_default_route, memset(&s->at.six[1], 0, sizeof(s->at.six[1])))
CHANGE(padding_of_ipv6_set, s->at.six[0].zero[6] = 1)

#define GOOD4(name)                                                            \
	{                                                                      \
#name, true, fill4, name                                       \
	}
#define BAD4(name)                                                             \
	{                                                                      \
#name, false, fill4, name                                      \
	}
#define GOOD6(name)                                                            \
	{                                                                      \
#name, true, fill6, name                                       \
	}
#define BAD6(name)                                                             \
	{                                                                      \
#name, false, fill6, name                                      \
	}
static const struct row rows[] = {
	GOOD4(as_it_is),
	{ "ipv6_as_it_is", true, fill6, as_it_is },
	BAD4(of_no_prefix),
	BAD4(of_one_more),
	BAD4(of_one_less),
	BAD4(of_most),
	BAD4(flowspec_family),
	BAD4(other_family),
	BAD4(both_families),
	BAD4(withdraw_of_2),
	BAD4(withdrawal_with_facts),
	GOOD4(withdrawal),
	BAD4(no_facts),
	GOOD4(internal),
	BAD4(internal_with_neighbour),
	BAD4(internal_with_length),
	BAD4(internal_with_origin_as),
	BAD4(neighbour_without_length),
	GOOD4(set_at_the_head),
	BAD4(unknown_flag),
	BAD4(unknown_origin),
	BAD4(facts_padding_set),
	BAD4(originator_without_flag),
	GOOD4(reflected),
	BAD4(length_of_33),
	BAD4(length_of_64),
	BAD4(length_of_255),
	BAD4(bit_past_24),
	BAD4(bit_25),
	GOOD4(default_route),
	BAD4(default_route_with_a_bit),
	BAD4(padding_set),
	BAD6(length_of_129),
	BAD6(length_of_255_in_ipv6),
	BAD6(bit_4),
	BAD6(bit_65),
	BAD6(length_of_127),
	BAD6(length_of_64_in_ipv6),
	GOOD6(masked_64),
	GOOD6(masked_65),
	GOOD6(ipv6_default_route),
	BAD6(padding_of_ipv6_set),
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct sample sample;
	struct msg_unicast *exact;
	size_t len;

	row->fill(&sample);
	len = sample.msg.head.len;
	row->change(&sample);
	/* Exactly the octets that came, so that a read too far is seen. */
	exact = malloc(len);
	assert_non_null(exact);
	memcpy(exact, &sample, len);

	assert_int_equal(check_unicast(exact), row->good);
	free(exact);
}

/* What is to be ignored: counts and kinds. */
static void
ignore_lists_are_bounded(void **state)
{
	struct ignore ignore = { .n_communities = 1, .n_originators = 1 };

	(void)state;
	assert_false(check_ignore(&ignore));
	ignore.community[0].kind = COMMUNITY_LARGE;
	assert_true(check_ignore(&ignore));
	ignore.community[0].kind = COMMUNITY_LARGE + 1;
	assert_false(check_ignore(&ignore));
	ignore.n_communities = IGNORE_COMMUNITIES_MAX + 1;
	assert_false(check_ignore(&ignore));
	ignore.n_communities = 0;
	ignore.n_originators = IGNORE_ORIGINATORS_MAX + 1;
	assert_false(check_ignore(&ignore));
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 1] = {
		cmocka_unit_test(ignore_lists_are_bounded),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[1 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("check, unicast", tests, NULL, NULL);
}
