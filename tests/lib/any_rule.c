/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules and action sets from octets. */
#include "tests/lib/any_rule.h"

#include <string.h>

void
any_fill(uint64_t *state, uint8_t *octets, size_t n)
{
	uint64_t x = *state;

	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
		}
		octets[i] = (uint8_t)(x >> 8 * (i % 8));
	}
	*state = x;
}

static unsigned
octet(struct any_source *source)
{
	return source->at < source->len ? source->data[source->at++] : 0;
}

static uint64_t
number(struct any_source *source, unsigned octets)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < octets; i++)
		value = value << 8 | octet(source);
	return value;
}

static void
octets(struct any_source *source, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)octet(source);
}

static void
any_prefix(struct any_source *source, struct rule *rule, bool is_dst)
{
	unsigned len = octet(source) % (afi_bits(rule->afi) + 1);
	unsigned offset = octet(source);

	/* Most patterns have no offset. */
	offset = offset < 64 && len > 0 ? offset % len : 0;
	*(is_dst ? &rule->dst_len : &rule->src_len) = (uint8_t)len;
	*(is_dst ? &rule->dst_offset : &rule->src_offset) =
	    (uint8_t)(rule->afi == AFI_IPV6 ? offset : 0);
	octets(source, is_dst ? rule->dst : rule->src, ADDRESS_MAX);
}

static unsigned
any_count(struct any_source *source)
{
	unsigned n = octet(source);

	if (n >= 250)
		return RULE_TERMS_MAX;
	return n >= 240 ? octet(source) % (RULE_TERMS_MAX + 1) : n % 12;
}

void
any_rule(struct any_source *source, struct rule *rule)
{
	unsigned type = RULE_PROTO, last;

	memset(rule, 0, sizeof(*rule));
	rule->afi = octet(source) % 2 ? AFI_IPV6 : AFI_IPV4;
	rule->has = (uint8_t)(octet(source) % 4);
	if (rule->has & RULE_HAS_DST)
		any_prefix(source, rule, true);
	if (rule->has & RULE_HAS_SRC)
		any_prefix(source, rule, false);
	rule->n_terms = (uint16_t)any_count(source);
	if (rule->has == 0 && rule->n_terms == 0)
		rule->n_terms = 1;
	last = rule->afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;
	for (unsigned i = 0; i < rule->n_terms; i++) {
		struct rule_term *term = &rule->terms[i];
		unsigned how = octet(source);

		type += how % 4 == 0 ? how / 64 + 1 : 0;
		if (type > last)
			type = last;
		term->type = (uint8_t)type;
		term->op = (uint8_t)octet(source);
		term->value = number(source, how % 16 == 3 ? 8 : how % 4);
	}
	rule_canonical(rule);
}

/* A community that is kept as it came. */
static void
any_value(struct any_source *source, uint8_t *value, size_t n, unsigned type)
{
	octets(source, value, n);
	value[0] = (uint8_t)(type >> 8);
	value[1] = (uint8_t)type;
}

static uint32_t
any_rate(struct any_source *source)
{
	unsigned how = octet(source);

	if (how < 64)
		return 0;
	if (how < 128)
		return action_rate_bits((double)number(source, 3));
	if (how < 192)
		return action_rate_bits((double)number(source, 5) / 256);
	return (uint32_t)number(source, 4) & 0x7fffffff;
}

static void
any_redirects(struct any_source *source, struct action_set *set)
{
	if (set->present & ACTION_BIT(ACTION_REDIRECT))
		any_value(source, set->redirect, 8,
		    0x8008 + 0x100 * (octet(source) % 3));
	if (set->present & ACTION_BIT(ACTION_REDIRECT_RT6))
		any_value(source, set->redirect_rt6, 20, 0x000d);
	if (set->present & ACTION_BIT(ACTION_REDIRECT_IP6))
		any_value(source, set->redirect_ip6, 20, 0x000c);
	if (set->present & ACTION_BIT(ACTION_REDIRECT_IP4))
		octets(source, set->redirect_ip4, 6);
	set->redirect_ip4[5] &= 0xfe; /* copy is a flag */
	set->redirect_ip6[19] &= 0xfe;
	if (set->present & ACTION_BIT(ACTION_INTERFACE_SET))
		any_value(source, set->interface_set, 8,
		    octet(source) % 2 ? 0x0702 : 0x4702);
}

void
any_actions(struct any_source *source, struct action_set *actions)
{
	unsigned flags = 0, known = ACTION_BIT(ACTION_KINDS) - 1;

	memset(actions, 0, sizeof(*actions));
	actions->present = (uint16_t)(number(source, 2) & known);
	if (octet(source) % 2) /* few, more often than many */
		actions->present &= (uint16_t)number(source, 2);
	if (actions->present & ACTION_BIT(ACTION_RATE_BYTES))
		actions->rate_bytes = any_rate(source);
	if (actions->present & ACTION_BIT(ACTION_RATE_PACKETS))
		actions->rate_packets = any_rate(source);
	if (actions->present & ACTION_BIT(ACTION_MARK))
		actions->dscp = (uint8_t)(octet(source) % 64);
	if (actions->present & ACTION_BIT(ACTION_TRAFFIC))
		flags |= ACTION_SAMPLE | ACTION_CONTINUE;
	if (actions->present & ACTION_BIT(ACTION_REDIRECT_NEXTHOP))
		flags |= ACTION_COPY_NEXTHOP;
	if (actions->present & ACTION_BIT(ACTION_REDIRECT_IP4))
		flags |= ACTION_COPY_IP4;
	if (actions->present & ACTION_BIT(ACTION_REDIRECT_IP6))
		flags |= ACTION_COPY_IP6;
	actions->flags = (uint8_t)(flags & octet(source));
	any_redirects(source, actions);
}
