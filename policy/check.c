/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checks share: putting evidence down, and what they may rely on. */
#include "policy/check.h"

#include <stdarg.h>
#include <stdio.h>

enum reason
check_say(
    const struct check_ask *ask, enum reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is, above. */
	(void)vsnprintf(ask->evidence, EVIDENCE_MAX, format, args);
	va_end(args);
	return reason;
}

enum reason
check_pass(const struct check_ask *ask, const char *format, ...)
{
	va_list args;

	if (!ask->explain)
		return REASON_ACCEPTED;
	va_start(args, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is, above. */
	(void)vsnprintf(ask->evidence, EVIDENCE_MAX, format, args);
	va_end(args);
	return REASON_ACCEPTED;
}

struct line
check_line(const struct check_ask *ask)
{
	struct line line = line_at_end(ask->evidence, EVIDENCE_MAX);

	if (line.len > 0)
		line_text(&line, "; ");
	return line;
}

/* Faults of the decoder after which the rule means nothing. */
static bool
undecoded(unsigned wire_reason)
{
	return wire_reason == REASON_UNJUDGED ||
	       wire_reason == REASON_MALFORMED ||
	       wire_reason == REASON_TOO_MANY_TERMS;
}

bool
check_readable(const struct check_ask *ask)
{
	const struct rule *rule = ask->q->rule;

	return rule != NULL && !undecoded(ask->q->wire_reason) &&
	       afi_bits(rule->afi) != 0 && rule->n_terms <= RULE_TERMS_MAX;
}

enum reason
check_unread(const struct check_ask *ask)
{
	return check_say(
	    ask, REASON_UNJUDGED, "not asked: no rule was decoded");
}

bool
check_expressed(const struct check_ask *ask)
{
	unsigned dialects = ask->q->dialects;

	if (dialects == 0)
		return false;
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((dialects & JUDGE_DIALECT_BIT(i)) != 0 &&
		    ask->parts[i].n == 0)
			return false;
	}
	return true;
}
