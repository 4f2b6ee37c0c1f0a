/* SPDX-License-Identifier: BSD-2-Clause */
/* Log entries on a channel: there and back, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "tests/lib/random_entry.h"

#define ROUNDS 2000

/* Packed in exactly as many octets as it says; NULL-checked. */
static struct msg_entry *
pack(const struct entry *entry)
{
	size_t size = entry_msg_size(entry);
	struct msg_entry *msg = malloc(size);

	assert_non_null(msg);
	entry_msg_pack(entry, msg);
	msg->head = (struct msg_head){ .len = (uint32_t)size,
		.kind = MSG_STORE_APPEND };
	return msg;
}

static void
assert_same(const struct entry *a, const struct entry *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->wall_ns, b->wall_ns);
	assert_int_equal(a->mono_ns, b->mono_ns);
	assert_int_equal(a->rule_id, b->rule_id);
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->boot_id, b->boot_id, sizeof(a->boot_id));
	assert_memory_equal(
	    a->config_hash, b->config_hash, sizeof(a->config_hash));
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->check, b->check);
	assert_int_equal(a->live_op, b->live_op);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->approved, b->approved);
	assert_int_equal(a->has_rule, b->has_rule);
	assert_int_equal(a->rule.afi, b->rule.afi);
	assert_string_equal(a->customer, b->customer);
	assert_string_equal(a->session, b->session);
	assert_string_equal(a->operator_name, b->operator_name);
	assert_string_equal(a->evidence, b->evidence);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->raw_len, b->raw_len);
	assert_memory_equal(a->raw, b->raw, a->raw_len);
	if (a->has_rule) {
		assert_true(rule_equal(&a->rule, &b->rule));
		assert_true(action_equal(&a->actions, &b->actions));
	}
}

/* What is packed is what is unpacked, for any legal entry. */
static void
any_entry_comes_back(void **state)
{
	struct random_state random = { 1 };
	struct entry *entry = calloc(1, sizeof(*entry));
	struct entry *back = calloc(1, sizeof(*back));

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct msg_entry *msg;

		random_entry(&random, entry);
		msg = pack(entry);
		assert_int_equal(msg->head.len % 8, 0);
		assert_true(msg->head.len <= ENTRY_MSG_MAX);
		assert_int_equal(entry_msg_unpack(msg, back), 0);
		assert_same(entry, back);
		free(msg);
	}
	free(entry);
	free(back);
}

/* The usual entry is small. */
static void
usual_entry_is_small(void **state)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	(void)state;
	usual_entry(7, entry);
	assert_true(entry_msg_size(entry) <= 512);
	free(entry);
}

/* No message that is a length too short or too long is taken. */
static void
other_lengths_are_refused(void **state)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct msg_entry *msg;
	uint32_t len;

	(void)state;
	usual_entry(7, entry);
	msg = pack(entry);
	len = msg->head.len;
	for (uint32_t cut = 0; cut < len; cut += 8) {
		struct msg_entry *exact = malloc(cut + 8);

		memcpy(exact, msg, cut < 8 ? 8 : cut);
		exact->head.len = cut;
		assert_int_equal(entry_msg_unpack(exact, entry), -1);
		free(exact);
	}
	msg = realloc(msg, len + 8);
	memset((uint8_t *)msg + len, 0, 8);
	msg->head.len = len + 8;
	assert_int_equal(entry_msg_unpack(msg, entry), -1);
	free(msg);
	free(entry);
}

/* Any changed octet is refused, or makes another entry that packs to just
 * this message: there is one form of each. */
static void
changed_octets_never_alias(void **state)
{
	struct random_state random = { 2 };
	struct entry *entry = calloc(1, sizeof(*entry));
	unsigned refused = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct msg_entry *msg, *again;
		size_t at;

		random_entry(&random, entry);
		msg = pack(entry);
		at = sizeof(msg->head) +
		     random_below(&random, msg->head.len - sizeof(msg->head));
		((uint8_t *)msg)[at] ^=
		    (uint8_t)(1 + random_below(&random, 255));
		msg->request = 0;
		if (entry_msg_unpack(msg, entry) == 0) {
			again = pack(entry);
			assert_int_equal(again->head.len, msg->head.len);
			assert_memory_equal(again, msg, msg->head.len);
			free(again);
		} else {
			refused++;
		}
		free(msg);
	}
	assert_true(refused > 0);
	free(entry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_entry_comes_back),
		cmocka_unit_test(usual_entry_is_small),
		cmocka_unit_test(other_lengths_are_refused),
		cmocka_unit_test(changed_octets_never_alias),
	};

	return cmocka_run_group_tests_name("entry_msg", tests, NULL, NULL);
}
