/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log entries on a channel. After the fixed part come, without gaps:
 * actions and rule (when has_rule), customer, session, operator, evidence,
 * text, raw, then zeros up to a multiple of 8.
 */
#include "proxy/common/entry_msg.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static_assert(sizeof(struct msg_entry) % 8 == 0, "the tail is aligned");
static_assert(sizeof(struct action_set) % 8 == 0, "so is the rule in it");
static_assert(ENTRY_MSG_MAX <= MSG_LEN_MAX, "an entry is one message");
static_assert(ENTRY_TEXT_MAX - 1 <= UINT8_MAX, "lengths are octets");

/* Octets without the padding. */
static size_t
packed_len(const struct entry *entry)
{
	size_t len = sizeof(struct msg_entry);

	if (entry->has_rule != 0)
		len += sizeof(entry->actions) + rule_size(&entry->rule);
	len += strnlen(entry->customer, sizeof(entry->customer) - 1);
	len += strnlen(entry->session, sizeof(entry->session) - 1);
	len += strnlen(entry->operator_name, sizeof(entry->operator_name) - 1);
	len += strnlen(entry->evidence, sizeof(entry->evidence) - 1);
	len += strnlen(entry->text, sizeof(entry->text) - 1);
	return len + entry->raw_len;
}

size_t
entry_msg_size(const struct entry *entry)
{
	return (packed_len(entry) + 7) & ~(size_t)7;
}

/* Append n octets to the tail at *used. */
static void
put(struct msg_entry *msg, size_t *used, const void *from, size_t n)
{
	memcpy(&msg->tail[*used], from, n);
	*used += n;
}

/* Append a string of an array of size octets; returns its length. */
static uint8_t
put_text(struct msg_entry *msg, size_t *used, const char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	put(msg, used, text, len);
	return (uint8_t)len;
}

/* The family of what is in it, 0: unknown or nothing. */
static uint8_t
packed_afi(const struct entry *entry)
{
	return entry->has_rule != 0 || entry->raw_len > 0 ? entry->rule.afi : 0;
}

static void
pack_head(const struct entry *entry, struct msg_entry *msg)
{
	msg->seq = entry->seq;
	msg->wall_ns = entry->wall_ns;
	msg->mono_ns = entry->mono_ns;
	msg->rule_id = entry->rule_id;
	msg->count = entry->count;
	msg->lifetime_ms = entry->lifetime_ms;
	msg->wish = (struct wish){ 0 };
	if (entry->has_rule != 0)
		msg->wish = entry->wish;
	msg->request = 0;
	msg->reason = entry->reason;
	msg->raw_len = entry->raw_len;
	msg->kind = entry->kind;
	msg->state = entry->state;
	msg->check = entry->check;
	msg->live_op = entry->live_op;
	msg->has_rule = entry->has_rule != 0;
	msg->approved = entry->approved;
	msg->afi = packed_afi(entry);
	memset(msg->zero, 0, sizeof(msg->zero));
	memcpy(msg->boot_id, entry->boot_id, sizeof(msg->boot_id));
	memcpy(msg->config_hash, entry->config_hash, sizeof(msg->config_hash));
}

void
entry_msg_pack(const struct entry *entry, struct msg_entry *msg)
{
	size_t used = 0;

	pack_head(entry, msg);
	if (entry->has_rule != 0) {
		put(msg, &used, &entry->actions, sizeof(entry->actions));
		put(msg, &used, &entry->rule, rule_size(&entry->rule));
	}
	msg->customer_len =
	    put_text(msg, &used, entry->customer, sizeof(entry->customer));
	msg->session_len =
	    put_text(msg, &used, entry->session, sizeof(entry->session));
	msg->operator_len = put_text(
	    msg, &used, entry->operator_name, sizeof(entry->operator_name));
	msg->evidence_len =
	    put_text(msg, &used, entry->evidence, sizeof(entry->evidence));
	msg->text_len = put_text(msg, &used, entry->text, sizeof(entry->text));
	put(msg, &used, entry->raw, entry->raw_len);
	memset(
	    &msg->tail[used], 0, entry_msg_size(entry) - sizeof(*msg) - used);
}

/* What is left of a tail; bad once something did not fit. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool bad;
};

/* n octets of the tail, NULL when they are not there. */
static const void *
take(struct cursor *cursor, size_t n)
{
	const uint8_t *at = cursor->at;

	if (cursor->bad || n > cursor->left) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += n;
	cursor->left -= n;
	return at;
}

static void
take_text(struct cursor *cursor, char *out, size_t size, size_t len)
{
	const void *from = len < size ? take(cursor, len) : NULL;

	out[0] = 0;
	if (from == NULL || memchr(from, 0, len) != NULL) {
		cursor->bad = true;
		return;
	}
	memcpy(out, from, len);
	out[len] = 0;
}

static void
take_rule(struct cursor *cursor, struct entry *entry)
{
	const struct action_set *actions = take(cursor, sizeof(entry->actions));
	const struct rule *rule = take(cursor, RULE_SIZE_MIN);
	size_t more;

	if (actions == NULL || rule == NULL) {
		cursor->bad = true;
		return;
	}
	memcpy(&entry->actions, actions, sizeof(*actions));
	memcpy((void *)&entry->rule, rule, RULE_SIZE_MIN);
	if (entry->rule.n_terms > RULE_TERMS_MAX) {
		cursor->bad = true;
		return;
	}
	more = rule_size(&entry->rule) - RULE_SIZE_MIN;
	if (take(cursor, more) == NULL)
		return;
	memcpy(entry->rule.terms, rule->terms, more);
	if (!action_valid(&entry->actions) ||
	    !rule_valid(&entry->rule, RULE_SIZE_MIN + more))
		cursor->bad = true;
}

static bool
head_valid(const struct msg_entry *msg)
{
	uint8_t zero = 0;

	for (size_t i = 0; i < sizeof(msg->zero); i++)
		zero |= msg->zero[i];
	return zero == 0 && wish_valid(&msg->wish) &&
	       (msg->has_rule != 0 ||
		   (msg->wish.lifetime_s == 0 && msg->wish.dry_run == 0)) &&
	       msg->kind > ENTRY_NONE && msg->kind < ENTRY_COUNT &&
	       msg->state < STATE_COUNT && msg->check < CHECK_COUNT &&
	       msg->live_op <= LIVE_DELETE && msg->has_rule <= 1 &&
	       msg->approved <= 1 && msg->raw_len <= ENTRY_RAW_MAX &&
	       msg->afi <= AFI_IPV6;
}

static void
unpack_head(const struct msg_entry *msg, struct entry *entry)
{
	entry->seq = msg->seq;
	entry->wall_ns = msg->wall_ns;
	entry->mono_ns = msg->mono_ns;
	entry->rule_id = msg->rule_id;
	entry->count = msg->count;
	entry->lifetime_ms = msg->lifetime_ms;
	entry->wish = msg->wish;
	entry->reason = msg->reason;
	entry->raw_len = msg->raw_len;
	entry->kind = msg->kind;
	entry->state = msg->state;
	entry->check = msg->check;
	entry->live_op = msg->live_op;
	entry->has_rule = msg->has_rule;
	entry->approved = msg->approved;
	memset(entry->zero, 0, sizeof(entry->zero));
	memcpy(entry->boot_id, msg->boot_id, sizeof(entry->boot_id));
	memcpy(
	    entry->config_hash, msg->config_hash, sizeof(entry->config_hash));
}

/* The rest is padding: less than 8 octets, all zero. */
static bool
padding_valid(const struct cursor *cursor)
{
	uint8_t all = 0;

	for (size_t i = 0; i < cursor->left && i < 8; i++)
		all |= cursor->at[i];
	return cursor->left < 8 && all == 0;
}

int
entry_msg_unpack(const struct msg_entry *msg, struct entry *entry)
{
	struct cursor cursor = { .at = msg->tail };
	const void *raw;

	if (msg->head.len < sizeof(*msg) || msg->head.len > MSG_LEN_MAX ||
	    !head_valid(msg))
		return -1;
	cursor.left = msg->head.len - sizeof(*msg);
	unpack_head(msg, entry);
	if (msg->has_rule != 0) {
		take_rule(&cursor, entry);
	} else {
		memset(&entry->actions, 0, sizeof(entry->actions));
		memset((void *)&entry->rule, 0, RULE_SIZE_MIN);
		entry->rule.afi = msg->afi;
	}
	take_text(&cursor, entry->customer, sizeof(entry->customer),
	    msg->customer_len);
	take_text(
	    &cursor, entry->session, sizeof(entry->session), msg->session_len);
	take_text(&cursor, entry->operator_name, sizeof(entry->operator_name),
	    msg->operator_len);
	take_text(&cursor, entry->evidence, sizeof(entry->evidence),
	    msg->evidence_len);
	take_text(&cursor, entry->text, sizeof(entry->text), msg->text_len);
	raw = take(&cursor, msg->raw_len);
	if (raw == NULL || !padding_valid(&cursor) ||
	    packed_afi(entry) != msg->afi)
		return -1;
	memcpy(entry->raw, raw, msg->raw_len);
	return 0;
}
