/* SPDX-License-Identifier: BSD-2-Clause */
/* Precedence between rules, RFC 8955 5.1 and RFC 8956 4. */
#include "policy/rule.h"

/* Orders of a value that comes first when it is lower. */
static int
lower_first(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/*
 * The bits that both have: lower first. Bits before an offset are zero in
 * both, so with equal offsets whole octets may be compared.
 */
static int
cmp_common_bits(const uint8_t *a, const uint8_t *b, unsigned len)
{
	unsigned whole = len / 8, past = 8 - len % 8;

	for (unsigned i = 0; i < whole; i++) {
		if (a[i] != b[i])
			return lower_first(a[i], b[i]);
	}
	if (past == 8)
		return 0;
	return lower_first(
	    (unsigned)a[whole] >> past, (unsigned)b[whole] >> past);
}

/* One prefix component, as it stands in the rule. */
struct pattern {
	unsigned len, offset;
	const uint8_t *addr;
};

static int
cmp_pattern(const struct pattern *a, const struct pattern *b)
{
	unsigned shorter = a->len < b->len ? a->len : b->len;
	int order;

	if (a->offset != b->offset)
		return lower_first(a->offset, b->offset);
	order =
	    cmp_common_bits(a->addr, b->addr, shorter < 128 ? shorter : 128);
	if (order != 0)
		return order;
	return lower_first(b->len, a->len);
}

/*
 * A prefix's type is lower than any that may stand in its place, and a list
 * that has run out loses: whoever has the component comes first.
 */
static int
cmp_prefix(const struct rule *a, const struct rule *b, unsigned has)
{
	struct pattern pa = { a->dst_len, a->dst_offset, a->dst };
	struct pattern pb = { b->dst_len, b->dst_offset, b->dst };

	if (((a->has ^ b->has) & has) != 0)
		return a->has & has ? -1 : 1;
	if ((a->has & has) == 0)
		return 0;
	if (has == RULE_HAS_SRC) {
		pa = (struct pattern){ a->src_len, a->src_offset, a->src };
		pb = (struct pattern){ b->src_len, b->src_offset, b->src };
	}
	return cmp_pattern(&pa, &pb);
}

/*
 * memcmp() of the components as encoded, term by term: the operator octet
 * comes first and holds the width and the end of the list, so equal operators
 * are followed by values of one width, and no list is the start of another.
 */
static int
cmp_term(const struct rule *a, const struct rule *b, unsigned i)
{
	int order = lower_first(a->terms[i].type, b->terms[i].type);

	if (order == 0)
		order = lower_first(rule_key_op(a, i), rule_key_op(b, i));
	if (order == 0)
		order = lower_first(a->terms[i].value, b->terms[i].value);
	return order;
}

int
rule_cmp(const struct rule *a, const struct rule *b)
{
	unsigned n = a->n_terms < b->n_terms ? a->n_terms : b->n_terms;
	int order = lower_first(a->afi, b->afi);

	if (order == 0)
		order = cmp_prefix(a, b, RULE_HAS_DST);
	if (order == 0)
		order = cmp_prefix(a, b, RULE_HAS_SRC);
	if (n > RULE_TERMS_MAX)
		n = RULE_TERMS_MAX;
	for (unsigned i = 0; i < n && order == 0; i++)
		order = cmp_term(a, b, i);
	if (order != 0)
		return order;
	return lower_first(b->n_terms, a->n_terms);
}
