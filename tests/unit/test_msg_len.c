/* SPDX-License-Identifier: BSD-2-Clause */
/* How long messages may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/common/message.h"

/* Every kind has a smallest and a largest length, in bounds, of eights. */
static void
every_kind_has_lengths(void **state)
{
	(void)state;
	for (unsigned kind = MSG_NONE + 1; kind < MSG_KINDS; kind++) {
		assert_true(msg_len_min(kind) >= sizeof(struct msg_head));
		assert_true(msg_len_min(kind) <= msg_len_max(kind));
		assert_true(msg_len_max(kind) <= MSG_LEN_MAX);
		assert_int_equal(msg_len_min(kind) % 8, 0);
		assert_int_equal(msg_len_max(kind) % 8, 0);
	}
}

/* No other number has any. */
static void
other_numbers_have_none(void **state)
{
	(void)state;
	assert_int_equal(msg_len_max(MSG_NONE), 0);
	assert_int_equal(msg_len_max(MSG_KINDS), 0);
	assert_int_equal(msg_len_max(UINT32_MAX), 0);
	assert_int_equal(msg_len_min(UINT32_MAX), 0);
}

/* The longest of what varies fits. */
static void
longest_messages_fit(void **state)
{
	(void)state;
	assert_true(msg_len_max(MSG_STORE_APPEND) >= ENTRY_MSG_MAX);
	assert_true(msg_len_max(MSG_RULE_ANNOUNCE) >=
		    sizeof(struct msg_rule_announce) + ENTRY_RAW_MAX);
	assert_true(msg_len_max(MSG_RULE_REFUSED) >=
		    sizeof(struct msg_rule_refused) + ENTRY_RAW_MAX);
	assert_true(
	    msg_len_max(MSG_CTL_REQUEST) >= sizeof(struct msg_ctl_request));
	assert_true(msg_len_max(MSG_CTL_RULE) >= sizeof(struct msg_ctl_rule));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_lengths),
		cmocka_unit_test(other_numbers_have_none),
		cmocka_unit_test(longest_messages_fit),
	};

	return cmocka_run_group_tests_name("msg_len", tests, NULL, NULL);
}
