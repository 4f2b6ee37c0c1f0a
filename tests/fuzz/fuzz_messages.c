/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary octets as a message: length table, checks, entries. What passes a
 * check must hold what the receiver then relies on.
 *
 * Octets 4 and 5 choose a row of the table below. Rows are added at its end,
 * so that tracked inputs stay what they are when kinds are numbered anew.
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

/* ---- a function a kind: it is sound, and then what holds of it ---- */

static bool
announce(const struct msg_head *head)
{
	const struct msg_rule_announce *msg = (const void *)head;
	const uint8_t *raw;

	if (!check_rule_announce(msg, &raw))
		return false;
	require_rule(head, &msg->rule);
	require_raw(head, raw, msg->raw_len);
	return true;
}

static bool
refused(const struct msg_head *head)
{
	const struct msg_rule_refused *msg = (const void *)head;
	const uint8_t *raw;

	if (!check_rule_refused(msg, &raw))
		return false;
	require_raw(head, raw, msg->raw_len);
	return true;
}

/* Those that end in a rule. */
#define RULED(name, type, check)                                               \
	static bool name(const struct msg_head *head)                          \
	{                                                                      \
		const struct type *msg = (const void *)head;                   \
                                                                               \
		if (!check(msg))                                               \
			return false;                                          \
		require_rule(head, &msg->rule);                                \
		return true;                                                   \
	}
RULED(withdraw, msg_rule_withdraw, check_rule_withdraw)
RULED(out_rule, msg_out_rule, check_out_rule)
RULED(ctl_rule, msg_ctl_rule, check_ctl_rule)
RULED(suspect, msg_guard_suspect, check_guard_suspect)

static bool
ctl_request(const struct msg_head *head)
{
	const struct msg_ctl_request *msg = (const void *)head;

	if (!check_ctl_request(msg))
		return false;
	if (msg->has_rule)
		require_rule(head, &msg->rule);
	return true;
}

static bool
unicast(const struct msg_head *head)
{
	if (!check_unicast((const void *)head))
		return false;
	require_routes((const void *)head);
	return true;
}

static bool
entry(const struct msg_head *head)
{
	entry_there_and_back((const void *)head);
	return true;
}

static bool
vrps(const struct msg_head *head)
{
	const struct msg_vrp *msg = (const void *)head;
	const struct vrp *vrp = (const void *)(msg + 1);

	if (!check_vrps(msg))
		return false;
	require(
	    msg->n > 0 && sizeof(*msg) + msg->n * sizeof(*vrp) == head->len);
	for (unsigned i = 0; i < msg->n; i++)
		require(prefix_valid(&vrp[i].prefix) &&
			vrp[i].max_len >= vrp[i].prefix.len);
	return true;
}

static bool
audit_raw(const struct msg_head *head)
{
	const struct msg_audit_raw *msg = (const void *)head;

	if (!check_audit_raw(msg))
		return false;
	require(sizeof(*msg) + msg->len <= head->len);
	return true;
}

static bool
audit_seal(const struct msg_head *head)
{
	const struct msg_audit_seal *msg = (const void *)head;

	if (!check_audit_seal(msg))
		return false;
	require(msg->n_witnesses <= WITNESSES_MAX && msg->note_len <= NOTE_MAX);
	return true;
}

/* Those whose check is all there is. */
#define PLAIN(name, type, check)                                               \
	static bool name(const struct msg_head *head)                          \
	{                                                                      \
		return check((const struct type *)(const void *)head);         \
	}
PLAIN(state, msg_session_state, check_session_state)
PLAIN(route, msg_ctl_route, check_ctl_route)
PLAIN(status, msg_ctl_status, check_ctl_status)
PLAIN(customer, msg_ctl_customer, check_ctl_customer)
PLAIN(metric, msg_ctl_metric, check_ctl_metric)
PLAIN(rpki_state, msg_rpki_state, check_rpki_state)
PLAIN(cfg_rpki, msg_cfg_rpki, check_cfg_rpki)
PLAIN(cfg_irr, msg_cfg_irr, check_cfg_irr)
PLAIN(cfg_log, msg_cfg_log, check_cfg_log)
PLAIN(past, msg_guard_past, check_guard_past)
PLAIN(held, msg_held, check_held)
PLAIN(confirm, msg_confirm, check_confirm)
PLAIN(hello, msg_signer_hello, check_signer_hello)
PLAIN(sign, msg_sign, check_sign)
PLAIN(cosign, msg_cosign, check_cosign)
PLAIN(signed_by, msg_signed, check_signed)
PLAIN(submit, msg_submit, check_submit)
PLAIN(submitted, msg_submitted, check_submitted)
PLAIN(log_level, msg_log_level, check_log_level)
PLAIN(log_ask, msg_log_ask, check_log_ask)
PLAIN(log_shown, msg_log_shown, check_log_shown)

static const struct {
	uint16_t kind;
	bool (*sound)(const struct msg_head *head);
} kinds[] = {
	{ MSG_RULE_ANNOUNCE, announce },
	{ MSG_RULE_REFUSED, refused },
	{ MSG_RULE_WITHDRAW, withdraw },
	{ MSG_OUT_ANNOUNCE, out_rule },
	{ MSG_OUT_WITHDRAW, out_rule },
	{ MSG_OUT_HELD, out_rule },
	{ MSG_CTL_RULE, ctl_rule },
	{ MSG_CTL_REQUEST, ctl_request },
	{ MSG_GUARD_SUSPECT, suspect },
	{ MSG_UNICAST, unicast },
	{ MSG_SESSION_STATE, state },
	{ MSG_STORE_APPEND, entry },
	{ MSG_STORE_LIVE, entry },
	{ MSG_AUDIT_ENTRY, entry },
	{ MSG_CTL_ROUTE, route },
	{ MSG_CTL_STATUS, status },
	{ MSG_CTL_CUSTOMER, customer },
	{ MSG_CTL_METRIC, metric },
	{ MSG_VRP, vrps },
	{ MSG_RPKI_STATE, rpki_state },
	{ MSG_CFG_RPKI, cfg_rpki },
	{ MSG_CFG_IRR, cfg_irr },
	{ MSG_CFG_LOG, cfg_log },
	{ MSG_AUDIT_RAW, audit_raw },
	{ MSG_AUDIT_SEAL, audit_seal },
	{ MSG_GUARD_PAST, past },
	{ MSG_HELD, held },
	{ MSG_CONFIRMED, confirm },
	{ MSG_SIGNER_HELLO, hello },
	{ MSG_SIGN, sign },
	{ MSG_COSIGN, cosign },
	{ MSG_SIGNED, signed_by },
	{ MSG_SUBMIT, submit },
	{ MSG_SUBMITTED, submitted },
	{ MSG_LOG_LEVEL, log_level },
	{ MSG_LOG_ASK, log_ask },
	{ MSG_LOG_SHOWN, log_shown },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What is behind the rows: only the table of lengths has to bear it. */
static void
lengths(uint16_t kind)
{
	require(msg_len_min(kind) <= msg_len_max(kind));
	require(msg_len_max(kind) % 8 == 0 && msg_len_min(kind) % 8 == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_head head;
	struct msg_head *msg;
	size_t row;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	lengths(head.kind);
	row = head.kind % KINDS;
	/* As the channel does it: the length is what there is. */
	head.kind = kinds[row].kind;
	head.len = (uint32_t)(size & ~(size_t)7);
	if (head.len < msg_len_min(head.kind) ||
	    head.len > msg_len_max(head.kind))
		return 0;
	msg = malloc(head.len);
	require(msg != NULL);
	memcpy(msg, data, head.len);
	*msg = head;
	(void)kinds[row].sound(msg);
	free(msg);
	return 0;
}
