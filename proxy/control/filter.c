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

bool
filter_ground(const char *name, uint8_t *out)
{
	for (unsigned i = GROUND_FINE + 1; i < GROUND_COUNT; i++) {
		if (strcmp(name, ground_name(i)) == 0) {
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

const char filter_states[] =
    "accepted, accepted-modified, held, refused, monitored, lingering, "
    "withdrawn, expired, revoked or quarantined";
const char filter_prefixes[] =
    "a prefix (10.0.0.0/8) without bits past its length";
const char filter_grounds[] = "braked, gone, rest or doomed";

static const char kinds[] =
    "verdict, withdrawal, revocation, expiry, linger, operator, config, start, "
    "stop, session, summary, selftest, key, feed or emergency";
static const char reasons[] =
    "a reason's name (not-registered) or its number (12)";
static const char names[] = "a shorter name without control characters";
static const char times[] =
    "a time (2026-01-31T03:04:05Z), a day (2026-01-31) or how long ago (10m, "
    "2h)";

/* How many of at most max octets are whole characters of UTF-8. */
static int
whole(const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);

	if (len <= max)
		return (int)len;
	len = max;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

void
filter_refuse(struct filter_why *why, const char *name, const char *value,
    const char *wanted)
{
	(void)snprintf(why->text, why->size, "%s: found \"%.*s\", wanted %s",
	    name, whole(value, 40), value, wanted);
}

static int
refuse(struct filter_why *why, const char *name, const char *value,
    const char *wanted)
{
	filter_refuse(why, name, value, wanted);
	return -1;
}

/* Times of a search; an hour that never was is not what was meant. */
static int
times_parse(const struct filter_words *words, uint64_t now_ns,
    struct msg_audit_query *query, struct filter_why *why)
{
	if (words->since != NULL &&
	    when_parse(words->since, now_ns, &query->from_ns) < 0)
		return refuse(why, "since", words->since, times);
	if (words->until != NULL &&
	    when_parse(words->until, now_ns, &query->to_ns) < 0)
		return refuse(why, "until", words->until, times);
	return 0;
}

static int
words_parse(const struct filter_words *words, struct msg_audit_query *query,
    struct filter_why *why)
{
	if (words->customer != NULL &&
	    !filter_copy(
		words->customer, query->customer, sizeof(query->customer)))
		return refuse(why, "customer", words->customer, names);
	if (words->operator_name != NULL &&
	    !filter_copy(words->operator_name, query->operator_name,
		sizeof(query->operator_name)))
		return refuse(why, "operator", words->operator_name, names);
	if (words->prefix != NULL &&
	    prefix_parse(words->prefix, &query->prefix) < 0)
		return refuse(why, "prefix", words->prefix, filter_prefixes);
	if (words->state != NULL && !filter_state(words->state, &query->state))
		return refuse(why, "state", words->state, filter_states);
	if (words->kind != NULL && !kind_from_name(words->kind, &query->kind))
		return refuse(why, "kind", words->kind, kinds);
	if (words->reason != NULL &&
	    !reason_parse(words->reason, &query->reason))
		return refuse(why, "reason", words->reason, reasons);
	return 0;
}

int
filter_parse(const struct filter_words *words, uint64_t now_ns,
    struct msg_audit_query *query, char *why, size_t size)
{
	struct filter_why refusal = { why, size };

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
	if (words_parse(words, query, &refusal) < 0)
		return -1;
	return times_parse(words, now_ns, query, &refusal);
}
