/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions in rule texts. */
#include "policy/rule_parse.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "policy/rule_words.h"

/* Flags of the "action" word. */
static const struct rule_word traffic_words[] = {
	{ "none", 0 },
	{ "sample", ACTION_SAMPLE },
	{ "terminal", ACTION_CONTINUE },
	{ "sample-terminal", ACTION_SAMPLE | ACTION_CONTINUE },
	{ "terminal-sample", ACTION_SAMPLE | ACTION_CONTINUE },
	{ NULL, 0 },
};

/* The action is there; once only, whatever its value. */
static int
claim(struct rule_parse *parse, enum action_kind kind)
{
	if (parse->actions.present & ACTION_BIT(kind))
		return rule_lex_fail(&parse->lex, "each action once");
	parse->actions.present |= (uint16_t)ACTION_BIT(kind);
	return 0;
}

/* 1000, 1000000 … for Junos' k, m, g at the end of the word; 0 without. */
static double
suffix_factor(const struct rule_lex *lex)
{
	size_t len = rule_lex_len(lex);

	switch (len == 0 ? '\0' : rule_lex_at(lex, len - 1)) {
	case 'k':
	case 'K':
		return 1e3;
	case 'm':
	case 'M':
		return 1e6;
	case 'g':
	case 'G':
		return 1e9;
	default:
		return 0;
	}
}

/* Digits with at most one point inside. */
static bool
is_decimal(const char *text)
{
	size_t points = 0, n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '.' && i > 0 && i + 1 < n)
			points++;
		else if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return n > 0 && points <= 1;
}

/* The bits of what is no number, as the printer shows them. */
static bool
rate_odd(const struct rule_lex *lex, uint32_t *bits)
{
	uint64_t value;

	if (rule_lex_at(lex, 1) != 'x' || rule_lex_len(lex) != 10 ||
	    !rule_lex_number(lex, 0, 10, UINT32_MAX, &value))
		return false;
	*bits = (uint32_t)value;
	return !action_rate_finite(*bits) && *bits != 0xff800000u;
}

/* A rate. With k, m or g it is one of Junos', which counts bits. */
static int
rate_parse(struct rule_parse *parse, bool in_octets, uint32_t *bits)
{
	static const char wanted[] = "a rate, as 9600 or 9600.5";
	struct rule_lex *lex = &parse->lex;
	double factor = suffix_factor(lex);
	size_t len = rule_lex_len(lex) - (factor > 0);
	char text[PREFIX_TEXT_MAX];
	float rate;

	if (lex->token != RULE_TOKEN_WORD)
		return rule_lex_fail(lex, wanted);
	if (!rate_odd(lex, bits)) {
		if (!rule_lex_copy(lex, 0, len, text) || !is_decimal(text))
			return rule_lex_fail(lex, wanted);
		rate = strtof(text, NULL);
		memcpy(bits, &rate, sizeof(*bits));
		if (factor > 0)
			*bits = action_rate_bits(
			    strtod(text, NULL) * factor / (in_octets ? 8 : 1));
		if (!action_rate_finite(*bits))
			return rule_lex_fail(lex, "a rate that a float holds");
	}
	rule_lex_next(lex);
	return 0;
}

static int
discard(struct rule_parse *parse)
{
	parse->actions.rate_bytes = 0;
	return 0;
}

/* "as NUMBER" is informational (RFC 8955 7.1) and goes no further. */
static int
rate_limit(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t as;

	if (rate_parse(parse, true, &parse->actions.rate_bytes) < 0)
		return -1;
	if (!rule_lex_take(lex, "as"))
		return 0;
	if (!rule_lex_number(lex, 0, rule_lex_len(lex), UINT16_MAX, &as))
		return rule_lex_fail(lex, "an AS number, 0 to 65535");
	rule_lex_next(lex);
	return 0;
}

static int
rate_limit_packets(struct rule_parse *parse)
{
	return rate_parse(parse, false, &parse->actions.rate_packets);
}

static int
sample(struct rule_parse *parse)
{
	parse->actions.flags |= ACTION_SAMPLE;
	return 0;
}

static int
next_term(struct rule_parse *parse)
{
	parse->actions.flags |= ACTION_CONTINUE;
	return 0;
}

static int
traffic_action(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	unsigned flags;

	if (lex->token != RULE_TOKEN_WORD ||
	    !rule_words_find(traffic_words, rule_lex_from(lex, 0),
		rule_lex_len(lex), &flags))
		return rule_lex_fail(
		    lex, "sample, terminal, sample-terminal or none");
	parse->actions.flags |= (uint8_t)flags;
	rule_lex_next(lex);
	return 0;
}

static int
mark(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	size_t len = rule_lex_len(lex);
	unsigned named;
	uint64_t dscp;

	if (lex->token == RULE_TOKEN_WORD &&
	    rule_words_find(
		rule_words_dscp, rule_lex_from(lex, 0), len, &named))
		dscp = named;
	else if (lex->token != RULE_TOKEN_WORD ||
		 !rule_lex_number(lex, 0, len, 63, &dscp))
		return rule_lex_fail(lex, "a DSCP, 0 to 63 or a name");
	parse->actions.dscp = (uint8_t)dscp;
	rule_lex_next(lex);
	return 0;
}

static void
put16(uint8_t *p, uint64_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void
put32(uint8_t *p, uint64_t value)
{
	put16(p, value >> 16);
	put16(&p[2], value);
}

/* The place of the last colon of the word, or its length. */
static size_t
last_colon(const struct rule_lex *lex)
{
	size_t len = rule_lex_len(lex), at = len;

	for (size_t i = 0; i < len; i++) {
		if (rule_lex_at(lex, i) == ':')
			at = i;
	}
	return at;
}

/* Octets from..to-1 of the word are an address of this family. */
static bool
address_parse(const struct rule_lex *lex, size_t from, size_t to, unsigned afi,
    uint8_t *out)
{
	char text[PREFIX_TEXT_MAX];

	return rule_lex_copy(lex, from, to, text) &&
	       inet_pton(afi == AFI_IPV4 ? AF_INET : AF_INET6, text, out) == 1;
}

/* IPv6 ADDRESS:NUMBER, RFC 8956 6.1. */
static int
redirect_rt6(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	uint8_t *value = parse->actions.redirect_rt6;
	size_t colon = last_colon(lex), len = rule_lex_len(lex);
	uint64_t local;

	if (lex->token != RULE_TOKEN_WORD ||
	    !address_parse(lex, 0, colon, AFI_IPV6, &value[2]) ||
	    !rule_lex_number(lex, colon + 1, len, UINT16_MAX, &local))
		return rule_lex_fail(lex, "IPV6-ADDRESS:NUMBER");
	value[1] = 0x0d;
	put16(&value[18], local);
	rule_lex_next(lex);
	return 0;
}

/* HIGH.LOW:NUMBER, or a plain AS number that needs four octets. */
static bool
as4_parse(
    const struct rule_lex *lex, size_t from, size_t colon, uint8_t value[8])
{
	size_t dot = rule_lex_find(lex, from, '.');
	uint64_t high = 0, low, local;

	if (dot < colon) {
		if (!rule_lex_number(lex, from, dot, UINT16_MAX, &high) ||
		    !rule_lex_number(lex, dot + 1, colon, UINT16_MAX, &low))
			return false;
	} else if (!rule_lex_number(lex, from, colon, UINT32_MAX, &low)) {
		return false;
	}
	if (!rule_lex_number(
		lex, colon + 1, rule_lex_len(lex), UINT16_MAX, &local))
		return false;
	value[0] = 0x82;
	put32(&value[2], high << 16 | low);
	put16(&value[6], local);
	return true;
}

/* NUMBER:NUMBER with two octets of AS, or ADDRESS:NUMBER. */
static bool
as2_or_ip4_parse(
    const struct rule_lex *lex, size_t from, size_t colon, uint8_t value[8])
{
	size_t len = rule_lex_len(lex);
	uint64_t as, local;

	if (rule_lex_number(lex, from, colon, UINT16_MAX, &as) &&
	    rule_lex_number(lex, colon + 1, len, UINT32_MAX, &local)) {
		value[0] = 0x80;
		put16(&value[2], as);
		put32(&value[4], local);
		return true;
	}
	if (!address_parse(lex, from, colon, AFI_IPV4, &value[2]) ||
	    !rule_lex_number(lex, colon + 1, len, UINT16_MAX, &local))
		return false;
	value[0] = 0x81;
	put16(&value[6], local);
	return true;
}

/* A route target; Junos writes "target:" before it. */
static int
redirect(struct rule_parse *parse)
{
	static const char target[] = "target:";
	struct rule_lex *lex = &parse->lex;
	uint8_t *value = parse->actions.redirect;
	size_t from = 0, colon = last_colon(lex);

	if (lex->token != RULE_TOKEN_WORD)
		return rule_lex_fail(lex, "a route target");
	if (rule_lex_len(lex) > strlen(target) &&
	    memcmp(rule_lex_from(lex, 0), target, strlen(target)) == 0)
		from = strlen(target);
	memset(value, 0, 8);
	if (!as2_or_ip4_parse(lex, from, colon, value) &&
	    !as4_parse(lex, from, colon, value))
		return rule_lex_fail_at(lex, from,
		    "a route target: 65000:100, 192.0.2.1:100 or 1.10:100");
	value[1] = 0x08;
	rule_lex_next(lex);
	return 0;
}

static int
redirect_nexthop(struct rule_parse *parse)
{
	if (rule_lex_take(&parse->lex, "copy"))
		parse->actions.flags |= ACTION_COPY_NEXTHOP;
	return 0;
}

/* "[local NUMBER] [copy]" after the address. */
static int
redirect_ip_end(struct rule_parse *parse, uint8_t local[2], unsigned copy)
{
	struct rule_lex *lex = &parse->lex;
	uint64_t value;

	rule_lex_next(lex);
	if (rule_lex_take(lex, "local")) {
		if (!rule_lex_number(
			lex, 0, rule_lex_len(lex), UINT16_MAX, &value) ||
		    value % 2 != 0)
			return rule_lex_fail(lex, "an even number, 0 to 65534 "
						  "(odd ones say \"copy\")");
		put16(local, value);
		rule_lex_next(lex);
	}
	if (rule_lex_take(lex, "copy"))
		parse->actions.flags |= (uint8_t)copy;
	return 0;
}

static int
redirect_ip6(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	uint8_t *value = parse->actions.redirect_ip6;

	if (!address_parse(lex, 0, rule_lex_len(lex), AFI_IPV6, &value[2]))
		return rule_lex_fail(lex, "an address");
	value[1] = 0x0c;
	return redirect_ip_end(parse, &value[18], ACTION_COPY_IP6);
}

static int
redirect_ip4(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	uint8_t *value = parse->actions.redirect_ip4;

	if (!address_parse(lex, 0, rule_lex_len(lex), AFI_IPV4, value))
		return rule_lex_fail(lex, "an address");
	return redirect_ip_end(parse, &value[4], ACTION_COPY_IP4);
}

static const struct rule_word transitive_words[] = {
	{ "transitive", 0x07 },
	{ "non-transitive", 0x47 },
	{ NULL, 0 },
};
static const struct rule_word direction_words[] = {
	{ "none", 0 },
	{ "input", 1 },
	{ "output", 2 },
	{ "input-output", 3 },
	{ NULL, 0 },
};

/* transitive:input:AS:GROUP, ExaBGP's form. */
static bool
interface_set_value(const struct rule_lex *lex, uint8_t value[8])
{
	size_t first = rule_lex_find(lex, 0, ':');
	size_t second = rule_lex_find(lex, first + 1, ':');
	size_t third = rule_lex_find(lex, second + 1, ':');
	size_t len = rule_lex_len(lex);
	unsigned type, direction;
	uint64_t as, group;

	if (third >= len ||
	    !rule_words_find(
		transitive_words, rule_lex_from(lex, 0), first, &type) ||
	    !rule_words_find(direction_words, rule_lex_from(lex, first + 1),
		second - first - 1, &direction) ||
	    !rule_lex_number(lex, second + 1, third, UINT32_MAX, &as) ||
	    !rule_lex_number(lex, third + 1, len, 0x3fff, &group))
		return false;
	value[0] = (uint8_t)type;
	value[1] = 0x02;
	put32(&value[2], as);
	put16(&value[6], (uint64_t)direction << 14 | group);
	return true;
}

static int
interface_set(struct rule_parse *parse)
{
	struct rule_lex *lex = &parse->lex;
	bool bracket = lex->token == RULE_TOKEN_LIST_OPEN;

	if (bracket)
		rule_lex_next(lex);
	if (lex->token != RULE_TOKEN_WORD ||
	    !interface_set_value(lex, parse->actions.interface_set))
		return rule_lex_fail(
		    lex, "an interface set, transitive:input:65000:1");
	rule_lex_next(lex);
	if (!bracket)
		return 0;
	if (lex->token != RULE_TOKEN_LIST_CLOSE)
		return rule_lex_fail(lex, "]");
	rule_lex_next(lex);
	return 0;
}

/* Words that begin an action, and what reads the rest of it. */
static const struct row {
	const char *name;
	enum action_kind kind;
	int (*parse)(struct rule_parse *parse);
} rows[] = {
	{ "discard", ACTION_RATE_BYTES, discard },
	{ "rate-limit", ACTION_RATE_BYTES, rate_limit },
	{ "rate-limit-packets", ACTION_RATE_PACKETS, rate_limit_packets },
	{ "action", ACTION_TRAFFIC, traffic_action },
	{ "sample", ACTION_TRAFFIC, sample },       /* Junos */
	{ "next-term", ACTION_TRAFFIC, next_term }, /* Junos */
	{ "redirect", ACTION_REDIRECT, redirect },
	{ "routing-instance", ACTION_REDIRECT, redirect }, /* Junos */
	{ "mark", ACTION_MARK, mark },
	{ "redirect-rt6", ACTION_REDIRECT_RT6, redirect_rt6 },
	{ "redirect-nexthop", ACTION_REDIRECT_NEXTHOP, redirect_nexthop },
	{ "redirect-to-nexthop", ACTION_REDIRECT_NEXTHOP, redirect_nexthop },
	{ "redirect-to-ip", ACTION_REDIRECT_IP4, redirect_ip4 },
	{ "redirect-ip", ACTION_REDIRECT_IP4, redirect_ip4 },
	{ "redirect-ip6", ACTION_REDIRECT_IP6, redirect_ip6 },
	{ "redirect-to-nexthop-ietf", ACTION_REDIRECT_IP4, redirect_ip4 },
	{ "interface-set", ACTION_INTERFACE_SET, interface_set },
	/* No action at all, RFC 8955 7. */
	{ "accept", ACTION_KINDS, NULL },
};

static const struct row *
row_of(const struct rule_lex *lex)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rule_lex_is(lex, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

bool
rule_parse_is_action(const struct rule_lex *lex)
{
	return row_of(lex) != NULL;
}

/* Of the words that serve two kinds, the one that the next word's address
 * asks for. */
static struct row
row_for_family(const struct row *row, const struct rule_lex *word)
{
	struct rule_lex lex = *word;
	struct row other = *row;

	rule_lex_next(&lex);
	if (last_colon(&lex) == rule_lex_len(&lex))
		return other;
	if (row->parse == redirect_ip4) {
		other.kind = ACTION_REDIRECT_IP6;
		other.parse = redirect_ip6;
	} else if (row->parse == redirect &&
		   rule_lex_find(&lex, 0, ':') + 1 < last_colon(&lex) &&
		   rule_lex_at(&lex, 0) != 't') {
		other.kind = ACTION_REDIRECT_RT6;
		other.parse = redirect_rt6;
	}
	return other;
}

/* Junos' words for the traffic action come one by one. */
static bool
may_repeat(const struct row *row)
{
	return row->parse == sample || row->parse == next_term;
}

int
rule_parse_action(struct rule_parse *parse)
{
	const struct row *found = row_of(&parse->lex);
	struct row row;

	if (found == NULL)
		return rule_lex_fail(&parse->lex, "an action");
	parse->n_actions++;
	if (found->parse == NULL) {
		rule_lex_next(&parse->lex);
		return 0;
	}
	row = row_for_family(found, &parse->lex);
	if (may_repeat(&row))
		parse->actions.present |= (uint16_t)ACTION_BIT(row.kind);
	else if (claim(parse, row.kind) < 0)
		return -1;
	rule_lex_next(&parse->lex);
	return row.parse(parse);
}
