/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a search, one function a filter. */
#include "proxy/control/filter.h"

#include <stdio.h>
#include <string.h>

#include "policy/reason.h"
#include "proxy/control/when.h"

bool
filter_copy(const char *text, char *out, size_t size)
{
	size_t len = strnlen(text, size);

	memset(out, 0, size);
	if (len == size)
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	}
	memcpy(out, text, len);
	return true;
}

bool
filter_state(const char *name, uint8_t *out)
{
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		if (strcmp(name, state_name(i)) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static bool
kind_from_name(const char *name, uint8_t *out)
{
	for (unsigned i = ENTRY_NONE + 1; i < ENTRY_COUNT; i++) {
		if (strcmp(name, entry_kind_name(i)) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/* A name of the list, or a number of it but 0, which stands for any. */
static bool
reason_parse(const char *text, uint16_t *out)
{
	unsigned reason = 0;

	if (reason_from_name(text, &reason) == 0) {
		for (; *text >= '0' && *text <= '9' && reason < 10000; text++)
			reason = reason * 10 + (unsigned)(*text - '0');
		if (*text != '\0' || reason_name(reason)[0] == '?')
			return false;
	}
	*out = (uint16_t)reason;
	return reason != 0;
}

/* Times of a search; an hour that never was is not what was meant. */
static const char *
times_parse(const struct filter_words *words, uint64_t now_ns,
    struct msg_audit_query *query)
{
	if (words->since != NULL &&
	    when_parse(words->since, now_ns, &query->from_ns) < 0)
		return "since";
	if (words->until != NULL &&
	    when_parse(words->until, now_ns, &query->to_ns) < 0)
		return "until";
	return NULL;
}

/* The first word that is not understood; NULL when all are. */
static const char *
words_parse(const struct filter_words *words, struct msg_audit_query *query)
{
	if (words->customer != NULL &&
	    !filter_copy(
		words->customer, query->customer, sizeof(query->customer)))
		return "customer";
	if (words->operator_name != NULL &&
	    !filter_copy(words->operator_name, query->operator_name,
		sizeof(query->operator_name)))
		return "operator";
	if (words->prefix != NULL &&
	    prefix_parse(words->prefix, &query->prefix) < 0)
		return "prefix";
	if (words->state != NULL && !filter_state(words->state, &query->state))
		return "state";
	if (words->kind != NULL && !kind_from_name(words->kind, &query->kind))
		return "kind";
	if (words->reason != NULL &&
	    !reason_parse(words->reason, &query->reason))
		return "reason";
	return NULL;
}

int
filter_parse(const struct filter_words *words, uint64_t now_ns,
    struct msg_audit_query *query, char *why, size_t size)
{
	const char *wrong;

	query->from_seq = 0;
	query->to_seq = UINT64_MAX;
	query->from_ns = 0;
	query->to_ns = 0;
	query->rule_id = UINT64_MAX;
	query->reason = 0;
	query->kind = 0;
	query->state = UINT8_MAX;
	memset(query->customer, 0, sizeof(query->customer));
	memset(query->operator_name, 0, sizeof(query->operator_name));
	memset(&query->prefix, 0, sizeof(query->prefix));
	wrong = words_parse(words, query);
	if (wrong == NULL)
		wrong = times_parse(words, now_ns, query);
	if (wrong == NULL)
		return 0;
	(void)snprintf(why, size, "%s: not understood", wrong);
	return -1;
}

static bool
wants_text(const char *wanted, const char *text)
{
	return wanted[0] == '\0' || strcmp(wanted, text) == 0;
}

static bool
wants_prefix(const struct prefix *wanted, const struct entry *entry)
{
	struct prefix dst;

	return wanted->afi == AFI_NONE ||
	       (entry->has_rule != 0 && rule_dst_prefix(&entry->rule, &dst) &&
		   prefix_overlaps(wanted, &dst));
}

bool
filter_wants(const struct msg_audit_query *query, const struct entry *entry)
{
	if ((query->kind != 0 && query->kind != entry->kind) ||
	    (query->state != UINT8_MAX && query->state != entry->state) ||
	    (query->reason != 0 && query->reason != entry->reason) ||
	    (query->rule_id != UINT64_MAX && query->rule_id != entry->rule_id))
		return false;
	if ((query->from_ns != 0 && entry->wall_ns < query->from_ns) ||
	    (query->to_ns != 0 && entry->wall_ns >= query->to_ns))
		return false;
	return wants_text(query->customer, entry->customer) &&
	       wants_text(query->operator_name, entry->operator_name) &&
	       wants_prefix(&query->prefix, entry);
}
