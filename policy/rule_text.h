/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule text, both ways. Printed one way everywhere, in GoBGP's command-line
 * shape:
 *
 *   match destination 203.0.113.7/32 protocol =17 source-port =53 then discard
 *
 * Parsed in that form, in ExaBGP's ("match { destination …; } then { … }", or
 * its one-line API form) and in Junos' ("match { … } then …" with set-style
 * words). What is printed parses to the same value.
 *
 * Beyond what GoBGP has: "ipv6" stands first when neither a prefix nor the flow
 * label shows the family; "always" and "never" are the operators with all and
 * with no bit (with ":VALUE" unless it is 0); TCP flags without a letter and
 * rates that are not finite are hexadecimal; "rate-limit-packets",
 * "redirect-rt6", "redirect-nexthop", "redirect-to-ip" and "interface-set" are
 * actions. "action terminal" is the RFC's name of the bit that lets later rules
 * be evaluated too.
 *
 * Rates are octets a second, also in a text of ExaBGP; only a rate with k, m or
 * g at its end is Junos', in bits a second. "match" alone and "then accept" are
 * rules without action.
 */
#pragma once

#include "policy/action.h"
#include "policy/rule.h"

/* Why a text was not understood: where, and what was wanted. */
struct rule_text_error {
	size_t column; /* of the offending word, from 1 */
	char found[64];
	char wanted[128];
};

/*
 * Print rule and actions (either may be NULL: then that half is left out) to
 * buf. Never writes past size; a text that does not fit is cut, with its NUL.
 * RULE_TEXT_MAX + ACTION_TEXT_MAX always fits.
 * Returns the length written, without the NUL.
 */
size_t rule_print(const struct rule *rule, const struct action_set *actions,
    char *buf, size_t size);

/* Print the "then" half alone ("discard", "rate-limit 9600"). */
size_t action_print(const struct action_set *actions, char *buf, size_t size);

/*
 * Parse text into *rule and *actions (both zeroed first). Texts longer than
 * RULE_TEXT_MAX + ACTION_TEXT_MAX are refused. Returns 0, or -1 with *error
 * filled and both still zero. The rule is canonical and passes rule_valid().
 */
int rule_parse(const char *text, struct rule *rule, struct action_set *actions,
    struct rule_text_error *error);
