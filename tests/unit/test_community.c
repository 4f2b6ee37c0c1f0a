/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking for a community among those of a route. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/wire/community.h"
#include "tests/lib/hex.h"

struct row {
	const char *name;
	const char *value; /* of the attribute */
	const char *community;
	bool there;
};

static struct row rows[] = {
	{ "nothing_is_in_an_empty_value", "", "ffff029a", false },
	{ "first", "ffff029a 00000001", "ffff029a", true },
	{ "last", "00000001 ffff029a", "ffff029a", true },
	{ "one_octet_off", "ffff029b", "ffff029a", false },
	{ "between_two_is_none", "0000ffff 029a0000", "ffff029a", false },
	{ "cut_short_is_none", "00000001 ffff02", "ffff029a", false },
	{ "extended", "0002fde900000001 0002fde900000002", "0002fde900000002",
	    true },
	{ "halves_of_two_extended_are_none",
	    "0002fde900000001 0002fde900000002", "000000010002fde9", false },
	{ "large", "0000fde90000000100000002", "0000fde90000000100000002",
	    true },
	{ "large_differs_at_its_end", "0000fde90000000100000002",
	    "0000fde90000000100000003", false },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Whole communities are compared with whole ones. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t value[64], community[12];
	const struct span span = { value,
		hex_read(row->value, value, sizeof(value)) };
	size_t size = hex_read(row->community, community, sizeof(community));

	assert_int_equal(
	    community_in(span, community, (enum community_size)size),
	    row->there);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, check_row, NULL,
			NULL, &rows[i] };
	return cmocka_run_group_tests_name("community", tests, NULL, NULL);
}
