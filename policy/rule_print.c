/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules as text, in the shape of GoBGP's command line.
 *
 * What that command line cannot say has a form that GoBGP refuses rather than
 * misreads: numeric terms that are always true or false, TCP flags without a
 * letter, the actions it does not know.
 */
#include "policy/rule_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/rule_words.h"

/* Where the text goes: len never reaches size, one octet stays for the NUL. */
struct out {
	char *buf;
	size_t size, len;
};

static void
put_char(struct out *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len++] = c;
}

static void
put(struct out *out, const char *text)
{
	size_t room = out->size > out->len ? out->size - out->len - 1 : 0;
	size_t n = strlen(text);

	if (n > room)
		n = room;
	if (n > 0)
		memcpy(&out->buf[out->len], text, n);
	out->len += n;
}

static void
put_number(struct out *out, uint64_t value)
{
	char digits[21];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	put(out, &digits[at]);
}

static void
put_hex(struct out *out, uint64_t value)
{
	char text[19];

	(void)snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	put(out, text);
}

/* A space between words. */
static void
put_gap(struct out *out)
{
	if (out->len > 0)
		put_char(out, ' ');
}

static size_t
finish(struct out *out)
{
	if (out->size > 0)
		out->buf[out->len] = '\0';
	return out->len;
}

static void
put_prefix(struct out *out, const struct rule *rule, bool is_dst)
{
	struct prefix prefix = { .afi = rule->afi };
	unsigned offset = is_dst ? rule->dst_offset : rule->src_offset;
	char text[PREFIX_TEXT_MAX];

	prefix.len = is_dst ? rule->dst_len : rule->src_len;
	memcpy(prefix.addr, is_dst ? rule->dst : rule->src, ADDRESS_MAX);
	put(out, is_dst ? " destination " : " source ");
	put(out, prefix_print(&prefix, text, sizeof(text)));
	if (offset != 0) {
		put_char(out, ' ');
		put_number(out, offset);
	}
}

/* GoBGP takes "true" for the operator without bits and "false" for the one
 * with all: so other words, lest its reader understand the opposite. */
static void
put_numeric(struct out *out, const struct rule_term *term)
{
	static const char *const ops[8] = { "never", "=", ">", ">=", "<",
		"<=", "!=", "always" };
	unsigned op = term->op & 7;

	put(out, ops[op]);
	if (op != 0 && op != 7) {
		put_number(out, term->value);
	} else if (term->value != 0) {
		put_char(out, ':');
		put_number(out, term->value);
	}
}

static void
put_tcp_flags(struct out *out, uint64_t value)
{
	if (value == 0 || value > 0xff) {
		put_hex(out, value);
		return;
	}
	for (unsigned bit = 0; bit < 8; bit++) {
		if (value >> bit & 1)
			put_char(out, RULE_WORDS_TCP_LETTERS[bit]);
	}
}

static void
put_fragment(struct out *out, uint64_t value)
{
	bool first = true;

	if (value == 0 || value > 0x0f) {
		const char *name = rule_words_name(rule_words_fragment, 0);

		if (value == 0 && name != NULL)
			put(out, name);
		else
			put_hex(out, value);
		return;
	}
	for (unsigned bit = 1; bit <= value; bit <<= 1) {
		const char *name = rule_words_name(rule_words_fragment, bit);

		if ((value & bit) == 0 || name == NULL)
			continue;
		if (!first)
			put_char(out, '+');
		put(out, name);
		first = false;
	}
}

static void
put_bitmask(struct out *out, const struct rule_term *term)
{
	static const char *const ops[4] = { "", "=", "!", "!=" };

	put(out, ops[term->op & 3]);
	if (term->type == RULE_TCP_FLAGS)
		put_tcp_flags(out, term->value);
	else
		put_fragment(out, term->value);
}

static unsigned
terms_of(const struct rule *rule)
{
	return rule->n_terms < RULE_TERMS_MAX ? rule->n_terms : RULE_TERMS_MAX;
}

static void
put_terms(struct out *out, const struct rule *rule)
{
	unsigned n = terms_of(rule), before = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct rule_term *term = &rule->terms[i];

		if (term->type != before) {
			const char *word =
			    rule_words_name(rule_words_type, term->type);

			put_char(out, ' ');
			put(out, word == NULL ? "?" : word);
		}
		if (term->type == before && (term->op & RULE_OP_AND))
			put_char(out, '&');
		else
			put_char(out, ' ');
		if (rule_type_is_bitmask(term->type))
			put_bitmask(out, term);
		else
			put_numeric(out, term);
		before = term->type;
	}
}

/* Nothing but a prefix or the flow label shows that a rule is for IPv6. */
static bool
family_is_silent(const struct rule *rule)
{
	unsigned n = terms_of(rule);

	return rule->afi == AFI_IPV6 && rule->has == 0 &&
	       (n == 0 || rule->terms[n - 1].type != RULE_FLOW_LABEL);
}

static void
put_match(struct out *out, const struct rule *rule)
{
	put(out, family_is_silent(rule) ? "ipv6 match" : "match");
	if (rule->has & RULE_HAS_DST)
		put_prefix(out, rule, true);
	if (rule->has & RULE_HAS_SRC)
		put_prefix(out, rule, false);
	put_terms(out, rule);
}

/*
 * The fewest significant digits that read back as the same float: "d.ddde±xx"
 * taken apart into digits and the place of the point.
 */
static int
shortest_digits(uint32_t bits, char digits[16])
{
	double rate = action_rate(bits);
	char text[32];
	size_t n = 0;

	for (int precision = 0; precision < 9; precision++) {
		uint32_t bits_back;
		float back;

		(void)snprintf(text, sizeof(text), "%.*e", precision, rate);
		back = strtof(text, NULL);
		memcpy(&bits_back, &back, sizeof(back));
		if (bits_back == bits)
			break;
	}
	for (size_t i = 0; text[i] != 'e' && text[i] != '\0' && n < 15; i++) {
		if (text[i] >= '0' && text[i] <= '9')
			digits[n++] = text[i];
	}
	digits[n] = '\0';
	return (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
}

/* Without an exponent: GoBGP's command line takes none. */
static void
put_finite_rate(struct out *out, uint32_t bits)
{
	double rate = action_rate(bits);
	char digits[16] = "";
	int point, n;

	/* Whole numbers that no other float rounds to: nearly all. */
	if (rate >= 0 && rate < 1 << 24 && rate == (double)(uint32_t)rate) {
		put_number(out, (uint32_t)rate);
		return;
	}
	point = shortest_digits(bits, digits);
	n = (int)strlen(digits);
	if (point <= 0)
		put(out, "0.");
	for (int i = point; i < 0; i++)
		put_char(out, '0');
	for (int i = 0; i < n; i++) {
		if (i == point && i > 0)
			put_char(out, '.');
		put_char(out, digits[i]);
	}
	for (int i = n; i < point; i++)
		put_char(out, '0');
}

/* What is no number is shown as its bits. */
static void
put_rate(struct out *out, uint32_t bits)
{
	if (!action_rate_finite(bits))
		put_hex(out, bits);
	else
		put_finite_rate(out, bits);
}

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(&p[2]);
}

static void
put_address(struct out *out, unsigned afi, const uint8_t *octets)
{
	struct prefix address = { .afi = (uint8_t)afi };
	char text[PREFIX_TEXT_MAX];

	memcpy(address.addr, octets, afi_bits(afi) / 8);
	put(out, prefix_print_address(&address, text, sizeof(text)));
}

/* A four-octet AS is always written with a point: GoBGP cuts off a longer
 * plain number. */
static void
put_redirect(struct out *out, const uint8_t value[8])
{
	uint32_t local = be16(&value[6]);

	put(out, "redirect ");
	if (value[0] == 0x80) {
		put_number(out, be16(&value[2]));
		local = be32(&value[4]);
	} else if (value[0] == 0x81) {
		put_address(out, AFI_IPV4, &value[2]);
	} else {
		put_number(out, be16(&value[2]));
		put_char(out, '.');
		put_number(out, be16(&value[4]));
	}
	put_char(out, ':');
	put_number(out, local);
}

static void
put_redirect_ip(struct out *out, unsigned afi, const uint8_t *octets, bool copy)
{
	unsigned local = be16(&octets[afi_bits(afi) / 8]);

	put(out, "redirect-to-ip ");
	put_address(out, afi, octets);
	if (local != 0) {
		put(out, " local ");
		put_number(out, local);
	}
	if (copy)
		put(out, " copy");
}

static void
put_interface_set(struct out *out, const uint8_t value[8])
{
	static const char *const directions[4] = { "none", "input", "output",
		"input-output" };
	unsigned last = be16(&value[6]);

	put(out, "interface-set ");
	put(out, value[0] & 0x40 ? "non-transitive:" : "transitive:");
	put(out, directions[last >> 14]);
	put_char(out, ':');
	put_number(out, be32(&value[2]));
	put_char(out, ':');
	put_number(out, last & 0x3fff);
}

static void
put_traffic_action(struct out *out, unsigned flags)
{
	static const char *const names[4] = { "none", "sample", "terminal",
		"sample-terminal" };

	put(out, "action ");
	put(out, names[flags & (ACTION_SAMPLE | ACTION_CONTINUE)]);
}

/* redirect-rt6: GoBGP's "redirect" of an IPv6 target is another community. */
static void
put_redirect_rt6(struct out *out, const uint8_t value[20])
{
	put(out, "redirect-rt6 ");
	put_address(out, AFI_IPV6, &value[2]);
	put_char(out, ':');
	put_number(out, be16(&value[18]));
}

static void
put_action(struct out *out, const struct action_set *set, unsigned kind)
{
	switch ((enum action_kind)kind) {
	case ACTION_RATE_BYTES:
		if (set->rate_bytes == 0) {
			put(out, "discard");
			break;
		}
		put(out, "rate-limit ");
		put_rate(out, set->rate_bytes);
		break;
	case ACTION_RATE_PACKETS:
		put(out, "rate-limit-packets ");
		put_rate(out, set->rate_packets);
		break;
	case ACTION_TRAFFIC:
		put_traffic_action(out, set->flags);
		break;
	case ACTION_REDIRECT:
		put_redirect(out, set->redirect);
		break;
	case ACTION_MARK:
		put(out, "mark ");
		put_number(out, set->dscp);
		break;
	case ACTION_REDIRECT_RT6:
		put_redirect_rt6(out, set->redirect_rt6);
		break;
	case ACTION_REDIRECT_NEXTHOP:
		put(out, "redirect-nexthop");
		if (set->flags & ACTION_COPY_NEXTHOP)
			put(out, " copy");
		break;
	case ACTION_REDIRECT_IP4:
		put_redirect_ip(out, AFI_IPV4, set->redirect_ip4,
		    (set->flags & ACTION_COPY_IP4) != 0);
		break;
	case ACTION_REDIRECT_IP6:
		put_redirect_ip(out, AFI_IPV6, &set->redirect_ip6[2],
		    (set->flags & ACTION_COPY_IP6) != 0);
		break;
	case ACTION_INTERFACE_SET:
		put_interface_set(out, set->interface_set);
		break;
	case ACTION_KINDS:
		break;
	}
}

/* No action is said as what it means, RFC 8955 7: accept. */
static void
put_actions(struct out *out, const struct action_set *set)
{
	bool any = false;

	for (unsigned kind = 0; kind < ACTION_KINDS; kind++) {
		if ((set->present & ACTION_BIT(kind)) == 0)
			continue;
		if (any)
			put_char(out, ' ');
		put_action(out, set, kind);
		any = true;
	}
	if (!any)
		put(out, "accept");
}

size_t
rule_print(const struct rule *rule, const struct action_set *actions, char *buf,
    size_t size)
{
	struct out out = { 0 };

	out.buf = buf;
	out.size = size;
	if (rule != NULL)
		put_match(&out, rule);
	if (actions != NULL) {
		put_gap(&out);
		put(&out, "then ");
		put_actions(&out, actions);
	}
	return finish(&out);
}

size_t
action_print(const struct action_set *actions, char *buf, size_t size)
{
	struct out out = { 0 };

	out.buf = buf;
	out.size = size;
	put_actions(&out, actions);
	return finish(&out);
}
