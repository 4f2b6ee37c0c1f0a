/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be in a block: never a false no, and few false yeses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proxy/common/query.h"
#include "store/index.h"
#include "store/record.h"
#include "tests/lib/random_entry.h"

#define ENTRIES 256
#define ROUNDS  60
#define QUERIES 200

static struct entry entries[ENTRIES];
static uint8_t records[ENTRIES][RECORD_MAX];
static size_t lengths[ENTRIES];

/* ---- a block and its index ---- */

struct packed {
	uint8_t data[INDEX_PACKED];
	size_t len;
};

static void
pack(unsigned n, struct packed *out)
{
	static struct index_block block;

	index_init(&block);
	for (unsigned i = 0; i < n; i++) {
		int len = record_encode(&entries[i], records[i]);

		assert_true(len > 0);
		lengths[i] = (size_t)len;
		index_add(&block, records[i], lengths[i]);
	}
	out->len = index_pack(&block, out->data);
	assert_true(out->len <= sizeof(out->data));
}

static void
any(struct index_query *query)
{
	memset(query, 0, sizeof(*query));
	query->rule_id = UINT64_MAX;
	query->state = UINT8_MAX;
}

/* ---- against what a search lets through ---- */

/* A prefix near one of the entries': it, what covers it, what it covers. */
static void
near_prefix(struct random_state *random, struct prefix *out)
{
	const struct entry *entry = &entries[random_below(random, ENTRIES)];
	unsigned bits;

	memset(out, 0, sizeof(*out));
	if (entry->has_rule == 0 || !rule_dst_prefix(&entry->rule, out)) {
		out->afi = (uint8_t)(1 + random_below(random, 2));
		out->addr[0] = (uint8_t)random_below(random, 256);
	}
	bits = afi_bits(out->afi);
	for (unsigned i = out->len; i < bits; i++)
		if (random_below(random, 2) == 0)
			out->addr[i / 8] |= (uint8_t)(0x80 >> i % 8);
	out->len = (uint8_t)random_below(random, bits + 1);
	prefix_mask(out);
}

/* Each filter is set in one of three cases, most often from an entry. */
static void
random_query(struct random_state *random, struct msg_audit_query *out)
{
	const struct entry *entry = &entries[random_below(random, ENTRIES)];

	memset(out, 0, sizeof(*out));
	out->state = UINT8_MAX;
	out->rule_id = UINT64_MAX;
	if (random_below(random, 3) == 0)
		memcpy(out->customer, entry->customer, sizeof(out->customer));
	if (random_below(random, 3) == 0)
		memcpy(out->operator_name, entry->operator_name,
		    sizeof(out->operator_name));
	if (random_below(random, 4) == 0)
		out->rule_id = entry->rule_id;
	if (random_below(random, 4) == 0)
		out->reason = entry->reason;
	if (random_below(random, 4) == 0)
		out->kind = (uint8_t)random_below(random, ENTRY_COUNT);
	if (random_below(random, 4) == 0)
		out->state = (uint8_t)random_below(random, STATE_COUNT);
	if (random_below(random, 4) == 0)
		out->from_ns = entry->wall_ns + random_below(random, 3);
	if (random_below(random, 4) == 0)
		out->to_ns = entry->wall_ns + random_below(random, 3);
	if (random_below(random, 2) == 0)
		near_prefix(random, &out->prefix);
}

static void
query_of(const struct msg_audit_query *from, struct index_query *to)
{
	any(to);
	to->customer = from->customer;
	to->operator_name = from->operator_name;
	to->rule_id = from->rule_id;
	to->from_ns = from->from_ns;
	to->to_ns = from->to_ns;
	to->prefix = from->prefix;
	to->reason = from->reason;
	to->kind = from->kind;
	to->state = from->state;
}

/* Whatever a search lets through, the index of its block does, too. */
static void
never_a_false_no(void **state)
{
	struct random_state random = { (uint64_t)time(NULL) };
	unsigned matched = 0, passed = 0;
	static struct msg_audit_query query;
	struct index_query asked;
	struct packed packed;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)random.word);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned n = 1 + (unsigned)random_below(&random, ENTRIES);

		for (unsigned i = 0; i < ENTRIES; i++)
			random_entry(&random, &entries[i]);
		pack(n, &packed);
		for (unsigned q = 0; q < QUERIES; q++) {
			bool wanted = false, may;

			random_query(&random, &query);
			query_of(&query, &asked);
			for (unsigned i = 0; i < n && !wanted; i++)
				wanted = query_wants(&query, &entries[i]);
			may = index_may_hold(packed.data, packed.len, &asked);
			assert_true(may || !wanted);
			matched += wanted;
			passed += !may;
		}
	}
	assert_true(matched > ROUNDS * QUERIES / 20);
	assert_true(passed > ROUNDS * QUERIES / 20);
}

/* What is read of a record without the rest is what decoding says. */
static void
peek_agrees_with_decoding(void **state)
{
	struct random_state random = { (uint64_t)time(NULL) };
	static struct entry read;
	struct record_peek peek;
	struct prefix dst;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		bool has;
		int len;

		random_entry(&random, &entries[0]);
		len = record_encode(&entries[0], records[0]);
		assert_true(len > 0);
		assert_int_equal(
		    record_decode(records[0], (size_t)len, &read), 0);
		assert_int_equal(
		    record_peek(records[0], (size_t)len, &peek), 0);
		assert_int_equal(peek.wall_ns, read.wall_ns);
		assert_int_equal(peek.rule_id, read.rule_id);
		assert_int_equal(peek.reason, read.reason);
		assert_int_equal(peek.kind, read.kind);
		assert_int_equal(peek.state, read.state);
		assert_int_equal(peek.customer_len, strlen(read.customer));
		if (peek.customer_len > 0)
			assert_memory_equal(
			    peek.customer, read.customer, peek.customer_len);
		assert_int_equal(peek.operator_len, strlen(read.operator_name));
		if (peek.operator_len > 0)
			assert_memory_equal(peek.operator_name,
			    read.operator_name, peek.operator_len);
		has = read.has_rule && rule_dst_prefix(&read.rule, &dst);
		assert_int_equal(has, peek.dst.afi != AFI_NONE);
		if (has)
			assert_memory_equal(&dst, &peek.dst, sizeof(dst));
	}
}

/* Any octets at all are peeked at without harm, and what decodes is peeked. */
static void
peek_takes_any_octets(void **state)
{
	struct random_state random = { (uint64_t)time(NULL) };
	static struct entry read;
	struct record_peek peek;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t len;
		uint8_t *copy;

		random_entry(&random, &entries[0]);
		len = (size_t)record_encode(&entries[0], records[0]);
		for (unsigned k = 0; k < 4; k++)
			records[0][random_below(&random, len)] =
			    (uint8_t)random_below(&random, 256);
		len = random_below(&random, len + 1);
		copy = malloc(len + 1);
		assert_non_null(copy);
		memcpy(copy, records[0], len);
		if (record_peek(copy, len, &peek) != 0)
			assert_true(record_decode(copy, len, &read) < 0);
		free(copy);
	}
}

/* ---- how often it says yes for nothing ---- */

/* In a block of 256 entries of as many rules, hardly one in twenty questions
 * for what is not there is answered yes. */
static void
false_yes_is_rare(void **state)
{
	struct random_state random = { 7 };
	unsigned by_name = 0, by_rule = 0, by_prefix = 0;
	struct index_query query;
	struct packed packed;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint32_t address = (uint32_t)random_below(&random, 1u << 31);

		usual_entry(1000 + i, &entries[i]);
		(void)snprintf(entries[i].customer, sizeof(entries[i].customer),
		    "customer-%u", (unsigned)random_below(&random, 200));
		memcpy(entries[i].rule.dst, &address, 4);
		entries[i].rule.dst[0] &= 0x7f;
	}
	pack(ENTRIES, &packed);
	for (unsigned i = 0; i < 10000; i++) {
		any(&query);
		(void)snprintf(name, sizeof(name), "nobody-%u", i);
		query.customer = name;
		by_name += index_may_hold(packed.data, packed.len, &query);
		any(&query);
		query.rule_id = 5000 + i;
		by_rule += index_may_hold(packed.data, packed.len, &query);
		any(&query);
		query.prefix.afi = AFI_IPV4;
		query.prefix.len = 32;
		query.prefix.addr[0] = 0x80;
		query.prefix.addr[1] = (uint8_t)(i >> 8);
		query.prefix.addr[2] = (uint8_t)i;
		by_prefix += index_may_hold(packed.data, packed.len, &query);
	}
	print_message("of 10,000: customer %u, rule %u, prefix %u\n", by_name,
	    by_rule, by_prefix);
	assert_true(by_name < 500);
	assert_true(by_rule < 500);
	assert_true(by_prefix < 1000);
}

/* ---- damage ---- */

/* An index with any octet changed, or cut, hides nothing. */
static void
damaged_index_hides_nothing(void **state)
{
	struct index_query query;
	struct packed packed;
	uint64_t from, to;

	(void)state;
	usual_entry(3, &entries[0]);
	pack(1, &packed);
	any(&query);
	query.customer = "nobody";
	assert_false(index_may_hold(packed.data, packed.len, &query));
	assert_int_equal(index_span(packed.data, packed.len, &from, &to), 0);
	assert_int_equal(from, entries[0].wall_ns);
	assert_int_equal(to, entries[0].wall_ns);
	for (size_t at = 0; at < packed.len; at++) {
		packed.data[at] ^= 0x10;
		assert_true(index_may_hold(packed.data, packed.len, &query));
		assert_int_equal(
		    index_span(packed.data, packed.len, &from, &to), -1);
		packed.data[at] ^= 0x10;
		assert_true(index_may_hold(packed.data, at, &query));
	}
	assert_true(index_may_hold(NULL, 0, &query));
}

/* A record that cannot be read may be anything. */
static void
unreadable_record_may_be_anything(void **state)
{
	struct index_block block;
	struct index_query query;
	struct packed packed;

	(void)state;
	index_init(&block);
	index_add(&block, (const uint8_t *)"who knows", 9);
	packed.len = index_pack(&block, packed.data);
	any(&query);
	query.customer = "nobody";
	query.kind = ENTRY_VERDICT;
	query.to_ns = 1;
	assert_true(index_may_hold(packed.data, packed.len, &query));
}

/* ---- prefixes, one by one ---- */

struct prefix_row {
	const char *name;
	const char *held;
	const char *asked;
	bool wanted;
};

static const struct prefix_row prefix_rows[] = {
	{ "same_prefix_is_found", "192.0.2.0/24", "192.0.2.0/24", true },
	{ "host_inside_is_found", "192.0.2.0/24", "192.0.2.9/32", true },
	{ "net_around_is_found", "192.0.2.9/32", "192.0.2.0/24", true },
	{ "wide_net_around_is_found", "192.0.2.9/32", "192.0.0.0/9", true },
	{ "everything_is_around", "192.0.2.9/32", "0.0.0.0/0", true },
	{ "host_inside_a_short_one_is_found", "192.0.0.0/17", "192.0.2.9/32",
	    true },
	{ "host_inside_a_very_short_one_is_found", "192.0.0.0/2",
	    "192.0.2.9/32", true },
	{ "host_inside_everything_is_found", "0.0.0.0/0", "192.0.2.9/32",
	    true },
	{ "other_net_is_not", "192.0.2.0/24", "192.0.3.0/24", false },
	{ "other_net_inside_a_neighbour_is_not", "192.0.0.0/16", "192.1.2.3/32",
	    false },
	{ "other_family_is_not", "192.0.2.0/24", "2001:db8::/32", false },
	{ "six_inside_is_found", "2001:db8::/47", "2001:db8::1/128", true },
	{ "six_inside_a_short_one_is_found", "2001::/19", "2001:db8::1/128",
	    true },
	{ "six_around_is_found", "2001:db8::1/128", "2001:db8::/33", true },
	{ "other_six_is_not", "2001:db8::/48", "2001:db8:1::1/128", false },
};
#define PREFIX_ROWS (sizeof(prefix_rows) / sizeof(prefix_rows[0]))

/* One row of the table. */
static void
prefix_is_as_the_row_says(void **state)
{
	const struct prefix_row *row = *state;
	struct index_query query;
	struct packed packed;
	struct prefix held;
	struct rule *rule = &entries[0].rule;

	usual_entry(0, &entries[0]);
	assert_int_equal(prefix_parse(row->held, &held), 0);
	rule->afi = held.afi;
	rule->dst_len = held.len;
	memcpy(rule->dst, held.addr, sizeof(rule->dst));
	pack(1, &packed);
	any(&query);
	assert_int_equal(prefix_parse(row->asked, &query.prefix), 0);
	assert_int_equal(
	    index_may_hold(packed.data, packed.len, &query), row->wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_a_false_no),
		cmocka_unit_test(peek_agrees_with_decoding),
		cmocka_unit_test(peek_takes_any_octets),
		cmocka_unit_test(false_yes_is_rare),
		cmocka_unit_test(damaged_index_hides_nothing),
		cmocka_unit_test(unreadable_record_may_be_anything),
	};
	struct CMUnitTest rows[PREFIX_ROWS];
	int failed;

	memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < PREFIX_ROWS; i++) {
		rows[i].name = prefix_rows[i].name;
		rows[i].test_func = prefix_is_as_the_row_says;
		rows[i].initial_state = (void *)(uintptr_t)&prefix_rows[i];
	}
	failed = cmocka_run_group_tests_name("index", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("index prefixes", rows, NULL, NULL);
}
