/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule_order.c: RFC 8955 5.1 and RFC 8956 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule.h"
#include "tests/lib/any_rule.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
#define RULES   600
#define TRIPLES 200000
#define SEED    0x0123456789abcdefu

/* Two NLRI values of a family; a comes before b. */
struct row {
	const char *name;
	unsigned afi;
	const char *a, *b;
};

static const struct row rows[] = {
	/* Pairs that OpenBGPD's regression tests have. */
	{ "lower_type_first", AFI_IPV4, "0100", "0200" },
	{ "more_components_first", AFI_IPV4, "01000200", "0100" },
	{ "lower_value_first", AFI_IPV4, "048002", "048003" },
	{ "lower_operator_first", AFI_IPV4, "0400038002", "048003" },
	{ "lower_prefix_first", AFI_IPV4, "0118c0a810", "0118c0a820" },
	{ "lower_before_shorter", AFI_IPV4, "0118c0a810", "0114c0a820" },
	{ "longer_prefix_first", AFI_IPV4, "0118c0a820", "0114c0a820" },
	{ "longer_inside_first", AFI_IPV4, "0118c0a82a", "0114c0a820" },
	{ "v6_lower_offset_first", AFI_IPV6, "01300020010db8c0fe",
	    "013008010db8c0fe" },
	{ "v6_longer_first", AFI_IPV6, "01300020010db8c0fe",
	    "01280020010db8c0" },
	{ "v6_lower_first", AFI_IPV6, "01280020010db8c0", "01280020010db8d0" },
	/* Ours. */
	{ "lower_width_first", AFI_IPV4, "048119", "04911f90" },
	{ "prefix_and_protocol_before_prefix", AFI_IPV4, "01180a0000038106",
	    "01180a0000" },
	{ "host_before_its_net_and_ports", AFI_IPV4, "0120c0000201",
	    "0118c00002048150" },
	{ "list_that_goes_on_first", AFI_IPV4, "0401508151", "048101" },
	{ "more_terms_first", AFI_IPV4, "04015081510b8101", "0481500b8101" },
	{ "source_decides_after_destination", AFI_IPV4, "01000208010b8102",
	    "0100020802" },
	{ "source_before_protocol", AFI_IPV4, "010002080a", "0100038106" },
	{ "default_after_any", AFI_IPV4, "010180", "0100" },
	{ "v6_offset_beats_length", AFI_IPV6, "011000ffff", "01100800" },
	{ "v6_default_after_any", AFI_IPV6, "01010080", "010000" },
	{ "v6_flow_label_last", AFI_IPV6, "0c8102", "0da100000001" },
	{ "odd_bits_decide", AFI_IPV4, "0113000000", "0113000020" },
};

static void
rule_of(unsigned afi, const char *hex, struct rule *rule)
{
	uint8_t key[RULE_KEY_MAX];
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++) {
		char octet[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		key[i] = (uint8_t)strtoul(octet, NULL, 16);
	}
	assert_int_equal(rule_from_key(afi, key, len, rule), 0);
}

/* a has precedence, seen from both sides; each equals itself. */
static void
first_wins(void **state)
{
	const struct row *row = *state;
	struct rule a, b;

	rule_of(row->afi, row->a, &a);
	rule_of(row->afi, row->b, &b);
	assert_true(rule_cmp(&a, &b) < 0);
	assert_true(rule_cmp(&b, &a) > 0);
	assert_int_equal(rule_cmp(&a, &a), 0);
	assert_int_equal(rule_cmp(&b, &b), 0);
}

/* One component of a key: its type, and where it is. */
struct component {
	unsigned type;
	const uint8_t *data;
	size_t len;
};

static size_t
prefix_len(const uint8_t *key, unsigned afi)
{
	if (afi == AFI_IPV4)
		return 1 + (key[0] + 7u) / 8;
	return 2 + ((unsigned)key[0] - key[1] + 7) / 8;
}

/* The component at *at of a canonical key, which moves on. */
static struct component
component_next(unsigned afi, const uint8_t *key, size_t len, size_t *at)
{
	struct component c = { 0, NULL, 0 };
	uint8_t op = 0;

	if (*at >= len)
		return c;
	c.type = key[*at];
	c.data = &key[*at + 1];
	if (c.type <= RULE_SRC)
		c.len = prefix_len(c.data, afi);
	while (c.type > RULE_SRC && (op & 0x80) == 0) {
		op = c.data[c.len];
		c.len += 1 + (1u << (op >> 4 & 3));
	}
	*at += 1 + c.len;
	return c;
}

/* The pattern's bit i, from the left of what is on the wire. */
static unsigned
bit(const struct component *c, unsigned afi, unsigned i)
{
	unsigned octet = c->data[(afi == AFI_IPV4 ? 1 : 2) + i / 8];

	return octet >> (7 - i % 8) & 1;
}

static int
cmp_prefixes(const struct component *a, const struct component *b, unsigned afi)
{
	unsigned bits_a = a->data[0], bits_b = b->data[0];

	if (afi == AFI_IPV6) {
		if (a->data[1] != b->data[1])
			return a->data[1] < b->data[1] ? -1 : 1;
		bits_a -= a->data[1];
		bits_b -= b->data[1];
	}
	for (unsigned i = 0; i < bits_a && i < bits_b; i++) {
		if (bit(a, afi, i) != bit(b, afi, i))
			return bit(a, afi, i) == 0 ? -1 : 1;
	}
	if (bits_a == bits_b)
		return 0;
	return bits_a > bits_b ? -1 : 1;
}

static int
cmp_components(
    const struct component *a, const struct component *b, unsigned afi)
{
	int order;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->type <= RULE_SRC)
		return cmp_prefixes(a, b, afi);
	order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
	if (order != 0 || a->len == b->len)
		return order;
	return a->len > b->len ? -1 : 1;
}

/* The RFC's algorithm, word for word, over the encoded rules. */
static int
cmp_as_in_the_rfc(const struct rule *a, const struct rule *b)
{
	uint8_t key_a[RULE_KEY_MAX], key_b[RULE_KEY_MAX];
	size_t len_a = rule_key(a, key_a), len_b = rule_key(b, key_b);
	size_t at_a = 0, at_b = 0;
	int order;

	do {
		struct component ca =
		    component_next(a->afi, key_a, len_a, &at_a);
		struct component cb =
		    component_next(b->afi, key_b, len_b, &at_b);

		if (ca.type == 0 || cb.type == 0)
			return (ca.type == 0) - (cb.type == 0);
		order = cmp_components(&ca, &cb, a->afi);
	} while (order == 0);
	return order;
}

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

/* Rules of one family that have much in common. */
static struct rule *
random_rules(unsigned afi)
{
	struct rule *rules = calloc(RULES, sizeof(*rules));
	uint8_t octets[ANY_SOURCE_MAX];
	uint64_t seed = SEED;

	assert_non_null(rules);
	for (unsigned i = 0; i < RULES;) {
		struct any_source source = { octets, sizeof(octets), 0 };
		struct rule *rule = &rules[i];

		any_fill(&seed, octets, sizeof(octets));
		if (i % 2 == 1) { /* the one before, with a little changed */
			*rule = rules[i - 1];
			rule->dst_len /= (uint8_t)(1 + octets[0] % 2);
			rule->dst_offset = 0;
			rule->n_terms /= (uint16_t)(1 + octets[1] % 2);
			rule->terms[octets[2] % 4].value ^= octets[3] % 4;
			rule_canonical(rule);
			memset(&rule->terms[rule->n_terms], 0,
			    (size_t)(RULE_TERMS_MAX - rule->n_terms) *
				sizeof(rule->terms[0]));
		} else {
			any_rule(&source, rule);
		}
		i += rule->afi == afi && rule_valid(rule, rule_size(rule));
	}
	return rules;
}

/* Every pair compares as the RFC's algorithm says, and antisymmetrically. */
static void
pairs_compare_as_in_the_rfc(void **state)
{
	unsigned afi = *(const unsigned *)*state;
	struct rule *rules = random_rules(afi);

	for (unsigned i = 0; i < RULES; i++) {
		for (unsigned j = 0; j <= i; j++) {
			int order = sign(rule_cmp(&rules[i], &rules[j]));

			assert_int_equal(order,
			    sign(cmp_as_in_the_rfc(&rules[i], &rules[j])));
			assert_int_equal(
			    order, -sign(rule_cmp(&rules[j], &rules[i])));
			assert_int_equal(
			    order == 0, rule_equal(&rules[i], &rules[j]));
		}
	}
	free(rules);
}

/* What comes before something comes before all that comes after it. */
static void
order_is_transitive(void **state)
{
	unsigned afi = *(const unsigned *)*state;
	struct rule *rules = random_rules(afi);
	uint64_t seed = SEED;

	for (unsigned n = 0; n < TRIPLES; n++) {
		uint8_t r[6];
		const struct rule *a, *b, *c;

		any_fill(&seed, r, sizeof(r));
		a = &rules[(r[0] * 256u + r[1]) % RULES];
		b = &rules[(r[2] * 256u + r[3]) % RULES];
		c = &rules[(r[4] * 256u + r[5]) % RULES];
		if (rule_cmp(a, b) <= 0 && rule_cmp(b, c) <= 0)
			assert_true(rule_cmp(a, c) <= 0);
	}
	free(rules);
}

/* Rules for IPv4 stand before those for IPv6. */
static void
ipv4_comes_first(void **state)
{
	struct rule a, b;

	(void)state;
	rule_of(AFI_IPV4, "0c8102", &a);
	rule_of(AFI_IPV6, "01300020010db8c0fe", &b);
	assert_true(rule_cmp(&a, &b) < 0);
	assert_true(rule_cmp(&b, &a) > 0);
}

int
main(void)
{
	static const unsigned families[] = { AFI_IPV4, AFI_IPV6 };
	struct CMUnitTest pairs[N(rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		{ "v4_pairs_compare_as_in_the_rfc", pairs_compare_as_in_the_rfc,
		    NULL, NULL, (void *)(uintptr_t)&families[0] },
		{ "v6_pairs_compare_as_in_the_rfc", pairs_compare_as_in_the_rfc,
		    NULL, NULL, (void *)(uintptr_t)&families[1] },
		{ "v4_order_is_transitive", order_is_transitive, NULL, NULL,
		    (void *)(uintptr_t)&families[0] },
		{ "v6_order_is_transitive", order_is_transitive, NULL, NULL,
		    (void *)(uintptr_t)&families[1] },
		cmocka_unit_test(ipv4_comes_first),
	};

	for (size_t i = 0; i < N(rows); i++) {
		pairs[i].name = rows[i].name;
		pairs[i].test_func = first_wins;
		pairs[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("pairs", pairs, NULL, NULL) +
	       cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
