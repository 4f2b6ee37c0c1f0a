/* SPDX-License-Identifier: BSD-2-Clause */
/* Random rules, actions and packets; rules read packet by packet. */
#include "tests/lib/random_rule.h"

#include <string.h>

#define ICMP  1
#define TCP   6
#define UDP   17
#define ICMP6 58

uint64_t
random_next(struct random *random)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

uint64_t
random_below(struct random *random, uint64_t n)
{
	return (random_next(random) >> 11) % n;
}

bool
random_one_in(struct random *random, unsigned n)
{
	return random_below(random, n) == 0;
}

/* How to draw a rule. */
struct taste {
	unsigned max_components;
	unsigned max_terms;
	bool wild;
	bool small;
};

static const uint64_t common_values[] = { 0, 1, 2, 6, 8, 17, 53, 58, 63, 80,
	123, 255, 443, 1500, 65535, 0xfffff };
#define COMMON_VALUES (sizeof(common_values) / sizeof(common_values[0]))

static uint64_t
draw_value(struct random *random, unsigned type, unsigned afi,
    const struct taste *taste)
{
	uint64_t max = rule_field_max(type, afi);
	uint64_t value;

	if (taste->small && rule_type_is_bitmask(type))
		return random_below(random, 8) & max;
	if (taste->small && type == RULE_PROTO) {
		static const uint8_t protos[] = { 0, ICMP, 5, TCP, UDP, ICMP6 };

		return protos[random_below(random, sizeof(protos))];
	}
	if (taste->small) {
		value = random_below(random, 4);
		return random_one_in(random, 3) ? max - value : value;
	}
	if (taste->wild && random_one_in(random, 20) &&
	    !rule_type_is_bitmask(type) && type != RULE_DSCP)
		return random_next(random) >> random_below(random, 50);
	if (random_one_in(random, 2))
		value = random_next(random);
	else
		value = common_values[random_below(random, COMMON_VALUES)];
	return max == UINT64_MAX ? value : value % (max + 1);
}

static void
draw_component(struct random *random, unsigned type, const struct taste *taste,
    struct rule *rule)
{
	uint64_t n = 1;

	if (random_one_in(random, 3))
		n = 1 + random_below(random, taste->max_terms);
	for (uint64_t i = 0; i < n && rule->n_terms < RULE_TERMS_MAX; i++) {
		struct rule_term *term = &rule->terms[rule->n_terms++];
		uint64_t op = random_next(random) >> 7;

		memset(term, 0, sizeof(*term));
		term->type = (uint8_t)type;
		term->value = draw_value(random, type, rule->afi, taste);
		/* "=" is what most rules say. */
		if (!taste->small && random_one_in(random, 2))
			op = RULE_OP_EQ;
		term->op = (uint8_t)(op & RULE_OP_NUMERIC);
		if (rule_type_is_bitmask(type))
			term->op &= RULE_OP_BITMASK;
		if (i == 0)
			term->op &= (uint8_t)~RULE_OP_AND;
	}
}

static void
draw_prefix(struct random *random, struct rule *rule, const struct taste *taste,
    bool is_dst)
{
	static const uint8_t test4[] = { 198, 18 };
	static const uint8_t test6[] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t *addr = is_dst ? rule->dst : rule->src;
	uint8_t *offset = is_dst ? &rule->dst_offset : &rule->src_offset;
	unsigned bits = afi_bits(rule->afi);
	unsigned base = rule->afi == AFI_IPV6 ? 32 : 15;
	unsigned len = base + (unsigned)random_below(random, bits - base + 1);

	for (unsigned i = 0; i < bits / 8; i++)
		addr[i] = (uint8_t)(random_next(random) >> 9);
	if (rule->afi == AFI_IPV6) {
		memcpy(addr, test6, sizeof(test6));
	} else {
		addr[0] = test4[0];
		addr[1] = (uint8_t)(test4[1] | (addr[1] & 1));
	}
	if (taste->small) {
		memset(addr + 4, 0, ADDRESS_MAX - 4);
		addr[3] &= 0x81;
		len = (unsigned)random_below(random, 33);
	}
	if ((taste->wild || taste->small) && rule->afi == AFI_IPV6 && len > 0 &&
	    random_one_in(random, 3))
		*offset = (uint8_t)random_below(random, len);
	*(is_dst ? &rule->dst_len : &rule->src_len) = (uint8_t)len;
	rule->has |= is_dst ? RULE_HAS_DST : RULE_HAS_SRC;
}

static void
draw_rule(struct random *random, unsigned afi, const struct taste *taste,
    struct rule *rule)
{
	unsigned last = afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;
	unsigned chosen = 0;

	memset(rule, 0, RULE_SIZE_MIN);
	rule->afi = (uint8_t)afi;
	if (!random_one_in(random, 8))
		draw_prefix(random, rule, taste, true);
	if (random_one_in(random, 4))
		draw_prefix(random, rule, taste, false);
	for (uint64_t n = random_below(random, taste->max_components + 1);
	     n > 0; n--)
		chosen |= 1u << (RULE_PROTO +
				 random_below(random, last - RULE_PROTO + 1));
	for (unsigned type = RULE_PROTO; type <= last; type++) {
		if ((chosen >> type & 1) != 0)
			draw_component(random, type, taste, rule);
	}
	if (rule->has == 0 && rule->n_terms == 0)
		draw_component(random, RULE_PROTO, taste, rule);
	rule_canonical(rule);
}

void
random_rule(struct random *random, unsigned afi, struct rule *rule)
{
	static const struct taste taste = { .max_components = 4,
		.max_terms = 8 };

	draw_rule(random, afi, &taste, rule);
}

void
random_rule_wild(struct random *random, unsigned afi, struct rule *rule)
{
	struct taste taste = { .max_components = 5, .max_terms = 8 };

	taste.wild = true;
	if (random_one_in(random, 8))
		taste.max_terms = RULE_TERMS_MAX;
	draw_rule(random, afi, &taste, rule);
}

void
random_rule_small(struct random *random, unsigned afi, struct rule *rule)
{
	static const struct taste taste = {
		.max_components = 2, .max_terms = 3, .small = true
	};

	draw_rule(random, afi, &taste, rule);
}

static void
fill(struct random *random, uint8_t *octets, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		octets[i] = (uint8_t)(random_next(random) >> 9);
}

/* A redirect or an interface set: octets as on the wire. */
static void
draw_target(struct random *random, unsigned kind, struct action_set *actions)
{
	bool copy = random_one_in(random, 3);

	switch (kind) {
	case ACTION_REDIRECT:
		fill(random, actions->redirect, 2, sizeof(actions->redirect));
		actions->redirect[0] =
		    (uint8_t)(0x80 + random_below(random, 3));
		actions->redirect[1] = 0x08;
		break;
	case ACTION_REDIRECT_IP4:
		fill(random, actions->redirect_ip4, 0, 4);
		if (copy)
			actions->flags |= ACTION_COPY_IP4;
		break;
	case ACTION_REDIRECT_RT6:
		fill(random, actions->redirect_rt6, 2,
		    sizeof(actions->redirect_rt6));
		actions->redirect_rt6[1] = 0x0d;
		break;
	case ACTION_REDIRECT_IP6:
		fill(random, actions->redirect_ip6, 2, 18);
		actions->redirect_ip6[1] = 0x0c;
		if (copy)
			actions->flags |= ACTION_COPY_IP6;
		break;
	case ACTION_INTERFACE_SET:
		fill(random, actions->interface_set, 2,
		    sizeof(actions->interface_set));
		actions->interface_set[0] = copy ? 0x07 : 0x47;
		actions->interface_set[1] = 0x02;
		break;
	default: /* the next hop is not in the set */
		break;
	}
}

static uint32_t
draw_rate(struct random *random, uint64_t below)
{
	if (random_one_in(random, 2))
		return 0;
	return action_rate_bits((double)random_below(random, below));
}

static void
draw_action(struct random *random, unsigned kind, struct action_set *actions)
{
	actions->present |= (uint16_t)ACTION_BIT(kind);
	switch (kind) {
	case ACTION_RATE_BYTES:
		actions->rate_bytes = draw_rate(random, 0xfffffff);
		break;
	case ACTION_RATE_PACKETS:
		actions->rate_packets = draw_rate(random, 0xfffff);
		break;
	case ACTION_TRAFFIC:
		actions->flags |= (uint8_t)random_below(random, 4);
		break;
	case ACTION_MARK:
		actions->dscp = (uint8_t)random_below(random, 64);
		break;
	default:
		draw_target(random, kind, actions);
		break;
	}
}

void
random_actions(struct random *random, struct action_set *actions)
{
	uint64_t n = 1 + random_below(random, 3);

	memset(actions, 0, sizeof(*actions));
	while (n-- > 0) {
		unsigned kind = (unsigned)random_below(random, ACTION_KINDS);

		if ((actions->present & ACTION_BIT(kind)) == 0)
			draw_action(random, kind, actions);
	}
}

static bool
term_matches(const struct rule_term *term, uint64_t value)
{
	bool match = false;

	if (rule_type_is_bitmask(term->type)) {
		if ((term->op & RULE_OP_MATCH) != 0)
			match = (value & term->value) == term->value;
		else
			match = (value & term->value) != 0;
		return (term->op & RULE_OP_NOT) != 0 ? !match : match;
	}
	if ((term->op & RULE_OP_LT) != 0)
		match |= value < term->value;
	if ((term->op & RULE_OP_GT) != 0)
		match |= value > term->value;
	if ((term->op & RULE_OP_EQ) != 0)
		match |= value == term->value;
	return match;
}

bool
packet_terms_match(const struct rule_term *terms, unsigned n, uint64_t value)
{
	bool result = false;
	unsigned i = 0;

	while (i < n) {
		bool group = term_matches(&terms[i], value);

		for (i++; i < n && (terms[i].op & RULE_OP_AND) != 0; i++)
			group &= term_matches(&terms[i], value);
		result |= group;
	}
	return result;
}

static bool
has_ports(const struct packet *packet)
{
	return (packet->proto == TCP || packet->proto == UDP) &&
	       (packet->fragment & RULE_FRAGMENT_ISF) == 0;
}

static bool
has_icmp(const struct packet *packet)
{
	return packet->proto == (packet->afi == AFI_IPV6 ? ICMP6 : ICMP) &&
	       (packet->fragment & RULE_FRAGMENT_ISF) == 0;
}

/* The field of one component; false when the packet does not have it. */
static bool
packet_field(const struct packet *packet, unsigned type, uint64_t *value)
{
	switch (type) {
	case RULE_PROTO:
		*value = packet->proto;
		return true;
	case RULE_DST_PORT:
		*value = packet->dst_port;
		return has_ports(packet);
	case RULE_SRC_PORT:
		*value = packet->src_port;
		return has_ports(packet);
	case RULE_ICMP_TYPE:
		*value = packet->icmp_type;
		return has_icmp(packet);
	case RULE_ICMP_CODE:
		*value = packet->icmp_code;
		return has_icmp(packet);
	case RULE_TCP_FLAGS:
		*value = packet->tcp_flags;
		return packet->proto == TCP && has_ports(packet);
	case RULE_LENGTH:
		*value = packet->length;
		return true;
	case RULE_DSCP:
		*value = packet->dscp;
		return true;
	case RULE_FRAGMENT:
		*value = packet->fragment;
		return true;
	case RULE_FLOW_LABEL:
		*value = packet->flow_label;
		return packet->afi == AFI_IPV6;
	default:
		return false;
	}
}

static bool
component_matches(
    const struct rule_term *terms, unsigned n, const struct packet *packet)
{
	uint64_t value;

	if (terms[0].type == RULE_PORT)
		return has_ports(packet) &&
		       (packet_terms_match(terms, n, packet->src_port) ||
			   packet_terms_match(terms, n, packet->dst_port));
	return packet_field(packet, terms[0].type, &value) &&
	       packet_terms_match(terms, n, value);
}

static bool
address_matches(
    const uint8_t *pattern, unsigned offset, unsigned len, const uint8_t *addr)
{
	for (unsigned bit = offset; bit < len; bit++) {
		if (((pattern[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8) != 0)
			return false;
	}
	return true;
}

bool
packet_matches(const struct rule *rule, const struct packet *packet)
{
	unsigned end;

	if (rule->afi != packet->afi)
		return false;
	if ((rule->has & RULE_HAS_DST) != 0 &&
	    !address_matches(
		rule->dst, rule->dst_offset, rule->dst_len, packet->dst))
		return false;
	if ((rule->has & RULE_HAS_SRC) != 0 &&
	    !address_matches(
		rule->src, rule->src_offset, rule->src_len, packet->src))
		return false;
	for (unsigned i = 0; i < rule->n_terms; i = end) {
		for (end = i + 1; end < rule->n_terms &&
				  rule->terms[end].type == rule->terms[i].type;)
			end++;
		if (!component_matches(&rule->terms[i], end - i, packet))
			return false;
	}
	return true;
}

/* A value of the field at, or beside, one that the rule names; of a few
 * tries the first that its component lets through. */
static uint64_t
near_value(struct random *random, const struct rule *near, unsigned type,
    unsigned field)
{
	uint64_t max = rule_field_max(field, near->afi);
	unsigned first = 0;
	unsigned n = 0;
	uint64_t value = 0;

	for (unsigned i = 0; i < near->n_terms; i++) {
		if (near->terms[i].type < type)
			first = i + 1;
		n += near->terms[i].type == type;
	}
	for (unsigned try = 0; try < 6; try++) {
		value = random_next(random) >> 13;
		if (n > 0 && !random_one_in(random, 8))
			value = near->terms[first + value % n].value - 1 +
				random_below(random, 3);
		value &= max; /* fields are all ones at most */
		if (n == 0 || packet_terms_match(&near->terms[first], n, value))
			return value;
	}
	return value;
}

static void
near_address(struct random *random, const uint8_t *pattern, unsigned offset,
    unsigned len, uint8_t *addr)
{
	for (unsigned i = 0; i < ADDRESS_MAX; i++)
		addr[i] = (uint8_t)(random_next(random) >> 9);
	for (unsigned bit = offset; bit < len; bit++) {
		unsigned mask = 0x80u >> bit % 8;

		addr[bit / 8] = (uint8_t)((addr[bit / 8] & ~mask) |
					  (pattern[bit / 8] & mask));
	}
	if (len > offset && random_one_in(random, 12)) {
		uint64_t bit = offset + random_below(random, len - offset);

		addr[bit / 8] = (uint8_t)(addr[bit / 8] ^ 0x80u >> bit % 8);
	}
}

static bool
asks(const struct rule *rule, unsigned first, unsigned last)
{
	for (unsigned i = 0; i < rule->n_terms; i++) {
		if (rule->terms[i].type >= first && rule->terms[i].type <= last)
			return true;
	}
	return false;
}

static void
near_proto(
    struct random *random, const struct rule *near, struct packet *packet)
{
	static const uint8_t protos[] = { ICMP, TCP, UDP, ICMP6 };

	packet->proto =
	    (uint8_t)near_value(random, near, RULE_PROTO, RULE_PROTO);
	if (random_one_in(random, 8))
		packet->proto = protos[random_below(random, sizeof(protos))];
	if (asks(near, RULE_PROTO, RULE_PROTO) || random_one_in(random, 8))
		return;
	if (asks(near, RULE_TCP_FLAGS, RULE_TCP_FLAGS))
		packet->proto = TCP;
	else if (asks(near, RULE_ICMP_TYPE, RULE_ICMP_CODE))
		packet->proto = near->afi == AFI_IPV6 ? ICMP6 : ICMP;
	else if (asks(near, RULE_PORT, RULE_SRC_PORT))
		packet->proto = random_one_in(random, 2) ? TCP : UDP;
}

static uint8_t
near_fragment(struct random *random, const struct rule *near)
{
	static const uint8_t states[] = { 0, RULE_FRAGMENT_FF,
		RULE_FRAGMENT_ISF, RULE_FRAGMENT_ISF | RULE_FRAGMENT_LF };
	unsigned state = states[random_below(random, sizeof(states))];

	if (asks(near, RULE_PORT, RULE_TCP_FLAGS) && !random_one_in(random, 6))
		state &= RULE_FRAGMENT_FF;
	if (near->afi == AFI_IPV4 && random_one_in(random, 2))
		state |= RULE_FRAGMENT_DF;
	return (uint8_t)state;
}

void
random_packet(
    struct random *random, const struct rule *near, struct packet *packet)
{
	bool port_is_src = random_one_in(random, 2);

	memset(packet, 0, sizeof(*packet));
	packet->afi = near->afi;
	near_address(
	    random, near->dst, near->dst_offset, near->dst_len, packet->dst);
	near_address(
	    random, near->src, near->src_offset, near->src_len, packet->src);
	near_proto(random, near, packet);
	packet->fragment = near_fragment(random, near);
	packet->src_port = (uint16_t)near_value(random, near,
	    port_is_src && asks(near, RULE_PORT, RULE_PORT) ? RULE_PORT
							    : RULE_SRC_PORT,
	    RULE_SRC_PORT);
	packet->dst_port = (uint16_t)near_value(random, near,
	    !port_is_src && asks(near, RULE_PORT, RULE_PORT) ? RULE_PORT
							     : RULE_DST_PORT,
	    RULE_DST_PORT);
	packet->icmp_type =
	    (uint8_t)near_value(random, near, RULE_ICMP_TYPE, RULE_ICMP_TYPE);
	packet->icmp_code =
	    (uint8_t)near_value(random, near, RULE_ICMP_CODE, RULE_ICMP_CODE);
	packet->tcp_flags =
	    (uint16_t)near_value(random, near, RULE_TCP_FLAGS, RULE_TCP_FLAGS);
	packet->length =
	    (uint16_t)near_value(random, near, RULE_LENGTH, RULE_LENGTH);
	packet->dscp = (uint8_t)near_value(random, near, RULE_DSCP, RULE_DSCP);
	if (near->afi == AFI_IPV6)
		packet->flow_label = (uint32_t)near_value(
		    random, near, RULE_FLOW_LABEL, RULE_FLOW_LABEL);
}
