/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast prefixes on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/unicast.h"
#include "tests/lib/hex.h"

struct row {
	const char *name;
	const char *octets;
	unsigned afi;
	const char *text; /* NULL: FAULT_NLRI_PREFIX */
};

static struct row rows[] = {
	{ "default_route", "00", AFI_IPV4, "0.0.0.0/0" },
	{ "network", "18 c00002", AFI_IPV4, "192.0.2.0/24" },
	{ "host", "20 c0000201", AFI_IPV4, "192.0.2.1/32" },
	{ "bits_past_the_length_are_cleared", "14 c0a82f", AFI_IPV4,
	    "192.168.32.0/20" },
	{ "length_33", "21 c000020100", AFI_IPV4, NULL },
	{ "length_255", "ff c0000201", AFI_IPV4, NULL },
	{ "octets_cut_short", "18 c000", AFI_IPV4, NULL },
	{ "ipv6_default_route", "00", AFI_IPV6, "::/0" },
	{ "ipv6_network", "20 20010db8", AFI_IPV6, "2001:db8::/32" },
	{ "ipv6_host", "80 20010db8000000000000000000000001", AFI_IPV6,
	    "2001:db8::1/128" },
	{ "ipv6_length_129", "81 20010db800000000000000000000000100", AFI_IPV6,
	    NULL },
	{ "unknown_family", "08 0a", 3, NULL },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Read as a number, an IPv4 prefix is the same. */
static void
check_number(const uint8_t *octets, size_t n, const struct prefix *prefix)
{
	struct reader reader, expected;
	uint32_t addr = 1;
	uint8_t len = 1;

	reader_init(&reader, octets, n);
	if (prefix == NULL) {
		assert_int_equal(
		    unicast_next4(&reader, &addr, &len), FAULT_NLRI_PREFIX);
		assert_true(reader.failed);
		assert_int_equal(addr | len, 0);
		return;
	}
	reader_init(&expected, prefix->addr, 4);
	assert_int_equal(unicast_next4(&reader, &addr, &len), WIRE_OK);
	assert_int_equal(addr, reader_u32(&expected));
	assert_int_equal(len, prefix->len);
	assert_int_equal(reader.left, 0);
}

/* Each prefix is read and written back, or is the fault. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	char text[PREFIX_TEXT_MAX];
	uint8_t octets[32], again[32];
	struct reader reader;
	struct writer writer;
	struct prefix prefix, copy;
	size_t n = hex_read(row->octets, octets, sizeof(octets));

	reader_init(&reader, octets, n);
	if (row->text == NULL) {
		assert_int_equal(unicast_next(&reader, row->afi, &prefix),
		    FAULT_NLRI_PREFIX);
		assert_true(reader.failed);
		assert_int_equal(reader.left, 0);
		if (row->afi == AFI_IPV4)
			check_number(octets, n, NULL);
		return;
	}
	assert_int_equal(unicast_next(&reader, row->afi, &prefix), WIRE_OK);
	assert_true(prefix_valid(&prefix));
	if (row->afi == AFI_IPV4)
		check_number(octets, n, &prefix);
	assert_true(reader_done(&reader));
	assert_true(prefix_valid(&prefix));
	assert_string_equal(
	    prefix_print(&prefix, text, sizeof(text)), row->text);

	writer_init(&writer, again, sizeof(again));
	unicast_encode(&prefix, &writer);
	assert_int_equal(writer.len, n);
	reader_init(&reader, again, writer.len);
	assert_int_equal(unicast_next(&reader, row->afi, &copy), WIRE_OK);
	assert_int_equal(prefix_cmp(&prefix, &copy), 0);
}

/* Prefixes stand one behind the other. */
static void
list_is_read_to_its_end(void **state)
{
	static const uint8_t octets[] = { 8, 10, 0, 16, 192, 168 };
	struct reader reader;
	struct prefix prefix;
	unsigned n = 0;

	(void)state;
	reader_init(&reader, octets, sizeof(octets));
	while (reader.left > 0) {
		assert_int_equal(
		    unicast_next(&reader, AFI_IPV4, &prefix), WIRE_OK);
		n++;
	}
	assert_int_equal(n, 3);
	assert_int_equal(prefix.len, 16);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 1] = {
		cmocka_unit_test(list_is_read_to_its_end),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[1 + i].name = rows[i].name;
		tests[1 + i].test_func = check_row;
		tests[1 + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("unicast", tests, NULL, NULL);
}
