/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the rule parser share; rule_text.h is its front. */
#pragma once

#include <stdbool.h>

#include "policy/rule_lex.h"

/* A rule under construction. */
struct rule_parse {
	struct rule_lex lex;
	struct rule rule; /* terms as they came, in any order of types */
	struct action_set actions;
	unsigned seen; /* bits 1 << type of the components that came */
	/* The first word that means something in IPv4 alone, for a rule that
	 * turns out to be for IPv6: a copy of lex as it stood there. */
	struct rule_lex only_ipv4;
	bool has_only_ipv4;
	unsigned n_actions; /* words that were actions, "accept" among them */
	/* What may follow: said by rule_parse.c. */
	bool in_match, in_then;
};

/* The component word under way, or 0; rule_parse_match.c */
unsigned rule_parse_component_word(const struct rule_lex *lex);

/* The rule is of this family: -1 when another one was said before. */
int rule_parse_family(struct rule_parse *parse, unsigned afi);

/* Values of a component whose word has been taken. 0 or -1. */
int rule_parse_component(struct rule_parse *parse, unsigned type);

/* True when the word under way begins an action; rule_parse_then.c */
bool rule_parse_is_action(const struct rule_lex *lex);

/* The action under way. 0 or -1. */
int rule_parse_action(struct rule_parse *parse);
