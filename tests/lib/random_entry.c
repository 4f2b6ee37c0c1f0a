/* SPDX-License-Identifier: BSD-2-Clause */
/* Random values for property tests and benches. */
#include "tests/lib/random_entry.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* splitmix64 */
static uint64_t
next(struct random_state *state)
{
	uint64_t z = state->word += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t
random_below(struct random_state *state, uint64_t limit)
{
	return next(state) % limit;
}

static bool
chance(struct random_state *state, unsigned of)
{
	return random_below(state, of) == 0;
}

static void
random_octets(struct random_state *state, void *out, size_t len)
{
	uint8_t *octets = out;

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)next(state);
}

/* Numbers of every width, small ones more often. */
static uint64_t
random_number(struct random_state *state)
{
	return next(state) >> random_below(state, 64);
}

static void
random_prefix(struct random_state *state, struct rule *rule, bool is_dst)
{
	unsigned bits = afi_bits(rule->afi);
	uint8_t len = (uint8_t)random_below(state, bits + 1), offset = 0;

	if (rule->afi == AFI_IPV6 && len > 0 && chance(state, 3))
		offset = (uint8_t)random_below(state, len);
	if (is_dst) {
		rule->has |= RULE_HAS_DST;
		rule->dst_len = len;
		rule->dst_offset = offset;
		random_octets(state, rule->dst, bits / 8);
	} else {
		rule->has |= RULE_HAS_SRC;
		rule->src_len = len;
		rule->src_offset = offset;
		random_octets(state, rule->src, bits / 8);
	}
}

static void
random_terms(struct random_state *state, struct rule *rule, unsigned most)
{
	unsigned last = rule->afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;

	for (unsigned type = RULE_PROTO; type <= last; type++) {
		unsigned n = (unsigned)random_below(state, most + 1);

		if (!chance(state, 3))
			continue;
		for (; n > 0 && rule->n_terms < RULE_TERMS_MAX; n--) {
			struct rule_term *term = &rule->terms[rule->n_terms++];

			memset(term, 0, sizeof(*term));
			term->type = (uint8_t)type;
			term->op = (uint8_t)next(state);
			term->value = random_number(state);
		}
	}
}

void
random_rule(struct random_state *state, struct rule *out)
{
	memset(out, 0, sizeof(*out));
	out->afi = chance(state, 2) ? AFI_IPV4 : AFI_IPV6;
	if (!chance(state, 8))
		random_prefix(state, out, true);
	if (chance(state, 2))
		random_prefix(state, out, false);
	random_terms(state, out, chance(state, 50) ? RULE_TERMS_MAX : 4);
	if (out->has == 0 && out->n_terms == 0)
		random_prefix(state, out, true);
	rule_canonical(out);
}

static void
random_communities(struct random_state *state, struct action_set *out)
{
	if (out->present & ACTION_BIT(ACTION_REDIRECT)) {
		random_octets(state, out->redirect, sizeof(out->redirect));
		out->redirect[0] = (uint8_t)(0x80 + random_below(state, 3));
		out->redirect[1] = 0x08;
	}
	if (out->present & ACTION_BIT(ACTION_INTERFACE_SET)) {
		random_octets(
		    state, out->interface_set, sizeof(out->interface_set));
		out->interface_set[0] = chance(state, 2) ? 0x07 : 0x47;
		out->interface_set[1] = 0x02;
	}
	/* The copy bits are kept in the flags alone. */
	if (out->present & ACTION_BIT(ACTION_REDIRECT_IP4)) {
		random_octets(state, out->redirect_ip4, 6);
		out->redirect_ip4[5] &= 0xfe;
	}
	if (out->present & ACTION_BIT(ACTION_REDIRECT_RT6)) {
		random_octets(state, out->redirect_rt6, 20);
		out->redirect_rt6[0] = 0x00;
		out->redirect_rt6[1] = 0x0d;
	}
	if (out->present & ACTION_BIT(ACTION_REDIRECT_IP6)) {
		random_octets(state, out->redirect_ip6, 20);
		out->redirect_ip6[0] = 0x00;
		out->redirect_ip6[1] = 0x0c;
		out->redirect_ip6[19] &= 0xfe;
	}
}

void
random_actions(struct random_state *state, struct action_set *out)
{
	unsigned flags = 0;

	memset(out, 0, sizeof(*out));
	out->present = (uint16_t)(next(state) & next(state) &
				  (ACTION_BIT(ACTION_KINDS) - 1));
	out->repeated =
	    (uint16_t)(chance(state, 4) ? out->present & next(state) : 0);
	if (out->present & ACTION_BIT(ACTION_RATE_BYTES))
		out->rate_bytes = (uint32_t)random_below(state, 0x7f800000);
	if (out->present & ACTION_BIT(ACTION_RATE_PACKETS))
		out->rate_packets = (uint32_t)random_below(state, 0x7f800000);
	if (out->present & ACTION_BIT(ACTION_MARK))
		out->dscp = (uint8_t)random_below(state, 64);
	if (out->present & ACTION_BIT(ACTION_TRAFFIC))
		flags |= ACTION_SAMPLE | ACTION_CONTINUE;
	if (out->present & ACTION_BIT(ACTION_REDIRECT_NEXTHOP))
		flags |= ACTION_COPY_NEXTHOP;
	if (out->present & ACTION_BIT(ACTION_REDIRECT_IP4))
		flags |= ACTION_COPY_IP4;
	if (out->present & ACTION_BIT(ACTION_REDIRECT_IP6))
		flags |= ACTION_COPY_IP6;
	out->flags = (uint8_t)(flags & next(state));
	random_communities(state, out);
	if (chance(state, 4))
		out->unknown = (uint8_t)next(state);
	if (chance(state, 4))
		out->stripped = (uint8_t)next(state);
}

static void
random_text(struct random_state *state, char *out, size_t size)
{
	size_t len = chance(state, 3) ? 0 : random_below(state, size);

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(1 + random_below(state, 255));
}

void
random_entry(struct random_state *state, struct entry *out)
{
	memset(out, 0, sizeof(*out));
	out->seq = random_number(state);
	out->wall_ns = random_number(state);
	out->mono_ns = random_number(state);
	out->rule_id = random_number(state);
	out->count = chance(state, 3) ? random_number(state) : 0;
	random_octets(state, out->boot_id, sizeof(out->boot_id));
	random_octets(state, out->config_hash, sizeof(out->config_hash));
	out->kind = (uint8_t)(1 + random_below(state, ENTRY_COUNT - 1));
	out->state = (uint8_t)random_below(state, STATE_COUNT);
	out->check = (uint8_t)random_below(state, CHECK_COUNT);
	out->reason = (uint16_t)next(state);
	out->approved = (uint8_t)random_below(state, 2);
	random_text(state, out->customer, sizeof(out->customer));
	random_text(state, out->session, sizeof(out->session));
	random_text(state, out->operator_name, sizeof(out->operator_name));
	random_text(state, out->evidence, sizeof(out->evidence));
	random_text(state, out->text, sizeof(out->text));
	if (chance(state, 3)) {
		out->raw_len =
		    (uint16_t)random_below(state, chance(state, 4) ? 4097 : 64);
		random_octets(state, out->raw, out->raw_len);
	}
	if (!chance(state, 4)) {
		out->has_rule = 1;
		random_rule(state, &out->rule);
		random_actions(state, &out->actions);
	} else if (out->raw_len > 0) {
		out->rule.afi = (uint8_t)random_below(state, 3);
	}
}

static void
usual_rule(uint64_t seq, struct rule *out)
{
	static const struct rule_term terms[] = {
		{ 17, RULE_PROTO, RULE_OP_EQ, { 0 } },
		{ 53, RULE_SRC_PORT, RULE_OP_EQ, { 0 } },
	};
	uint32_t address = htonl((uint32_t)(0xcb007100u + (seq & 0xffff)));

	memset(out, 0, RULE_SIZE_MIN);
	out->afi = AFI_IPV4;
	out->has = RULE_HAS_DST;
	out->dst_len = 32;
	memcpy(out->dst, &address, sizeof(address));
	out->n_terms = sizeof(terms) / sizeof(terms[0]);
	memcpy(out->terms, terms, sizeof(terms));
}

void
usual_entry(uint64_t seq, struct entry *out)
{
	static const struct action_set discard = { .present = ACTION_BIT(
						       ACTION_RATE_BYTES) };

	memset(out, 0, offsetof(struct entry, rule));
	out->seq = seq;
	out->rule_id = seq;
	out->wall_ns = UINT64_C(1700000000000000000) + seq * 1000;
	out->mono_ns = UINT64_C(90000000000000) + seq * 1000;
	memset(out->boot_id, 0xb0, sizeof(out->boot_id));
	memset(out->config_hash, 0xc0, sizeof(out->config_hash));
	out->kind = ENTRY_VERDICT;
	out->state = STATE_ACCEPTED;
	out->reason = REASON_ACCEPTED;
	out->live_op = LIVE_NONE;
	out->has_rule = 1;
	(void)snprintf(out->customer, sizeof(out->customer), "acme");
	(void)snprintf(out->session, sizeof(out->session), "198.51.100.2");
	(void)snprintf(out->evidence, sizeof(out->evidence),
	    "203.0.113.0/24 is registered for acme");
	out->actions = discard;
	usual_rule(seq, &out->rule);
}
