/* SPDX-License-Identifier: BSD-2-Clause */
/* Which UPDATEs' unicast routes are used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/update.h"
#include "tests/lib/hex.h"

#define ORIGIN   "400101 00"
#define PATH     "400206 0201 0000fde9"
#define NEXT_HOP "400304 c0000201"
#define NAN_RATE "c01008 800600007fc00000"

static struct row {
	const char *name;
	const char *attributes;
	enum wire_fault fault;
	bool usable;
} rows[] = {
	{ "sound_route", ORIGIN PATH NEXT_HOP, WIRE_OK, true },
	{ "rate_is_no_number", ORIGIN PATH NEXT_HOP NAN_RATE,
	    FAULT_RATE_NOT_FINITE, true },
	{ "rate_before_the_others", NAN_RATE ORIGIN PATH NEXT_HOP,
	    FAULT_RATE_NOT_FINITE, true },
	{ "rate_does_not_hide_a_worse_fault", NAN_RATE "40010103" PATH NEXT_HOP,
	    FAULT_ATTRIBUTE_ORIGIN, false },
	{ "rate_does_not_excuse_the_path",
	    NAN_RATE ORIGIN NEXT_HOP "400206 0201 0000fdea",
	    FAULT_RATE_NOT_FINITE, false },
	{ "foreign_first_as", ORIGIN NEXT_HOP "400206 0201 0000fdea", WIRE_OK,
	    false },
};

/* A traffic rate that is no number refuses rules; a route that carries one is
 * a route all the same. */
static void
check_row(void **state)
{
	static const struct update_context outside = {
		.families = FAMILY_IPV4_UNICAST,
		.as4 = true,
		.external = true,
		.own_asn = 64500,
		.peer_asn = 65001,
	};
	const struct row *row = *state;
	uint8_t body[256] = { 0 };
	struct update update;
	size_t n = hex_read(row->attributes, &body[4], 200);

	body[3] = (uint8_t)n;
	n += 4;
	n += hex_read("18 c00002", &body[n], 4);
	(void)update_decode(&outside, body, n, &update);
	assert_string_equal(fault_name(update.fault), fault_name(row->fault));
	assert_int_equal(update_usable_unicast(&update), row->usable);
}

int
main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

	memset(tests, 0, sizeof(tests));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
