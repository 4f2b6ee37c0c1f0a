/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what is said of the RPKI and of wishes: a sound message passes,
 * each single fault does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"

struct vrps {
	struct msg_vrp msg;
	struct vrp at[2];
};

struct facts {
	struct vrps vrps;
	struct msg_cfg_rpki rpki;
	struct wish_rules wishes;
};

static void
facts_fill(struct facts *facts)
{
	static const struct vrp vrp = {
		.prefix = { .afi = AFI_IPV4, .len = 24, .addr = { 192, 0, 2 } },
		.max_len = 24,
		.asn = 65001,
	};

	memset(facts, 0, sizeof(*facts));
	facts->vrps.msg.head.len = sizeof(facts->vrps);
	facts->vrps.msg.head.kind = MSG_VRP;
	facts->vrps.msg.n = 2;
	facts->vrps.at[0] = facts->vrps.at[1] = vrp;
	facts->rpki.n = 1;
	facts->rpki.cache[0].address = (struct address){
		.afi = AFI_IPV4, .port = 3323, .addr = { 127, 0, 0, 1 }
	};
	facts->wishes.n = 1;
	facts->wishes.rule[0].community.kind = COMMUNITY_STANDARD;
	facts->wishes.rule[0].wish.lifetime_s = 600;
}

static bool
facts_pass(const struct facts *facts)
{
	return check_vrps(&facts->vrps.msg) && check_cfg_rpki(&facts->rpki) &&
	       check_wishes(&facts->wishes);
}

static void
no_vrps(struct facts *facts)
{
	facts->vrps.msg.n = 0;
}
static void
more_vrps_than_octets(struct facts *facts)
{
	facts->vrps.msg.n = 3;
}
static void
more_vrps_than_ever(struct facts *facts)
{
	facts->vrps.msg.n = VRPS_MAX + 1;
}
static void
withdrawal_of_two(struct facts *facts)
{
	facts->vrps.msg.withdraw = 2;
}
static void
vrps_padding(struct facts *facts)
{
	facts->vrps.msg.zero[4] = 1;
}
static void
vrp_shorter_than_itself(struct facts *facts)
{
	facts->vrps.at[1].max_len = 23;
}
static void
vrp_longer_than_an_address(struct facts *facts)
{
	facts->vrps.at[1].max_len = 33;
}
static void
vrp_not_masked(struct facts *facts)
{
	facts->vrps.at[1].prefix.addr[3] = 1;
}
static void
vrp_padding(struct facts *facts)
{
	facts->vrps.at[0].zero = 1;
}
static void
too_many_caches(struct facts *facts)
{
	facts->rpki.n = RPKI_CACHES_MAX + 1;
}
static void
shrinking_beyond_all(struct facts *facts)
{
	facts->rpki.shrink_percent = 101;
}
static void
cache_without_address(struct facts *facts)
{
	facts->rpki.n = 2;
}
static void
cache_padding(struct facts *facts)
{
	facts->rpki.cache[0].zero = 1;
}
static void
too_many_wishes(struct facts *facts)
{
	facts->wishes.n = WISH_RULES_MAX + 1;
}
static void
wishes_padding(struct facts *facts)
{
	facts->wishes.zero = 1;
}
static void
wish_of_no_community(struct facts *facts)
{
	facts->wishes.n = 2;
}
static void
wish_of_nothing(struct facts *facts)
{
	facts->wishes.rule[0].wish.lifetime_s = 0;
}
static void
wish_of_two_things(struct facts *facts)
{
	facts->wishes.rule[0].wish.dry_run = 1;
}

static const struct row {
	const char *name;
	void (*spoil)(struct facts *facts);
} rows[] = {
	{ "no_vrps_are_refused", no_vrps },
	{ "more_vrps_than_octets_are_refused", more_vrps_than_octets },
	{ "more_vrps_than_ever_are_refused", more_vrps_than_ever },
	{ "withdrawal_of_two_is_refused", withdrawal_of_two },
	{ "vrps_padding_is_refused", vrps_padding },
	{ "vrp_shorter_than_itself_is_refused", vrp_shorter_than_itself },
	{ "vrp_longer_than_an_address_is_refused", vrp_longer_than_an_address },
	{ "vrp_not_masked_is_refused", vrp_not_masked },
	{ "vrp_padding_is_refused", vrp_padding },
	{ "too_many_caches_are_refused", too_many_caches },
	{ "shrinking_beyond_all_is_refused", shrinking_beyond_all },
	{ "cache_without_address_is_refused", cache_without_address },
	{ "cache_padding_is_refused", cache_padding },
	{ "too_many_wishes_are_refused", too_many_wishes },
	{ "wishes_padding_is_refused", wishes_padding },
	{ "wish_of_no_community_is_refused", wish_of_no_community },
	{ "wish_of_nothing_is_refused", wish_of_nothing },
	{ "wish_of_two_things_is_refused", wish_of_two_things },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What passes no longer does with the fault of its row. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct facts facts;

	facts_fill(&facts);
	assert_true(facts_pass(&facts));
	row->spoil(&facts);
	assert_false(facts_pass(&facts));
}

int
main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("check_facts", tests, NULL, NULL);
}
