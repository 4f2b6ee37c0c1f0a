/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer asks for by the communities of its UPDATE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/communities.h"

#define HOUR 3600u
#define DAY  86400u

/* 65001:1 an hour, 65001:2 a day, large 65001:0:3 ten minutes, extended
 * 0002:65001:4 and large 65001:0:5 a dry run. */
static const struct wish_rules wishes = {
	.n = 5,
	.rule = {
		{ { COMMUNITY_STANDARD, { 0 }, { 0xfd, 0xe9, 0, 1 } },
		    { .lifetime_s = HOUR } },
		{ { COMMUNITY_STANDARD, { 0 }, { 0xfd, 0xe9, 0, 2 } },
		    { .lifetime_s = DAY } },
		{ { COMMUNITY_LARGE, { 0 },
		      { 0, 0, 0xfd, 0xe9, 0, 0, 0, 0, 0, 0, 0, 3 } },
		    { .lifetime_s = 600 } },
		{ { COMMUNITY_EXTENDED, { 0 },
		      { 0, 2, 0xfd, 0xe9, 0, 0, 0, 4 } },
		    { .dry_run = 1 } },
		{ { COMMUNITY_LARGE, { 0 },
		      { 0, 0, 0xfd, 0xe9, 0, 0, 0, 0, 0, 0, 0, 5 } },
		    { .dry_run = 1 } },
	},
};

struct row {
	const char *name;
	size_t n_standard; /* octets */
	size_t n_extended;
	size_t n_large;
	uint8_t standard[12];
	uint8_t extended[8];
	uint8_t large[24];
	uint32_t lifetime_s;
	uint8_t dry_run;
};

#define LARGE(n) 0, 0, 0xfd, 0xe9, 0, 0, 0, 0, 0, 0, 0, (n)

static const struct row rows[] = {
	{ .name = "no_community_asks_for_nothing" },
	{ .name = "other_communities_ask_for_nothing",
	    .n_standard = 8,
	    .standard = { 0xff, 0xff, 2, 0x9a, 0xfd, 0xe9, 0, 3 },
	    .n_large = 12,
	    .large = { LARGE(1) } },
	{ .name = "one_lifetime",
	    .n_standard = 4,
	    .standard = { 0xfd, 0xe9, 0, 2 },
	    .lifetime_s = DAY },
	{ .name = "shorter_lifetime_first_wins",
	    .n_standard = 8,
	    .standard = { 0xfd, 0xe9, 0, 1, 0xfd, 0xe9, 0, 2 },
	    .lifetime_s = HOUR },
	{ .name = "shorter_lifetime_last_wins",
	    .n_standard = 8,
	    .standard = { 0xfd, 0xe9, 0, 2, 0xfd, 0xe9, 0, 1 },
	    .lifetime_s = HOUR },
	{ .name = "shortest_of_two_kinds_wins",
	    .n_standard = 4,
	    .standard = { 0xfd, 0xe9, 0, 1 },
	    .n_large = 12,
	    .large = { LARGE(3) },
	    .lifetime_s = 600 },
	{ .name = "dry_run_by_an_extended_one",
	    .n_extended = 8,
	    .extended = { 0, 2, 0xfd, 0xe9, 0, 0, 0, 4 },
	    .dry_run = 1 },
	{ .name = "dry_run_and_lifetime",
	    .n_large = 24,
	    .large = { LARGE(5), LARGE(3) },
	    .lifetime_s = 600,
	    .dry_run = 1 },
	{ .name = "octets_across_two_communities_are_none",
	    .n_standard = 8,
	    .standard = { 0, 0, 0xfd, 0xe9, 0, 1, 0, 0 } },
	{ .name = "same_octets_of_another_kind_are_another",
	    .n_extended = 8,
	    .extended = { 0xfd, 0xe9, 0, 1, 0xfd, 0xe9, 0, 1 } },
	{ .name = "cut_off_community_is_none",
	    .n_large = 11,
	    .large = { LARGE(5) } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct update update = {
		.communities = { row->standard, row->n_standard },
		.ext_communities = { row->extended, row->n_extended },
		.large_communities = { row->large, row->n_large },
	};
	const struct wish_rules none = { 0 };
	struct wish wish = communities_wish(&update, &wishes);

	assert_true(wish_valid(&wish));
	assert_int_equal(wish.lifetime_s, row->lifetime_s);
	assert_int_equal(wish.dry_run, row->dry_run);
	wish = communities_wish(&update, &none);
	assert_int_equal(wish.lifetime_s, 0);
	assert_int_equal(wish.dry_run, 0);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS] = { 0 };

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("communities", tests, NULL, NULL);
}
