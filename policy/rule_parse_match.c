/* SPDX-License-Identifier: BSD-2-Clause */
/* Components in rule texts: prefixes and lists of operators and values. */
#include "policy/rule_parse.h"

#include <string.h>

#include "policy/rule_words.h"

/* What came before the next value of a list. */
struct pending {
	bool and_before, has_op;
	uint8_t op;
	unsigned n; /* values so far */
};

/* Octets from..to-1 of the word under way. */
struct part {
	size_t from, to;
};

unsigned
rule_parse_component_word(const struct rule_lex *lex)
{
	unsigned type = 0;

	if (lex->token == RULE_TOKEN_WORD)
		(void)rule_words_find(rule_words_type, rule_lex_from(lex, 0),
		    rule_lex_len(lex), &type);
	return type;
}

int
rule_parse_family(struct rule_parse *parse, unsigned afi)
{
	if (parse->rule.afi != AFI_NONE && parse->rule.afi != afi)
		return rule_lex_fail(&parse->lex, "one address family");
	parse->rule.afi = (uint8_t)afi;
	return 0;
}

/* "/OFFSET" within the word (ExaBGP). */
static int
offset_inside(struct rule_parse *parse, size_t slash,
    const struct prefix *prefix, uint64_t *offset)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t last = prefix->len == 0 ? 0 : prefix->len - 1u;

	if (prefix->afi != AFI_IPV6)
		return rule_lex_fail_at(lex, slash, "no offset in IPv4");
	if (!rule_lex_number(lex, slash + 1, rule_lex_len(lex), last, offset))
		return rule_lex_fail_at(
		    lex, slash + 1, "an offset below the prefix length");
	rule_lex_next(lex);
	return 0;
}

/* A number after the prefix (GoBGP). */
static int
offset_after(
    struct rule_parse *parse, const struct prefix *prefix, uint64_t *offset)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t last = prefix->len == 0 ? 0 : prefix->len - 1u;

	rule_lex_next(lex);
	if (prefix->afi != AFI_IPV6 || lex->token != RULE_TOKEN_WORD ||
	    !rule_lex_number(lex, 0, rule_lex_len(lex), UINT64_MAX, offset))
		return 0;
	if (*offset > last)
		return rule_lex_fail(lex, "an offset below the prefix length");
	rule_lex_next(lex);
	return 0;
}

static int
prefix_component(struct rule_parse *parse, bool is_dst)
{
	struct rule *rule = &parse->rule;
	struct rule_lex *lex = &parse->lex;
	size_t slash = rule_lex_find(lex, 0, '/');
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	uint64_t offset = 0;

	if (lex->token != RULE_TOKEN_WORD)
		return rule_lex_fail(lex, "a prefix");
	slash = rule_lex_find(lex, slash + 1, '/');
	if (!rule_lex_copy(lex, 0, slash, text) ||
	    prefix_parse(text, &prefix) < 0)
		return rule_lex_fail(lex, "a prefix, ADDRESS/LENGTH, with no "
					  "bit set past its length");
	if (rule_parse_family(parse, prefix.afi) < 0)
		return -1;
	if ((slash < rule_lex_len(lex)
		    ? offset_inside(parse, slash, &prefix, &offset)
		    : offset_after(parse, &prefix, &offset)) < 0)
		return -1;
	rule->has |= is_dst ? RULE_HAS_DST : RULE_HAS_SRC;
	memcpy(is_dst ? rule->dst : rule->src, prefix.addr, ADDRESS_MAX);
	*(is_dst ? &rule->dst_len : &rule->src_len) = prefix.len;
	*(is_dst ? &rule->dst_offset : &rule->src_offset) = (uint8_t)offset;
	return 0;
}

/* Place of c in the part, or its end. Only the part is looked at: a list may
 * be one word of a hundred parts. */
static size_t
find_in(const struct rule_lex *lex, struct part part, char c)
{
	for (size_t i = part.from; i < part.to; i++) {
		if (rule_lex_at(lex, i) == c)
			return i;
	}
	return part.to;
}

static bool
is_op(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

/* Operators as written; "" is the one for a bare value. */
static const struct rule_word numeric_ops[] = {
	{ "", RULE_OP_EQ },
	{ "=", RULE_OP_EQ },
	{ "==", RULE_OP_EQ },
	{ "<", RULE_OP_LT },
	{ "<=", RULE_OP_LT | RULE_OP_EQ },
	{ ">", RULE_OP_GT },
	{ ">=", RULE_OP_GT | RULE_OP_EQ },
	{ "!=", RULE_OP_LT | RULE_OP_GT },
	{ NULL, 0 },
};
static const struct rule_word bitmask_ops[] = {
	{ "", 0 },
	{ "=", RULE_OP_MATCH },
	{ "==", RULE_OP_MATCH },
	{ "!", RULE_OP_NOT },
	{ "!=", RULE_OP_NOT | RULE_OP_MATCH },
	{ NULL, 0 },
};

/* Numeric operators that ask for no value; one may follow a colon. The RFC's
 * words and ours (see put_numeric() in rule_print.c). */
static const struct rule_word constant_ops[] = {
	{ "never", 0 },
	{ "false", 0 },
	{ "always", RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ },
	{ "true", RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ },
	{ NULL, 0 },
};

static int
term_add(struct rule_parse *parse, unsigned type, struct pending *pending,
    uint64_t value)
{
	struct rule *rule = &parse->rule;
	struct rule_term *term;

	if (rule->n_terms >= RULE_TERMS_MAX)
		return rule_lex_fail(&parse->lex, "at most 128 values in all");
	term = &rule->terms[rule->n_terms++];
	memset(term, 0, sizeof(*term));
	term->type = (uint8_t)type;
	term->op = pending->op;
	if (pending->and_before)
		term->op |= RULE_OP_AND;
	term->value = value;
	pending->n++;
	pending->and_before = pending->has_op = false;
	return 0;
}

/* Note a word that a rule for IPv6 must not have. */
static void
only_ipv4(struct rule_parse *parse)
{
	if (!parse->has_only_ipv4)
		parse->only_ipv4 = parse->lex;
	parse->has_only_ipv4 = true;
}

/* A name that stands for a number in this component. */
static bool
name_value(
    struct rule_parse *parse, unsigned type, struct part part, uint64_t *value)
{
	const struct rule_word *words;
	unsigned number;

	if (type == RULE_PROTO)
		words = rule_words_protocol;
	else if (type == RULE_ICMP_TYPE)
		words = rule_words_icmp;
	else if (type == RULE_DSCP)
		words = rule_words_dscp;
	else
		return false;
	if (!rule_words_find(words, rule_lex_from(&parse->lex, part.from),
		part.to - part.from, &number))
		return false;
	if (type == RULE_ICMP_TYPE)
		only_ipv4(parse);
	*value = number;
	return true;
}

static const char *
wanted_number(unsigned type)
{
	switch (type) {
	case RULE_PROTO:
		return "a protocol number or name";
	case RULE_ICMP_TYPE:
		return "an ICMP type, number or name";
	case RULE_DSCP:
		return "a DSCP, 0 to 63 or a name";
	default:
		return "a number";
	}
}

/* always, never, always:VALUE. 1 when it was one. */
static int
constant_value(struct rule_parse *parse, unsigned type, struct part part,
    struct pending *pending)
{
	struct rule_lex *lex = &parse->lex;
	size_t colon = find_in(lex, part, ':');
	uint64_t value = 0;
	unsigned op;

	if (!rule_words_find(constant_ops, rule_lex_from(lex, part.from),
		colon - part.from, &op))
		return 0;
	if (pending->has_op)
		return rule_lex_fail_at(lex, part.from, wanted_number(type));
	if (colon < part.to && !rule_lex_number(lex, colon + 1, part.to,
				   type == RULE_DSCP ? 63 : UINT64_MAX, &value))
		return rule_lex_fail_at(lex, colon + 1, wanted_number(type));
	pending->op = (uint8_t)op;
	return term_add(parse, type, pending, value) < 0 ? -1 : 1;
}

/* VALUE, FIRST-LAST, a name, or a word that is always or never true. */
static int
numeric_value(struct rule_parse *parse, unsigned type, struct part part,
    struct pending *pending)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t max = type == RULE_DSCP ? 63 : UINT64_MAX;
	size_t dash = find_in(lex, part, '-');
	uint64_t first, last;
	int done = constant_value(parse, type, part, pending);

	if (done != 0)
		return done < 0 ? -1 : 0;
	if (!pending->has_op)
		pending->op = RULE_OP_EQ;
	if (rule_lex_number(lex, part.from, part.to, max, &first) ||
	    name_value(parse, type, part, &first))
		return term_add(parse, type, pending, first);
	if (dash >= part.to || pending->has_op ||
	    !rule_lex_number(lex, part.from, dash, max, &first) ||
	    !rule_lex_number(lex, dash + 1, part.to, max, &last) ||
	    first > last)
		return rule_lex_fail_at(lex, part.from, wanted_number(type));
	pending->op = RULE_OP_GT | RULE_OP_EQ;
	if (term_add(parse, type, pending, first) < 0)
		return -1;
	pending->and_before = true;
	pending->op = RULE_OP_LT | RULE_OP_EQ;
	return term_add(parse, type, pending, last);
}

/* The flag of one of GoBGP's letters, or 0. */
static unsigned
letter_flag(char c)
{
	static const char letters[] = RULE_WORDS_TCP_LETTERS;

	for (unsigned i = 0; letters[i] != '\0'; i++) {
		if (letters[i] == c)
			return 1u << i;
	}
	return 0;
}

/* One name of a sum, or GoBGP's letters. */
static bool
flag_names(const struct rule_lex *lex, unsigned type, struct part part,
    uint64_t *value)
{
	const struct rule_word *words =
	    type == RULE_TCP_FLAGS ? rule_words_tcp_flag : rule_words_fragment;
	unsigned bits = 0;

	if (rule_words_find(words, rule_lex_from(lex, part.from),
		part.to - part.from, &bits)) {
		*value |= bits;
		return true;
	}
	if (type != RULE_TCP_FLAGS || part.from == part.to)
		return false;
	for (size_t i = part.from; i < part.to; i++) {
		unsigned flag = letter_flag(rule_lex_at(lex, i));

		if (flag == 0)
			return false;
		bits |= flag;
	}
	*value |= bits;
	return true;
}

/* Names joined by "+". */
static int
flag_sum(const struct rule_lex *lex, unsigned type, struct part part,
    uint64_t *value)
{
	struct part name = part;

	*value = 0;
	for (; name.from <= part.to; name.from = name.to + 1) {
		name.to =
		    find_in(lex, (struct part){ name.from, part.to }, '+');
		if (flag_names(lex, type, name, value))
			continue;
		return rule_lex_fail_at(lex, name.from,
		    type == RULE_TCP_FLAGS
			? "TCP flags: letters of FSRPAUEC, names, or 0 to 0xfff"
			: "a kind of fragment, or 0 to 15");
	}
	return 0;
}

static int
bitmask_value(struct rule_parse *parse, unsigned type, struct part part,
    struct pending *pending)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t max = rule_field_max(type, AFI_IPV4), value;

	if (!pending->has_op)
		pending->op = 0;
	if (!rule_lex_number(lex, part.from, part.to, max, &value) &&
	    flag_sum(lex, type, part, &value) < 0)
		return -1;
	if (type == RULE_FRAGMENT && (value & RULE_FRAGMENT_DF))
		only_ipv4(parse);
	return term_add(parse, type, pending, value);
}

/* The operator at i of the word; the octet after it, or 0 with the failure. */
static size_t
op_parse(
    struct rule_parse *parse, unsigned type, size_t i, struct pending *pending)
{
	struct rule_lex *lex = &parse->lex;
	size_t to = i;
	unsigned op;

	while (is_op(rule_lex_at(lex, to)))
		to++;
	if (pending->has_op ||
	    !rule_words_find(
		rule_type_is_bitmask(type) ? bitmask_ops : numeric_ops,
		rule_lex_from(lex, i), to - i, &op)) {
		(void)rule_lex_fail_at(lex, i,
		    rule_type_is_bitmask(type) ? "an operator: = ! !="
					       : "an operator: = < <= > >= !=");
		return 0;
	}
	pending->has_op = true;
	pending->op = (uint8_t)op;
	return to;
}

/* A value ends at its word's end or before "&". */
static int
value_parse(struct rule_parse *parse, unsigned type, struct part part,
    struct pending *pending)
{
	if (rule_type_is_bitmask(type))
		return bitmask_value(parse, type, part, pending);
	return numeric_value(parse, type, part, pending);
}

/* A word of a list: any row of "&", operators and values; blanks may stand
 * between any of them, so that what is pending goes on to the next word. */
static int
word_parse(struct rule_parse *parse, unsigned type, struct pending *pending)
{
	struct rule_lex *lex = &parse->lex;
	size_t len = rule_lex_len(lex), i = 0;

	while (i < len) {
		struct part part = { i, i };

		if (rule_lex_at(lex, i) == '&') {
			if (pending->n == 0 || pending->and_before ||
			    pending->has_op)
				return rule_lex_fail_at(lex, i, "a value");
			pending->and_before = true;
			i++;
			continue;
		}
		if (is_op(rule_lex_at(lex, i))) {
			i = op_parse(parse, type, i, pending);
			if (i == 0)
				return -1;
			continue;
		}
		part.to = rule_lex_find(lex, i, '&');
		if (value_parse(parse, type, part, pending) < 0)
			return -1;
		i = part.to;
	}
	return 0;
}

/* Outside brackets the next word of the grammar ends a list. */
static bool
ends_list(const struct rule_parse *parse)
{
	const struct rule_lex *lex = &parse->lex;

	if (rule_parse_component_word(lex) != 0)
		return true;
	if (rule_lex_is(lex, "then"))
		return true;
	return !parse->in_match && rule_parse_is_action(lex);
}

static int
list_component(struct rule_parse *parse, unsigned type)
{
	struct rule_lex *lex = &parse->lex;
	struct pending pending = { 0 };
	bool bracket = lex->token == RULE_TOKEN_LIST_OPEN;

	if (bracket)
		rule_lex_next(lex);
	while (
	    lex->token == RULE_TOKEN_WORD && (bracket || !ends_list(parse))) {
		if (word_parse(parse, type, &pending) < 0)
			return -1;
		rule_lex_next(lex);
	}
	if (pending.n == 0 || pending.and_before || pending.has_op)
		return rule_lex_fail(lex, "a value");
	if (!bracket)
		return 0;
	if (lex->token != RULE_TOKEN_LIST_CLOSE)
		return rule_lex_fail(lex, "]");
	rule_lex_next(lex);
	return 0;
}

int
rule_parse_component(struct rule_parse *parse, unsigned type)
{
	if (type == RULE_DST || type == RULE_SRC)
		return prefix_component(parse, type == RULE_DST);
	if (type == RULE_FLOW_LABEL && rule_parse_family(parse, AFI_IPV6) < 0)
		return -1;
	return list_component(parse, type);
}
