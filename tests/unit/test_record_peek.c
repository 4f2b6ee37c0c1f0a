/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search reads straight from a record: damage and cuts are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule.h"
#include "store/record.h"

#define FIELD_MAX 320

enum tag {
	RULE_ID = 2,
	CUSTOMER = 5,
	OPERATOR = 7,
	RULE = 8,
};

/* A record of one field, in memory of just its size; to be freed. */
static uint8_t *
record_of(unsigned tag, const uint8_t *data, size_t len, size_t *size)
{
	const uint8_t field[3] = { (uint8_t)tag, (uint8_t)(len >> 8),
		(uint8_t)len };
	uint8_t *record;

	*size = RECORD_HEAD_LEN + sizeof(field) + len;
	record = calloc(1, *size);
	assert_non_null(record);
	memcpy(record, (const uint8_t[4]){ 'S', 'L', 'R', RECORD_VERSION }, 4);
	memcpy(&record[RECORD_HEAD_LEN], field, sizeof(field));
	if (len > 0)
		memcpy(&record[RECORD_HEAD_LEN + sizeof(field)], data, len);
	return record;
}

static const struct row {
	const char *name;
	unsigned tag;
	size_t len;
	uint8_t data[20];
	int status;
	uint8_t afi; /* of the destination; 0: none */
} rows[] = {
	{ "rule_id_is_read", RULE_ID, 8, { 1 }, 0, 0 },
	{ "rule_id_of_nine_octets_is_refused", RULE_ID, 9, { 1 }, -1, 0 },
	{ "customer_is_read", CUSTOMER, 4, "acme", 0, 0 },
	{ "empty_customer_is_refused", CUSTOMER, 0, "", -1, 0 },
	{ "customer_of_256_octets_is_refused", CUSTOMER, 256, "a", -1, 0 },
	{ "empty_operator_is_refused", OPERATOR, 0, "", -1, 0 },
	{ "rule_of_nothing_is_refused", RULE, 0, "", -1, 0 },
	{ "rule_of_no_family_is_refused", RULE, 2, { 9, 1 }, -1, 0 },
	{ "rule_of_a_family_alone_is_none", RULE, 1, { AFI_IPV4 }, 0, 0 },
	{ "rule_without_destination_has_none", RULE, 3,
	    { AFI_IPV4, RULE_SRC, 0 }, 0, 0 },
	{ "destination_is_read", RULE, 6, { AFI_IPV4, RULE_DST, 24, 192, 0, 2 },
	    0, AFI_IPV4 },
	{ "destination_without_length_is_refused", RULE, 2,
	    { AFI_IPV4, RULE_DST }, -1, 0 },
	{ "destination_too_long_is_refused", RULE, 8,
	    { AFI_IPV4, RULE_DST, 33, 192, 0, 2, 1, 1 }, -1, 0 },
	{ "destination_cut_off_is_refused", RULE, 5,
	    { AFI_IPV4, RULE_DST, 24, 192, 0 }, -1, 0 },
	{ "ipv6_destination_is_read", RULE, 8,
	    { AFI_IPV6, RULE_DST, 32, 0, 0x20, 0x01, 0x0d, 0xb8 }, 0,
	    AFI_IPV6 },
	{ "ipv6_destination_without_offset_is_refused", RULE, 3,
	    { AFI_IPV6, RULE_DST, 32 }, -1, 0 },
	{ "ipv6_pattern_is_no_destination", RULE, 6,
	    { AFI_IPV6, RULE_DST, 32, 16, 0x0d, 0xb8 }, 0, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The field is read, or the record is refused. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t data[FIELD_MAX] = { 0 };
	struct record_peek peek;
	size_t size;
	uint8_t *record;

	memcpy(data, row->data, sizeof(row->data));
	record = record_of(row->tag, data, row->len, &size);
	assert_int_equal(record_peek(record, size, &peek), row->status);
	if (row->status == 0)
		assert_int_equal(peek.dst.afi, row->afi);
	free(record);
}

/* A field that ends behind the record is refused, a head that is cut is, too,
 * and so is what is longer than any record. */
static void
cuts_are_refused(void **state)
{
	static const uint8_t name[4] = "acme";
	struct record_peek peek;
	uint8_t *record, *cut, *huge;
	size_t size;

	(void)state;
	record = record_of(CUSTOMER, name, sizeof(name), &size);
	for (size_t len = 0; len < size; len++) {
		bool whole = len >= RECORD_HEAD_LEN &&
			     len < RECORD_HEAD_LEN + 3; /* no field at all */

		cut = malloc(len > 0 ? len : 1);
		assert_non_null(cut);
		memcpy(cut, record, len);
		assert_int_equal(record_peek(cut, len, &peek), whole ? 0 : -1);
		assert_null(peek.customer);
		free(cut);
	}
	huge = calloc(1, RECORD_LEN_LIMIT + 1);
	assert_non_null(huge);
	memcpy(huge, record, size);
	assert_int_equal(record_peek(huge, RECORD_LEN_LIMIT + 1, &peek), -1);
	free(huge);
	record[3]++;
	assert_int_equal(record_peek(record, size, &peek), -1);
	free(record);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 1] = {
		[ROWS] = cmocka_unit_test(cuts_are_refused),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("record_peek", tests, NULL, NULL);
}
