/* SPDX-License-Identifier: BSD-2-Clause */
/* Records: one form per entry, both ways, and nothing else is a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record.h"
#include "store/seal.h"
#include "tests/lib/random_entry.h"

#define ROUNDS 20000

/* Octets of *entry that a decoder writes: to the last term and raw octet. */
static void
assert_same(const struct entry *a, const struct entry *b)
{
	assert_memory_equal(a, b, offsetof(struct entry, rule));
	assert_int_equal(a->rule.afi, b->rule.afi);
	if (a->has_rule)
		assert_true(rule_equal(&a->rule, &b->rule));
	assert_memory_equal(a->raw, b->raw, a->raw_len);
}

/* Any legal entry comes back as it was, and encodes the same again. */
static void
any_entry_comes_back(void **state)
{
	struct random_state random = { 3 };
	static struct entry entry, back;
	uint8_t record[RECORD_MAX], again[RECORD_MAX];

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		int len;

		random_entry(&random, &entry);
		len = record_encode(&entry, record);
		assert_true(len > 0);
		memset(&back, 0xee, sizeof(back));

		assert_int_equal(record_decode(record, (size_t)len, &back), 0);
		assert_same(&entry, &back);
		assert_int_equal(record_encode(&back, again), len);
		assert_memory_equal(record, again, (size_t)len);
		assert_int_equal(record_seq(record, (size_t)len), entry.seq);
	}
}

/* Refused, or (for a flipped value) a record in its own right whose leaf hash
 * is another. */
static void
assert_harmless(const uint8_t *data, size_t len, const uint8_t leaf[SEAL_LEN])
{
	static struct entry entry;
	uint8_t other[SEAL_LEN], again[RECORD_MAX];
	uint8_t *exact = malloc(len > 0 ? len : 1);
	int got;

	assert_non_null(exact);
	memcpy(exact, data, len);
	got = record_decode(exact, len, &entry);
	seal_leaf(exact, len, other);
	assert_memory_not_equal(leaf, other, SEAL_LEN);
	if (got == 0) {
		assert_int_equal(record_encode(&entry, again), len);
		assert_memory_equal(again, exact, len);
	}
	free(exact);
}

/* Every truncation and every flipped bit is refused or fails the leaf hash,
 * and whatever decodes is canonical. */
static void
damage_is_refused_or_breaks_the_hash(void **state)
{
	struct random_state random = { 4 };
	static struct entry entry;
	uint8_t record[RECORD_MAX], leaf[SEAL_LEN];

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		int got;
		size_t len;

		random_entry(&random, &entry);
		if (entry.raw_len > 64)
			entry.raw_len = 64;
		got = record_encode(&entry, record);
		assert_true(got > 0);
		len = (size_t)got;
		seal_leaf(record, len, leaf);
		for (size_t cut = 0; cut < len; cut++)
			assert_harmless(record, cut, leaf);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			record[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_harmless(record, len, leaf);
			record[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

/* All kinds of entry that are reserved can be written and read. */
static void
every_kind_has_a_record(void **state)
{
	static struct entry entry, back;
	uint8_t record[RECORD_MAX];

	(void)state;
	for (unsigned kind = 1; kind < ENTRY_COUNT; kind++) {
		int len;

		memset(&entry, 0, sizeof(entry));
		entry.kind = (uint8_t)kind;
		len = record_encode(&entry, record);

		assert_int_equal(len, RECORD_HEAD_LEN);
		assert_int_equal(record_decode(record, (size_t)len, &back), 0);
		assert_int_equal(back.kind, kind);
		assert_string_not_equal(entry_kind_name(kind), "?");
	}
	assert_string_equal(entry_kind_name(0), "?");
	assert_string_equal(entry_kind_name(ENTRY_COUNT), "?");
}

/* The usual verdict is small, the largest entry within the bound. */
static void
records_stay_small(void **state)
{
	static struct entry entry;
	uint8_t record[RECORD_MAX];
	int usual, largest;

	(void)state;
	usual_entry(1000000, &entry);
	usual = record_encode(&entry, record);
	memset(entry.customer, 'c', sizeof(entry.customer) - 1);
	memset(entry.session, 's', sizeof(entry.session) - 1);
	memset(entry.operator_name, 'o', sizeof(entry.operator_name) - 1);
	memset(entry.evidence, 'e', sizeof(entry.evidence) - 1);
	memset(entry.text, 't', sizeof(entry.text) - 1);
	entry.raw_len = ENTRY_RAW_MAX;
	entry.count = UINT64_MAX;
	entry.rule_id = UINT64_MAX;
	entry.rule.n_terms = RULE_TERMS_MAX;
	for (unsigned i = 0; i < RULE_TERMS_MAX; i++) {
		const struct rule_term term = { UINT64_MAX, RULE_PORT, 1,
			{ 0 } };

		entry.rule.terms[i] = term;
	}
	largest = record_encode(&entry, record);

	assert_in_range(usual, 150, 260);
	assert_in_range(largest, 5000, RECORD_MAX);
}

/* ---- records that a lenient reader would take ---- */

struct row {
	const char *name;
	int wanted; /* of record_decode() */
	size_t len;
	uint8_t fields[40]; /* behind a good head */
};

static const struct row rows[] = {
	{ "head_alone_is_a_record", 0, 0, { 0 } },
	{ "number_is_taken", 0, 4, { 2, 0, 1, 7 } },
	{ "number_zero_is_refused", -1, 4, { 2, 0, 1, 0 } },
	{ "leading_zero_is_refused", -1, 5, { 2, 0, 2, 0, 7 } },
	{ "nine_octets_are_no_number", -1, 12,
	    { 2, 0, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ "empty_field_is_refused", -1, 3, { 5, 0, 0 } },
	{ "fields_out_of_order_are_refused", -1, 8,
	    { 5, 0, 1, 'a', 2, 0, 1, 7 } },
	{ "field_twice_is_refused", -1, 8, { 5, 0, 1, 'a', 5, 0, 1, 'b' } },
	{ "tag_0_is_refused", -1, 4, { 0, 0, 1, 1 } },
	{ "lifetime_is_read", 0, 4, { 13, 0, 1, 1 } },
	{ "lifetime_of_zero_is_refused", -1, 4, { 13, 0, 1, 0 } },
	{ "wish_without_a_rule_is_refused", -1, 4, { 14, 0, 1, 1 } },
	{ "dry_run_without_a_rule_is_refused", -1, 4, { 15, 0, 1, 1 } },
	{ "unknown_field_is_refused", -1, 4, { 16, 0, 1, 1 } },
	{ "highest_unknown_field_is_refused", -1, 4, { 0x7f, 0, 1, 1 } },
	{ "optional_field_is_skipped", 1, 4, { 0x80, 0, 1, 1 } },
	{ "two_optional_fields_are_skipped", 2, 7,
	    { 0x80, 0, 1, 1, 0x81, 0, 0 } },
	{ "optional_field_cut_short_is_refused", -1, 4, { 0x80, 0, 2, 1 } },
	{ "text_with_nul_is_refused", -1, 6, { 5, 0, 3, 'a', 0, 'b' } },
	{ "text_that_fills_its_array_is_refused", -1, 35, { 7, 0, 32 } },
	{ "field_head_cut_short_is_refused", -1, 2, { 5, 0 } },
	{ "check_out_of_range_is_refused", -1, 4, { 1, 0, 1, CHECK_COUNT } },
	{ "approved_2_is_refused", -1, 4, { 4, 0, 1, 2 } },
	{ "rule_is_taken", 0, 7, { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10 } },
	{ "rule_of_no_family_is_refused", -1, 7, { 8, 0, 4, 0, 1, 8, 10 } },
	{ "rule_without_components_is_refused", -1, 4, { 8, 0, 1, AFI_IPV4 } },
	{ "rule_not_canonical_is_refused", -1, 7,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 7, 11 } },
	{ "actions_without_rule_are_refused", -1, 6,
	    { 9, 0, 3, ACTION_MARK, 1, 9 } },
	{ "actions_are_taken", 0, 13,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 9, 0, 3, ACTION_MARK, 1,
		9 } },
	{ "dscp_64_is_refused", -1, 13,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 9, 0, 3, ACTION_MARK, 1,
		64 } },
	{ "unknown_action_is_refused", -1, 13,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 9, 0, 3, ACTION_KINDS, 1,
		1 } },
	{ "no_stripped_communities_are_refused", -1, 13,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 9, 0, 3, 0x43, 1, 0 } },
	{ "action_twice_is_refused", -1, 16,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 9, 0, 6, ACTION_MARK, 1, 9,
		ACTION_MARK, 1, 9 } },
	{ "received_without_rule_is_taken", 0, 5, { 10, 0, 2, 0, 1 } },
	{ "received_without_octets_is_refused", -1, 4, { 10, 0, 1, 1 } },
	{ "received_of_family_3_is_refused", -1, 5, { 10, 0, 2, 3, 1 } },
	{ "received_of_another_family_is_refused", -1, 12,
	    { 8, 0, 4, AFI_IPV4, RULE_DST, 8, 10, 10, 0, 2, AFI_IPV6, 1 } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static size_t
make_head(uint8_t out[RECORD_HEAD_LEN])
{
	static struct entry entry;
	uint8_t record[RECORD_MAX];

	memset(&entry, 0, sizeof(entry));
	entry.kind = ENTRY_START;
	assert_int_equal(record_encode(&entry, record), RECORD_HEAD_LEN);
	memcpy(out, record, RECORD_HEAD_LEN);
	return RECORD_HEAD_LEN;
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t record[RECORD_HEAD_LEN + sizeof(row->fields)];
	static struct entry entry;
	size_t len = make_head(record);

	memcpy(&record[len], row->fields, row->len);
	/* Texts of the table that are given by their length alone. */
	for (size_t i = 0; i < row->len; i++)
		if (record[len + i] == 0 && row->fields[0] == 7 && i > 2)
			record[len + i] = 'x';
	assert_int_equal(
	    record_decode(record, len + row->len, &entry), row->wanted);
}

/* Octets of the head that must not be what they are here. */
static void
broken_head_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} heads[] = { { 0, 'X' }, { 2, 'X' }, { 3, 2 }, { 4, 0 },
		{ 4, ENTRY_COUNT }, { 5, STATE_COUNT } };
	uint8_t record[RECORD_HEAD_LEN];
	static struct entry entry;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		(void)make_head(record);
		record[heads[i].at] = heads[i].value;
		assert_int_equal(
		    record_decode(record, sizeof(record), &entry), -1);
	}
	assert_true(record_seq(record, RECORD_HEAD_LEN - 1) == UINT64_MAX);
}

/* An entry that breaks the rules of its struct is not encoded. */
static void
illegal_entry_is_not_encoded(void **state)
{
	static struct entry good, bad;
	uint8_t record[RECORD_MAX];

	(void)state;
	usual_entry(1, &good);
#define REFUSED(change)                                                        \
	do {                                                                   \
		memcpy(&bad, &good, sizeof(bad));                              \
		change;                                                        \
		assert_int_equal(record_encode(&bad, record), -1);             \
	} while (0)
	assert_true(record_encode(&good, record) > 0);
	REFUSED(bad.kind = 0);
	REFUSED(bad.kind = ENTRY_COUNT);
	REFUSED(bad.state = STATE_COUNT);
	REFUSED(bad.check = CHECK_COUNT);
	REFUSED(bad.raw_len = ENTRY_RAW_MAX + 1);
	REFUSED(memset(bad.customer, 'x', sizeof(bad.customer)));
	REFUSED(memset(bad.session, 'x', sizeof(bad.session)));
	REFUSED(memset(bad.operator_name, 'x', sizeof(bad.operator_name)));
	REFUSED(memset(bad.evidence, 'x', sizeof(bad.evidence)));
	REFUSED(memset(bad.text, 'x', sizeof(bad.text)));
	REFUSED(bad.rule.n_terms = RULE_TERMS_MAX + 1);
	REFUSED(bad.rule.afi = 9);
	REFUSED(bad.actions.dscp = 1);
	REFUSED(bad.has_rule = 2);
#undef REFUSED
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 6] = {
		[ROWS] = cmocka_unit_test(any_entry_comes_back),
		[ROWS + 1] =
		    cmocka_unit_test(damage_is_refused_or_breaks_the_hash),
		[ROWS + 2] = cmocka_unit_test(every_kind_has_a_record),
		[ROWS + 3] = cmocka_unit_test(records_stay_small),
		[ROWS + 4] = cmocka_unit_test(broken_head_is_refused),
		[ROWS + 5] = cmocka_unit_test(illegal_entry_is_not_encoded),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
