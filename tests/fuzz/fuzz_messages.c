/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary octets as a message: length table, checks, entries. What passes a
 * check must hold what the receiver then relies on.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/entry_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* A rule that passed lies inside its message. */
static void
require_rule(const struct msg_head *head, const struct rule *rule)
{
	size_t at = (size_t)((const uint8_t *)rule - (const uint8_t *)head);

	require(at + rule_size(rule) <= head->len);
	require(rule_valid(rule, rule_size(rule)));
}

/* So do the octets as received. */
static void
require_raw(const struct msg_head *head, const uint8_t *raw, size_t len)
{
	size_t at = (size_t)(raw - (const uint8_t *)head);

	require(at <= head->len && len <= head->len - at);
}

/* So are routes; each is a valid prefix. */
static void
require_routes(const struct msg_unicast *msg)
{
	const struct unicast4 *four = (const void *)(msg + 1);
	const struct unicast6 *six = (const void *)(msg + 1);
	struct prefix prefix = { .afi = family_afi(msg->family) };

	for (unsigned i = 0; i < msg->n; i++) {
		if (prefix.afi == AFI_IPV4) {
			uint32_t addr = htonl(four[i].addr);

			prefix.len = four[i].len;
			memcpy(prefix.addr, &addr, sizeof(addr));
		} else {
			prefix.len = six[i].len;
			memcpy(prefix.addr, six[i].addr, sizeof(prefix.addr));
		}
		require(prefix_valid(&prefix));
	}
}

/* What unpacks packs to the same octets. */
static void
entry_there_and_back(const struct msg_entry *msg)
{
	struct entry *entry = malloc(sizeof(*entry));
	struct msg_entry *again;

	require(entry != NULL);
	if (entry_msg_unpack(msg, entry) == 0) {
		require(entry_msg_size(entry) == msg->head.len);
		again = malloc(msg->head.len);
		require(again != NULL);
		entry_msg_pack(entry, again);
		again->head = msg->head;
		again->request = msg->request;
		require(memcmp(again, msg, msg->head.len) == 0);
		free(again);
	}
	free(entry);
}

static void
check_any(const struct msg_head *head)
{
	const void *msg = head;
	const struct msg_rule_announce *announce = msg;
	const struct msg_rule_refused *refused = msg;
	const struct msg_rule_withdraw *withdraw = msg;
	const struct msg_out_rule *out = msg;
	const struct msg_ctl_rule *ctl = msg;
	const struct msg_ctl_request *request = msg;
	const struct msg_guard_suspect *suspect = msg;
	const uint8_t *raw = NULL;

	if (head->kind == MSG_RULE_ANNOUNCE &&
	    check_rule_announce(announce, &raw)) {
		require_rule(head, &announce->rule);
		require_raw(head, raw, announce->raw_len);
	} else if (head->kind == MSG_RULE_REFUSED &&
		   check_rule_refused(refused, &raw)) {
		require_raw(head, raw, refused->raw_len);
	} else if (head->kind == MSG_RULE_WITHDRAW &&
		   check_rule_withdraw(withdraw)) {
		require_rule(head, &withdraw->rule);
	} else if ((head->kind == MSG_OUT_ANNOUNCE ||
		       head->kind == MSG_OUT_WITHDRAW ||
		       head->kind == MSG_OUT_HELD) &&
		   check_out_rule(out)) {
		require_rule(head, &out->rule);
	} else if (head->kind == MSG_CTL_RULE && check_ctl_rule(ctl)) {
		require_rule(head, &ctl->rule);
	} else if (head->kind == MSG_CTL_REQUEST &&
		   check_ctl_request(request) && request->has_rule) {
		require_rule(head, &request->rule);
	} else if (head->kind == MSG_GUARD_SUSPECT &&
		   check_guard_suspect(suspect)) {
		require_rule(head, &suspect->rule);
	} else if (head->kind == MSG_UNICAST && check_unicast(msg)) {
		require_routes(msg);
	} else if (head->kind == MSG_SESSION_STATE) {
		(void)check_session_state(msg);
	} else if (head->kind == MSG_STORE_APPEND ||
		   head->kind == MSG_STORE_LIVE ||
		   head->kind == MSG_AUDIT_ENTRY) {
		entry_there_and_back(msg);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_head head;
	struct msg_head *msg;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	/* As the channel does it: two octets choose the kind, the length is
	 * what there is. */
	head.kind = (uint16_t)(head.kind % (MSG_KINDS + 1));
	head.len = (uint32_t)(size & ~(size_t)7);
	if (head.len < msg_len_min(head.kind) ||
	    head.len > msg_len_max(head.kind))
		return 0;
	msg = malloc(head.len);
	require(msg != NULL);
	memcpy(msg, data, head.len);
	*msg = head;
	check_any(msg);
	free(msg);
	return 0;
}
