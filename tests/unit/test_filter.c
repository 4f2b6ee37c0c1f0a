/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entries a search finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "proxy/common/query.h"
#include "proxy/control/filter.h"

struct row {
	const char *name;
	struct filter_words words;
	bool wants;
};

static const struct row rows[] = {
	{ "no_filter", { .customer = NULL }, true },
	{ "customer", { .customer = "acme" }, true },
	{ "other_customer", { .customer = "acm" }, false },
	{ "since_before", { .since = "2026-01-31T03:04:05Z" }, true },
	{ "since_after", { .since = "2026-01-31T03:04:06Z" }, false },
	{ "until_is_not_included", { .until = "2026-01-31T03:04:05Z" }, false },
	{ "until_after", { .until = "2026-01-31T03:04:06Z" }, true },
	{ "prefix_equal", { .prefix = "203.0.113.7/32" }, true },
	{ "prefix_covering", { .prefix = "203.0.113.0/24" }, true },
	{ "prefix_elsewhere", { .prefix = "198.51.100.0/24" }, false },
	{ "state", { .state = "refused" }, true },
	{ "other_state", { .state = "accepted" }, false },
	{ "reason_by_name", { .reason = "not-registered" }, true },
	{ "reason_by_number", { .reason = "12" }, true },
	{ "other_reason", { .reason = "wide" }, false },
	{ "kind", { .kind = "verdict" }, true },
	{ "other_kind", { .kind = "expiry" }, false },
	{ "operator", { .operator_name = "root" }, false },
};

static void
entry_fill(struct entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->wall_ns = UINT64_C(1769828645) * 1000000000;
	entry->kind = ENTRY_VERDICT;
	entry->state = STATE_REFUSED;
	entry->reason = REASON_NOT_REGISTERED;
	memcpy(entry->customer, "acme", 5);
	entry->has_rule = 1;
	entry->rule.afi = AFI_IPV4;
	entry->rule.has = RULE_HAS_DST;
	entry->rule.dst_len = 32;
	memcpy(entry->rule.dst, "\xcb\x00\x71\x07", 4);
}

/* Acme's refused rule to 203.0.113.7/32 is found, or not. */
static void
finds(void **state)
{
	const struct row *row = *state;
	struct msg_audit_query query;
	struct entry entry;
	char why[64];

	entry_fill(&entry);
	assert_int_equal(
	    filter_parse(&row->words, 0, &query, why, sizeof(why)), 0);
	assert_true(query_wants(&query, &entry) == row->wants);
}

/* Reasons of validation are searched for by name and by number. */
static void
reasons_of_validation_are_known(void **state)
{
	static const char *const names[] = { "unicast-unknown", "no-route",
		"originator", "neighbor-as", "more-specific" };
	struct msg_audit_query query;
	char why[64], number[8];

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct filter_words words = { .reason = names[i] };

		assert_int_equal(
		    filter_parse(&words, 0, &query, why, sizeof(why)), 0);
		assert_int_equal(query.reason, REASON_UNICAST_UNKNOWN + i);
		(void)snprintf(number, sizeof(number), "%u", 190 + i);
		words.reason = number;
		assert_int_equal(
		    filter_parse(&words, 0, &query, why, sizeof(why)), 0);
		assert_int_equal(query.reason, REASON_UNICAST_UNKNOWN + i);
	}
}

/* A reason that is not in the list is refused, 0 (any) too. */
static void
unknown_reason_is_refused(void **state)
{
	static const char *const texts[] = { "0", "unjudged", "11", "12x",
		"99999999999", "" };
	struct msg_audit_query query;
	char why[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct filter_words words = { .reason = texts[i] };
		char said[64];

		(void)snprintf(said, sizeof(said),
		    "reason: found \"%s\", wanted ", texts[i]);
		assert_int_equal(
		    filter_parse(&words, 0, &query, why, sizeof(why)), -1);
		assert_memory_equal(why, said, strlen(said));
	}
}

/* Entries of sluice itself have no state, whatever is in the field. */
static void
entry_without_verdict_is_in_no_state(void **state)
{
	struct filter_words words = { .state = "refused" };
	struct msg_audit_query query;
	struct entry entry;
	char why[64];

	(void)state;
	entry_fill(&entry);
	entry.kind = ENTRY_START;
	entry.has_rule = 0;
	assert_int_equal(filter_parse(&words, 0, &query, why, sizeof(why)), 0);
	assert_false(query_wants(&query, &entry));
	entry.kind = ENTRY_VERDICT; /* of octets that are no rule */
	assert_true(query_wants(&query, &entry));
}

/* A rule that has no plain destination touches no prefix. */
static void
rule_without_destination_is_not_found_by_prefix(void **state)
{
	struct filter_words words = { .prefix = "0.0.0.0/0" };
	struct msg_audit_query query;
	struct entry entry;
	char why[64];

	(void)state;
	entry_fill(&entry);
	entry.rule.has = 0;
	assert_int_equal(filter_parse(&words, 0, &query, why, sizeof(why)), 0);
	assert_false(query_wants(&query, &entry));
	entry_fill(&entry);
	entry.has_rule = 0;
	assert_false(query_wants(&query, &entry));
}

/* Who wrote a word that is not known is told every word that is. */
static void
unknown_word_is_told_all_words(void **state)
{
	struct filter_words odd_state = { .state = "x" };
	struct filter_words odd_kind = { .kind = "x" };
	struct msg_audit_query query;
	char why[256];

	(void)state;
	assert_int_equal(
	    filter_parse(&odd_state, 0, &query, why, sizeof(why)), -1);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		assert_non_null(strstr(why, state_name(i)));
	assert_int_equal(
	    filter_parse(&odd_kind, 0, &query, why, sizeof(why)), -1);
	for (unsigned i = ENTRY_NONE + 1; i < ENTRY_COUNT; i++)
		assert_non_null(strstr(why, entry_kind_name(i)));
	for (unsigned i = GROUND_FINE + 1; i < GROUND_COUNT; i++)
		assert_non_null(strstr(filter_grounds, ground_name(i)));
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS + 5] = {
		cmocka_unit_test(unknown_word_is_told_all_words),
		cmocka_unit_test(reasons_of_validation_are_known),
		cmocka_unit_test(entry_without_verdict_is_in_no_state),
		cmocka_unit_test(unknown_reason_is_refused),
		cmocka_unit_test(
		    rule_without_destination_is_not_found_by_prefix),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[5 + i] = (struct CMUnitTest){ rows[i].name, finds, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
