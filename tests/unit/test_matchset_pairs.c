/* SPDX-License-Identifier: BSD-2-Clause */
/* The algebra of match sets for pairs of rules, against one packet of each sort
 * that the two tell apart. */
#include "policy/matchset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/random_rule.h"

#define ICMP  1
#define TCP   6
#define UDP   17
#define ICMP6 58

/* Values of one field that stand for all that two rules tell apart. */
struct axis {
	uint64_t at[48];
	unsigned n;
};

static void
axis_add(struct axis *axis, uint64_t value, uint64_t max)
{
	if (value > max)
		return;
	for (unsigned i = 0; i < axis->n; i++) {
		if (axis->at[i] == value)
			return;
	}
	assert_true(axis->n < 48);
	axis->at[axis->n++] = value;
}

static void
axis_add_bounds(
    struct axis *axis, const struct rule *rule, unsigned type, uint64_t max)
{
	for (unsigned i = 0; i < rule->n_terms; i++) {
		const struct rule_term *term = &rule->terms[i];

		if (term->type != type)
			continue;
		axis_add(axis, term->value - 1, max);
		axis_add(axis, term->value, max);
		axis_add(axis, term->value + 1, max);
	}
}

/* The axes of a packet. */
enum {
	DST,
	SRC,
	PROTO,
	FRAGMENT,
	SRC_PORT,
	DST_PORT,
	ICMP_TYPE,
	ICMP_CODE,
	TCP_FLAGS,
	LENGTH,
	DSCP,
	FLOW_LABEL,
	AXES
};

struct space {
	const struct rule *a;
	const struct rule *b;
	struct axis axes[AXES];
};

static void
fill_numeric(struct space *space, unsigned axis, unsigned type, bool is_port)
{
	uint64_t max = rule_field_max(type, space->a->afi);
	struct axis *out = &space->axes[axis];

	axis_add_bounds(out, space->a, type, max);
	axis_add_bounds(out, space->b, type, max);
	if (is_port) {
		axis_add_bounds(out, space->a, RULE_PORT, max);
		axis_add_bounds(out, space->b, RULE_PORT, max);
	}
	/* One value at least, and one that nobody names. */
	axis_add(out, 0, max);
	if (out->n > 1)
		axis_add(out, max / 2, max);
}

static void
fill_protos(struct space *space)
{
	struct axis *out = &space->axes[PROTO];

	axis_add_bounds(out, space->a, RULE_PROTO, 255);
	axis_add_bounds(out, space->b, RULE_PROTO, 255);
	axis_add(out, ICMP, 255);
	axis_add(out, TCP, 255);
	axis_add(out, UDP, 255);
	axis_add(out, ICMP6, 255);
	axis_add(out, 200, 255);
}

static bool
asks(const struct space *space, unsigned type)
{
	for (unsigned i = 0; i < space->a->n_terms; i++) {
		if (space->a->terms[i].type == type)
			return true;
	}
	for (unsigned i = 0; i < space->b->n_terms; i++) {
		if (space->b->terms[i].type == type)
			return true;
	}
	return false;
}

static void
fill_bits(struct space *space)
{
	static const uint8_t states[] = { 0, 2, 4, 10, 1, 3, 5, 11 };
	unsigned n = asks(space, RULE_FRAGMENT) ? 8 : 2;

	if (space->a->afi == AFI_IPV6 && n == 8)
		n = 4;
	for (unsigned i = 0; i < n; i++)
		axis_add(&space->axes[FRAGMENT], states[i], 15);
	/* Small rules name the low three flags. */
	n = asks(space, RULE_TCP_FLAGS) ? 8 : 1;
	for (unsigned i = 0; i < n; i++)
		axis_add(&space->axes[TCP_FLAGS], i, 0xfff);
}

static void
space_init(struct space *space, const struct rule *a, const struct rule *b)
{
	memset(space, 0, sizeof(*space));
	space->a = a;
	space->b = b;
	for (unsigned i = 0; i < 4; i++) {
		if (((a->has | b->has) & RULE_HAS_DST) != 0 || i == 0)
			axis_add(&space->axes[DST], i, 5);
		if (((a->has | b->has) & RULE_HAS_SRC) != 0 || i == 0)
			axis_add(&space->axes[SRC], i, 5);
	}
	fill_protos(space);
	fill_bits(space);
	fill_numeric(space, SRC_PORT, RULE_SRC_PORT, true);
	fill_numeric(space, DST_PORT, RULE_DST_PORT, true);
	fill_numeric(space, ICMP_TYPE, RULE_ICMP_TYPE, false);
	fill_numeric(space, ICMP_CODE, RULE_ICMP_CODE, false);
	fill_numeric(space, LENGTH, RULE_LENGTH, false);
	fill_numeric(space, DSCP, RULE_DSCP, false);
	fill_numeric(space, FLOW_LABEL, RULE_FLOW_LABEL, false);
}

static uint8_t
pattern_octet(unsigned offset, unsigned len, unsigned i)
{
	unsigned mask = 0;

	for (unsigned bit = 8 * i; bit < 8 * i + 8; bit++)
		mask = mask << 1 | (bit >= offset && bit < len ? 1u : 0u);
	return (uint8_t)mask;
}

/* An address with pattern a; elsewhere as b has it, or as far from it as can
 * be. */
static void
address_of(bool far, const uint8_t *a, const uint8_t *a_mask, const uint8_t *b,
    uint8_t *out)
{
	for (unsigned i = 0; i < ADDRESS_MAX; i++) {
		unsigned other = b[i];
		unsigned mask = a_mask[i];

		if (far)
			other ^= 0xffu;
		out[i] = (uint8_t)((a[i] & mask) | (other & ~mask));
	}
}

static void
masks_of(const struct rule *rule, bool is_dst, uint8_t *mask)
{
	unsigned offset = is_dst ? rule->dst_offset : rule->src_offset;
	unsigned len = is_dst ? rule->dst_len : rule->src_len;

	for (unsigned i = 0; i < ADDRESS_MAX; i++)
		mask[i] = pattern_octet(offset, len, i);
}

static void
packet_address(
    const struct space *space, bool is_dst, unsigned kind, uint8_t *out)
{
	const struct rule *first = kind < 2 ? space->a : space->b;
	const struct rule *second = kind < 2 ? space->b : space->a;
	uint8_t mask[ADDRESS_MAX];

	masks_of(first, is_dst, mask);
	address_of(kind == 0 || kind == 3, is_dst ? first->dst : first->src,
	    mask, is_dst ? second->dst : second->src, out);
}

static void
packet_at(
    const struct space *space, const unsigned at[AXES], struct packet *packet)
{
	const struct axis *axes = space->axes;

	packet->afi = space->a->afi;
	packet_address(
	    space, true, (unsigned)axes[DST].at[at[DST]], packet->dst);
	packet_address(
	    space, false, (unsigned)axes[SRC].at[at[SRC]], packet->src);
	packet->proto = (uint8_t)axes[PROTO].at[at[PROTO]];
	packet->fragment = (uint8_t)axes[FRAGMENT].at[at[FRAGMENT]];
	packet->src_port = (uint16_t)axes[SRC_PORT].at[at[SRC_PORT]];
	packet->dst_port = (uint16_t)axes[DST_PORT].at[at[DST_PORT]];
	packet->icmp_type = (uint8_t)axes[ICMP_TYPE].at[at[ICMP_TYPE]];
	packet->icmp_code = (uint8_t)axes[ICMP_CODE].at[at[ICMP_CODE]];
	packet->tcp_flags = (uint16_t)axes[TCP_FLAGS].at[at[TCP_FLAGS]];
	packet->length = (uint16_t)axes[LENGTH].at[at[LENGTH]];
	packet->dscp = (uint8_t)axes[DSCP].at[at[DSCP]];
	packet->flow_label = (uint32_t)axes[FLOW_LABEL].at[at[FLOW_LABEL]];
}

/* What holds over all packets of a space. */
struct truth {
	bool a, b, both, only_a, only_b;
};

static void
space_walk(const struct space *space, struct truth *truth)
{
	unsigned at[AXES] = { 0 };
	unsigned axis = 0;

	memset(truth, 0, sizeof(*truth));
	while (axis < AXES) {
		struct packet packet;
		bool a;
		bool b;

		packet_at(space, at, &packet);
		a = packet_matches(space->a, &packet);
		b = packet_matches(space->b, &packet);
		truth->a |= a;
		truth->b |= b;
		truth->both |= a && b;
		truth->only_a |= a && !b;
		truth->only_b |= b && !a;
		for (axis = 0; axis < AXES; axis++) {
			if (++at[axis] < space->axes[axis].n)
				break;
			at[axis] = 0;
		}
	}
}

static void
check_pair(const struct rule *a, const struct rule *b)
{
	struct space space;
	struct truth truth;

	space_init(&space, a, b);
	space_walk(&space, &truth);
	assert_int_equal(matchset_empty(a), !truth.a);
	assert_int_equal(matchset_empty(b), !truth.b);
	assert_int_equal(matchset_intersects(a, b), truth.both);
	assert_int_equal(matchset_intersects(b, a), truth.both);
	assert_int_equal(matchset_contains(a, b), !truth.only_b);
	assert_int_equal(matchset_contains(b, a), !truth.only_a);
	assert_int_equal(matchset_equal(a, b), !truth.only_a && !truth.only_b);
	assert_int_equal(
	    matchset_precedes(a, b), truth.both && rule_cmp(a, b) < 0);
}

static size_t
space_size(const struct rule *a, const struct rule *b)
{
	struct space space;
	size_t size = 1;

	space_init(&space, a, b);
	for (unsigned i = 0; i < AXES; i++)
		size *= space.axes[i].n;
	return size;
}

/* Pairs of rules whose packets are few enough to try one of each sort. */
static void
pairs_agree_with_all_their_packets(void **state)
{
	struct random random = { 424242 };
	unsigned checked = 0;

	(void)state;
	for (unsigned i = 0; checked < 4000; i++) {
		unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct rule a;
		struct rule b;

		random_rule_small(&random, afi, &a);
		random_rule_small(&random, afi, &b);
		if (space_size(&a, &b) > 20000)
			continue;
		check_pair(&a, &b);
		checked++;
	}
}

/* A rule of one dimension more or less than another, with equal terms. */
static void
changed_rules_agree_with_all_their_packets(void **state)
{
	struct random random = { 99 };
	unsigned checked = 0;

	(void)state;
	for (unsigned i = 0; checked < 3000; i++) {
		unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct rule a;
		struct rule b;

		random_rule_small(&random, afi, &a);
		memset(&b, 0, sizeof(b));
		memcpy(&b, &a, rule_size(&a));
		if (b.n_terms > 0) {
			uint64_t k = random_below(&random, b.n_terms);

			b.terms[k].op ^=
			    (uint8_t)(1 + random_below(&random, 7));
			if (rule_type_is_bitmask(b.terms[k].type))
				b.terms[k].op &= RULE_OP_BITMASK;
		}
		if (random_one_in(&random, 3) && b.n_terms > 1)
			b.n_terms--;
		if (random_one_in(&random, 4) && b.dst_len > b.dst_offset + 1)
			b.dst_len--;
		rule_canonical(&b);
		if (space_size(&a, &b) > 20000)
			continue;
		check_pair(&a, &b);
		checked++;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_agree_with_all_their_packets),
		cmocka_unit_test(changed_rules_agree_with_all_their_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
