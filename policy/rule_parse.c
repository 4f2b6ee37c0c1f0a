/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule texts: the frame of words and braces around components and actions.
 *
 *   [ipv4|ipv6] match COMPONENT… then ACTION…          GoBGP, Junos
 *   [announce] flow route [NAME] { match { COMPONENT; … } then { ACTION; … } }
 *   [announce flow route] COMPONENT… ACTION…           ExaBGP, one line
 */
#include "policy/rule_parse.h"

#include <string.h>

/* What the parser of the frame knows of it. */
struct frame {
	unsigned depth;   /* braces open */
	bool match, then; /* words that came */
	bool braces;      /* the part under way has braces of its own */
};

#define DEPTH_MAX 4

/* Which words the frame would take here. */
static const char *
wanted_here(const struct rule_parse *parse, const struct frame *frame)
{
	if (parse->in_match)
		return frame->braces ? "a component or }"
				     : "a component or \"then\"";
	if (parse->in_then)
		return "an action";
	if (frame->match)
		return frame->then ? "the end" : "\"then\"";
	return "\"match\"";
}

static int
brace_open(struct rule_parse *parse, struct frame *frame)
{
	if (frame->depth == DEPTH_MAX)
		return rule_lex_fail(&parse->lex, "fewer braces");
	frame->depth++;
	rule_lex_next(&parse->lex);
	return 0;
}

static int
brace_close(struct rule_parse *parse, struct frame *frame)
{
	if (frame->depth == 0)
		return rule_lex_fail(&parse->lex, "no brace: none is open");
	if (parse->in_then && parse->n_actions == 0)
		return rule_lex_fail(&parse->lex, wanted_here(parse, frame));
	frame->depth--;
	frame->braces = parse->in_match = parse->in_then = false;
	rule_lex_next(&parse->lex);
	return 0;
}

/* "match" or "then" has been taken. */
static int
part_begin(struct rule_parse *parse, struct frame *frame, bool is_match)
{
	parse->in_match = is_match;
	parse->in_then = !is_match;
	if (is_match)
		frame->match = true;
	else
		frame->then = true;
	if (parse->lex.token != RULE_TOKEN_OPEN)
		return 0;
	frame->braces = true;
	return brace_open(parse, frame);
}

/* Components stand after "match", or before both words (ExaBGP). */
static bool
component_may_come(const struct rule_parse *parse, const struct frame *frame)
{
	return parse->in_match || (!frame->match && !frame->then);
}

static bool
action_may_come(const struct rule_parse *parse, const struct frame *frame)
{
	return parse->in_then || (!frame->match && !frame->then);
}

static int
component(struct rule_parse *parse, unsigned type)
{
	if (parse->seen & 1u << type)
		return rule_lex_fail(&parse->lex, "each component once");
	parse->seen |= 1u << type;
	/* ExaBGP's word for IPv6 alone. */
	if (rule_lex_is(&parse->lex, "next-header") &&
	    rule_parse_family(parse, AFI_IPV6) < 0)
		return -1;
	rule_lex_next(&parse->lex);
	return rule_parse_component(parse, type);
}

static int
word(struct rule_parse *parse, struct frame *frame)
{
	struct rule_lex *lex = &parse->lex;
	unsigned type = rule_parse_component_word(lex);
	bool own = frame->braces; /* a part in braces ends with its brace */

	if (!own && !frame->match && !frame->then &&
	    rule_lex_take(lex, "match"))
		return part_begin(parse, frame, true);
	if (!own && !frame->then && rule_lex_take(lex, "then"))
		return part_begin(parse, frame, false);
	if (type != 0 && component_may_come(parse, frame))
		return component(parse, type);
	if (rule_parse_is_action(lex) && action_may_come(parse, frame))
		return rule_parse_action(parse);
	return rule_lex_fail(lex, wanted_here(parse, frame));
}

/* The words of ExaBGP before a rule, and the family of a rule that does not
 * show it. */
static int
lead(struct rule_parse *parse, struct frame *frame)
{
	struct rule_lex *lex = &parse->lex;

	if (rule_lex_take(lex, "ipv4"))
		return rule_parse_family(parse, AFI_IPV4);
	if (rule_lex_take(lex, "ipv6"))
		return rule_parse_family(parse, AFI_IPV6);
	(void)rule_lex_take(lex, "announce");
	if (rule_lex_take(lex, "flow") && lex->token == RULE_TOKEN_OPEN &&
	    brace_open(parse, frame) < 0)
		return -1;
	if (!rule_lex_take(lex, "route"))
		return 0;
	if (lex->token == RULE_TOKEN_WORD && !rule_lex_is(lex, "match") &&
	    rule_parse_component_word(lex) == 0 && !rule_parse_is_action(lex))
		rule_lex_next(lex); /* its name */
	if (lex->token == RULE_TOKEN_OPEN)
		return brace_open(parse, frame);
	return 0;
}

static int
body(struct rule_parse *parse, struct frame *frame)
{
	struct rule_lex *lex = &parse->lex;

	while (lex->token != RULE_TOKEN_END) {
		int done = 0;

		if (lex->token == RULE_TOKEN_WORD)
			done = word(parse, frame);
		else if (lex->token == RULE_TOKEN_CLOSE)
			done = brace_close(parse, frame);
		else if (lex->token == RULE_TOKEN_SEMICOLON)
			rule_lex_next(lex);
		else
			done = rule_lex_fail(lex, wanted_here(parse, frame));
		if (done < 0)
			return -1;
	}
	if (frame->depth > 0)
		return rule_lex_fail(lex, "}");
	if (parse->seen == 0)
		return rule_lex_fail(lex, "a component");
	if (parse->in_then && parse->n_actions == 0)
		return rule_lex_fail(lex, wanted_here(parse, frame));
	return 0;
}

/* Terms by type, those of a type as they came (RFC 8955 4.2). */
static void
sort_terms(const struct rule *from, struct rule *rule)
{
	unsigned n = 0;

	for (unsigned type = RULE_PROTO; type <= RULE_TYPE_MAX; type++) {
		for (unsigned i = 0; i < from->n_terms; i++) {
			if (from->terms[i].type == type)
				rule->terms[n++] = from->terms[i];
		}
	}
}

static int
finish(struct rule_parse *parse, struct rule *rule)
{
	if (parse->rule.afi == AFI_NONE)
		parse->rule.afi = AFI_IPV4;
	if (parse->rule.afi == AFI_IPV6 && parse->has_only_ipv4)
		return rule_lex_fail(&parse->only_ipv4,
		    "what there is in IPv6 (no dont-fragment, no ICMP names)");
	memcpy(rule, &parse->rule, RULE_SIZE_MIN);
	sort_terms(&parse->rule, rule);
	rule_canonical(rule);
	return 0;
}

int
rule_parse(const char *text, struct rule *rule, struct action_set *actions,
    struct rule_text_error *error)
{
	struct rule_parse parse;
	struct frame frame = { 0 };

	memset(&parse, 0, sizeof(parse));
	memset(rule, 0, sizeof(*rule));
	memset(actions, 0, sizeof(*actions));
	memset(error, 0, sizeof(*error));
	if (rule_lex_start(&parse.lex, text, error) < 0 ||
	    lead(&parse, &frame) < 0 || body(&parse, &frame) < 0 ||
	    finish(&parse, rule) < 0)
		return -1;
	*actions = parse.actions;
	return 0;
}
